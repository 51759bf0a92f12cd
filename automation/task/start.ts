/**
 * Starts the migration task once: an already running task of the same family is attached to or refused, a lost answer of
 * RunTask is asked for again under the same clientToken, and only what never started is tried under a new one.
 */
import { randomUUID } from "node:crypto";
import type { RunTaskCommandInput, Task } from "@aws-sdk/client-ecs";
import { awsErrorKind, awsErrorText, isPassing, isRefusedByEcs } from "../aws/errors.ts";
import type { Operation } from "../contract/operations.ts";
import type { Origin } from "../contract/origin.ts";
import { judgeFailures } from "../verdict/judge.ts";
import { mayFindRoom, type NotStartedReason, reasonOf } from "../verdict/notStartedReasons.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { backoffMs } from "./clock.ts";
import { describeTasks, type FamilyReader, hasEnded, ownTask, readFamily } from "./family.ts";
import { canJoin, findOwnRun, findRunning, type Resumed } from "./find.ts";
import { runTaskInput } from "./request.ts";

/** RunTask is asked again for so long if its answer was lost, or AWS was busy or out of reach. Milliseconds. */
const UNREACHABLE_MS = 90_000;
/** A start for which there is no room yet is tried again for so long by default: EC2 from zero takes some minutes. */
export const CAPACITY_WAIT_MS = 10 * 60_000;
const RETRY_FIRST_MS = 1_000;
const CAPACITY_FIRST_MS = 5_000;
const RETRY_MOST_MS = 30_000;
/** A task whose start was never answered is looked for at these moments: ListTasks shows a new one after some seconds. */
const LOST_LOOKS_MS = [0, 5_000, 10_000] as const;
/**
 * A task that RunTask answers with and that is older than this is an earlier run's: ECS lists a stopped task for an hour,
 * so one that was not listed is older.
 */
const EARLIER_MS = 45 * 60_000;

export interface StartOptions extends FamilyReader {
  /** With its revision. */
  readonly taskDefinition: string;
  readonly operation: Operation;
  readonly origin: Origin;
  /** Names this run and no other: see `run/identity.ts`. */
  readonly runId: string;
  /** The attempt to begin with. An earlier process's last one, since its answer may be lost. */
  readonly firstAttempt?: number;
  /** Set if an earlier process began this run and never reported its verdict: its task may be there. */
  readonly resumed?: Resumed | undefined;
  /** Makes a new identity if the run's own task is gone and the operation is safe to repeat. */
  readonly renew?: () => Promise<string>;
  /** Awaited before each RunTask. */
  readonly onAttempt?: (attempt: number) => Promise<void> | void;
  /** Waits for another running task to end instead of refusing, at most so many milliseconds. */
  readonly waitMs: number;
  /** A start without room is tried again for so long, in milliseconds. */
  readonly capacityWaitMs?: number;
  readonly say: (line: string) => void;
}

export interface StartedTask {
  readonly task: Task;
  readonly attached: boolean;
  /** The run's own task, which had ended before this process looked: what it left is to be confirmed. */
  readonly endedBefore: boolean;
  /** The last attempt that this start has used. */
  readonly attempt: number;
}

export type Started =
  | StartedTask
  | { readonly verdict: Extract<Verdict, { kind: "notStarted" | "unknown" | "interrupted" }> };

/** Finds the run's own task, attaches, refuses or starts: in this order. */
export async function startTask(options: StartOptions): Promise<Started> {
  let current = options;
  try {
    const tasks = await readFamily(options);
    const own = await findOwnRun(options, tasks, { ...options, resumed: options.resumed });
    if (own === "forgotten") return forgotten;
    if (own === "renew") current = await renewed(options);
    else if (own) return attachedTo(options, own, true);
    const running = await findRunning(current, tasks, current);
    if (options.signal?.aborted) return stoppedBefore;
    if (running) return adoptOrRefuse(current, running);
  } catch (error) {
    return options.signal?.aborted ? stoppedLooking(current) : notLookedUp(current, error);
  }
  return runTaskUntilStarted(current);
}

const forgotten: Started = {
  verdict: {
    kind: "unknown",
    cause: "lost",
    detail: "an earlier run of this command called RunTask, and ECS no longer says whether a task came of it",
  },
};

const stoppedBefore: Started = {
  verdict: {
    kind: "interrupted",
    cause: "stoppedBeforeStart",
    ...{ from: null, to: null, files: [] },
    detail: "this command was stopped before it started a task",
  },
};

