/**
 * Starts the migration task once: an already running task of the same family is attached to or refused, a lost answer of
 * RunTask is asked for again under the same clientToken, and only what never started is tried again.
 */
import { createHash, randomUUID } from "node:crypto";
import type { RunTaskCommandInput, Task } from "@aws-sdk/client-ecs";
import type { EcsApi } from "./aws.ts";
import { awsErrorKind, awsErrorText, isPassing } from "./aws.ts";
import { backoffMs, type Clock } from "./clock.ts";
import { isReadOnly, type Operation, operationCommand, operationText } from "./operations.ts";
import type { Outputs } from "./outputs.ts";
import type { Origin } from "./report.ts";
import { failureReason, type NotStartedReason, type Verdict } from "./verdict.ts";

/** RunTask is tried this often where ECS had no room, or its answer was lost. */
export const RUN_TASK_TRIES = 4;
const RETRY_FIRST_MS = 5_000;
const RETRY_MOST_MS = 30_000;
/** A look that is throttled or finds no server is made this often before it counts as refused. */
const LOOKUP_TRIES = 4;

export interface StartOptions {
  readonly ecs: EcsApi;
  readonly clock: Clock;
  readonly outputs: Outputs;
  /** With its revision. */
  readonly taskDefinition: string;
  readonly operation: Operation;
  readonly origin: Origin;
  /** Names this run and no other: see {@link runIdentity}. */
  readonly runId: string;
  /** The attempt to begin with: the last that an earlier process of the same run made, since its answer may be lost. */
  readonly firstAttempt?: number;
  /** True where an earlier process began this run and never told its verdict: its task may be there. */
  readonly resumed?: boolean;
  /** The task that the earlier process had, which ECS may have forgotten since; its log has not. */
  readonly knownTask?: string | null;
  /** True where the earlier process called RunTask longer ago than ECS remembers a task that stopped. */
  readonly mayBeForgotten?: boolean;
  /** Makes a new identity where the run's own task is over and others have run since; see {@link findOwnRun}. */
  readonly renew?: () => Promise<string>;
  /** Awaited before each RunTask. */
  readonly onAttempt?: (attempt: number) => Promise<void> | void;
  /** Waits for another running task to end instead of refusing, at most so many milliseconds. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
  readonly say: (line: string) => void;
}

export type Started =
  | { readonly task: Task; readonly attached: boolean }
  | { readonly verdict: Extract<Verdict, { kind: "notStarted" | "unknown" }> };

/**
 * The identity of a run: 32 hex digits. The same stack, revision, operation and build give the same identity, so a build
 * that is started again after its script died finds its own task.
 *
 * @param nonce the build's id, or a random text where there is no build
 */
export function runIdentity(
  stack: string,
  taskDefinition: string,
  operation: Operation,
  nonce: string,
): string {
  const parts = [stack, taskDefinition, operationText(operation), nonce];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);
}

/** RunTask's startedBy: at most 128 of letters, digits, `-`, `_` and `/` (Amazon ECS API reference, RunTask). */
export function startedBy(runId: string): string {
  return `ecs-migrate/${runId}`;
}

/** RunTask's clientToken: at most 64 characters. A new attempt is a new token, since the old one may answer its old failure. */
export function clientToken(runId: string, attempt: number): string {
  return `${runId}-${attempt}`;
}

/** The input of RunTask for one attempt. Pure. */
export function runTaskInput(options: StartOptions, attempt: number): RunTaskCommandInput {
  const { outputs, operation, origin } = options;
  return {
    cluster: outputs.clusterArn,
    taskDefinition: options.taskDefinition,
    count: 1,
    clientToken: clientToken(options.runId, attempt),
    startedBy: startedBy(options.runId),
    ...placement(outputs),
    overrides: {
      containerOverrides: [
        {
          name: outputs.containerName,
          command: operationCommand(operation),
          environment: originEnvironment(origin),
        },
      ],
    },
    enableECSManagedTags: true,
    propagateTags: "TASK_DEFINITION",
  };
}

function placement(outputs: Outputs): Partial<RunTaskCommandInput> {
  const { capacityProvider, launchType, network } = outputs;
  return {
    ...(capacityProvider === null
      ? { launchType }
      : { capacityProviderStrategy: [{ capacityProvider, weight: 1, base: 0 }] }),
    ...(network === null
      ? {}
      : {
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: network.subnets,
              securityGroups: network.securityGroups,
              assignPublicIp: network.assignPublicIp ? "ENABLED" : "DISABLED",
            },
          },
        }),
  };
}

/** Who asked, for the result line. Overrides are limited to 8,192 characters in all, so each is clipped. */
function originEnvironment(origin: Origin): { name: string; value: string }[] {
  const variables = {
    RUN_BY: origin.by,
    RUN_COMMIT: origin.commit,
    RUN_BRANCH: origin.branch,
    RUN_BUILD: origin.build,
  };
  return Object.entries(variables).flatMap(([name, value]) =>
    value ? [{ name, value: value.slice(0, 256) }] : [],
  );
}

