/**
 * CloudWatch Logs as its API reference describes it: pages of at most 1 MB or 10,000 events, a forward token that comes
 * back unchanged at the end, empty pages before the end, events that become visible late. Live Tail sends an update each
 * second, of at most 500 events.
 */
import type { LiveTailInput, LiveTailSession, LogsApi } from "../../automation/aws/clients.ts";
import type { FakeClock } from "./fakeClock.ts";
import { FAULTS, FakeAwsError, type Faults } from "./fakeFaults.ts";

const PAGE_EVENTS = 10_000;
const PAGE_BYTES = 1_048_576;
const UPDATE_MS = 1_000;
const UPDATE_EVENTS = 500;

interface Event {
  readonly timestamp: number;
  readonly visibleAt: number;
  readonly message: string;
}

interface Stream {
  readonly createdAt: number;
  readonly events: Event[];
}

const metadata = { $metadata: {} };

export class FakeLogs {
  readonly streams = new Map<string, Stream>();
  groupExists = true;
  /** GetLogEvents answers an empty page with a new token before each page that holds something. */
  emptyPages = false;
  /** FilterLogEvents answers so many events a page: few, so that a reader who takes the first for all is found out. */
  filterPage = 2;
  /** Live Tail is allowed; `silent`: a session begins and sends nothing. */
  liveTail: boolean | "silent" = false;
  /** Live Tail loses every event of so many; 0: none. */
  losesEach = 0;
  /** Sessions that are open; the script runs one at a time. */
  sessions = 0;
  readonly #clock: FakeClock;
  readonly #faults: Faults;
  readonly #logGroup: string;

  constructor(clock: FakeClock, faults: Faults, logGroup: string) {
    this.#clock = clock;
    this.#faults = faults;
    this.#logGroup = logGroup;
  }

  /** Puts a line into a stream; it can be read `lateMs` later. */
  put(stream: string, message: string, lateMs = 0): void {
    const now = this.#clock.now();
    const known = this.streams.get(stream) ?? { createdAt: now, events: [] };
    this.streams.set(stream, known);
    known.events.push({ timestamp: now, visibleAt: now + lateMs, message });
  }

  /** Ends the open session, as AWS does after three hours. */
  endSessions: () => void = () => undefined;

  readonly api: LogsApi = {
    startLiveTail: async (input) => {
      const { logGroupArn, logStream } = input;
      try {
        return await this.#faults.call("startLiveTail", { logGroupArn, logStream }, () => this.#tail(input));
      } catch (error) {
        // A session whose begin the client never heard of ends with its connection.
        this.endSessions();
        throw error;
      }
    },

    getLogEvents: (input) =>
      this.#faults.call("getLogEvents", input, () => {
        const stream = this.#stream(input.logGroupName, input.logStreamName);
        const visible = this.#visible(stream);
        if (!input.startFromHead && input.nextToken === undefined) {
          const events = visible.slice(-(input.limit ?? PAGE_EVENTS));
          return { ...metadata, events, nextForwardToken: `f/${visible.length}` };
        }
        return { ...metadata, ...this.#page(visible, input.nextToken) };
      }),

    filterLogEvents: (input) =>
      this.#faults.call("filterLogEvents", input, () => {
        this.#group(input.logGroupName);
        const word = (input.filterPattern ?? "").replaceAll('"', "");
        const all = [...this.streams]
          .filter(([name]) => name.startsWith(input.logStreamNamePrefix ?? ""))
          .flatMap(([logStreamName, stream]) =>
            this.#visible(stream).map((event) => ({ ...event, logStreamName })),
          )
          .filter(
            ({ timestamp }) =>
              timestamp >= (input.startTime ?? 0) && timestamp <= (input.endTime ?? Infinity),
          )
          .filter(({ message }) => message.includes(word))
          .sort((a, b) => a.timestamp - b.timestamp);
        const from = Number(input.nextToken ?? 0);
        const to = from + this.filterPage;
        return {
          ...metadata,
          events: all.slice(from, to),
          ...(to < all.length ? { nextToken: String(to) } : {}),
        };
      }),
  };

  #tail({ logStream, onUpdate, onEnd }: LiveTailInput): LiveTailSession {
    if (!this.liveTail) throw FAULTS.denied().error;
    let open = true;
    // The first update holds what came in within the second before, too.
    let sent = this.#before(logStream, this.#clock.now() - UPDATE_MS);
    this.sessions++;
    const tick = () => {
      if (!open) return;
      const stream = this.streams.get(logStream);
      const lines = stream ? this.#visible(stream).slice(sent) : [];
      const kept = lines.filter((_, index) => this.losesEach === 0 || (sent + index) % this.losesEach !== 0);
      sent += lines.length;
      if (this.liveTail === true)
        onUpdate({ lines: kept.slice(0, UPDATE_EVENTS), sampled: lines.length > UPDATE_EVENTS });
      this.#clock.after(UPDATE_MS, tick);
    };
    this.#clock.after(UPDATE_MS, tick);
    const end = () => {
      if (open) this.sessions--;
      open = false;
    };
    this.endSessions = () => {
      end();
      onEnd();
    };
    return { close: async () => end() };
  }

  /** How many lines of the stream could be read at a moment. */
  #before(stream: string, moment: number): number {
    return (this.streams.get(stream)?.events ?? []).filter(({ visibleAt }) => visibleAt <= moment).length;
  }

  #group(name: string | undefined): void {
    if (!this.groupExists || name !== this.#logGroup)
      throw new FakeAwsError("ResourceNotFoundException", "The specified log group does not exist.");
  }

  #stream(group: string | undefined, name: string | undefined): Stream {
    this.#group(group);
    const stream = this.streams.get(name ?? "");
    if (!stream || this.#visible(stream).length === 0)
      throw new FakeAwsError("ResourceNotFoundException", "The specified log stream does not exist.");
    return stream;
  }

  /** Up to the first line that is still on its way: the lines of one stream arrive in order. */
  #visible(stream: Stream): Event[] {
    const late = stream.events.findIndex((event) => event.visibleAt > this.#clock.now());
    return late < 0 ? stream.events : stream.events.slice(0, late);
  }

  #page(visible: readonly Event[], token: string | undefined) {
    const [, start = "0", empty] = (token ?? "f/0").split("/");
    const from = Number(start);
    if (this.emptyPages && from < visible.length && empty !== "e") {
      return { events: [], nextForwardToken: `f/${from}/e` };
    }
    let to = from;
    let bytes = 0;
    while (to < visible.length && to - from < PAGE_EVENTS) {
      bytes += Buffer.byteLength(visible[to]?.message ?? "");
      if (bytes > PAGE_BYTES && to > from) break;
      to++;
    }
    if (to === from) return { events: [], nextForwardToken: token ?? "f/0" };
    return { events: visible.slice(from, to), nextForwardToken: `f/${to}` };
  }
}
