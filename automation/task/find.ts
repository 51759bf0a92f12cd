/** Looks for tasks before one is started: the run's own, and others on the same database. Reads and changes nothing. */
import type { Task } from "@aws-sdk/client-ecs";
import { awsErrorKind, isPassing } from "../aws/errors.ts";
import { isReadOnly, operationText } from "../contract/operations.ts";
import { backoffMs } from "./clock.ts";
import type { StartOptions } from "./request.ts";
import { startedBy } from "./request.ts";

/** A look that is throttled or finds no server is made this often before it counts as refused. */
const LOOKUP_TRIES = 4;

/**
 * The run's own task, whose result is told as this command's. Not where it is over and another task may have changed the
 * database since: what it did is then no longer how things are, so all but `down` is done anew, which costs a look where
 * there is nothing to do. A `down` is a step, and never taken twice.
 */
export async function findOwnRun(options: StartOptions): Promise<Task | "renew" | "forgotten" | undefined> {
  const { operation, knownTask, mayBeForgotten } = options;
  const own = await findOwnTask(options);
  if (operation.name === "down") {
    if (own || knownTask) return own ?? { taskArn: knownTask as string };
    return mayBeForgotten ? "forgotten" : undefined;
  }
  if (!own && knownTask && !mayBeForgotten) {
    // ECS lists a task some seconds after RunTask has answered with it: another one now would be a second.
    return (await failedToStart(options, knownTask)) ? "renew" : { taskArn: knownTask };
  }
  if (!own) return mayBeForgotten ? "renew" : undefined;
  if (own.desiredStatus !== "STOPPED") return own;
  return (await isOvertaken(options, own)) ? "renew" : own;
}

async function failedToStart(options: StartOptions, taskArn: string): Promise<boolean> {
  const [task] = await describeTasks(options, [taskArn]);
  return task?.stopCode === "TaskFailedToStart";
}

/** True where a task of the family that may change the database was made after this one. */
async function isOvertaken(options: StartOptions, own: Task): Promise<boolean> {
  const { ecs, outputs } = options;
  for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
    const filter = { cluster: outputs.clusterArn, family: outputs.taskDefinitionFamily, desiredStatus };
    const { taskArns } = await patiently(options, () => ecs.listTasks(filter));
    const tasks = await describeTasks(options, taskArns);
    const later = tasks.some(
      (task) => task.taskArn !== own.taskArn && !isQuestion(options, task) && madeAt(task) >= madeAt(own),
    );
    if (later) return true;
  }
  return false;
}

function madeAt(task: Task): number {
  return task.createdAt?.getTime() ?? 0;
}

/** Repeats a call that only reads, where AWS is busy or out of reach for a moment. */
async function patiently<T>({ clock, signal }: StartOptions, read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (tries >= LOOKUP_TRIES || signal?.aborted || !isPassing(awsErrorKind(error))) throw error;
      await clock.sleep(backoffMs(tries - 1, 1_000, 10_000, clock.random()), signal);
    }
  }
}

/** The task that an earlier process of this very run started, running or stopped within the last hour. */
export async function findOwnTask(options: StartOptions): Promise<Task | undefined> {
  const { ecs, outputs, runId } = options;
  const cluster = outputs.clusterArn;
  for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
    // startedBy "must be the only filter" beside desiredStatus (Amazon ECS API reference, ListTasks).
    const filter = { cluster, startedBy: startedBy(runId), desiredStatus };
    const { taskArns } = await patiently(options, () => ecs.listTasks(filter));
    const tasks = await describeTasks(options, taskArns);
    const ran = tasks.find((task) => task.stopCode !== "TaskFailedToStart");
    if (ran) return ran;
  }
  return undefined;
}

/**
 * A task of the family that may change the database, whoever started it: waits for its end where that was asked for. A
 * mere question takes no lock of golang-migrate's, so nobody waits for it, and it waits only where it is told to.
 */
export async function findRunning(options: StartOptions): Promise<Task | undefined> {
  const { ecs, outputs, clock, signal } = options;
  if (isReadOnly(options.operation) && options.waitMs === 0) return undefined;
  const deadline = clock.now() + options.waitMs;
  const filter = {
    cluster: outputs.clusterArn,
    family: outputs.taskDefinitionFamily,
    desiredStatus: "RUNNING",
  } as const;
  for (let looks = 0; ; looks++) {
    const { taskArns } = await patiently(options, () => ecs.listTasks(filter));
    const tasks = (await describeTasks(options, taskArns)).filter((task) => !isQuestion(options, task));
    const running = tasks.find((task) => canJoin(options, task)) ?? tasks[0];
    if (!running || canJoin(options, running) || signal?.aborted || clock.now() >= deadline) return running;
    if (looks === 0) options.say(`Waiting for task ${running.taskArn}, which runs on the same database.`);
    await clock.sleep(backoffMs(looks, 1_000, 10_000, clock.random()), signal);
  }
}

/** The tasks as DescribeTasks shows them; none for no ARNs. */
export async function describeTasks(options: StartOptions, taskArns: string[] | undefined): Promise<Task[]> {
  if (!taskArns || taskArns.length === 0) return [];
  const input = { cluster: options.outputs.clusterArn, tasks: taskArns };
  const { tasks } = await patiently(options, () => options.ecs.describeTasks(input));
  return tasks ?? [];
}

function commandOf({ outputs }: StartOptions, task: Task): string {
  const overrides = task.overrides?.containerOverrides ?? [];
  return overrides.find(({ name }) => name === outputs.containerName)?.command?.join(" ") ?? "";
}

function isQuestion(options: StartOptions, task: Task): boolean {
  const command = commandOf(options, task);
  return command === "version" || command === "status";
}

/** `up` of the same revision is the same work, whoever asked for it; `down` twice is two steps, so it is never shared. */
export function canJoin(options: StartOptions, task: Task): boolean {
  const { operation, taskDefinition } = options;
  if (operation.name === "down" || task.taskDefinitionArn !== taskDefinition) return false;
  return commandOf(options, task) === operationText(operation);
}
