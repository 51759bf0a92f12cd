/**
 * Watches one task to its end, its log beside it. A loop of our own, since the SDK's waiters are wrong for this job: the
 * one for RUNNING fails where a task ends between two polls, the one for STOPPED swallows every error, looks at no exit
 * code, and may notice an end ten minutes late.
 */
import type { Task } from "@aws-sdk/client-ecs";
import type { EcsApi } from "../aws/clients.ts";
import { awsErrorKind, awsErrorText, GarbledAnswerError, isPassing } from "../aws/errors.ts";
import { namedContainer } from "../verdict/judge.ts";
import { backoffMs, type Clock } from "./clock.ts";
import { hasEnded } from "./family.ts";
import type { LiveTail } from "./liveTail.ts";
import { drain, type LogFollower } from "./logFollower.ts";

/**
 * How soon the next call comes, in milliseconds. A short wait deserves a quick look, and a long one does not notice some
 * hundred milliseconds more: so the delay is a share of the time waited so far, within bounds.
 */
interface Pace {
  readonly least: number;
  readonly most: number;
  readonly share: number;
}

/** DescribeTasks until the task runs. */
const PENDING: Pace = { least: 250, most: 1_000, share: 0.1 };
/** GetLogEvents in the first seconds of its run: the result line comes this way, and most migrations are over by then. */
const FIRST_LINES: Pace = { least: 100, most: 250, share: 0.05 };
/** GetLogEvents from then on; a line shows within 2 s, the call itself included. */
const LINES: Pace = { least: 250, most: 1_800, share: 0.01 };
/** GetLogEvents until the task runs: awslogs makes the stream with the container's first line. */
const NO_LINES_YET_MS = 2_000;
const LOGS_RETRY_MS = 1_000;
/** DescribeTasks while it runs: only for what ends without a result line. */
const DESCRIBE_FIRST_MS = 1_000;
const DESCRIBE_MOST_MS = 6_000;
/** The same while lines are pushed: a container that ends without a result line is noticed as much later. */
const DESCRIBE_MOST_PUSHED_MS = 15_000;
/** Live Tail opens then: a short migration is over sooner, and is judged sooner by asking. */
const PUSH_AFTER_MS = 5_000;
/** An update may hold what came in, and was read, in the second before its session. */
const PUSH_OVERLAP_MS = 1_000;
/** GetLogEvents while lines are pushed: to read back what has been shown, and what has not. */
const READ_BACK_MS = 120_000;
const READ_BACK_LINES = 2_000;
/**
 * DescribeTasks after the result line, in milliseconds from one to the next: only the exit code is missing then. The lab's
 * ECS has it at once, and Fargate some 10 s after the container's end (recorded events, aws-truth 11).
 */
const RESULT_DELAYS_MS = [50, 250, 1_000, 2_000, 3_000, 3_000, 1_500] as const;
const RESULT_MOST_MS = 3_000;
/** The log is read again so long after a result line: one that came from a file's own output is followed by others. */
const AFTER_RESULT_MS = 15_000;
/** DescribeTasks may not know a task yet that RunTask has just answered with: it counts as pending for as long as this. */
const NOT_YET_VISIBLE_MS = 60_000;
/** So many answers of MISSING in a row, after the task was seen, mean that ECS forgot it. */
const FORGOTTEN_AFTER = 3;
/** So many refusals in a row (expired credentials, access denied) end the watch: they do not pass by waiting. */
const GIVE_UP_AFTER = 3;

export interface WatchOptions {
  readonly ecs: EcsApi;
  readonly clock: Clock;
  readonly follower: LogFollower;
  /** Pushes the lines of a task that runs for long; without one they are asked for. */
  readonly tail?: LiveTail;
  readonly clusterArn: string;
  readonly taskArn: string;
  readonly containerName: string;
  /** Milliseconds from now; the task itself is left running when they are over. */
  readonly timeoutMs: number;
  /** Aborts when the script is asked to stop. */
  readonly signal?: AbortSignal;
  /** Called with each new `lastStatus`. */
  readonly onStatus?: (status: string) => void;
  /** Called once if the result line is there and ECS has no exit code yet. */
  readonly onFinished?: () => void;
}

