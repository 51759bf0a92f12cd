/** A database server of the lab's own, from binaries that are there: what PostgreSQL and MariaDB have in common. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandResult, lastLine } from "../command.ts";
import { LabError } from "../labError.ts";
import { freePort, portError } from "../machine.ts";

/** The lab's own database, which `urlFromHost` and `urlFromContainer` name. */
export const DATABASE = "shop";
export const USER = "migrator";
/** `nobody`: the servers refuse to run as root, and this user is on every system. */
const NOBODY = 65534;

export interface Urls {
  readonly fromHost: string;
  readonly fromContainer: string;
}

export interface DatabaseServer {
  readonly port: number;
  readonly password: string;
  /** For a program on this machine. */
  readonly urlFromHost: string;
  /** For a container on Docker's default bridge. */
  readonly urlFromContainer: string;
  /** The two URLs of another database of the same server. */
  urls(database: string): Urls;
  /** Makes one more, empty database. @returns its URLs */
  createDatabase(name: string): Promise<Urls>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** An existing folder of the caller's; the data go into a folder below it. */
  readonly folder: string;
  /** The host's address as containers see it. */
  readonly gateway: string;
  readonly port?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where a server lives while it is set up. */
export interface Home {
  /** Its data, in a folder of its own. */
  readonly data: string;
  readonly password: string;
  /** A file that only the server's user can read. @returns its path */
  secretFile(text: string): string;
}

type Command = readonly [program: string, ...args: string[]];

/** One kind of server. */
export interface ServerKind {
  readonly name: "PostgreSQL" | "MariaDB";
  initialise(home: Home): Command;
  /** Called once the data are there. */
  launch(home: Home, port: number): Command;
  /** What it says when it takes connections. */
  readonly ready: string;
  /** That ends sessions and leaves a clean state. */
  readonly stopSignal: NodeJS.Signals;
  url(host: string, port: number, password: string, database: string): string;
  createDatabase(port: number, password: string, name: string): Promise<unknown>;
}

/**
 * Starts a server with an empty database `shop`.
 *
 * The password has characters that a URL must escape, so that whatever masks it meets both forms.
 *
 * @throws {LabError} if it cannot be set up or does not start
 */
export async function startServer(kind: ServerKind, options: ServerOptions): Promise<DatabaseServer> {
  const { folder, gateway, signal } = options;
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const home = makeHome(folder, kind.name.toLowerCase(), identity);
  signal?.throwIfAborted();
  const initialised = await endOf(spawnAs(identity, kind.initialise(home)));
  signal?.throwIfAborted();
  if (initialised.code !== 0)
    throw new LabError(`${kind.name} could not be initialised: ${lastLine(initialised)}`);
  const { password } = home;
  const port = await freePort(options.port ?? 0);
  const stop = await launch(kind, spawnAs(identity, kind.launch(home, port)), port);
  home.clear();
  const urls = (database: string): Urls => ({
    fromHost: kind.url("127.0.0.1", port, password, database),
    fromContainer: kind.url(gateway, port, password, database),
  });
  const createDatabase = async (name: string): Promise<Urls> => {
    await kind.createDatabase(port, password, name);
    return urls(name);
  };
  try {
    const { fromHost: urlFromHost, fromContainer: urlFromContainer } = await createDatabase(DATABASE);
    return { port, password, urlFromHost, urlFromContainer, urls, createDatabase, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Identity = { uid?: number; gid?: number };

function makeHome(folder: string, name: string, { uid }: Identity): Home & { clear(): void } {
  const data = join(folder, name);
  mkdirSync(data);
  if (uid !== undefined) {
    chmodSync(folder, 0o711);
    chownSync(data, NOBODY, NOBODY);
  }
  const secret = join(folder, `${name}-secret`);
  return {
    data,
    password: `p@ss/w%rd:${randomBytes(9).toString("base64url")}#?&`,
    secretFile: (text) => {
      writeFileSync(secret, text, { mode: 0o600 });
      if (uid !== undefined) chownSync(secret, NOBODY, NOBODY);
      return secret;
    },
    clear: () => rmSync(secret, { force: true }),
  };
}

function spawnAs(identity: Identity, [program, ...args]: Command): ChildProcess {
  // Of its own process group, so that Ctrl-C in a terminal leaves the order of stopping to the lab.
  return spawn(program, args, {
    ...identity,
    cwd: "/",
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
}

function endOf(child: ChildProcess): Promise<CommandResult> {
  return new Promise((done) => {
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", (error) => done({ code: 127, stdout: "", stderr: error.message }));
    child.once("close", (code) => done({ code: code ?? 124, stdout: "", stderr }));
  });
}

/** @returns how to stop it, once it takes connections */
function launch(kind: ServerKind, child: ChildProcess, port: number): Promise<() => Promise<void>> {
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill(kind.stopSignal);
    await ended;
  };
  return new Promise((done, reject) => {
    let log = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-4_000);
      if (log.includes(kind.ready)) done(stop);
    });
    child.once("error", (error) => reject(portError(port, error)));
    child.once("exit", () =>
      reject(new LabError(`${kind.name} did not start: ${lastLine({ code: 1, stdout: "", stderr: log })}`)),
    );
  });
}
