import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CommandOptions, command, tryCommand } from "./command.ts";
import { LabError } from "./labError.ts";
import { aptInstall, type Machine, thisMachine } from "./machine.ts";
import type { Report } from "./steps.ts";

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

  /** One field of `docker inspect`, by a Go template. @throws {CommandError} where there is no such object */
  async inspect(name: string, template: string): Promise<string> {
    return (await this.exec(["inspect", "--format", template, name])).trim();
  }

  /** The host's address as containers on the default bridge see it. */
  async bridgeGateway(): Promise<string> {
    const template = "{{range .IPAM.Config}}{{.Gateway}} {{end}}";
    const text = await this.exec(["network", "inspect", "bridge", "--format", template]);
    const address = text.split(" ").find((word) => word.includes("."));
    // An engine that has set no gateway yet writes none; Docker's own default is then in use.
    return address ?? "172.17.0.1";
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
  /** True where no engine ran before, so that {@link stop} ends the one that was started. */
  readonly started: boolean;
  stop(): Promise<void>;
}

export interface DockerOptions {
  readonly report: Report;
  readonly machine?: Machine;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds a Docker client whose engine answers and that builds with BuildKit; starts an engine where none runs and we may.
 *
 * @throws {LabError} saying what to install or to start
 */
export async function ensureDocker(options: DockerOptions): Promise<RunningDocker> {
  const machine = options.machine ?? thisMachine();
  const found = await findDocker(machine);
  if (found) return { ...found, started: false, stop: async () => undefined };
  const mayStart = machine.platform === "linux" && machine.isRoot;
  if (!mayStart) throw noDocker(machine);
  if (machine.which("dockerd").length === 0 || machine.which("docker").length === 0) {
    options.report("         docker: installing Debian's docker.io");
    if (!(await aptInstall(machine, ["docker.io", "iptables"]))) throw noDocker(machine);
  }
  const engine = await startEngine(machine, options.signal);
  try {
    const ready = await findDocker(machine);
    if (!ready) throw noDocker(machine);
    return { ...ready, started: true, stop: engine.stop };
  } catch (error) {
    await engine.stop();
    throw error;
  }
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

async function startEngine(machine: Machine, signal?: AbortSignal): Promise<{ stop(): Promise<void> }> {
  mkdirSync(machine.cache, { recursive: true });
  const log = join(machine.cache, "dockerd.log");
  const file = openSync(log, "w");
  const child = spawn(machine.which("dockerd")[0] ?? "dockerd", [], {
    detached: true,
    stdio: ["ignore", file, file],
  });
  closeSync(file);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    await waitForEngine(machine, ended, log, signal);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function waitForEngine(machine: Machine, ended: Promise<void>, log: string, signal?: AbortSignal) {
  let running = true;
  const watch = ended.then(() => {
    running = false;
  });
  for (let attempt = 0; attempt < 150; attempt += 1) {
    signal?.throwIfAborted();
    for (const path of machine.which("docker")) if ((await serverVersion(machine, path)) !== "") return;
    if (!running) break;
    await Promise.race([watch, delay(200, undefined, signal ? { signal } : {})]);
  }
  const last = readFileSync(log, "utf8").trim().split("\n").at(-1) ?? "";
  throw new LabError(`dockerd was started and is not ready (${last}); see ${log}.`);
}
