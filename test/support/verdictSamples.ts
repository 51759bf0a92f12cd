/** Verdicts of every kind and cause, for the tests of all that turns them into words. */
import assert from "node:assert/strict";

import type { Failure } from "../../automation/contract/resultLine.ts";
import type { VerdictContext } from "../../automation/verdict/context.ts";
import type { InterruptCause } from "../../automation/verdict/interruptCauses.ts";
import { NOT_STARTED_REASONS, type NotStartedReason } from "../../automation/verdict/notStartedReasons.ts";
import type { UnknownCause } from "../../automation/verdict/unknownCauses.ts";
import type { Verdict } from "../../automation/verdict/verdict.ts";

const hash = "0".repeat(64);

export const CONTEXT: VerdictContext = {
  stack: "prod",
  application: "shop",
  operation: { name: "up" },
  taskDefinition: "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-prod-migration:12",
  image: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop@sha256:${"ab".repeat(32)}`,
  logStream: "prod/migration/0123456789abcdef0123456789abcdef",
  taskArn: "arn:aws:ecs:eu-west-1:123456789012:task/shop-prod/0123456789abcdef0123456789abcdef",
  migrations: [
    { version: 20261120, name: "create_users", up: hash, down: hash },
    { version: 20261122, name: "add_email", up: hash, down: hash },
    { version: 20261124, name: "index_email", up: hash, down: null },
  ],
};

export const clean = (version: number | null) => ({ version, dirty: false });
export const dirty = (version: number | null) => ({ version, dirty: true });
export const ran = (version: number, name: string, ms: number, direction: "up" | "down" = "up") => ({
  version,
  name,
  direction,
  ms,
});

export const FILES = [ran(20261122, "add_email", 12.345), ran(20261124, "index_email", 61_500)];

/** What a reason has for its detail if no text of AWS leads to it. */
const OWN_DETAILS: Partial<Record<NotStartedReason, string>> = {
  usage: "MIGRATION_DB is missing",
  busy: "task arn:aws:ecs:eu-west-1:123456789012:task/shop-prod/0123 of family shop-prod-migration is running",
  changedSince:
    "an earlier process of this run brought the database to 20261122 by task 0123, and it is at 20261124 by now",
  stopped: "Task stopped by user",
  deploy: "1 error: creating ECR repository",
  refused: "20261101_late.up.sql: late",
  other: "RunTask answered with no task and no failure",
};
const CAUSES: Record<InterruptCause, string> = {
  outOfMemory:
    "exit code 137, EssentialContainerExited, OutOfMemoryError: container killed due to memory usage",
  killed: "exit code 137, EssentialContainerExited",
  crashed: "exit code 139, EssentialContainerExited",
  terminated: "exit code 143, EssentialContainerExited",
  spot: "exit code 143, SpotInterruption",
  host: "exit code 143, TerminationNotice",
  stopTask: "exit code 13, UserInitiated, Task stopped by user",
  cancelled: "task was left running",
  stoppedBeforeStart: "this command was stopped before it started a task",
  unconfirmed: "task 0123 of an earlier process has ended; give the same command again for its result",
  deployStopped: "`pulumi up` of stack prod was stopped, so no migration was started",
};
const UNKNOWNS: Record<UnknownCause, string> = {
  lost: "ECS no longer knows the task, and its log holds no result line",
  timeout: "task was still running when time was up",
  contradiction: "the container ended with 0, its result line says 11",
  noExitCode: "no exit code, EssentialContainerExited",
  noContainer: "the task has no container migration (it has: app)",
  credentials: "ExpiredTokenException: The security token included in the request is expired",
  unreadable: "no answer",
};

const entries = <K extends string, T>(record: Readonly<Record<K, T>>) => Object.entries(record) as [K, T][];

export const NOT_STARTED: Verdict[] = entries(NOT_STARTED_REASONS).map(([reason, { example }]) => ({
  kind: "notStarted",
  reason,
  detail: example ?? OWN_DETAILS[reason] ?? assert.fail(`no detail for ${reason}`),
}));
export const INTERRUPTED: Verdict[] = entries(CAUSES).map(([cause, detail]) => ({
  kind: "interrupted",
  cause,
  from: null,
  to: null,
  files: [],
  detail,
}));
export const UNKNOWN: Verdict[] = entries(UNKNOWNS).map(([cause, detail]) => ({
  kind: "unknown",
  cause,
  detail,
}));

export const APPLIED: Verdict = { kind: "applied", from: clean(20261120), to: clean(20261124), files: FILES };
export const UNCHANGED: Extract<Verdict, { kind: "unchanged" }> = {
  kind: "unchanged",
  version: clean(20261124),
};
export const FAILED: Verdict = {
  kind: "failed",
  from: clean(20261120),
  to: clean(20261120),
  files: [],
  error: 'failed to open database: pq: password authentication failed for user "app"',
};
export const SQL_ERROR =
  'migration failed: syntax error at or near "INDX" (column 8) in line 1: CREATE INDX users_email ON users (email);\n (details: pq: syntax error at or near "INDX")';
export const DIRTY: Verdict = {
  kind: "dirty",
  version: 20261124,
  from: clean(20261120),
  files: FILES.slice(0, 1),
  error: SQL_ERROR,
};

export const FAILURE: Failure = {
  kind: "statement",
  file: "20261124_index_email.up.sql",
  version: 20261124,
  direction: "up",
  statement: { n: 3, of: 4, line: 12 },
  code: "1061",
  message: "Duplicate key name 'users_email'",
  tookEffect: "some",
  completed: [
    { n: 1, line: 3, kind: "CREATE TABLE" },
    { n: 2, line: 9, kind: "INSERT" },
  ],
  blockers: [],
};

export const ALL: Verdict[] = [APPLIED, UNCHANGED, FAILED, DIRTY, ...NOT_STARTED, ...INTERRUPTED, ...UNKNOWN];