/** An earlier process may have started a task, and this one was stopped before it could look. */
function stoppedLooking({ resumed }: StartOptions): Started {
  return resumed && resumed.attempt > 0 ? stoppedUnanswered : stoppedBefore;
}

const stoppedUnanswered: Started = {
  verdict: {
    kind: "interrupted",
    cause: "cancelled",
    ...{ from: null, to: null, files: [] },
    detail:
      "this command was stopped before RunTask had answered, so a task may run; give the same command again, and it finds the task",
  },
};

function attachedTo(options: StartOptions, task: Task, isOwn: boolean): StartedTask {
  // A task of which ECS knows no more than the ARN may have ended long ago.
  const unknown = task.lastStatus === undefined && options.resumed?.mayBeForgotten === true;
  const ended = unknown || hasEnded(task, options.outputs.containerName);
  return { task, attached: true, endedBefore: isOwn && ended, attempt: options.firstAttempt ?? 1 };
}

async function renewed(options: StartOptions): Promise<StartOptions> {
  const runId = (await options.renew?.()) ?? randomUUID().replaceAll("-", "");
  return { ...options, runId, resumed: undefined, firstAttempt: 1 };
}

/** If an earlier process began this run, "not started" would be a guess. */
function notLookedUp({ resumed }: StartOptions, error: unknown): Started {
  if (!resumed) return refused(reasonOf(awsErrorText(error)), awsErrorText(error));
  const kind = awsErrorKind(error);
  const cause = kind === "credentials" || kind === "denied" ? "credentials" : "unreadable";
  const detail = `an earlier run of this command may have started a task, and it could not be looked up: ${awsErrorText(error)}`;
  return { verdict: { kind: "unknown", cause, detail } };
}

function adoptOrRefuse(options: StartOptions, task: Task): Started {
  const { containerName, taskDefinitionFamily } = options.outputs;
  if (canJoin(options, task, containerName)) return attachedTo(options, task, false);
  const { taskArn = "" } = task;
  const detail = `task ${taskArn} of family ${taskDefinitionFamily} is running`;
  return { verdict: { kind: "notStarted", reason: "busy", detail, taskArn } };
}

async function runTaskUntilStarted(options: StartOptions): Promise<Started> {
  const { clock, signal } = options;
  const begin = clock.now();
  let attempt = options.firstAttempt ?? 1;
  // True while a task may run of which no answer has spoken.
  let unanswered = (options.resumed?.attempt ?? 0) > 0;
  let last: NoTask | undefined;
  for (let tries = 1; !signal?.aborted; tries++) {
    await options.onAttempt?.(attempt);
    const outcome = await tryRunTask(options, runTaskInput(options, attempt));
    if ("task" in outcome) return started(options, outcome, attempt);
    unanswered = outcome.answer === "lost" || (outcome.answer === "refused" && unanswered);
    last = outcome;
    const delay = delayMs(outcome.again, tries, clock.random());
    if (clock.now() + delay > begin + budgetMs(outcome.again, options) || signal?.aborted) break;
    options.say(`RunTask started nothing (${outcome.detail}); trying again.`);
    await clock.sleep(delay, signal);
    // ECS may have started a task after it had said that it could not (apache/airflow#16150), so a new token needs a look.
    const seen = outcome.answer === "nothingStarted" ? await lookAgain(options) : "unseen";
    if (typeof seen === "object") return "verdict" in seen ? seen : { ...seen, attempt };
    if (seen === "free") attempt++;
  }
  if (signal?.aborted) return unanswered ? stoppedUnanswered : stoppedBefore;
  const { reason, detail } = last as NoTask;
  return unanswered ? findLostTask(options, detail, attempt) : refused(reason, detail);
}

/**
 * The run's own task, or another one that began while this one waited for room. `free` only if ECS was asked and listed
 * neither.
 */
async function lookAgain(options: StartOptions): Promise<Started | "free" | "unseen"> {
  try {
    const tasks = await readFamily(options);
    const own = ownTask(tasks, options.runId);
    if (own) return attachedTo(options, own, false);
    const running = await findRunning(options, tasks, options);
    return running ? adoptOrRefuse(options, running) : "free";
  } catch {
    // The old token goes on: with it RunTask starts nothing twice.
    return "unseen";
  }
}

