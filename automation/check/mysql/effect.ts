/** What a statement does to those who use the database while it runs, and the rules that it breaks. */
import type { RuleId } from "../rules.ts";
import type { Impact, RowWork } from "../sqlDialect.ts";

export interface BrokenRule {
  readonly rule: RuleId;
  readonly subject: string;
  readonly message: string;
  readonly fix: string;
}

/** With its line, counted from 1. */
export interface PlacedRule extends BrokenRule {
  readonly line: number;
}

export interface Effect {
  /** The table that is locked or changed; undefined when there is none, or none can be told. */
  readonly table: string | undefined;
  /** How long others wait: for the metadata lock, or to write. */
  readonly lock: Impact;
  /** How long the statement itself runs. */
  readonly duration: Impact;
  /** What takes long of it; undefined when nothing does, or nothing that can be timed. */
  readonly rows?: RowWork | undefined;
  /** One clause without a full stop. */
  readonly reason: string;
  readonly breaks: readonly BrokenRule[];
}

/** An exclusive metadata lock for a moment: every query on the table waits for it, and behind it. */
export function moment(table: string, reason: string, ...breaks: readonly BrokenRule[]): Effect {
  return { table, lock: "some", duration: "some", reason, breaks };
}

/** Nobody waits for a table. */
export function harmless(reason: string, ...breaks: readonly BrokenRule[]): Effect {
  return { table: undefined, lock: "none", duration: "none", reason, breaks };
}
