/**
 * Follows one log stream: every line once, in order. Logs inform and never judge, so nothing here throws for what AWS
 * answers: a stream that cannot be read becomes a warning.
 */
import type { LogsApi } from "./aws.ts";
import { awsErrorKind, awsErrorText, isPassing } from "./aws.ts";
import type { Clock } from "./clock.ts";
import { parseResultLine, type ResultLine } from "./resultLine.ts";

/** As many of the last lines are kept for the report. */
const TAIL_LINES = 20;
/** One poll reads this many pages at the most, so that a flood of lines cannot keep the task from being looked at. */
const MAX_PAGES = 10;

export interface LogFollowerOptions {
  readonly logs: LogsApi;
  readonly logGroup: string;
  /** `<prefix>/<container>/<task id>`; filtered by stream and never by time, since an event can be older than the start that was noted. */
  readonly logStream: string;
  readonly onLine: (line: string) => void;
}

/** What one poll found. */
export interface Poll {
  /** Lines that were new. */
  readonly lines: number;
  /** True where the stream's end was reached: the forward token came back unchanged. */
  readonly atEnd: boolean;
}

export class LogFollower {
  readonly #options: LogFollowerOptions;
  #token: string | undefined;
  #result: ResultLine | undefined;
  #tail: string[] = [];
  #lines = 0;
  #warning: string | undefined;
  #failures = 0;

  constructor(options: LogFollowerOptions) {
    this.#options = options;
  }

  /** The last result line seen. */
  get result(): ResultLine | undefined {
    return this.#result;
  }

  /** The last lines, oldest first, without result lines. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Set where the stream cannot be read at all; polls do nothing from then on. */
  get warning(): string | undefined {
    return this.#warning;
  }

  /** Consecutive polls that failed for a passing reason. */
  get failures(): number {
    return this.#failures;
  }

  /** Reads what is new. GetLogEvents answers pages of at most 1 MB or 10,000 events, and an empty page may not be the last. */
  async poll(): Promise<Poll> {
    let lines = 0;
    for (let page = 0; page < MAX_PAGES && this.#warning === undefined; page++) {
      const read = await this.#readPage();
      if (read === undefined) break;
      lines += read.lines;
      if (read.atEnd) return { lines, atEnd: true };
      if (read.lines === 0) break;
    }
    return { lines, atEnd: this.#warning !== undefined };
  }

  async #readPage(): Promise<Poll | undefined> {
    const { logs, logGroup, logStream } = this.#options;
    const before = this.#token;
    try {
      const page = await logs.getLogEvents({
        logGroupName: logGroup,
        logStreamName: logStream,
        startFromHead: true,
        ...(before === undefined ? {} : { nextToken: before }),
      });
      this.#failures = 0;
      for (const event of page.events ?? []) this.#take(event.message ?? "");
      this.#token = page.nextForwardToken ?? before;
      return { lines: page.events?.length ?? 0, atEnd: before !== undefined && this.#token === before };
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  #take(message: string): void {
    this.#lines++;
    const line = message.replace(/\r?\n$/, "");
    const result = parseResultLine(line);
    if (result) {
      this.#result = result;
      return;
    }
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    this.#options.onLine(line);
  }

  /** A stream that is not there yet is no error: awslogs makes it with the container's first line. */
  #note(error: unknown): void {
    const kind = awsErrorKind(error);
    if (kind === "missing") return;
    this.#failures++;
    if (isPassing(kind)) return;
    this.#warning = `the log stream ${this.#options.logStream} in ${this.#options.logGroup} could not be read (${awsErrorText(error)})`;
  }
}

/** After STOPPED events still arrive: seen up to some seconds late. */
const DRAIN_MS = 12_000;
const DRAIN_STEP_MS = 500;

/**
 * Reads on after the task stopped, until the result line is there and the stream's end is reached. Without a result line it
 * reads for 12 s, since one may yet come.
 */
export async function drain(follower: LogFollower, clock: Clock, signal?: AbortSignal): Promise<void> {
  const deadline = clock.now() + DRAIN_MS;
  for (;;) {
    const { atEnd, lines } = await follower.poll();
    if (follower.warning !== undefined || signal?.aborted) return;
    if (follower.result && atEnd) return;
    if (clock.now() >= deadline) return;
    // Only a poll that was cut short by its limit of pages is followed at once by the next.
    if (atEnd || lines === 0) await clock.sleep(DRAIN_STEP_MS, signal);
  }
}
