/** What a soak may not leave behind. */
import { existsSync } from "node:fs";
import { tryCommand } from "../../test/lab/command.ts";
import type { Docker } from "../../test/lab/docker/docker.ts";
import { processesWith } from "../processes.ts";

export interface Rest {
  /** Tasks that ECS still listed as running when all was over; null if the soak did not come so far as to ask. */
  readonly tasks: number | null;
  /** Null where the lab's Docker engine ended with the lab, and every container's process with it. */
  readonly containers: number | null;
  /** Processes whose command line or environment names the lab's folder. */
  readonly processes: number;
  readonly folders: number;
}

/** Looks when the lab has stopped. */
export async function leftOver(
  docker: Docker,
  folder: string,
  instance: string,
  tasks: number | null,
): Promise<Rest> {
  const filter = ["--filter", `label=ministack.instance=${instance}`];
  const listed = await tryCommand(docker.path, ["ps", "--all", "--quiet", ...filter]);
  return {
    tasks,
    containers: listed.code === 0 ? listed.stdout.split("\n").filter(Boolean).length : null,
    processes: processesWith(folder).length,
    folders: existsSync(folder) ? 1 : 0,
  };
}