/** Finds the run's own task, attaches, refuses or starts: in this order. */
export async function startTask(options: StartOptions): Promise<Started> {
  let current = options;
  try {
    const own = await findOwnRun(options);
    if (own === "renew") current = await renewed(options);
    else if (own === "forgotten") return forgotten;
    else if (own) return { task: own, attached: true };
  } catch (error) {
    // Where an earlier process began this run, "not started" would be a guess.
    return options.resumed ? notLookedUp(error) : refused(refusalReason(error), awsErrorText(error));
  }
  try {
    const running = await findRunning(current);
    if (running) return adoptOrRefuse(current, running);
  } catch (error) {
    return refused(refusalReason(error), awsErrorText(error));
  }
  return runTask(current);
}

/**
 * The run's own task, whose result is told as this command's. Not where it is over and another task may have changed the
 * database since: what it did is then no longer how things are, so all but `down` is done anew, which costs a look where
 * there is nothing to do. A `down` is a step, and never taken twice.
 */
async function findOwnRun(options: StartOptions): Promise<Task | "renew" | "forgotten" | undefined> {
  const { operation, knownTask, mayBeForgotten } = options;
  const own = await findOwnTask(options);
  if (operation.name === "down") {
    if (own || knownTask) return own ?? { taskArn: knownTask as string };
    return mayBeForgotten ? "forgotten" : undefined;
  }
  if (!own) return knownTask || mayBeForgotten ? "renew" : undefined;
  if (own.desiredStatus !== "STOPPED") return own;
  return (await isOvertaken(options, own)) ? "renew" : own;
}

const forgotten: Started = {
  verdict: {
    kind: "unknown",
    cause: "lost",
    detail: "an earlier run of this command called RunTask, and ECS no longer says whether a task came of it",
  },
};

/** True where a task of the family that may change the database was made after this one. */
async function isOvertaken(options: StartOptions, own: Task): Promise<boolean> {
  const { ecs, outputs } = options;
  for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
    const filter = { cluster: outputs.clusterArn, family: outputs.taskDefinitionFamily, desiredStatus };
    const { taskArns } = await patiently(options, () => ecs.listTasks(filter));
    const tasks = await describe(options, taskArns);
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

async function renewed(options: StartOptions): Promise<StartOptions> {
  const runId = (await options.renew?.()) ?? randomUUID().replaceAll("-", "");
  return { ...options, runId, resumed: false, knownTask: null, mayBeForgotten: false, firstAttempt: 1 };
}

function notLookedUp(error: unknown): Started {
  const kind = awsErrorKind(error);
  const cause = kind === "credentials" || kind === "denied" ? "credentials" : "unreadable";
  const detail = `an earlier run of this command may have started a task, and it could not be looked up: ${awsErrorText(error)}`;
  return { verdict: { kind: "unknown", cause, detail } };
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
async function findOwnTask(options: StartOptions): Promise<Task | undefined> {
  const { ecs, outputs, runId } = options;
  const cluster = outputs.clusterArn;
  for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
    // startedBy "must be the only filter" beside desiredStatus (Amazon ECS API reference, ListTasks).
    const filter = { cluster, startedBy: startedBy(runId), desiredStatus };
    const { taskArns } = await patiently(options, () => ecs.listTasks(filter));
    const tasks = await describe(options, taskArns);
    const ran = tasks.find((task) => task.stopCode !== "TaskFailedToStart");
    if (ran) return ran;
  }
  return undefined;
}

/**
 * A task of the family that may change the database, whoever started it: waits for its end where that was asked for. A
 * mere question takes no lock of golang-migrate's, so nobody waits for it, and it waits only where it is told to.
 */
async function findRunning(options: StartOptions): Promise<Task | undefined> {
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
    const tasks = (await describe(options, taskArns)).filter((task) => !isQuestion(options, task));
    const running = tasks.find((task) => canJoin(options, task)) ?? tasks[0];
    if (!running || canJoin(options, running) || signal?.aborted || clock.now() >= deadline) return running;
    if (looks === 0) options.say(`Waiting for task ${running.taskArn}, which runs on the same database.`);
    await clock.sleep(backoffMs(looks, 1_000, 10_000, clock.random()), signal);
  }
}

