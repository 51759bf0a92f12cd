/**
 * Log lines as CloudWatch pushes them: one session in place of a GetLogEvents every second or two. It only makes lines show
 * sooner and for fewer calls. It samples above 500 lines a second and drops what is not read in time, so what it has shown is
 * read back once, and where it cannot be had (permission, region, endpoint) the log is read by asking as before.
 *
 * Source: CloudWatch Logs API reference, StartLiveTail.
 */
import type { LiveTailSession, LiveTailUpdate, LogLine, StartLiveTail } from "../aws/clients.ts";
import type { Clock } from "./clock.ts";

/** No update for so long, ten of them missing, and the session is given up. */
const SILENT_MS = 10_000;

interface LiveTailOptions {
  readonly start: StartLiveTail;
  readonly clock: Clock;
  readonly logGroupArn: string;
  readonly logStream: string;
}

/** What happened since the last {@link LiveTail.read}. */
interface LiveTailNews {
  /** The session began or ended: what it has not shown must be read. */
  readonly turned: boolean;
  readonly lines: readonly LogLine[];
}

/** One session, opened once: after its end the log is asked for again, for good. */
export class LiveTail {
  readonly #options: LiveTailOptions;
  readonly #closing = new AbortController();
  #opening: Promise<void> | undefined;
  #session: LiveTailSession | undefined;
  #heardAt = 0;
  #isLive = false;
  #isOver = false;
  #turned = false;
  #lines: LogLine[] = [];
  #wake: AbortController | undefined;

  constructor(options: LiveTailOptions) {
    this.#options = options;
  }

  /** True from the session's start to its end. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** True if no session could be had, and after its end. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** When the session counts as dead if nothing is heard until then, in milliseconds since the epoch. */
  get deadAt(): number {
    return this.#isLive ? this.#heardAt + SILENT_MS : Number.POSITIVE_INFINITY;
  }

  /** Opens the session, without waiting for it; does nothing the second time. */
  open(): void {
    this.#opening ??= this.#open();
  }

  /** What has come since the last call. */
  read(): LiveTailNews {
    if (this.#options.clock.now() >= this.deadAt) this.#end();
    const news = { turned: this.#turned, lines: this.#lines };
    this.#turned = false;
    this.#lines = [];
    return news;
  }

  /** Sleeps, and wakes for news. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#turned || this.#lines.length > 0) return;
    const wake = new AbortController();
    this.#wake = wake;
    await this.#options.clock.sleep(ms, signal ? AbortSignal.any([signal, wake.signal]) : wake.signal);
    this.#wake = undefined;
  }

  /** Ends the session, also one that is about to open. */
  async close(): Promise<void> {
    this.#isLive = false;
    this.#isOver = true;
    this.#closing.abort();
    await this.#opening;
    await this.#session?.close();
  }

  async #open(): Promise<void> {
    const { start, logGroupArn, logStream, clock } = this.#options;
    const { signal } = this.#closing;
    try {
      this.#session = await start({
        logGroupArn,
        logStream,
        signal,
        onUpdate: (update) => this.#onUpdate(update),
        onEnd: () => this.#end(),
      });
    } catch {
      // Without a session the log is asked for as before, and what is wrong with it shows there.
      this.#isOver = true;
      return;
    }
    if (signal.aborted) return;
    this.#heardAt = clock.now();
    this.#isLive = true;
    this.#turn();
  }

  #onUpdate({ lines, sampled }: LiveTailUpdate): void {
    this.#heardAt = this.#options.clock.now();
    if (!this.#isLive) return;
    // A flood is read whole and in order by asking.
    if (sampled) this.#end();
    if (sampled || lines.length === 0) return;
    this.#lines.push(...lines);
    this.#wake?.abort();
  }

  #end(): void {
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#isOver = true;
    this.#turn();
  }

  #turn(): void {
    this.#turned = true;
    this.#wake?.abort();
  }
}
