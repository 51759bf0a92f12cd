/** One process at a time, by a file that holds the process id of its owner. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const RETRY_MS = 500;

/**
 * Runs `work` while this process holds the lock; waits for another living owner, and takes over from a dead one.
 *
 * @param signal ends the waiting, not the work
 */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  while (!(await take(path))) await sleep(RETRY_MS, undefined, signal ? { signal } : {});
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const owner = Number(await readFile(path, "utf8").catch(() => ""));
  if (owner > 0 && !isAlive(owner)) await rm(path, { force: true });
  return false;
}

/** Whether a process of this number runs, anyone's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
