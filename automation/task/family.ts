/** The tasks of a stack's family, as ECS lists and describes them. Reads and changes nothing. */
import type { Task } from "@aws-sdk/client-ecs";
import type { EcsApi } from "../aws/clients.ts";
import { awsErrorKind, GarbledAnswerError, isPassing } from "../aws/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { namedContainer } from "../verdict/judge.ts";
import { backoffMs, type Clock } from "./clock.ts";
import { startedBy } from "./request.ts";

/** A look that is throttled or finds no server is made this often before it counts as refused. */
const LOOKUP_TRIES = 4;
/** DescribeTasks takes at most so many (Amazon ECS API reference). */
const DESCRIBED_AT_ONCE = 100;

export interface FamilyReader {
  readonly ecs: EcsApi;
  readonly clock: Clock;
  readonly outputs: Outputs;
  readonly signal?: AbortSignal;
}

/**
 * Every task of the family that ECS still lists: those that run, and those that stopped within about the last hour.
 *
 * ListTasks takes `startedBy` as its only filter, so the family is listed and `startedBy` is compared (Amazon ECS API
 * reference, ListTasks). Running ones are listed first: a task that stops in between is then in the second list.
 *
 * @throws the SDK's error, after four tries if it passes
 */
export async function readFamily(reader: FamilyReader): Promise<Task[]> {
  const arns = [...(await listFamily(reader, "RUNNING")), ...(await listFamily(reader, "STOPPED"))];
  return describeTasks(reader, [...new Set(arns)]);
}

async function listFamily(reader: FamilyReader, desiredStatus: "RUNNING" | "STOPPED"): Promise<string[]> {
  const { ecs, outputs, signal } = reader;
  const filter = { cluster: outputs.clusterArn, family: outputs.taskDefinitionFamily, desiredStatus };
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const input = nextToken === undefined ? filter : { ...filter, nextToken };
    const page = await patiently(reader, async () => {
      const answer = await ecs.listTasks(input, signal);
      // A proxy that answers `{}` must not count as "no task runs".
      if (!answer.taskArns) throw new GarbledAnswerError("ListTasks", "taskArns");
      return answer;
    });
    arns.push(...(page.taskArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return arns;
}

/** The tasks as DescribeTasks shows them; none for no ARNs. One that ECS does not know is left out. */
export async function describeTasks(reader: FamilyReader, taskArns: readonly string[]): Promise<Task[]> {
  const tasks: Task[] = [];
  for (let from = 0; from < taskArns.length; from += DESCRIBED_AT_ONCE) {
    const input = {
      cluster: reader.outputs.clusterArn,
      tasks: taskArns.slice(from, from + DESCRIBED_AT_ONCE),
    };
    const answer = await patiently(reader, async () => {
      const answer = await reader.ecs.describeTasks(input, reader.signal);
      if (!answer.tasks) throw new GarbledAnswerError("DescribeTasks", "tasks");
      return answer;
    });
    tasks.push(...(answer.tasks ?? []));
  }
  return tasks;
}

/** Repeats a call that only reads, if AWS is busy or out of reach for a moment. */
async function patiently<T>({ clock, signal }: FamilyReader, read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (tries >= LOOKUP_TRIES || signal?.aborted || !isPassing(awsErrorKind(error))) throw error;
      await clock.sleep(backoffMs(tries - 1, 1_000, 10_000, clock.random()), signal);
    }
  }
}

/**
 * True if the named container runs no SQL any more: the task is STOPPED, or it is on its way there and the container has
 * its exit code. What follows is the teardown of the network, which takes Fargate many seconds and changes nothing.
 * `desiredStatus` alone proves nothing: a task that was told to stop may run SQL for its whole stopTimeout.
 */
export function hasEnded(task: Task, containerName: string): boolean {
  if (task.lastStatus === "STOPPED") return true;
  const container = namedContainer(task, containerName);
  const ended = container?.lastStatus === "STOPPED" && typeof container.exitCode === "number";
  return ended && task.desiredStatus === "STOPPED" && task.stopCode !== undefined;
}

/** The container's command: `down 1`; an empty text if the task was started with none. */
export function commandOf(task: Task, containerName: string): string {
  const overrides = task.overrides?.containerOverrides ?? [];
  return overrides.find(({ name }) => name === containerName)?.command?.join(" ") ?? "";
}

/** True for a task that only asks. A task without a command runs the task definition's, which is `up`. */
export function isQuestion(task: Task, containerName: string): boolean {
  return /^(version|status|inspect)\b/.test(commandOf(task, containerName));
}

/** The tasks that may be changing the database at this moment. */
export function runningChanges(tasks: readonly Task[], containerName: string): Task[] {
  return tasks.filter((task) => !hasEnded(task, containerName) && !isQuestion(task, containerName));
}

/** The run's own task, the newest if there are several; not one that failed to start, since nothing ran in it. */
export function ownTask(tasks: readonly Task[], runId: string): Task | undefined {
  return tasks
    .filter((task) => task.startedBy === startedBy(runId) && task.stopCode !== "TaskFailedToStart")
    .sort((a, b) => createdAt(b) - createdAt(a))[0];
}

function createdAt(task: Task): number {
  return task.createdAt?.getTime() ?? 0;
}
