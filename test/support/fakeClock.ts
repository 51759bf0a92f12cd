/**
 * Virtual time. A sleep moves it on and runs what was scheduled on the way, in order; nothing waits on a real clock.
 *
 * Time only moves while every flow sleeps: one flow by default, several inside {@link FakeClock.together}, so that two
 * commands "at the same moment" interleave the same way each time.
 */
import type { Clock } from "../../automation/task/clock.ts";

interface Scheduled {
  readonly at: number;
  readonly run: () => void;
}

interface Sleeper {
  readonly wake: number;
  readonly signal: AbortSignal | undefined;
  readonly resolve: () => void;
}

/** So many sleeps at one moment are a loop that time cannot end. */
const STUCK_AFTER = 5_000;

export class FakeClock implements Clock {
  /** Every delay that was asked for, in milliseconds. */
  readonly sleeps: number[] = [];
  /** What `random` answers: 0.5 is no jitter at all. */
  jitter = 0.5;
  #now: number;
  #flows = 1;
  #sleepsAtOnce = 0;
  #events: Scheduled[] = [];
  #sleepers: Sleeper[] = [];

  constructor(start = Date.UTC(2026, 10, 24, 9, 0, 0)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.jitter;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    if (++this.#sleepsAtOnce > STUCK_AFTER) throw new Error(`${STUCK_AFTER} sleeps, and time stood still`);
    return new Promise((resolve) => {
      this.#sleepers.push({ wake: this.#now + Math.max(ms, 0), signal, resolve });
      this.#pump();
    });
  }

  /** Runs something some milliseconds from now, when a sleep carries time that far. */
  after(ms: number, run: () => void): void {
    const at = this.#now + ms;
    const index = this.#events.findIndex((event) => event.at > at);
    this.#events.splice(index < 0 ? this.#events.length : index, 0, { at, run });
  }

  /** Moves time on while no flow is under way. */
  advance(ms: number): void {
    const target = this.#now + ms;
    for (;;) {
      const event = this.#events[0];
      if (!event || event.at > target) break;
      this.#runNextEvent(event);
    }
    this.#moveTo(target);
  }

  /** Runs several flows at once and answers when all are over. */
  async together<T>(flows: readonly (() => Promise<T>)[]): Promise<T[]> {
    this.#flows = flows.length;
    try {
      return await Promise.all(
        flows.map((flow) =>
          flow().finally(() => {
            this.#flows--;
            this.#pump();
          }),
        ),
      );
    } finally {
      this.#flows = 1;
    }
  }

  #pump(): void {
    while (this.#sleepers.length > 0 && this.#sleepers.length >= this.#flows) {
      const sleeper = this.#next();
      const event = this.#events[0];
      if (!sleeper.signal?.aborted && event && event.at <= sleeper.wake) {
        this.#runNextEvent(event);
        continue;
      }
      if (!sleeper.signal?.aborted) this.#moveTo(sleeper.wake);
      this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
      sleeper.resolve();
    }
  }

  #next(): Sleeper {
    const aborted = this.#sleepers.find((sleeper) => sleeper.signal?.aborted);
    return aborted ?? this.#sleepers.reduce((first, other) => (other.wake < first.wake ? other : first));
  }

  #runNextEvent(event: Scheduled): void {
    this.#events.shift();
    this.#moveTo(event.at);
    event.run();
  }

  #moveTo(at: number): void {
    if (at <= this.#now) return;
    this.#now = at;
    this.#sleepsAtOnce = 0;
  }
}

/** The clock of a process that `kill -9` may end: nothing goes on in it once it is dead, since its sleeps never end. */
export function mortalClock(clock: Clock, isDead: () => boolean): Clock {
  return {
    now: () => clock.now(),
    random: () => clock.random(),
    sleep: async (ms, signal) => {
      if (isDead()) await new Promise<never>(() => undefined);
      await clock.sleep(ms, signal);
      if (isDead()) await new Promise<never>(() => undefined);
    },
  };
}

/** This machine's clock is ahead of AWS's. */
export function ahead(clock: Clock, ms: number): Clock {
  return {
    now: () => clock.now() + ms,
    random: () => clock.random(),
    sleep: (duration, signal) => clock.sleep(duration, signal),
  };
}
