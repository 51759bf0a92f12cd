/**
 * Starts the migration task once: an already running task of the same family is attached to or refused, a lost answer of
 * RunTask is asked for again under the same clientToken, and only what never started is tried again.
 */
import { createHash } from "node:crypto";
import type { RunTaskCommandInput, Task } from "@aws-sdk/client-ecs";
import type { EcsApi } from "./aws.ts";
import { awsErrorKind, awsErrorText, isPassing } from "./aws.ts";
import { backoffMs, type Clock } from "./clock.ts";
import { type Operation, operationCommand, operationText } from "./operations.ts";
import type { Outputs } from "./outputs.ts";
import type { Origin } from "./report.ts";
import { failureReason, type NotStartedReason, type Verdict } from "./verdict.ts";

/** RunTask is tried this often where ECS had no room, or its answer was lost. */
export const RUN_TASK_TRIES = 4;
const RETRY_FIRST_MS = 5_000;
const RETRY_MOST_MS = 30_000;

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
  /** Attempts that an earlier process of the same run has already made. */
  readonly firstAttempt?: number;
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
  try {
    const own = await findOwnTask(options);
    if (own) return { task: own, attached: true };
    const running = await findRunning(options);
    if (running) return adoptOrRefuse(options, running);
  } catch (error) {
    return refused(refusalReason(error), awsErrorText(error));
  }
  return runTask(options);
}

/** The task that an earlier process of this very run started, running or stopped within the last hour. */
async function findOwnTask({ ecs, outputs, runId }: StartOptions): Promise<Task | undefined> {
  const cluster = outputs.clusterArn;
  for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
    // startedBy "must be the only filter" beside desiredStatus (Amazon ECS API reference, ListTasks).
    const { taskArns } = await ecs.listTasks({ cluster, startedBy: startedBy(runId), desiredStatus });
    const tasks = await describe(ecs, cluster, taskArns);
    const ran = tasks.find((task) => task.stopCode !== "TaskFailedToStart");
    if (ran) return ran;
  }
  return undefined;
}

/** A task of the family that is starting or running, whoever started it: waits for its end where that was asked for. */
async function findRunning(options: StartOptions): Promise<Task | undefined> {
  const { ecs, outputs, clock, signal } = options;
  const deadline = clock.now() + options.waitMs;
  const cluster = outputs.clusterArn;
  for (let looks = 0; ; looks++) {
    const { taskArns } = await ecs.listTasks({
      cluster,
      family: outputs.taskDefinitionFamily,
      desiredStatus: "RUNNING",
    });
    const [running] = await describe(ecs, cluster, taskArns);
    if (!running || isSameRun(options, running) || signal?.aborted || clock.now() >= deadline) return running;
    if (looks === 0) options.say(`Waiting for task ${running.taskArn}, which runs on the same database.`);
    await clock.sleep(backoffMs(looks, 1_000, 10_000, clock.random()), signal);
  }
}

async function describe(ecs: EcsApi, cluster: string, taskArns: string[] | undefined): Promise<Task[]> {
  if (!taskArns || taskArns.length === 0) return [];
  const { tasks } = await ecs.describeTasks({ cluster, tasks: taskArns });
  return tasks ?? [];
}

function isSameRun({ taskDefinition, operation, outputs }: StartOptions, task: Task): boolean {
  const override = task.overrides?.containerOverrides?.find(
    (candidate) => candidate.name === outputs.containerName,
  );
  const command = override?.command ?? [];
  return task.taskDefinitionArn === taskDefinition && command.join(" ") === operationText(operation);
}

/** `up` of the same revision is the same work, whoever asked for it; `down` twice is two steps, so it is never shared. */
function adoptOrRefuse(options: StartOptions, task: Task): Started {
  if (isSameRun(options, task) && options.operation.name !== "down") return { task, attached: true };
  return refused(
    "busy",
    `task ${task.taskArn ?? ""} of family ${options.outputs.taskDefinitionFamily} is running`,
  );
}

async function runTask(options: StartOptions): Promise<Started> {
  const { ecs, clock, signal } = options;
  let attempt = options.firstAttempt ?? 1;
  for (let tries = 1; ; tries++) {
    const outcome = await tryRunTask(ecs, runTaskInput(options, attempt), options.outputs.clusterArn);
    if ("task" in outcome) return { task: outcome.task, attached: outcome.adopted };
    const over = tries >= RUN_TASK_TRIES || signal?.aborted === true;
    if (over && outcome.again === "sameToken") return findLostTask(options, outcome.detail);
    if (over || !outcome.again) return refused(outcome.reason, outcome.detail);
    options.say(
      `RunTask started nothing (${outcome.detail}); trying again (${tries + 1} of ${RUN_TASK_TRIES}).`,
    );
    // Same token where the answer may only have been lost, a new one where ECS said that nothing was started.
    if (outcome.again === "newAttempt") attempt++;
    await clock.sleep(backoffMs(tries - 1, RETRY_FIRST_MS, RETRY_MOST_MS, clock.random()), signal);
  }
}

/** Every answer of RunTask was lost, so a task may run all the same: only a listing can tell, and its silence proves nothing. */
async function findLostTask(options: StartOptions, detail: string): Promise<Started> {
  try {
    const own = await findOwnTask(options);
    if (own) return { task: own, attached: true };
  } catch (error) {
    return { verdict: { kind: "unknown", cause: "lost", detail: `${detail}; then ${awsErrorText(error)}` } };
  }
  return {
    verdict: { kind: "unknown", cause: "lost", detail: `every answer of RunTask was lost (${detail})` },
  };
}

type RunTaskOutcome =
  | { task: Task; adopted: boolean }
  | { reason: NotStartedReason; detail: string; again: "sameToken" | "newAttempt" | false };

async function tryRunTask(ecs: EcsApi, input: RunTaskCommandInput, cluster: string): Promise<RunTaskOutcome> {
  try {
    const { tasks, failures } = await ecs.runTask(input);
    const failure = failures?.[0];
    if (failure) {
      const reason = failureReason(failure.reason ?? "");
      const detail = [failure.reason, failure.detail, failure.arn].filter(Boolean).join(": ");
      return { reason, detail, again: reason === "capacity" || reason === "agent" ? "newAttempt" : false };
    }
    const task = tasks?.[0];
    if (task?.taskArn) return { task, adopted: false };
    return { reason: "other", detail: "RunTask answered with no task and no failure", again: false };
  } catch (error) {
    return adoptConflict(ecs, cluster, error);
  }
}

/** ConflictException: the token was used with other parameters; its `resourceIds` name the task that it started. */
async function adoptConflict(ecs: EcsApi, cluster: string, error: unknown): Promise<RunTaskOutcome> {
  const { name, resourceIds } = error as { name?: string; resourceIds?: string[] };
  if (name === "ConflictException" && resourceIds?.[0]) {
    const [task] = await describe(ecs, cluster, resourceIds.slice(0, 1));
    return { task: task ?? { taskArn: resourceIds[0] }, adopted: true };
  }
  const capacity = /capacity is unavailable|concurrent tasks|provisioning/i.test(awsErrorText(error));
  if (capacity) return { reason: "capacity", detail: awsErrorText(error), again: "newAttempt" };
  const again = isPassing(awsErrorKind(error)) ? "sameToken" : false;
  return { reason: refusalReason(error), detail: awsErrorText(error), again };
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
