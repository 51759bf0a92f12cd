/** One deploy of a stack waits for another: Pulumi's lock is asked for again until it is free. */
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import { ownerText, StackLockedError } from "../stack/lock.ts";
import { StackChangedError } from "../stack/update.ts";
import { backoffMs, type Clock } from "../task/clock.ts";
import { commandFor } from "../text/commandLine.ts";
import { durationText } from "../text/duration.ts";

/** The other update did not end within the time. No migration was started. */
class StackStillLockedError extends EcsMigrateError {
  readonly code = "stackStillLocked";
  readonly exitCode = EXIT.notStarted;
}

export interface TurnDeps {
  readonly stack: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** How long the lock is waited for, in milliseconds. */
  readonly patienceMs: number;
  /** Takes the lock away; undefined unless the caller was told that its owner is dead. */
  readonly breakLock?: (() => Promise<void>) | undefined;
}

/** Milliseconds between two tries, and between two lines that say so. */
const FIRST_MS = 2_000;
const MOST_MS = 10_000;
const REMIND_MS = 60_000;

/**
 * Runs `attempt` until no other update is in its way. Each attempt looks at everything anew.
 *
 * @throws {StackStillLockedError} if the lock is not free within the time
 */
export async function inTurn<Result>(deps: TurnDeps, attempt: () => Promise<Result>): Promise<Result> {
  const wait = new LockWait(deps);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof StackChangedError) deps.say("Another deploy came first; looking again");
      else if (error instanceof StackLockedError) await wait.next(error);
      else throw error;
      if (deps.signal.aborted) throw error;
    }
  }
}

class LockWait {
  readonly #deps: TurnDeps;
  readonly #startedAt: number;
  #tries = 0;
  #saidAt = Number.NEGATIVE_INFINITY;
  #broken = false;

  constructor(deps: TurnDeps) {
    this.#deps = deps;
    this.#startedAt = deps.clock.now();
  }

  async next(locked: StackLockedError): Promise<void> {
    const { clock, breakLock, patienceMs, signal, say, stack } = this.#deps;
    // A lock that was taken after this command began is not the one that the person saw.
    const isOlder = locked.owner === null || locked.owner.since < this.#startedAt;
    if (breakLock && !this.#broken && isOlder) {
      this.#broken = true;
      say(`Taking the lock of stack ${stack} away from ${ownerText(locked.owner)}`);
      await breakLock();
      return;
    }
    const waited = clock.now() - this.#startedAt;
    if (waited >= patienceMs) throw this.#givenUp(locked, waited);
    if (clock.now() - this.#saidAt >= REMIND_MS) {
      this.#saidAt = clock.now();
      say(`${locked.message}; waiting for it (${durationText(waited)} of ${durationText(patienceMs)})`);
    }
    await clock.sleep(backoffMs(this.#tries++, FIRST_MS, MOST_MS, clock.random()), signal);
  }

  #givenUp(locked: StackLockedError, waited: number): StackStillLockedError {
    const command = commandFor("deploy --break-lock", this.#deps.stack);
    return new StackStillLockedError(
      `${locked.message}; this deploy waited ${durationText(waited)} for it and ran nothing. Deploy again, and if that process is dead: ${command}`,
      { cause: locked },
    );
  }
}
