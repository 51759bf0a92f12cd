/** What a soak may not leave behind. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Docker } from "../test/lab/docker.ts";

export interface Rest {
  /** Tasks that ECS still lists as running at the end. */
  readonly tasks: number;
  readonly containers: number;
  /** Processes whose command line or environment names the lab's folder. */
  readonly processes: number;
  readonly folders: number;
}

export async function leftOver(
  docker: Docker,
  folder: string,
  instance: string,
  tasks: number,
): Promise<Rest> {
  const ids = await docker.exec([
    "ps",
    "--all",
    "--quiet",
    "--filter",
    `label=ministack.instance=${instance}`,
  ]);
  return {
    tasks,
    containers: ids.split("\n").filter(Boolean).length,
    processes: processesOf(folder),
    folders: existsSync(folder) ? 1 : 0,
  };
}

/** Of Linux's /proc; elsewhere none can be told. */
function processesOf(folder: string): number {
  if (!existsSync("/proc/self/cmdline")) return 0;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((id) =>
      ["cmdline", "environ"].some((file) => readOrEmpty(`/proc/${id}/${file}`).includes(folder)),
    ).length;
}

/** A process may end between the list and the look. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
