import { type CommandOptions, command, tryCommand } from "../command.ts";
import { LabError } from "../labError.ts";
import { aptInstall, type Machine, thisMachine } from "../machine.ts";
import type { Report } from "../steps.ts";
import { withLock } from "../toolchain/lock.ts";
import { SharedEngine } from "./engine.ts";

/** A Docker client with an engine that answers. */
export class Docker {
  /** Path of the client that can build with BuildKit. */
  readonly path: string;
  /** What a child process needs so that its own `docker` builds with BuildKit. */
  readonly env: Readonly<Record<string, string>> = { DOCKER_BUILDKIT: "1" };

  constructor(path: string) {
    this.path = path;
  }

  /** Runs `docker ARGS`; returns its standard output. @throws {CommandError} */
  async exec(args: readonly string[], options: CommandOptions = {}): Promise<string> {
    return await command(this.path, args, { ...options, env: { ...process.env, ...this.env } });
  }

  /** Builds an image from a folder, or from a tar stream given as input (`folder` is `-` then). */
  async build(folder: string, tag: string, args: readonly string[] = [], options: CommandOptions = {}) {
    await this.exec(["build", "--tag", tag, ...args, folder], options);
  }

  /** Whether the engine has the image, without asking a registry. */
  async hasImage(image: string): Promise<boolean> {
    return (await tryCommand(this.path, ["image", "inspect", image])).code === 0;
  }

  /** One field of `docker inspect`, by a Go template. @throws {CommandError} if there is no such object */
  async inspect(name: string, template: string): Promise<string> {
    return (await this.exec(["inspect", "--format", template, name])).trim();
  }

  /** Removes the containers of a label (`name=value`), running or not. @returns how many there were */
  async removeContainers(label: string): Promise<number> {
    const ids = (await this.exec(["ps", "--all", "--quiet", "--filter", `label=${label}`]))
      .split("\n")
      .filter(Boolean);
    if (ids.length > 0) await tryCommand(this.path, ["rm", "--force", "--volumes", ...ids]);
    return ids.length;
  }
}

export interface RunningDocker {
  readonly docker: Docker;
  /** The engine's version. */
  readonly version: string;
  /** True if no engine ran before. */
  readonly started: boolean;
  /** Ends the engine where a lab has started it and no other lab uses it. */
  stop(): Promise<void>;
}

export interface DockerOptions {
  readonly report: Report;
  readonly machine?: Machine;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds a Docker client whose engine answers and that builds with BuildKit; starts an engine where none runs and we may.
 * Labs at the same moment share the engine that one of them has started: it ends with the last of them.
 *
 * @throws {LabError} saying what to install or to start
 */
export async function ensureDocker(options: DockerOptions): Promise<RunningDocker> {
  const machine = options.machine ?? thisMachine();
  const engine = new SharedEngine(machine);
  // An engine that no lab has started stays, whoever comes and goes.
  if (!engine.isOurs) {
    const found = await findDocker(machine);
    if (found && !engine.isOurs) return { ...found, started: false, stop: async () => undefined };
  }
  const mayStart = machine.platform === "linux" && machine.isRoot;
  if (!mayStart) throw noDocker(machine);
  const work = () => joinEngine(machine, engine, options);
  const { leave, ...running } = await withLock(engine.lock, work, options.signal);
  return { ...running, stop: () => withLock(engine.lock, leave) };
}

/** The engine of another lab, or a new one. The caller holds the engine's lock. */
async function joinEngine(machine: Machine, engine: SharedEngine, { report, signal }: DockerOptions) {
  const found = await findDocker(machine);
  if (found)
    return { ...found, started: false, leave: engine.isOurs ? engine.join() : async () => undefined };
  if (machine.which("dockerd").length === 0 || machine.which("docker").length === 0) {
    report("         docker: installing Debian's docker.io");
    if (!(await aptInstall(machine, ["docker.io", "iptables"]))) throw noDocker(machine);
  }
  const isReady = async () => {
    for (const path of machine.which("docker")) if ((await serverVersion(machine, path)) !== "") return true;
    return false;
  };
  await engine.start(machine.which("dockerd")[0] ?? "dockerd", isReady, signal);
  const leave = engine.join();
  try {
    const ready = await findDocker(machine);
    if (ready) return { ...ready, started: true, leave };
  } catch (error) {
    await leave();
    throw error;
  }
  await leave();
  throw noDocker(machine);
}

/** The sentence for a machine without a usable Docker. */
export function noDocker(machine: Pick<Machine, "platform" | "isRoot" | "which">): LabError {
  if (machine.which("docker").length === 0)
    return new LabError(
      "No docker command is on the PATH; install Docker Engine or Docker Desktop, start it, and try again.",
    );
  const start = machine.platform === "linux" ? "`sudo systemctl start docker`" : "Docker Desktop";
  const group = machine.platform === "linux" && !machine.isRoot ? " (and be in the group docker)" : "";
  return new LabError(
    `No Docker engine answers \`docker info\`; start it with ${start}${group} and try again.`,
  );
}

async function findDocker(machine: Machine): Promise<{ docker: Docker; version: string } | undefined> {
  let answering = false;
  for (const path of machine.which("docker")) {
    const version = await serverVersion(machine, path);
    if (version === "") continue;
    answering = true;
    if (await canBuild(machine, path)) return { docker: new Docker(path), version };
  }
  if (answering)
    throw new LabError(
      "The docker command has no BuildKit; install its buildx plugin (docker-buildx-plugin) and try again.",
    );
  return undefined;
}

async function serverVersion(machine: Machine, path: string): Promise<string> {
  const info = await machine.run(path, ["info", "--format", "{{.ServerVersion}}"], { timeout: 15_000 });
  return info.code === 0 ? info.stdout.trim() : "";
}

/** Docker 23 moved BuildKit's client out into the buildx plugin; before, it is part of the command. */
async function canBuild(machine: Machine, path: string): Promise<boolean> {
  if ((await machine.run(path, ["buildx", "version"])).code === 0) return true;
  const version = await machine.run(path, ["version", "--format", "{{.Client.Version}}"]);
  const major = Number.parseInt(version.stdout, 10);
  return major >= 18 && major < 23;
}
