/** Debian's Chromium without a window, spoken to in the Chrome DevTools Protocol. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { LabError } from "../labError.ts";
import { aptInstall, type Machine } from "../machine.ts";

/**
 * The path of Chromium, which is installed if this machine lacks it.
 * @throws {LabError} if it cannot be installed here
 */
export async function findChromium(machine: Machine): Promise<string> {
  const find = () => machine.which("chromium")[0];
  const installed = find() ?? ((await aptInstall(machine, ["chromium"])) ? find() : undefined);
  if (installed === undefined)
    throw new LabError(
      "This machine has no Chromium; install Debian's package chromium, or run as root on Debian.",
    );
  return installed;
}

export interface Page {
  /** A command of the protocol on the page. @returns its result */
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  /** The value of a JavaScript expression in the page; a promise is awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** Presses and releases a key: `Tab`, `Enter`. */
  press(key: "Tab" | "Enter"): Promise<void>;
  /** Loads a URL, and waits until it is loaded. */
  open(url: string): Promise<void>;
  /** The URLs that were asked for since the browser was started. */
  readonly requested: readonly string[];
  close(): Promise<void>;
}

/** @throws {LabError} if the browser ends before it listens */
export async function openPage(chromium: string): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), "ecs-migrate-chromium-"));
  // As root there is no sandbox to be had; the page is our own. /dev/shm is small in a container.
  const args = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
  const options = ["--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"];
  const child = spawn(chromium, [...args, ...options], { stdio: ["ignore", "ignore", "pipe"] });
  const closed = once(child, "close");
  const end = async () => {
    child.kill();
    await closed;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  const address = await listening(child.stderr);
  if (address === undefined) {
    await end();
    throw new LabError(`${chromium} ended before it listened; run \`${chromium} --headless\` to see why.`);
  }
  const answer = await fetch(`http://${address}/json/list`);
  const targets = (await answer.json()) as { type: string; webSocketDebuggerUrl: string }[];
  const url = targets.find(({ type }) => type === "page")?.webSocketDebuggerUrl ?? "";
  return connect(url, end);
}

/** @returns host and port, as Chromium prints them once it listens */
async function listening(output: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface({ input: output })) {
    const [, address] = /^DevTools listening on ws:\/\/([^/]+)\//.exec(line) ?? [];
    if (address === undefined) continue;
    output.resume();
    return address;
  }
  return undefined;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly request?: { readonly url: string } };
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

const KEYS = {
  Tab: { code: "Tab", windowsVirtualKeyCode: 9 },
  Enter: { code: "Enter", windowsVirtualKeyCode: 13, text: "\r" },
};

async function connect(url: string, end: () => Promise<void>): Promise<Page> {
  const socket = new WebSocket(url);
  await once(socket, "open");
  const waiting = new Map<number, (message: Message) => void>();
  const requested: string[] = [];
  let onLoad = (): void => undefined;
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    if (message.method === "Page.loadEventFired") onLoad();
    const request = message.params?.request;
    if (message.method === "Network.requestWillBeSent" && request) requested.push(request.url);
  });
  let last = 0;
  const send: Page["send"] = async (method, params = {}) => {
    const id = ++last;
    const answered = new Promise<Message>((done) => waiting.set(id, done));
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    if (error) throw new LabError(`${method}: ${error.message}`);
    return result ?? {};
  };
  await send("Page.enable");
  await send("Network.enable");
  return {
    send,
    requested,
    evaluate: async <T>(expression: string) => {
      const { result, exceptionDetails } = (await send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
        userGesture: true,
      })) as { result: { value: T }; exceptionDetails?: object };
      if (exceptionDetails) throw new LabError(JSON.stringify(exceptionDetails));
      return result.value;
    },
    press: async (key) => {
      await send("Input.dispatchKeyEvent", { type: "keyDown", key, ...KEYS[key] });
      await send("Input.dispatchKeyEvent", { type: "keyUp", key, ...KEYS[key] });
    },
    open: async (target) => {
      const loaded = new Promise<void>((done) => {
        onLoad = done;
      });
      await send("Page.navigate", { url: target });
      await loaded;
    },
    close: async () => {
      socket.close();
      await end();
    },
  };
}
