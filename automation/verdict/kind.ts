/** What each kind of verdict says and does: one object a kind, in the file of the kind's name. */
import type { ExitCode } from "../contract/errors.ts";
import type { DatabaseChanged, NextStep, VerdictContext } from "./context.ts";
import type { Verdict, VerdictKind } from "./verdict.ts";

/** How a verdict shows at a glance. */
export interface Sign {
  /** One character for a terminal and Markdown. */
  readonly mark: string;
  /** One emoji for a chat. */
  readonly emoji: string;
  readonly tone: "good" | "plain" | "bad" | "warning";
}

export type VerdictOf<K extends VerdictKind> = Extract<Verdict, { kind: K }>;

export interface KindWords<K extends VerdictKind> {
  exitCode(verdict: VerdictOf<K>): ExitCode;
  readonly sign: Sign;
  /** One line without the stack and without a full stop. */
  headline(verdict: VerdictOf<K>, context: VerdictContext): string;
  /** The cause in whole sentences; null if there is nothing to explain. */
  why(verdict: VerdictOf<K>, context: VerdictContext): string | null;
  /** In the order in which a person takes them. */
  nextSteps(verdict: VerdictOf<K>, context: VerdictContext): NextStep[];
  /** Did this run change the database: its schema, its rows or its version? Only asked for operations that may. */
  databaseChanged(verdict: VerdictOf<K>, context: VerdictContext): DatabaseChanged;
}
