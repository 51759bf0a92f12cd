/**
 * One Docker engine for all labs of a machine on which none ran before: the first lab starts it, the last to leave stops
 * it. Who uses it is written down per machine, one file a lab, since labs are processes that know nothing of each other.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LabError } from "../labError.ts";
import type { Machine } from "../machine.ts";
import { isAlive } from "../toolchain/lock.ts";

/** dockerd gives its containers ten seconds to end, and then ends itself. */
const STOP_MS = 60_000;
const LOOK_MS = 100;

/** Labs of this process so far. */
let joined = 0;

/** The engine that a lab has started, if it still runs. The caller holds {@link engineLock}, or wants a guess only. */
export class SharedEngine {
  readonly #folder: string;

  constructor(machine: Machine) {
    this.#folder = join(machine.runtime, "docker-engine");
  }

  /** Held while a lab joins, starts or leaves. The folder exists from here on. */
  get lock(): string {
    mkdirSync(this.#users, { recursive: true });
    return join(this.#folder, "lock");
  }

  /** What dockerd wrote. */
  get log(): string {
    return join(this.#folder, "dockerd.log");
  }

  /** True if a lab has started the engine that runs. */
  get isOurs(): boolean {
    return this.#pid !== undefined;
  }

  get #users(): string {
    return join(this.#folder, "users");
  }

  get #pid(): number | undefined {
    const pid = Number(readIfThere(join(this.#folder, "pid")));
    return isDockerd(pid) ? pid : undefined;
  }

  /** @throws {LabError} with dockerd's last line if it ends at once or does not get ready */
  async start(path: string, isReady: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
    // Who was killed with an engine before this one uses this one not, even if its number lives again.
    for (const name of readdirSync(this.#users)) rmSync(join(this.#users, name), { force: true });
    const file = openSync(this.log, "w");
    // dockerd looks for iptables on its PATH, which lacks sbin where somebody became root by a plain `su`.
    const env = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
    const child = spawn(path, [], { detached: true, env, stdio: ["ignore", file, file] });
    closeSync(file);
    let ended = false;
    child.once("exit", () => {
      ended = true;
    });
    child.once("error", () => {
      ended = true;
    });
    // It may outlive the lab that started it.
    child.unref();
    writeFileSync(join(this.#folder, "pid"), String(child.pid ?? 0));
    try {
      for (let attempt = 0; attempt < 150 && !ended; attempt += 1) {
        signal?.throwIfAborted();
        if (await isReady()) return;
        await delay(LOOK_MS, undefined, signal ? { signal } : {});
      }
    } catch (error) {
      await this.#stop();
      throw error;
    }
    await this.#stop();
    const last = readIfThere(this.log).trim().split("\n").at(-1) ?? "";
    throw new LabError(`dockerd was started and is not ready (${last}); see ${this.log}.`);
  }

  /** Writes a user down. @returns what takes it out again, and stops the engine after the last one; the caller holds the lock then too */
  join(): () => Promise<void> {
    joined += 1;
    const file = join(this.#users, `${process.pid}-${joined}`);
    writeFileSync(file, "");
    return async () => {
      rmSync(file, { force: true });
      if (!this.#isUsed()) await this.#stop();
    };
  }

  /** A lab that was killed has left its file behind, and counts no more. */
  #isUsed(): boolean {
    return readdirSync(this.#users).some((name) => isAlive(Number(name.split("-")[0])));
  }

  async #stop(): Promise<void> {
    const pid = this.#pid;
    if (pid !== undefined) {
      process.kill(pid, "SIGTERM");
      const deadline = performance.now() + STOP_MS;
      while (isDockerd(pid)) {
        if (performance.now() > deadline)
          throw new LabError(`dockerd (process ${pid}) does not end; see ${this.log}.`);
        await delay(LOOK_MS);
      }
    }
    rmSync(join(this.#folder, "pid"), { force: true });
  }
}

/** Whether the process runs and is dockerd: its number may have gone to another one, or be kept for whoever waits for it. */
function isDockerd(pid: number): boolean {
  return /^\d+ \(dockerd\) [^ZX]/.test(readIfThere(`/proc/${pid}/stat`));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return "";
    throw error;
  }
}
