/** Looks for tasks before one is started: the run's own, and others on the same database. Reads and changes nothing. */
import type { Task } from "@aws-sdk/client-ecs";
import { isReadOnly, type Operation, operationText } from "../contract/operations.ts";
import { backoffMs } from "./clock.ts";
import {
  commandOf,
  describeTasks,
  type FamilyReader,
  ownTask,
  readFamily,
  runningChanges,
} from "./family.ts";

/** What an earlier process of the same run left behind. */
export interface Resumed {
  /** The last attempt for which it called RunTask; 0 if it did not. */
  readonly attempt: number;
  /** The task that it had. ECS may have forgotten it since; its log remains. */
  readonly taskArn: string | null;
  /** True if it called RunTask longer ago than ECS lists a task that stopped. */
  readonly mayBeForgotten: boolean;
}

/** A mere question starts anew each time: an old answer is none. */
function isResumable(operation: Operation): boolean {
  return !isReadOnly(operation);
}

/**
 * The run's own task. `renew`: there is none, and an operation that is safe to repeat begins anew. `forgotten`: a `down`
 * may have run, and nobody can say.
 */
export async function findOwnRun(
  reader: FamilyReader,
  tasks: readonly Task[],
  { operation, runId, resumed }: { operation: Operation; runId: string; resumed: Resumed | undefined },
): Promise<Task | "renew" | "forgotten" | undefined> {
  if (!isResumable(operation)) return undefined;
  const own = ownTask(tasks, runId);
  if (own || !resumed) return own;
  const { taskArn, mayBeForgotten } = resumed;
  const known = taskArn === null ? undefined : await lookAt(reader, taskArn);
  if (operation.name === "down") {
    if (known && known !== "failedToStart") return known;
    return mayBeForgotten ? "forgotten" : undefined;
  }
  // ECS lists a task some seconds after RunTask has answered with it: another one now would be a second.
  if (known && !mayBeForgotten) return known === "failedToStart" ? "renew" : known;
  return mayBeForgotten ? "renew" : undefined;
}

/** The task that the earlier process had, which may be another's that it had joined; its ARN alone if ECS does not list it. */
async function lookAt(reader: FamilyReader, taskArn: string): Promise<Task | "failedToStart"> {
  const [task] = await describeTasks(reader, [taskArn]);
  return task?.stopCode === "TaskFailedToStart" ? "failedToStart" : (task ?? { taskArn });
}

interface RunningSearch {
  readonly operation: Operation;
  /** With its revision. */
  readonly taskDefinition: string;
  /** Waits for another running task to end, at most so many milliseconds. */
  readonly waitMs: number;
  readonly say: (line: string) => void;
}

/**
 * A task of the family that may change the database, whoever started it: waits for its end if that was asked for. A
 * question takes no lock, so nobody waits for it, and it waits only if it is told to.
 *
 * @param tasks the family as it was read a moment ago
 */
export async function findRunning(
  reader: FamilyReader,
  tasks: readonly Task[],
  search: RunningSearch,
): Promise<Task | undefined> {
  const { clock, outputs, signal } = reader;
  if (isReadOnly(search.operation) && search.waitMs === 0) return undefined;
  const deadline = clock.now() + search.waitMs;
  let current = tasks;
  for (let looks = 0; ; looks++) {
    const changes = runningChanges(current, outputs.containerName);
    const running = changes.find((task) => canJoin(search, task, outputs.containerName)) ?? changes[0];
    if (!running || canJoin(search, running, outputs.containerName)) return running;
    if (signal?.aborted || clock.now() >= deadline) return running;
    if (looks === 0) search.say(`Waiting for task ${running.taskArn}, which runs on the same database.`);
    await clock.sleep(backoffMs(looks, 1_000, 10_000, clock.random()), signal);
    if (signal?.aborted) return running;
    current = await readFamily(reader);
  }
}

/** `up` of the same revision is the same work, whoever asked for it; `down` twice is two steps, so it is never shared. */
export function canJoin(
  { operation, taskDefinition }: Pick<RunningSearch, "operation" | "taskDefinition">,
  task: Task,
  containerName: string,
): boolean {
  if (operation.name === "down" || task.taskDefinitionArn !== taskDefinition) return false;
  // One that was told to stop will not do the whole work.
  if (task.desiredStatus === "STOPPED") return false;
  return commandOf(task, containerName) === operationText(operation);
}
