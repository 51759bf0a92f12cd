/** Why nobody can say what became of a run: one row a cause. */
import type { NextStep, VerdictContext } from "./context.ts";
import { attach, readTheLog, readVersion, step } from "./step.ts";

interface UnknownRow {
  /** For the headline's bracket. */
  readonly short: string;
  readonly sentence: string;
  /** True if the task has ended, so that asking the database for its version says how the run left it. */
  readonly ended: boolean;
  readonly next: (context: VerdictContext) => NextStep[];
}

const logThenVersion = (context: VerdictContext) => [...readTheLog(context), readVersion(context)];

export const UNKNOWN_CAUSES = {
  lost: {
    short: "result lost",
    sentence: "ECS no longer knows what became of the task.",
    ended: true,
    next: logThenVersion,
  },
  timeout: {
    short: "timed out",
    sentence: "The task was still running when this command stopped waiting; it was left running.",
    ended: false,
    next: (context) => [
      ...attach(context, "Continue to wait for the task."),
      step("When it has ended, read the database's version and whether it is dirty.", context, "version"),
    ],
  },
  contradiction: {
    short: "contradiction",
    sentence: "ECS and the log contradict each other.",
    ended: true,
    next: logThenVersion,
  },
  noExitCode: {
    short: "no exit code",
    sentence: "The task has ended, and ECS has no exit code for it.",
    ended: true,
    next: logThenVersion,
  },
  noContainer: {
    short: "no such container",
    sentence: "The task does not have the container whose exit code counts.",
    ended: true,
    next: (context) => [
      readVersion(context),
      step("Deploy, so that the stack's outputs match its task definition again.", context, "deploy"),
    ],
  },
  credentials: {
    short: "access lost",
    sentence: "AWS no longer lets this command look at the task; the task was left running.",
    ended: false,
    next: (context) => [
      step("Renew the credentials.", context),
      ...attach(context, "Continue to wait for the task."),
      readVersion(context),
    ],
  },
  unreadable: {
    short: "unreadable",
    sentence: "AWS gave no answer about the task that can be read.",
    ended: false,
    next: (context) => [...attach(context, "Look at the task again."), readVersion(context)],
  },
} as const satisfies Record<string, UnknownRow>;

export type UnknownCause = keyof typeof UNKNOWN_CAUSES;
