/**
 * One run, as everyone is told of it: the terminal, Slack, `--json`, `--report` and the Markdown summary all read this.
 */
import type { Operation } from "../contract/operations.ts";
import type { Origin } from "../contract/origin.ts";
import type { DatabaseVersion } from "../contract/resultLine.ts";
import type { TimeRange } from "../plan/workTime.ts";
import type { TaskReport } from "../task/taskRun.ts";
import type { Verdict } from "../verdict/verdict.ts";
import type { Links } from "./links.ts";
import type { ServiceReport } from "./services.ts";

/** Raised when a field changes its meaning; new fields are added without. */
export const REPORT_SCHEMA = 1;

export interface RunReport {
  readonly schema: typeof REPORT_SCHEMA;
  readonly stack: string;
  readonly application: string;
  readonly production: boolean;
  readonly region: string;
  readonly operation: Operation;
  readonly verdict: Verdict;
  readonly exitCode: number;
  /** Did the database change? `maybe` where nobody can say. */
  readonly databaseChanged: "yes" | "no" | "maybe";
  /** One line: the verdict with its versions. */
  readonly headline: string;
  /** One sentence: the cause; null if all went well. */
  readonly why: string | null;
  /** What to do now, ready to paste; empty if nothing is to be done. */
  readonly next: readonly { readonly text: string; readonly command: string | null }[];
  /** The ECS services that were to roll to the new image, in order; empty if the stack has none. */
  readonly services: readonly ServiceReport[];
  readonly task: TaskReport | null;
  readonly image: string | null;
  /** What the database said it is; null if the task left no word of it. */
  readonly database: { readonly engine: string; readonly serverVersion: string | null } | null;
  readonly origin: Origin;
  readonly links: Links;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The last lines of the task's log, oldest first, redacted; at most 20. */
  readonly logTail: readonly string[];
  /** Warnings that did not change the verdict: a log that could not be read, a Slack message not sent. */
  readonly warnings: readonly string[];
  /** Of a deploy that was planned: what was estimated of each file. */
  readonly planned?: readonly { readonly file: string; readonly time: TimeRange | null }[];
  /** Of `inspect` alone: what the container found, not read yet. */
  readonly inspection?: unknown;
}

/** The database's version as a run of `status` found it; null if it did not. Pure. */
export function versionOf({ verdict }: RunReport): DatabaseVersion | null {
  if (verdict.kind === "unchanged") return verdict.version;
  if (verdict.kind === "dirty") return { version: verdict.version, dirty: true };
  return null;
}
