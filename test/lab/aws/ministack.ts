import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LabError } from "../labError.ts";
import { freePort, type Machine, thisMachine } from "../machine.ts";
import { ensurePythonPackage } from "../pythonPackage.ts";
import type { Report } from "../steps.ts";

/** The release that `ministack/fidelity.py` was written against. */
export const MINISTACK_VERSION = "1.5.33";

export const REGION = "ap-northeast-1";

export interface MiniStack {
  /** `http://127.0.0.1:<port>`: all services, and the image registry. */
  readonly endpoint: string;
  readonly port: number;
  /** The value of the label `ministack.instance` of all containers that it makes. */
  readonly instance: string;
  /** What it wrote; for a test that asks why. */
  readonly log: string;
  /** Each signed request that it got, one JSON object a line; see ministack/recorded_requests.py. */
  readonly requests: string;
  /** Ends it together with its containers. */
  stop(): Promise<void>;
}

export interface MiniStackOptions {
  readonly report: Report;
  /** A folder for its log and its process file; the caller removes it. */
  readonly folder: string;
  readonly port?: number;
  /** Tells of a task's end as late as Fargate does: 10 s to the exit code, 20 s to STOPPED. */
  readonly fargateClock?: boolean | undefined;
  readonly machine?: Machine;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts MiniStack, a local AWS whose ECS tasks are containers, and corrects the differences to AWS that matter here.
 *
 * @throws {LabError} without Python 3.10, where the package cannot be installed, or where it does not start
 */
export async function startMiniStack(options: MiniStackOptions): Promise<MiniStack> {
  const machine = options.machine ?? thisMachine();
  const python = await ensureMiniStack(machine, options.report, options.signal);
  const port = await freePort(options.port ?? 0);
  const log = join(options.folder, "ministack.log");
  const requests = join(options.folder, "requests.jsonl");
  const instance = `ecs-migrate-lab:${port}`;
  const child = launch(python, port, { ...options, log, requests });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    for (const line of faultsIn(readFileSync(log, "utf8"))) options.report(`         aws: ${line}`);
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await waitForHealth(endpoint, child, log, options.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, port, instance, log, requests, stop };
}

/** What went wrong in the local AWS itself: a test may have failed of it, and its log goes with the lab. Pure. */
export function faultsIn(log: string): string[] {
  return log
    .split("\n")
    .filter((line) => / (ERROR|CRITICAL) \[|^\w+(\.\w+)*(Error|Exception)\b/.test(line))
    .map((line) => line.slice(0, 300));
}

function launch(
  python: string,
  port: number,
  options: Pick<MiniStack, "log" | "requests"> & Pick<MiniStackOptions, "folder" | "fargateClock">,
): ChildProcess {
  const { folder, log, requests, fargateClock } = options;
  const file = openSync(log, "w");
  const env = {
    ...process.env,
    GATEWAY_PORT: String(port),
    ECS_MIGRATE_REQUESTS: requests,
    ECS_MIGRATE_FARGATE_CLOCK: fargateClock ? "1" : "",
    // Containers reach the host by the bridge's gateway, which 127.0.0.1 would shut out.
    BIND_HOST: "0.0.0.0",
    MINISTACK_REGION: REGION,
    MINISTACK_HOSTNAME: "ecs-migrate-lab",
    // Ports of services that this project does not use.
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
    // Its process file goes to the temporary folder, under the port's name.
    TMPDIR: folder,
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
  };
  const script = join(import.meta.dirname, "ministack", "fidelity.py");
  const child = spawn(python, [script], { env, detached: true, stdio: ["ignore", file, file] });
  closeSync(file);
  return child;
}

async function waitForHealth(
  endpoint: string,
  child: ChildProcess,
  log: string,
  signal?: AbortSignal,
): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    signal?.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null) break;
    const response = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (response?.ok) return;
    await delay(50, undefined, signal ? { signal } : {});
  }
  const last = readFileSync(log, "utf8").trim().split("\n").at(-1) ?? "";
  throw new LabError(`MiniStack did not start (${last || "no output"}); see ${log}.`);
}

/**
 * @returns the path of a Python that has MiniStack
 * @throws {LabError} without Python 3.10 and its venv module, or where the package index gives no package
 */
export async function ensureMiniStack(
  machine: Machine,
  report: Report,
  signal?: AbortSignal,
): Promise<string> {
  const ministack = { name: "ministack", extra: "full", version: MINISTACK_VERSION, module: "ministack.app" };
  return ensurePythonPackage(machine, ministack, report, signal);
}
