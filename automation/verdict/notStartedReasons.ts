/** Every reason why no SQL can have run by this command: it left the database untouched. A new reason is one row. */
import { EXIT } from "../contract/errors.ts";
import { explainError } from "./databaseError.ts";
import type { Reason } from "./reason.ts";
import { REQUEST_REASONS } from "./requestReasons.ts";
import { START_REASONS } from "./startReasons.ts";

/** Reasons that are this program's own: no text of AWS leads to them. */
const OWN_REASONS = {
  busy: {
    pattern: null,
    short: "another run is in progress",
    sentence: "Another migration of this stack is running.",
    fix: ({ taskArn }) => (taskArn === null ? "Wait until the other run has ended." : null),
    next: "followAgain",
    example: null,
  },
  usage: {
    pattern: null,
    short: "configuration",
    sentence: "The container refused its arguments or its environment.",
    fix: (_, detail) => explainError(detail).fix ?? "Check the task definition's secret and environment.",
    next: "doctorAgain",
    example: null,
  },
  /** An earlier process of this run took its step, and the database has changed since. */
  changedSince: {
    pattern: null,
    short: "changed since",
    sentence: "The database is not as an earlier process of this run left it, so nothing was run.",
    fix: null,
    next: "again",
    example: null,
  },
  stopped: {
    pattern: null,
    short: "stopped before it ran",
    sentence: "The task was stopped before it ran.",
    fix: null,
    next: "again",
    example: null,
  },
  /** `pulumi up` failed or could not begin. */
  deploy: {
    pattern: null,
    short: "deploy failed",
    sentence: "`pulumi up` failed, so no migration was started.",
    fix: "Fix what `pulumi up` reports.",
    next: "deploy",
    example: null,
  },
  /** The guard refused the migrations or the change to the infrastructure. */
  refused: {
    pattern: null,
    short: "refused",
    sentence: "The deploy was refused before anything was started.",
    fix: "Fix what the refusal names.",
    next: "deploy",
    exitCode: EXIT.refused,
    example: null,
  },
  other: {
    pattern: null,
    short: "no start",
    sentence: "ECS did not start the task.",
    fix: null,
    next: "doctorAgain",
    example: null,
  },
} as const satisfies Record<string, Reason>;

const REASONS = { ...REQUEST_REASONS, ...START_REASONS, ...OWN_REASONS };

export type NotStartedReason = keyof typeof REASONS;

/** All rows, by name. */
export const NOT_STARTED_REASONS: Readonly<Record<NotStartedReason, Reason>> = REASONS;

/** Longer than any text of ECS that is known, in characters. */
const LONGEST = 8_192;

/** Every reason whose pattern matches a text of AWS. Each known text matches one; the test has them all. */
export function matchingReasons(whole: string): NotStartedReason[] {
  const text = whole.slice(0, LONGEST);
  const names = Object.keys(NOT_STARTED_REASONS) as NotStartedReason[];
  return names.filter((name) => NOT_STARTED_REASONS[name].pattern?.test(text));
}

/** Sorts a text of AWS: a stopped reason, a failure's reason and detail, `Exception: message`. */
export function reasonOf(text: string): NotStartedReason {
  return matchingReasons(text)[0] ?? "other";
}

/** True if ECS had no room for the task: another start may find some a moment later. */
export function mayFindRoom(reason: NotStartedReason): boolean {
  return NOT_STARTED_REASONS[reason].findsRoom === true;
}
