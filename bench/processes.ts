/** Finds other processes of this machine by a text in their command line or environment. It needs Linux's /proc and finds none elsewhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Process ids, this process's own left out. */
export function processesWith(text: string): number[] {
  if (!existsSync("/proc/self/cmdline")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((id) => ["cmdline", "environ"].some((file) => readOrEmpty(`/proc/${id}/${file}`).includes(text)))
    .map(Number);
}

/** A process's command line; empty if it has ended. */
export function commandLine(id: number): string {
  return readOrEmpty(`/proc/${id}/cmdline`).replaceAll("\0", " ").trim();
}

/** Kills them and whatever they start meanwhile. */
export function killProcessesWith(text: string): void {
  for (let ids = processesWith(text), tries = 0; ids.length > 0 && tries < 20; tries++) {
    for (const id of ids) killQuietly(id);
    ids = processesWith(text);
  }
}

/** It may have ended between the look and the kill. */
function killQuietly(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A process may end between the list and the look. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
