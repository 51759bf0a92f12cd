/** What SIGINT, SIGTERM and SIGHUP do: the first asks the command to stop, one that comes later ends the process. */
import { EXIT, type ExitCode } from "../contract/errors.ts";

/** SIGHUP comes when a terminal or an SSH session closes; left to itself it ends the process without a verdict. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Signals that come together are one: at a terminal ^C reaches the whole foreground process group, and npm hands it on to
 * this process once more. Milliseconds.
 */
const TOGETHER_MS = 1_000;

interface StopOptions {
  /** True at a terminal, whose ^C reaches the processes that this one has started as well. */
  readonly terminal: boolean;
  readonly say: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly exit: (code: ExitCode) => void;
}

interface Stop {
  /** Aborts with the first signal. */
  readonly signal: AbortSignal;
  /**
   * Aborts where a running `pulumi up` must be told. At a terminal ^C has reached it, and a second one would make it drop
   * what it does, its lock and state included (pulumi, backend/cancellation_scope.go: Cancel, then Terminate).
   */
  readonly pulumiSignal: AbortSignal;
  /** To be called with each signal. */
  readonly on: (name: NodeJS.Signals) => void;
}

export function createStop({ terminal, say, now, exit }: StopOptions): Stop {
  const stopped = new AbortController();
  const pulumi = new AbortController();
  let firstAt: number | undefined;
  const on = (name: NodeJS.Signals): void => {
    if (firstAt === undefined) {
      firstAt = now();
      say(`${name}: stopping; a second one ends this command at once, whatever is under way`);
      stopped.abort();
      if (name !== "SIGINT" || !terminal) pulumi.abort();
    } else if (now() - firstAt >= TOGETHER_MS) {
      say(`${name}: ended at once; what was under way may go on, and the same command given again finds it`);
      exit(EXIT.interrupted);
    }
  };
  return { signal: stopped.signal, pulumiSignal: pulumi.signal, on };
}
