/**
 * Starts the migration task once: an already running task of the same family is attached to or refused, a lost answer of
 * RunTask is asked for again under the same clientToken, and only what never started is tried again.
 */
import { randomUUID } from "node:crypto";
import type { RunTaskCommandInput, Task } from "@aws-sdk/client-ecs";
import { awsErrorKind, awsErrorText, isPassing } from "../aws/errors.ts";
import { failureReason, type NotStartedReason, type Verdict } from "../verdict/verdict.ts";
import { backoffMs } from "./clock.ts";
import { canJoin, describeTasks, findOwnRun, findOwnTask, findRunning } from "./find.ts";
import { runTaskInput, type StartOptions } from "./request.ts";

/** RunTask is tried this often where ECS had no room, or its answer was lost. */
export const RUN_TASK_TRIES = 4;
const RETRY_FIRST_MS = 5_000;
const RETRY_MOST_MS = 30_000;

export type Started =
  | { readonly task: Task; readonly attached: boolean }
  | { readonly verdict: Extract<Verdict, { kind: "notStarted" | "unknown" }> };

/** Finds the run's own task, attaches, refuses or starts: in this order. */
export async function startTask(options: StartOptions): Promise<Started> {
  let current = options;
  try {
    const own = await findOwnRun(options);
    if (own === "renew") current = await renewed(options);
    else if (own === "forgotten") return forgotten;
    else if (own) return { task: own, attached: true };
    const running = await findRunning(current);
    if (running) return adoptOrRefuse(current, running);
  } catch (error) {
    return notLookedUp(current, error);
  }
  return runTask(current);
}

const forgotten: Started = {
  verdict: {
    kind: "unknown",
    cause: "lost",
    detail: "an earlier run of this command called RunTask, and ECS no longer says whether a task came of it",
  },
};

async function renewed(options: StartOptions): Promise<StartOptions> {
  const runId = (await options.renew?.()) ?? randomUUID().replaceAll("-", "");
  return { ...options, runId, resumed: false, knownTask: null, mayBeForgotten: false, firstAttempt: 1 };
}

/** Where an earlier process began this run, "not started" would be a guess. */
function notLookedUp({ resumed }: StartOptions, error: unknown): Started {
  if (!resumed) return refused(refusalReason(error), awsErrorText(error));
  const kind = awsErrorKind(error);
  const cause = kind === "credentials" || kind === "denied" ? "credentials" : "unreadable";
  const detail = `an earlier run of this command may have started a task, and it could not be looked up: ${awsErrorText(error)}`;
  return { verdict: { kind: "unknown", cause, detail } };
}

function adoptOrRefuse(options: StartOptions, task: Task): Started {
  if (canJoin(options, task)) return { task, attached: true };
  const { taskArn = "" } = task;
  const detail = `task ${taskArn} of family ${options.outputs.taskDefinitionFamily} is running`;
  return { verdict: { kind: "notStarted", reason: "busy", detail, taskArn } };
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
  const [task] = await describeTasks(options, [taskArn]).catch(() => []);
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
