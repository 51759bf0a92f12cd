/** One operation as a one-off ECS task: start, watch, judge. */
import type { Task } from "@aws-sdk/client-ecs";
import type { EcsApi, LogsApi } from "../aws/clients.ts";
import type { Operation } from "../contract/operations.ts";
import type { Origin } from "../contract/origin.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { ResultLine } from "../contract/resultLine.ts";
import { type Evidence, judge, namedContainer } from "../verdict/judge.ts";
import { mayFindRoom } from "../verdict/notStartedReasons.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { backoffMs, type Clock } from "./clock.ts";
import type { Resumed } from "./find.ts";
import { LiveTail } from "./liveTail.ts";
import { drain, LogFollower } from "./logFollower.ts";
import { CAPACITY_WAIT_MS, type Started, type StartedTask, type StartOptions, startTask } from "./start.ts";
import { type Watched, type WatchOptions, watchTask } from "./watch.ts";

/** A task that was told to stop has its stopTimeout of 120 s, and ECS some time to say so, in milliseconds. */
const STOP_MS = 150_000;
/** Between two starts that ECS gave up for want of room. */
const CAPACITY_FIRST_MS = 5_000;
const CAPACITY_MOST_MS = 30_000;

interface EcsTaskDeps {
  readonly ecs: EcsApi;
  readonly logs: LogsApi;
  readonly clock: Clock;
  /** A line of the task's log. */
  readonly onLine: (line: string) => void;
  /** A word of the script's own. */
  readonly say: (line: string) => void;
  readonly onStatus?: (status: string) => void;
  /** Awaited as soon as there is a task: its ARN and log stream must be known before anything can go wrong. */
  readonly onTask?: (taskArn: string, logStream: string, attached: boolean) => Promise<void> | void;
  /** Awaited before each RunTask, with the attempt's number. */
  readonly onAttempt?: (attempt: number) => Promise<void> | void;
}

interface EcsTaskRequest {
  readonly outputs: Outputs;
  readonly taskDefinition: string;
  readonly operation: Operation;
  readonly origin: Origin;
  readonly runId: string;
  readonly timeoutMs: number;
  readonly waitMs: number;
  /** Calls StopTask when the script is asked to stop or time is up. By default the SQL is left running. */
  readonly stopOnCancel: boolean;
  readonly signal?: AbortSignal;
  /** A start for which there is no room yet is tried again for so long, in milliseconds. */
  readonly capacityWaitMs?: number;
  /** What an earlier process of this very run left behind; see `StartOptions`. */
  readonly resumed?: Resumed | undefined;
  /** Makes a new identity for the run; see `StartOptions`. */
  readonly renew?: () => Promise<string>;
}

