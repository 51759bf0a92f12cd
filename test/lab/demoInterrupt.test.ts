/** Ctrl-C in the demo, at several moments: no container, process, port or temporary folder stays behind. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, describe, it } from "node:test";
import { ensureDocker } from "./docker/docker.ts";

const DEMO = resolve(import.meta.dirname, "demo.ts");

/** What the demo has printed when Ctrl-C comes. */
const MOMENTS = {
  "while the parts start": /pulumi: /,
  "while pulumi brings the stack up": /Building the image/,
  "while a migration runs": /version before/,
} as const;

describe("Ctrl-C in the demo", () => {
  // The demo's temporary folder is made here, so that what it leaves is seen here.
  const temporary = mkdtempSync(join(tmpdir(), "ecs-migrate-ctrl-c-"));
  // As root the lab's Postgres is another user's process, which must pass through here.
  chmodSync(temporary, 0o755);
  after(() => rmSync(temporary, { recursive: true, force: true }));

  for (const [moment, trigger] of Object.entries(MOMENTS)) {
    it(moment, async () => {
      const { exitCode, output, pid } = await interruptedDemo(trigger, temporary);
      assert.equal(exitCode, 130, output);
      assert.deepEqual(readdirSync(temporary), [], "temporary folders");
      assert.deepEqual(processesOf(pid, temporary), [], "processes");
      assert.deepEqual(await containersOf(output), [], "containers");
      for (const port of portsIn(output)) assert.equal(await isOpen(port), false, `port ${port}`);
    });
  }
});

/** Runs the demo in a process group of its own and does to the whole group what a terminal does on Ctrl-C. */
function interruptedDemo(trigger: RegExp, temporary: string) {
  const child = spawn(process.execPath, [DEMO], {
    detached: true,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pid = child.pid ?? 0;
  let output = "";
  let sent = false;
  const read = (text: string): void => {
    output += text;
    if (sent || !trigger.test(output)) return;
    sent = true;
    process.kill(-pid, "SIGINT");
  };
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.setEncoding("utf8").on("data", read);
  return new Promise<{ exitCode: number | null; output: string; pid: number }>((done, failed) => {
    child.once("error", failed).once("close", (exitCode) => done({ exitCode, output, pid }));
  });
}

/** The containers of the demo's own local AWS, running or not: another lab on the machine has its own. */
async function containersOf(output: string): Promise<string[]> {
  const port = /aws: http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
  if (port === undefined) return [];
  const { docker, stop } = await ensureDocker({ report: () => undefined });
  try {
    const label = `label=ministack.instance=${hostname()}:${port}`;
    const listed = await docker.exec(["ps", "--all", "--quiet", "--filter", label]);
    return listed.split("\n").filter((line) => line !== "");
  } finally {
    await stop();
  }
}

/** Processes of the demo's group, and those anywhere that name its temporary folder. */
function processesOf(group: number, temporary: string): string[] {
  const listed = execFileSync("ps", ["-eo", "pgid=,args="], { encoding: "utf8" }).split("\n");
  // A process that has ended but was not yet waited for holds nothing but its number.
  const alive = listed.filter((line) => !line.endsWith("<defunct>"));
  return alive.filter((line) => line.trim().startsWith(`${group} `) || line.includes(temporary));
}

function portsIn(output: string): number[] {
  const found = output.matchAll(/(?:127\.0\.0\.1:|port )(\d{4,5})/g);
  return [...new Set([...found].map(([, port]) => Number(port)))];
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}
