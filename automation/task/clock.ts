/** Time as the run sees it. Injected, so that no test waits on a clock. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits for some milliseconds, or until the signal aborts; either way it resolves. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** 0 <= x < 1, for jitter. */
  random(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    try {
      await sleep(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
  random: Math.random,
};

/** A delay that doubles from `first` up to `most`, with a jitter of a fifth either way, in milliseconds. */
export function backoffMs(tries: number, first: number, most: number, random: number): number {
  const full = Math.min(first * 2 ** tries, most);
  return Math.round(full * (0.8 + 0.4 * random));
}