/** When a migration itself began and ended, in milliseconds since the epoch. */
interface RunTimes {
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface EcsTaskRun {
  readonly verdict: Verdict;
  readonly task: TaskReport | null;
  readonly logStream: string | null;
  readonly logTail: readonly string[];
  readonly result: ResultLine | null;
  readonly warnings: readonly string[];
  /** True if the run's own task had ended before this process looked. */
  readonly endedBefore: boolean;
  /** null if neither the result line nor ECS says. */
  readonly times: RunTimes | null;
}

/** Runs an operation to its verdict. Rejects for nothing that AWS answers. */
export async function runEcsTask(deps: EcsTaskDeps, request: EcsTaskRequest): Promise<EcsTaskRun> {
  const { clock } = deps;
  const { signal, resumed, capacityWaitMs = CAPACITY_WAIT_MS } = request;
  const until = clock.now() + capacityWaitMs;
  let { runId } = request;
  let attempt = Math.max(resumed?.attempt ?? 1, 1);
  const renew = async (): Promise<string> => {
    if (request.renew) runId = await request.renew();
    return runId;
  };
  for (let starts = 1; ; starts++) {
    const start = startOptions(deps, { ...request, runId, renew }, attempt);
    // After the first start this process has seen for itself what became of the earlier one's task.
    const started = await startTask(starts === 1 ? start : { ...start, resumed: undefined });
    const run = await watchStarted(deps, request, started);
    const delay = backoffMs(starts - 1, CAPACITY_FIRST_MS, CAPACITY_MOST_MS, clock.random());
    const again = foundNoRoom(run) && clock.now() + delay <= until;
    if (!again || signal?.aborted || "verdict" in started) return run;
    deps.say("The task found no room to start; starting another.");
    await clock.sleep(delay, signal);
    attempt = started.attempt + 1;
  }
}

function foundNoRoom({ verdict, task }: EcsTaskRun): boolean {
  return verdict.kind === "notStarted" && mayFindRoom(verdict.reason) && task !== null;
}

function startOptions(deps: EcsTaskDeps, request: EcsTaskRequest, firstAttempt: number): StartOptions {
  const { ecs, clock, say, onAttempt } = deps;
  return { ...request, ecs, clock, say, ...(onAttempt ? { onAttempt } : {}), firstAttempt };
}

/** Watches a task that is already there, started by whomever. */
export async function attachToTask(
  deps: EcsTaskDeps,
  request: WatchRequest,
  task: Task,
): Promise<EcsTaskRun> {
  return watchStarted(deps, request, { task, attached: true, endedBefore: false, attempt: 1 });
}

type WatchRequest = Omit<EcsTaskRequest, "operation" | "origin" | "runId" | "waitMs">;

async function watchStarted(deps: EcsTaskDeps, request: WatchRequest, started: Started): Promise<EcsTaskRun> {
  if ("verdict" in started) return nothingStarted(started.verdict);
  const { outputs, timeoutMs, signal } = request;
  const taskArn = started.task.taskArn ?? "";
  const logStream = logStreamOf(outputs, taskArn);
  await deps.onTask?.(taskArn, logStream, started.attached);
  const { watch, tail } = watchOf(deps, outputs, taskArn, logStream);
  const { follower } = watch;
  const first = await watchTask({ ...watch, timeoutMs, tail, ...(signal ? { signal } : {}) });
  // ECS says nothing more, so the log is the only witness left.
  if (first.end === "forgotten" || first.end === "neverSeen") await drain(follower, deps.clock, signal);
  const { watched, warning } = await stopWhereAsked(request, watch, first);
  return {
    verdict: judgeWatched(watched, outputs.containerName, follower.result, taskArn, follower.tail),
    task: taskReport(watched.task ?? started.task, taskArn, outputs.containerName, started.attached),
    logStream,
    logTail: follower.tail,
    result: follower.result ?? null,
    warnings: [follower.warning, warning].filter((text) => text !== undefined),
    endedBefore: started.endedBefore || isOnlyInLog(started, first, follower.result),
    times: timesOf(watched.task ?? started.task, follower.result),
  };
}

/** ECS never showed the task that an earlier process had, and its log has a result: that is an earlier one. */
function isOnlyInLog(
  { task, attached }: StartedTask,
  { end }: Watched,
  result: ResultLine | undefined,
): boolean {
  return attached && task.lastStatus === undefined && end === "neverSeen" && result !== undefined;
}

/** By the container's own clock, or else by what ECS saw of it. */
function timesOf(task: Task, result: ResultLine | undefined): RunTimes | null {
  const startedAt = result ? Date.parse(result.startedAt) : task.startedAt?.getTime();
  if (startedAt === undefined || Number.isNaN(startedAt)) return null;
  const endedAt = result
    ? startedAt + result.durationMs
    : (task.executionStoppedAt ?? task.stoppedAt)?.getTime();
  return endedAt === undefined ? null : { startedAt, endedAt };
}

type Watch = Omit<WatchOptions, "timeoutMs" | "tail" | "signal">;

function watchOf(
  { ecs, logs, clock, onLine, onStatus, say }: EcsTaskDeps,
  outputs: Outputs,
  taskArn: string,
  logStream: string,
): { readonly watch: Watch; readonly tail: LiveTail } {
  const { clusterArn, containerName, logGroup } = outputs;
  const follower = new LogFollower({ logs, logGroup, logStream, onLine });
  const watch = {
    ecs,
    clock,
    follower,
    clusterArn,
    taskArn,
    containerName,
    ...(onStatus ? { onStatus } : {}),
    onFinished: () => say("The migration has finished; waiting for ECS to confirm its exit code."),
  };
  const logGroupArn = logGroupArnOf(outputs);
  return { watch, tail: new LiveTail({ start: logs.startLiveTail, clock, logGroupArn, logStream }) };
}

/** What the stop does to the database is worth the wait: the task has its stopTimeout to end in. */
async function stopWhereAsked(
  { stopOnCancel }: WatchRequest,
  watch: Watch,
  watched: Watched,
): Promise<{ readonly watched: Watched; readonly warning?: string }> {
  if (!stopOnCancel || (watched.end !== "cancelled" && watched.end !== "timeout")) return { watched };
  const warning = await stopTask(watch.ecs, watch.clusterArn, watch.taskArn);
  const last = await watchTask({ ...watch, timeoutMs: STOP_MS });
  return { watched: last.end === "stopped" ? last : watched, warning };
}

/** awslogs names a stream `<prefix>/<container>/<task id>` (Amazon ECS developer guide, "awslogs-stream-prefix"). */
function logStreamOf(outputs: Outputs, taskArn: string): string {
  return `${outputs.logStreamPrefix}/${outputs.containerName}/${taskArn.slice(taskArn.lastIndexOf("/") + 1)}`;
}

function logGroupArnOf({ partition, region, accountId, logGroup }: Outputs): string {
  return `arn:${partition}:logs:${region}:${accountId}:log-group:${logGroup}`;
}

/** Judges what the watch saw. A watch that ended before its task is never a success. */
function judgeWatched(
  watched: Watched,
  containerName: string,
  result: ResultLine | undefined,
  taskArn: string,
  logTail: readonly string[] = [],
): Verdict {
  const evidence: Evidence = { containerName, task: watched.task, result, logTail };
  switch (watched.end) {
    case "stopped":
      return judge(evidence);
    case "forgotten":
    case "neverSeen":
      return judge({ ...evidence, task: undefined, forgotten: true });
    case "timeout":
      return {
        kind: "unknown",
        cause: "timeout",
        detail: `task ${taskArn} was still running when time was up`,
      };
    case "cancelled":
      return {
        ...noVersions,
        kind: "interrupted",
        cause: "cancelled",
        detail: `task ${taskArn} was left running`,
      };
    case "refused":
      return {
        kind: "unknown",
        cause: watched.isDenied ? "credentials" : "unreadable",
        detail: watched.detail ?? "AWS refused DescribeTasks",
      };
  }
}

const noVersions = { from: null, to: null, files: [] } as const;

function nothingStarted(verdict: Verdict): EcsTaskRun {
  const nothing = { task: null, logStream: null, logTail: [], result: null, warnings: [] };
  return { ...nothing, verdict, endedBefore: false, times: null };
}

function taskReport(task: Task, arn: string, containerName: string, attached: boolean): TaskReport {
  const container = namedContainer(task, containerName);
  return {
    arn,
    taskDefinition: task.taskDefinitionArn ?? "",
    stopCode: task.stopCode ?? null,
    stoppedReason: task.stoppedReason ?? null,
    exitCode: container?.exitCode ?? null,
    attached,
  };
}

async function stopTask(ecs: EcsApi, cluster: string, task: string): Promise<string> {
  try {
    await ecs.stopTask({ cluster, task, reason: "ecs-migrate was stopped, with --stop-on-cancel" });
    return `task ${task} was told to stop`;
  } catch (error) {
    return `task ${task} could not be stopped (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** The ECS task of the run; absent if none was started. */
export interface TaskReport {
  readonly arn: string;
  readonly taskDefinition: string;
  readonly stopCode: string | null;
  readonly stoppedReason: string | null;
  readonly exitCode: number | null;
  /** True if the run was already there when this command came: it attached and started nothing. */
  readonly attached: boolean;
}