async function describe(options: StartOptions, taskArns: string[] | undefined): Promise<Task[]> {
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
function canJoin(options: StartOptions, task: Task): boolean {
  const { operation, taskDefinition } = options;
  if (operation.name === "down" || task.taskDefinitionArn !== taskDefinition) return false;
  return commandOf(options, task) === operationText(operation);
}

function adoptOrRefuse(options: StartOptions, task: Task): Started {
  if (canJoin(options, task)) return { task, attached: true };
  return refused(
    "busy",
    `task ${task.taskArn ?? ""} of family ${options.outputs.taskDefinitionFamily} is running`,
  );
}

async function runTask(options: StartOptions): Promise<Started> {
  const { clock, signal } = options;
  let attempt = options.firstAttempt ?? 1;
  // True while a task may run of which no answer has told.
  let unanswered = options.resumed === true;
  let last = {
    reason: "stopped" as NotStartedReason,
    detail: "this command was stopped before it started a task",
  };
  for (let tries = 1; tries <= RUN_TASK_TRIES && !signal?.aborted; tries++) {
    await options.onAttempt?.(attempt);
    const outcome = await tryRunTask(options, runTaskInput(options, attempt));
    if ("task" in outcome) return { task: outcome.task, attached: outcome.adopted };
    unanswered = outcome.answer === "lost" || (outcome.answer === "refused" && unanswered);
    last = outcome;
    if (!outcome.again || tries === RUN_TASK_TRIES) break;
    options.say(
      `RunTask started nothing (${outcome.detail}); trying again (${tries + 1} of ${RUN_TASK_TRIES}).`,
    );
    // Same token where an answer may have been lost, a new one where ECS said that nothing was started.
    if (outcome.answer === "nothingStarted") attempt++;
    await clock.sleep(backoffMs(tries - 1, RETRY_FIRST_MS, RETRY_MOST_MS, clock.random()), signal);
  }
  return unanswered ? findLostTask(options, last.detail) : refused(last.reason, last.detail);
}

/** An answer of RunTask was lost, so a task may run all the same: only a listing can tell, and its silence proves nothing. */
async function findLostTask(options: StartOptions, detail: string): Promise<Started> {
  try {
    const own = await findOwnTask(options);
    if (own) return { task: own, attached: true };
  } catch (error) {
    return { verdict: { kind: "unknown", cause: "lost", detail: `${detail}; then ${awsErrorText(error)}` } };
  }
  return {
    verdict: {
      kind: "unknown",
      cause: "lost",
      detail: `an answer of RunTask was lost, so a task may run (${detail})`,
    },
  };
}

type RunTaskOutcome =
  | { task: Task; adopted: boolean }
  | {
      reason: NotStartedReason;
      detail: string;
      /** `nothingStarted`: ECS spoke for this token. `refused`: it did not take the call. `lost`: nobody knows. */
      answer: "nothingStarted" | "refused" | "lost";
      again: boolean;
    };

async function tryRunTask(options: StartOptions, input: RunTaskCommandInput): Promise<RunTaskOutcome> {
  try {
    const { tasks, failures } = await options.ecs.runTask(input);
    const failure = failures?.[0];
    if (failure) {
      const reason = failureReason(failure.reason ?? "");
      const detail = [failure.reason, failure.detail, failure.arn].filter(Boolean).join(": ");
      return { reason, detail, answer: "nothingStarted", again: reason === "capacity" || reason === "agent" };
    }
    const task = tasks?.[0];
    if (task?.taskArn) return { task, adopted: false };
    const detail = "RunTask answered with no task and no failure";
    return { reason: "other", detail, answer: "lost", again: false };
  } catch (error) {
    return (await adoptConflict(options, error)) ?? refusedOrLost(error);
  }
}

/** ConflictException: the token was used with other parameters; its `resourceIds` name the task that it started. */
async function adoptConflict(options: StartOptions, error: unknown): Promise<RunTaskOutcome | undefined> {
  const { name, resourceIds } = error as { name?: string; resourceIds?: string[] };
  const [taskArn] = resourceIds ?? [];
  if (name !== "ConflictException" || taskArn === undefined) return undefined;
  // The watch looks again, so a look that fails here costs nothing.
  const [task] = await describe(options, [taskArn]).catch(() => []);
  return { task: task ?? { taskArn }, adopted: true };
}

/** A throttled call was not carried out; one whose server or connection broke may have been. */
function refusedOrLost(error: unknown): RunTaskOutcome {
  const detail = awsErrorText(error);
  const kind = awsErrorKind(error);
  if (/capacity is unavailable|concurrent tasks|provisioning/i.test(detail))
    return { reason: "capacity", detail, answer: "refused", again: true };
  const answer = kind === "server" || kind === "network" ? "lost" : "refused";
  return { reason: refusalReason(error), detail, answer, again: isPassing(kind) };
}

/** Source: the errors of RunTask in the Amazon ECS API reference. */
function refusalReason(error: unknown): NotStartedReason {
  const kind = awsErrorKind(error);
  const text = awsErrorText(error);
  if (kind === "credentials" || kind === "denied") return "denied";
  if (/^ClusterNotFound/.test(text)) return "cluster";
  if (/task definition/i.test(text)) return "taskDefinition";
  if (/^(InvalidParameter|Client|Platform|Unsupported|Blocked)/.test(text)) return "invalid";
  return "other";
}

function refused(reason: NotStartedReason, detail: string): Started {
  return { verdict: { kind: "notStarted", reason, detail } };
}
