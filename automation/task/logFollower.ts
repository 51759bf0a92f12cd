/**
 * Follows one log stream: every line once, in order. Logs inform and never judge, so nothing here throws for what AWS
 * answers: a stream that cannot be read becomes a warning.
 */
import type { LogLine, LogsApi } from "../aws/clients.ts";
import { awsErrorKind, awsErrorText, GarbledAnswerError, isPassing } from "../aws/errors.ts";
import { parseResultLine, type ResultLine } from "../contract/resultLine.ts";
import type { Clock } from "./clock.ts";

/** As many of the last lines are kept for the report. */
const TAIL_LINES = 20;
/** One poll reads this many pages at the most, so that a flood of lines cannot keep the task from being looked at. */
const MAX_PAGES = 10;
/** A page of fewer lines is hardly ever followed by another one at once. */
const FEW_LINES = 1_000;

interface LogFollowerOptions {
  readonly logs: LogsApi;
  readonly logGroup: string;
  /** `<prefix>/<container>/<task id>`; filtered by stream and never by time, since an event can be older than the start that was noted. */
  readonly logStream: string;
  readonly onLine: (line: string) => void;
}

/** What one poll found. */
interface Poll {
  /** Lines that were new. */
  readonly lines: number;
  /** True if the stream's end was reached: the forward token came back unchanged, or the result line was the last. */
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
  /** By time and text: how much more often (or, below 0, less often) a line was pushed than read. */
  readonly #ahead = new Map<string, number>();
  #unread = 0;
  #atEnd = false;
  /** The last line that was read, if it is a result line. */
  #readResult: string | undefined;
  #expectsPushes = false;

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

  /** Lines that Live Tail has shown and that no page has held yet. */
  get unread(): number {
    return this.#unread;
  }

  /** Lines are about to be pushed as well as read: from here on it is remembered which of them were read first. */
  expectPushes(): void {
    this.#expectsPushes = true;
  }

  /** Nothing is pushed any more; what was pushed is still to be read. */
  expectNoPushes(): void {
    this.#expectsPushes = false;
    for (const [key, count] of this.#ahead) if (count < 0) this.#ahead.delete(key);
  }

  /** Prints lines that Live Tail has pushed, but for those that were read before they were pushed. */
  print(lines: readonly LogLine[]): void {
    for (const line of lines) {
      const count = this.#count(line, 1);
      if (count <= 0) continue;
      this.#unread++;
      this.#print(line.message);
    }
  }

  /** Prints a line that was read, but for one that was pushed before. */
  #read(line: LogLine): void {
    const wasResult = this.#readResult;
    if (wasResult !== undefined) this.#printOrdinary(wasResult);
    const isPushed = this.#unread > 0 && (this.#ahead.get(keyOf(line)) ?? 0) > 0;
    if (isPushed || this.#expectsPushes) this.#count(line, -1);
    if (isPushed) this.#unread--;
    else this.#print(line.message);
    this.#readResult = this.#confirmResult(withoutEnd(line.message), wasResult !== undefined);
  }

  /**
   * The container writes nothing after its result line, so one that another line follows came from elsewhere: a file can
   * print such a line. Only lines that were read tell, since pushed ones may be out of order.
   *
   * @returns the line if it is a result line
   */
  #confirmResult(line: string, followsResult: boolean): string | undefined {
    const result = parseResultLine(line);
    if (followsResult || result) this.#result = result;
    return result && line;
  }

  /** @returns by how much the line has been pushed more often than read, afterwards */
  #count(line: LogLine, by: 1 | -1): number {
    const key = keyOf(line);
    const count = (this.#ahead.get(key) ?? 0) + by;
    if (count === 0) this.#ahead.delete(key);
    else this.#ahead.set(key, count);
    return count;
  }

  /** True if the stream has been read up to where its end was a moment ago. */
  get atEnd(): boolean {
    return this.#atEnd;
  }

  /**
   * Reads what is new. GetLogEvents answers pages of at most 1 MB or 10,000 events, and an empty page may not be the last.
   *
   * @param toEnd reads on after a page with few lines, to be sure that it was the last; false if a next poll comes soon
   */
  async poll(toEnd = true, signal?: AbortSignal): Promise<Poll> {
    let lines = 0;
    this.#atEnd = false;
    for (let page = 0; page < MAX_PAGES && this.#warning === undefined; page++) {
      const read = await this.#readPage(signal);
      if (read === undefined) break;
      lines += read.lines;
      this.#atEnd = read.atEnd;
      if (read.atEnd || read.lines === 0) break;
      if (!toEnd && read.lines < FEW_LINES) break;
    }
    return { lines, atEnd: this.#atEnd || this.#warning !== undefined };
  }

  async #readPage(signal: AbortSignal | undefined): Promise<Poll | undefined> {
    const { logs, logGroup, logStream } = this.#options;
    const before = this.#token;
    try {
      const input = {
        logGroupName: logGroup,
        logStreamName: logStream,
        startFromHead: true,
        ...(before === undefined ? {} : { nextToken: before }),
      };
      const page = await logs.getLogEvents(input, signal);
      // A proxy that answers `{}` must not count as a page.
      if (!page.events) throw new GarbledAnswerError("GetLogEvents", "events");
      this.#failures = 0;
      for (const event of page.events) this.#read(event);
      this.#token = page.nextForwardToken ?? before;
      const isUnchanged = before !== undefined && this.#token === before;
      // After its result line the container writes no more.
      const endsWithResult = parseResultLine(withoutEnd(page.events.at(-1)?.message)) !== undefined;
      return { lines: page.events.length, atEnd: isUnchanged || endsWithResult };
    } catch (error) {
      if (!signal?.aborted) this.#note(error);
      return undefined;
    }
  }

  #print(message: string | undefined): void {
    this.#lines++;
    const line = withoutEnd(message);
    const result = parseResultLine(line);
    if (result) {
      this.#result = result;
      return;
    }
    this.#printOrdinary(line);
  }

  #printOrdinary(line: string): void {
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    this.#options.onLine(line);
  }

  /** The stream may have grown since its end was reached. */
  readAgain(): void {
    this.#atEnd = false;
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

function withoutEnd(message = ""): string {
  return message.replace(/\r?\n$/, "");
}

function keyOf({ timestamp, message }: LogLine): string {
  return `${timestamp} ${withoutEnd(message)}`;
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
  while (!isComplete(follower)) {
    const { atEnd, lines } = await follower.poll(true, signal);
    if (isComplete(follower) || follower.warning !== undefined || signal?.aborted) return;
    if (clock.now() >= deadline) return;
    // Only a poll that was cut short by its limit of pages is followed at once by the next.
    if (atEnd || lines === 0) await clock.sleep(DRAIN_STEP_MS, signal);
  }
}

/** What was read up to the end after the result line is all there is. */
function isComplete(follower: LogFollower): boolean {
  return follower.result !== undefined && follower.atEnd && follower.unread === 0;
}
