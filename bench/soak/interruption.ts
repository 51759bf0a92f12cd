/** Kills the script or the migration's container in the midst of a command, and says what was really injected. */
import { spawn } from "node:child_process";
import { type EventEmitter, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { tryCommand } from "../../test/lab/command.ts";
import type { Lab } from "../../test/lab/lab.ts";
import type { Interruption } from "./plan.ts";

/** A command that runs, as far as a interruption needs it. */
export interface Scene {
  readonly lab: Lab;
  /** Emits `preview`, `up` and `runTask`, each as it begins. */
  readonly moments: EventEmitter;
  /** The last of them; undefined before the first. */
  readonly phase: () => string | undefined;
  readonly sqlRuns: () => Promise<boolean>;
  /** Calls StopTask for every running task, as a person does in the console. @returns how many */
  readonly stopTasks: () => Promise<number>;
  /** @param open false: nobody new is let in */
  readonly openDatabase: (open: boolean) => Promise<void>;
  /** @param whole with everything that the script has started */
  readonly killScript: (whole: boolean) => void;
  /** Aborts when the command has ended. */
  readonly ended: AbortSignal;
}

/**
 * @returns the name of what was injected: the place where it really was, not the one that was ordered; undefined if the
 * command had ended before
 */
export async function inject(interruption: Interruption, scene: Scene): Promise<string | undefined> {
  try {
    if (interruption.kind === "killScript") return await killScript(interruption, scene);
    if (interruption.kind === "killContainer") return await killContainer(interruption, scene);
    if (interruption.kind === "stopTask") return await stopTask(interruption, scene);
    if (interruption.kind === "databaseShut") return await shutDatabase(scene);
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
  }
  return undefined;
}

async function killScript(
  { moment, afterMs, whole }: Extract<Interruption, { kind: "killScript" }>,
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

async function killContainer(
  { moment, afterMs }: Extract<Interruption, { kind: "killContainer" }>,
  scene: Scene,
): Promise<string | undefined> {
  await once(scene.moments, "runTask", { signal: scene.ended });
  const container = await nextContainer(scene);
  if (moment === "running") await untilSqlRuns(scene);
  await delay(afterMs, undefined, { signal: scene.ended });
  const running = await scene.sqlRuns();
  // Docker refuses where the container does not run any more.
  const kill = await tryCommand(scene.lab.docker.path, ["kill", container]);
  if (kill.code !== 0) return undefined;
  return `killContainer ${running ? "running" : "beside the SQL"}`;
}

async function stopTask(
  { afterMs }: Extract<Interruption, { kind: "stopTask" }>,
  scene: Scene,
): Promise<string | undefined> {
  await untilSqlRuns(scene);
  await delay(afterMs, undefined, { signal: scene.ended });
  return (await scene.stopTasks()) > 0 ? "stopTask" : undefined;
}

async function shutDatabase({ moments, openDatabase, ended }: Scene): Promise<string> {
  await once(moments, "runTask", { signal: ended });
  await openDatabase(false);
  try {
    if (!ended.aborted) await once(ended, "abort");
  } finally {
    await openDatabase(true);
  }
  return "databaseShut";
}

async function untilSqlRuns({ sqlRuns, ended }: Scene): Promise<void> {
  while (!(await sqlRuns())) await delay(100, undefined, { signal: ended });
}

/** The engine says it at once: a look at its list each tenth of a second would come when the SQL runs already. */
async function nextContainer({ lab, ended }: Scene): Promise<string> {
  const filters = ["event=start", `label=ministack.instance=${lab.ministack.instance}`];
  const args = ["events", "--format", "{{.ID}}", ...filters.flatMap((filter) => ["--filter", filter])];
  const child = spawn(lab.docker.path, args, { env: lab.env, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [id] = (await once(child.stdout, "data", { signal: ended })) as [Buffer];
    return id.toString().trim();
  } finally {
    child.kill();
  }
}

/** Ids of the containers in which tasks run. */
export async function runningContainers({ docker, ministack }: Lab): Promise<string[]> {
  const filter = ["--filter", `label=ministack.instance=${ministack.instance}`];
  const { stdout } = await tryCommand(docker.path, ["ps", "--quiet", ...filter]);
  return stdout.split("\n").filter(Boolean);
}