export interface Watched {
  readonly end: "stopped" | "forgotten" | "neverSeen" | "timeout" | "cancelled" | "refused";
  /** As DescribeTasks last showed it. */
  readonly task: Task | undefined;
  /** For `refused`: AWS's words, and whether they are about the credentials. */
  readonly detail: string | null;
  readonly isDenied: boolean;
}

/** Resolves when the task is over, when it cannot be watched any further, or when time is up; never rejects for AWS's answers. */
export async function watchTask(options: WatchOptions): Promise<Watched> {
  try {
    return await watchToEnd(options);
  } finally {
    await options.tail?.close();
  }
}

async function watchToEnd(options: WatchOptions): Promise<Watched> {
  const { clock, follower, tail, signal } = options;
  const watch = new TaskWatch(options);
  const deadline = clock.now() + options.timeoutMs;
  let nextLogs = clock.now();
  let nextDescribe = clock.now() + PENDING.least;
  for (;;) {
    if (signal?.aborted) return watch.ended("cancelled");
    const hadResult = follower.result !== undefined;
    if (tail && followPushes(tail, follower, watch.runningMs)) nextLogs = clock.now();
    if (clock.now() >= nextLogs) {
      await follower.poll(tail?.isLive === true, signal);
      if (follower.lines > 0) watch.runs();
      nextLogs = clock.now() + logDelayMs(options, watch.runningMs);
    }
    if (!hadResult && follower.result) nextDescribe = clock.now();
    if (clock.now() >= nextDescribe && !signal?.aborted) {
      const ranBefore = watch.runningMs !== undefined;
      // After the result line both answers are needed; one need not wait for the other.
      const readsOn = follower.result !== undefined && !follower.atEnd;
      const [end] = await Promise.all([watch.look(), readsOn ? follower.poll(true, signal) : undefined]);
      if (end === "stopped" && watch.mayHaveRun) {
        if (!readsOn) follower.readAgain();
        await drain(follower, clock, signal);
      }
      if (end) return watch.ended(end);
      if (follower.result) watch.finished();
      nextDescribe = clock.now() + watch.delayMs(follower.result !== undefined);
      if (!ranBefore && watch.runningMs !== undefined) nextLogs = Math.min(nextLogs, clock.now());
    }
    if (clock.now() >= deadline) return watch.ended("timeout");
    const wake = Math.min(nextLogs, nextDescribe, deadline, tail?.deadAt ?? deadline);
    await (tail ?? clock).sleep(Math.max(wake - clock.now(), 0), signal);
  }
}

/**
 * Opens Live Tail when it is time, and prints what it has pushed.
 *
 * @param runningMs the time since the task was first seen to run; undefined if it was not
 * @returns whether the log must be read now: the session began or ended, or many lines are to be read back
 */
function followPushes(tail: LiveTail, follower: LogFollower, runningMs = 0): boolean {
  // Without a line there may be no stream yet.
  if (follower.lines > 0 && follower.warning === undefined && !tail.isOver) {
    if (runningMs >= PUSH_AFTER_MS - PUSH_OVERLAP_MS) follower.expectPushes();
    if (runningMs >= PUSH_AFTER_MS) tail.open();
  }
  const { turned, lines } = tail.read();
  follower.print(lines);
  if (tail.isOver) follower.expectNoPushes();
  return turned || follower.unread >= READ_BACK_LINES;
}

/** @param waitedMs the time waited so far */
function paceMs({ least, most, share }: Pace, waitedMs: number): number {
  return Math.min(Math.max(Math.round(waitedMs * share), least), most);
}

/** @param runningMs the time since the task was first seen to run; undefined if it was not */
function logDelayMs({ follower, clock, tail }: WatchOptions, runningMs: number | undefined): number {
  if (follower.warning !== undefined) return Number.MAX_SAFE_INTEGER;
  if (follower.failures > 0) return backoffMs(follower.failures, LOGS_RETRY_MS, 15_000, clock.random());
  if (follower.result !== undefined && follower.atEnd) return AFTER_RESULT_MS;
  if (runningMs === undefined) return NO_LINES_YET_MS;
  if (tail?.isLive) return READ_BACK_MS;
  return paceMs(runningMs < PUSH_AFTER_MS ? FIRST_LINES : LINES, runningMs);
}

