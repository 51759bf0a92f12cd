/** Kills the script or the migration's container in the midst of a command, and says what was really struck. */
import { type EventEmitter, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { tryCommand } from "../test/lab/command.ts";
import type { Lab } from "../test/lab/lab.ts";
import type { Blow } from "./soakPlan.ts";

/** A command that runs, as far as a blow needs it. */
export interface Scene {
  readonly lab: Lab;
  /** Emits `preview`, `up` and `runTask`, each as it begins. */
  readonly moments: EventEmitter;
  /** The last of them; undefined before the first. */
  readonly phase: () => string | undefined;
  readonly sqlRuns: () => Promise<boolean>;
  /** @param whole with everything that the script has started */
  readonly killScript: (whole: boolean) => void;
  /** Aborts when the command has ended. */
  readonly ended: AbortSignal;
}

/**
 * @returns the name of what was struck: the place where it really was, not the one that was ordered; undefined where the
 * command had ended before
 */
export async function strike(blow: Blow, scene: Scene): Promise<string | undefined> {
  try {
    if (blow.kind === "killScript") return await strikeScript(blow, scene);
    if (blow.kind === "killContainer") return await strikeContainer(blow, scene);
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
  }
  return undefined;
}

async function strikeScript(
  { moment, afterMs, whole }: Extract<Blow, { kind: "killScript" }>,
  scene: Scene,
): Promise<string> {
  if (moment === "runTask") {
    await once(scene.moments, "runTask", { signal: scene.ended });
    scene.killScript(whole);
    return "killScript runTask";
  }
  if (moment === "running") await untilSqlRuns(scene);
  else await once(scene.moments, moment, { signal: scene.ended });
  await delay(afterMs, undefined, { signal: scene.ended });
  const running = await scene.sqlRuns();
  scene.ended.throwIfAborted();
  const phase = scene.phase();
  scene.killScript(whole);
  if (running) return "killScript running";
  return `killScript ${phase === "runTask" ? "beside the SQL" : phase}`;
}

async function strikeContainer(
  { moment, afterMs }: Extract<Blow, { kind: "killContainer" }>,
  scene: Scene,
): Promise<string | undefined> {
  await once(scene.moments, "runTask", { signal: scene.ended });
  const container = await firstContainer(scene);
  if (moment === "running") await untilSqlRuns(scene);
  await delay(afterMs, undefined, { signal: scene.ended });
  const running = await scene.sqlRuns();
  // Docker refuses where the container does not run any more.
  const kill = await tryCommand(scene.lab.docker.path, ["kill", container]);
  if (kill.code !== 0) return undefined;
  return `killContainer ${running ? "running" : "beside the SQL"}`;
}

async function untilSqlRuns({ sqlRuns, ended }: Scene): Promise<void> {
  while (!(await sqlRuns())) await delay(100, undefined, { signal: ended });
}

async function firstContainer({ lab, ended }: Scene): Promise<string> {
  for (;;) {
    const [id] = await runningContainers(lab);
    if (id) return id;
    await delay(100, undefined, { signal: ended });
  }
}

/** Ids of the containers in which tasks run. */
export async function runningContainers({ docker, ministack }: Lab): Promise<string[]> {
  const filter = ["--filter", `label=ministack.instance=${ministack.instance}`];
  const { stdout } = await tryCommand(docker.path, ["ps", "--quiet", ...filter]);
  return stdout.split("\n").filter(Boolean);
}
