/**
 * One run, as everyone is told of it: the terminal, Slack, `--json`, `--report` and the Markdown summary all read this.
 */
import type { Operation } from "../contract/operations.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** Raised when a field changes its meaning; new fields are added without. */
export const REPORT_SCHEMA = 1;

/** Who and what asked for the run. Every field is null where it is not known. */
export interface Origin {
  /** A person or role, as CI or the shell names it. */
  readonly by: string | null;
  readonly commit: string | null;
  readonly branch: string | null;
  /** CodeBuild's build id, or another CI's. */
  readonly build: string | null;
  readonly buildUrl: string | null;
}

/** The ECS task of the run; absent where none was started. */
export interface TaskReport {
  readonly arn: string;
  readonly taskDefinition: string;
  readonly stopCode: string | null;
  readonly stoppedReason: string | null;
  readonly exitCode: number | null;
  /** True where the run was already there when this command came: it attached and started nothing. */
  readonly attached: boolean;
}

export interface Links {
  readonly logStream: string | null;
  readonly task: string | null;
  readonly build: string | null;
}

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
  /** One sentence: the cause; null where all went well. */
  readonly why: string | null;
  /** What to do now, ready to paste; empty where nothing is to be done. */
  readonly next: readonly { readonly text: string; readonly command: string | null }[];
  readonly task: TaskReport | null;
  readonly image: string | null;
  readonly origin: Origin;
  readonly links: Links;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The last lines of the task's log, oldest first, redacted; at most 20. */
  readonly logTail: readonly string[];
  /** Warnings that did not change the verdict: a log that could not be read, a Slack message not sent. */
  readonly warnings: readonly string[];
}