function started(options: StartOptions, { task, adopted, foundAt }: FoundTask, attempt: number): Started {
  // A token that was used before answers with the task of then.
  const { createdAt } = task;
  const isOld = createdAt !== undefined && createdAt.getTime() < foundAt - EARLIER_MS;
  const ended = hasEnded(task, options.outputs.containerName);
  return {
    task,
    attached: adopted || isOld,
    endedBefore: isOld && (ended || task.lastStatus !== "RUNNING"),
    attempt,
  };
}

type Again = "capacity" | "passing" | "never";

function delayMs(again: Again, tries: number, random: number): number {
  const first = again === "capacity" ? CAPACITY_FIRST_MS : RETRY_FIRST_MS;
  return backoffMs(tries - 1, first, RETRY_MOST_MS, random);
}

function budgetMs(again: Again, { capacityWaitMs = CAPACITY_WAIT_MS }: StartOptions): number {
  return { capacity: capacityWaitMs, passing: UNREACHABLE_MS, never: Number.NEGATIVE_INFINITY }[again];
}

/** An answer of RunTask was lost, so a task may run all the same: only a listing can show it, and its silence proves nothing. */
async function findLostTask(options: StartOptions, detail: string, attempt: number): Promise<Started> {
  for (const ms of LOST_LOOKS_MS) {
    await options.clock.sleep(ms, options.signal);
    if (options.signal?.aborted) return stoppedUnanswered;
    try {
      const own = ownTask(await readFamily(options), options.runId);
      if (own) return { ...attachedTo(options, own, false), attempt };
    } catch (error) {
      if (options.signal?.aborted) return stoppedUnanswered;
      return {
        verdict: { kind: "unknown", cause: "lost", detail: `${detail}; then ${awsErrorText(error)}` },
      };
    }
  }
  return {
    verdict: {
      kind: "unknown",
      cause: "lost",
      detail: `an answer of RunTask was lost, so a task may run (${detail})`,
    },
  };
}

interface FoundTask {
  readonly task: Task;
  readonly adopted: boolean;
  /** By AWS's clock as far as it is known, in milliseconds since the epoch. */
  readonly foundAt: number;
}

interface NoTask {
  readonly reason: NotStartedReason;
  readonly detail: string;
  /** `nothingStarted`: ECS spoke for this token. `refused`: it did not take the call. `lost`: nobody knows. */
  readonly answer: "nothingStarted" | "refused" | "lost";
  readonly again: Again;
}

async function tryRunTask(options: StartOptions, input: RunTaskCommandInput): Promise<FoundTask | NoTask> {
  try {
    const { tasks, failures, answeredAt } = await options.ecs.runTask(input, options.signal);
    const task = tasks?.[0];
    if (task?.taskArn) return { task, adopted: false, foundAt: answeredAt ?? options.clock.now() };
    const failure = failures?.[0];
    if (failure) {
      const { reason, detail } = judgeFailures(failure);
      return { reason, detail, answer: "nothingStarted", again: mayFindRoom(reason) ? "capacity" : "never" };
    }
    // ECS always says one or the other, so this is no answer of ECS's.
    const detail = "RunTask answered with no task and no failure";
    return { reason: "other", detail, answer: "lost", again: "passing" };
  } catch (error) {
    return (await adoptConflict(options, error)) ?? refusedOrLost(error);
  }
}

/** ConflictException: the token was used with other parameters; its `resourceIds` name the task that it started. */
async function adoptConflict(options: StartOptions, error: unknown): Promise<FoundTask | undefined> {
  const { name, resourceIds } = error as { name?: string; resourceIds?: string[] };
  const [taskArn] = resourceIds ?? [];
  if (name !== "ConflictException" || taskArn === undefined) return undefined;
  // The watch looks again, so a look that fails here costs nothing.
  const [task] = await describeTasks(options, [taskArn]).catch(() => []);
  return { task: task ?? { taskArn }, adopted: true, foundAt: options.clock.now() };
}

/** Only what ECS itself names is a refusal; after anything else the call may have been carried out. */
function refusedOrLost(error: unknown): NoTask {
  const detail = awsErrorText(error);
  const reason = reasonOf(detail);
  if (mayFindRoom(reason)) return { reason, detail, answer: "refused", again: "capacity" };
  const kind = awsErrorKind(error);
  const answer = isRefusedByEcs(error) ? "refused" : "lost";
  const passes = isPassing(kind) || (answer === "lost" && kind === "other");
  return { reason, detail, answer, again: passes ? "passing" : "never" };
}

function refused(reason: NotStartedReason, detail: string): Started {
  return { verdict: { kind: "notStarted", reason, detail } };
}
