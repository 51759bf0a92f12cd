/**
 * Watches one task to its end, its log beside it. A loop of our own, since the SDK's waiters are wrong for this job: the
 * one for RUNNING fails where a task ends between two polls, the one for STOPPED swallows every error, looks at no exit
 * code, and may notice an end ten minutes late.
 */
import type { Container, Task } from "@aws-sdk/client-ecs";
import type { EcsApi } from "./aws.ts";
import { awsErrorKind, awsErrorText, isPassing } from "./aws.ts";
import { backoffMs, type Clock } from "./clock.ts";
import { drain, type LogFollower } from "./logs.ts";

const DESCRIBE_FIRST_MS = 1_000;
const DESCRIBE_MOST_MS = 6_000;
/** After the result line the container is about to end: the next looks come soon. */
const DESCRIBE_AFTER_RESULT_MS = 250;
const LOGS_MS = 1_000;
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
  readonly clusterArn: string;
  readonly taskArn: string;
  readonly containerName: string;
  /** Milliseconds from now; the task itself is left running when they are over. */
  readonly timeoutMs: number;
  /** Aborts when the script is asked to stop. */
  readonly signal?: AbortSignal;
  /** Called with each new `lastStatus`. */
  readonly onStatus?: (status: string) => void;
}

export interface Watched {
  readonly end: "stopped" | "forgotten" | "neverSeen" | "timeout" | "cancelled" | "refused";
  /** As DescribeTasks last showed it. */
  readonly task: Task | undefined;
  /** For `refused`: AWS's words. */
  readonly detail: string | null;
}

/** Resolves when the task is over, when it cannot be watched any further, or when time is up; never rejects for AWS's answers. */
export async function watchTask(options: WatchOptions): Promise<Watched> {
  const { clock, follower, signal } = options;
  const watch = new TaskWatch(options);
  const deadline = clock.now() + options.timeoutMs;
  let nextLogs = clock.now();
  let nextDescribe = clock.now() + DESCRIBE_FIRST_MS / 2;
  for (;;) {
    if (signal?.aborted) return watch.ended("cancelled");
    if (clock.now() >= nextLogs) {
      const hadResult = follower.result !== undefined;
      await follower.poll();
      if (!hadResult && follower.result) nextDescribe = clock.now();
      nextLogs = clock.now() + logDelayMs(follower, clock);
    }
    if (clock.now() >= nextDescribe) {
      const end = await watch.look();
      if (end === "stopped") await drain(follower, clock, signal);
      if (end) return watch.ended(end);
      nextDescribe = clock.now() + watch.delayMs(follower.result !== undefined);
    }
    if (clock.now() >= deadline) return watch.ended("timeout");
    const wake = Math.min(nextLogs, nextDescribe, deadline);
    await clock.sleep(Math.max(wake - clock.now(), 0), signal);
  }
}

function logDelayMs(follower: LogFollower, clock: Clock): number {
  if (follower.warning !== undefined) return Number.MAX_SAFE_INTEGER;
  if (follower.failures > 0) return backoffMs(follower.failures, LOGS_MS, 15_000, clock.random());
  return LOGS_MS;
}

/** What the looks at one task have shown so far. */
class TaskWatch {
  readonly #options: WatchOptions;
  readonly #startedAt: number;
  #task: Task | undefined;
  #status = "";
  #looks = 0;
  #failures = 0;
  #refusals = 0;
  #missing = 0;
  #detail: string | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  ended(end: Watched["end"]): Watched {
    return { end, task: this.#task, detail: this.#detail };
  }

  /** One DescribeTasks. Answers how the watch ends, or undefined where it goes on. */
  async look(): Promise<Watched["end"] | undefined> {
    const { ecs, clusterArn, taskArn } = this.#options;
    this.#looks++;
    try {
      const answer = await ecs.describeTasks({ cluster: clusterArn, tasks: [taskArn] });
      this.#failures = 0;
      this.#refusals = 0;
      return this.#take(answer.tasks?.[0]);
    } catch (error) {
      return this.#note(error);
    }
  }

  /** Milliseconds until the next look: 1 s growing to 6 s; soon after the result line; slower after failures. */
  delayMs(resultSeen: boolean): number {
    const random = this.#options.clock.random();
    if (this.#failures > 0) return backoffMs(this.#failures, DESCRIBE_FIRST_MS, 15_000, random);
    if (resultSeen) return DESCRIBE_AFTER_RESULT_MS;
    return backoffMs(Math.floor(this.#looks / 3), DESCRIBE_FIRST_MS, DESCRIBE_MOST_MS, random);
  }

  #take(task: Task | undefined): Watched["end"] | undefined {
    if (!task) return this.#takeMissing();
    this.#missing = 0;
    this.#task = task;
    if (task.lastStatus && task.lastStatus !== this.#status) {
      this.#status = task.lastStatus;
      this.#options.onStatus?.(task.lastStatus);
    }
    return isOver(task, this.#options.containerName) ? "stopped" : undefined;
  }

  #takeMissing(): Watched["end"] | undefined {
    if (this.#task) return ++this.#missing >= FORGOTTEN_AFTER ? "forgotten" : undefined;
    return this.#options.clock.now() - this.#startedAt >= NOT_YET_VISIBLE_MS ? "neverSeen" : undefined;
  }

  #note(error: unknown): Watched["end"] | undefined {
    const kind = awsErrorKind(error);
    this.#failures++;
    if (isPassing(kind)) return undefined;
    this.#detail = awsErrorText(error);
    return ++this.#refusals >= GIVE_UP_AFTER ? "refused" : undefined;
  }
}

/**
 * A task is over when ECS says STOPPED, and already when it is on its way there and the named container has its exit code:
 * what follows is the teardown of the network, which takes Fargate many seconds and changes nothing.
 */
function isOver(task: Task, containerName: string): boolean {
  if (task.lastStatus === "STOPPED") return true;
  const container: Container | undefined = task.containers?.find(
    (candidate) => candidate.name === containerName,
  );
  const ended = container?.lastStatus === "STOPPED" && typeof container.exitCode === "number";
  return ended && task.desiredStatus === "STOPPED" && task.stopCode !== undefined;
}