/** What the looks at one task have shown so far. */
class TaskWatch {
  readonly #options: WatchOptions;
  readonly #startedAt: number;
  #task: Task | undefined;
  #status = "";
  #runningSince: number | undefined;
  /** Looks since the task was seen to run, and since its result line. */
  #looksRunning = 0;
  #looksAfterResult = 0;
  #failures = 0;
  #refusals = 0;
  #missing = 0;
  #detail: string | null = null;
  #isDenied = false;
  #isFinished = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Milliseconds since the task was first seen to run, by its status or its log. */
  get runningMs(): number | undefined {
    return this.#runningSince === undefined ? undefined : this.#options.clock.now() - this.#runningSince;
  }

  runs(): void {
    this.#runningSince ??= this.#options.clock.now();
  }

  ended(end: Watched["end"]): Watched {
    return { end, task: this.#task, detail: this.#detail, isDenied: this.#isDenied };
  }

  /** The container has said its last word, and ECS does not know that it ended. */
  finished(): void {
    if (!this.#isFinished) this.#options.onFinished?.();
    this.#isFinished = true;
  }

  /** False if ECS says that the named container never came to run: then no line is to come. */
  get mayHaveRun(): boolean {
    if (this.#task?.stopCode !== "TaskFailedToStart") return true;
    const container = namedContainer(this.#task, this.#options.containerName);
    return container?.runtimeId !== undefined || typeof container?.exitCode === "number";
  }

  /** One DescribeTasks. Answers how the watch ends, or undefined if it goes on. */
  async look(): Promise<Watched["end"] | undefined> {
    const { ecs, clusterArn, taskArn, signal } = this.#options;
    try {
      const answer = await ecs.describeTasks({ cluster: clusterArn, tasks: [taskArn] }, signal);
      // A proxy that answers `{}` must not count as "no such task".
      if (!answer.tasks) throw new GarbledAnswerError("DescribeTasks", "tasks");
      this.#failures = 0;
      this.#refusals = 0;
      return this.#read(answer.tasks[0]);
    } catch (error) {
      return signal?.aborted ? undefined : this.#note(error);
    }
  }

  /** Milliseconds until the next look; slower after failures. */
  delayMs(resultSeen: boolean): number {
    const { clock, tail } = this.#options;
    const random = clock.random();
    const most = tail?.isLive ? DESCRIBE_MOST_PUSHED_MS : DESCRIBE_MOST_MS;
    if (this.#failures > 0) return backoffMs(this.#failures, DESCRIBE_FIRST_MS, 15_000, random);
    if (resultSeen) return RESULT_DELAYS_MS[this.#looksAfterResult++] ?? RESULT_MOST_MS;
    if (this.#runningSince !== undefined)
      return backoffMs(Math.floor(this.#looksRunning++ / 3), DESCRIBE_FIRST_MS, most, random);
    const pending = paceMs(PENDING, clock.now() - this.#startedAt);
    return backoffMs(0, pending, pending, random);
  }

  #read(task: Task | undefined): Watched["end"] | undefined {
    if (!task) return this.#readMissing();
    this.#missing = 0;
    this.#task = task;
    if (task.lastStatus === "RUNNING") this.runs();
    if (task.lastStatus && task.lastStatus !== this.#status) {
      this.#status = task.lastStatus;
      this.#options.onStatus?.(task.lastStatus);
    }
    return hasEnded(task, this.#options.containerName) ? "stopped" : undefined;
  }

  #readMissing(): Watched["end"] | undefined {
    if (this.#task) return ++this.#missing >= FORGOTTEN_AFTER ? "forgotten" : undefined;
    return this.#options.clock.now() - this.#startedAt >= NOT_YET_VISIBLE_MS ? "neverSeen" : undefined;
  }

  #note(error: unknown): Watched["end"] | undefined {
    const kind = awsErrorKind(error);
    this.#failures++;
    if (isPassing(kind)) return undefined;
    this.#detail = awsErrorText(error);
    this.#isDenied = kind === "credentials" || kind === "denied";
    return ++this.#refusals >= GIVE_UP_AFTER ? "refused" : undefined;
  }
}
