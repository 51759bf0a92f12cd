import { accessSync, constants } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { type CommandOptions, type CommandResult, lastLine, tryCommand } from "./command.ts";
import { LabError } from "./labError.ts";

/** What the lab asks of the machine it runs on; a test gives another machine. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** Where what is built once is kept for the next start. */
  readonly cache: string;
  /** What holds until the machine stops: which of its processes are the labs'. Only root writes there. */
  readonly runtime: string;
  /** All paths under which the PATH has a command, in its order. */
  which(name: string): readonly string[];
  run(command: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
}

/** This machine. */
export function thisMachine(env: NodeJS.ProcessEnv = process.env): Machine {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    cache: join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ecs-migrate"),
    runtime: "/run/ecs-migrate",
    which: (name) => onPath(name, env.PATH ?? ""),
    run: tryCommand,
  };
}

function onPath(name: string, path: string): string[] {
  // Node's own folder of npm scripts comes first; the system's folders are there even where PATH lacks sbin.
  const folders = [...path.split(delimiter), "/usr/local/bin", "/usr/bin", "/usr/sbin"].filter(Boolean);
  const paths = folders.map((folder) => join(folder, name)).filter(isExecutable);
  return [...new Set(paths)];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

let listsAreFresh = false;
/** In seconds (apt.conf(5) has DPkg::Lock::Timeout since apt 1.9.11). */
const LOCK_TIMEOUT = "DPkg::Lock::Timeout=600";

/**
 * Installs Debian or Ubuntu packages, where that is possible without asking: as root, with apt-get.
 *
 * @returns false if this machine has no apt-get or we are not root
 * @throws {LabError} if apt-get fails
 */
export async function aptInstall(machine: Machine, packages: readonly string[]): Promise<boolean> {
  if (!machine.isRoot || machine.which("apt-get").length === 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  if (!listsAreFresh) await machine.run("apt-get", ["update", "-q"], { env });
  listsAreFresh = true;
  // Two test files may install at the same time: apt-get waits for the other's lock.
  const args = ["install", "-y", "-q", "--no-install-recommends", "-o", LOCK_TIMEOUT, ...packages];
  const result = await machine.run("apt-get", args, { env });
  if (result.code !== 0)
    throw new LabError(
      `apt-get install ${packages.join(" ")} failed (${lastLine(result)}); install it by hand.`,
    );
  return true;
}

/**
 * A TCP port that is free on all addresses.
 *
 * @param wanted the port to take, or 0 for any
 * @throws {LabError} if the wanted port, or every port, is taken
 */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(wanted, error)));
    server.listen(wanted, "0.0.0.0", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : wanted;
      server.close(() => resolve(port));
    });
  });
}

/** One sentence for a port that cannot be had. */
export function portError(wanted: number, cause: NodeJS.ErrnoException): LabError {
  const what = wanted === 0 ? "No TCP port is free" : `Port ${wanted} cannot be used`;
  return new LabError(`${what} (${cause.code ?? cause.message}); end what holds it, or name another port.`, {
    cause,
  });
}
