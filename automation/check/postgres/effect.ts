/** What a statement does to those who use the database while it runs. */
import type { Finding } from "../finding.ts";
import type { Severity } from "../rule.ts";
import type { RuleId } from "../rules.ts";
import type { Impact, RowWork } from "../sqlDialect.ts";
import type { Statement } from "./statements.ts";

export interface Effect {
  /** The table that is locked or changed; undefined if there is none, or none can be told. */
  table: string | undefined;
  /** How long others wait for a lock. `row` locks stop only those who change the same rows. */
  lock: Impact;
  /** Whether the lock is on rows alone. */
  rowsOnly: boolean;
  /** How long the statement itself runs. */
  duration: Impact;
  /** What takes long of it; undefined if nothing does, or nothing that can be timed. */
  rows?: RowWork | undefined;
  /** One clause without a full stop. */
  reason: string;
  /** The rule that it breaks, where it breaks one. */
  breaks?: { rule: RuleId; subject: string; message: string; fix: string; severity?: Severity };
}

/** One statement with what it does. */
export interface JudgedStatement extends Statement {
  effects: Effect[];
  /** What an earlier statement of the file makes of it. */
  findings: Finding[];
}

/** A lock on a table of one of the strong modes, held until the file ends. */
export function tableLock(
  table: string | undefined,
  lock: Impact,
  reason: string,
  rows?: RowWork | undefined,
): Effect {
  return { table, lock, rowsOnly: false, duration: lock, reason, rows };
}

/** Work that takes time and keeps nobody from reading or writing. */
export function work(
  table: string | undefined,
  duration: Impact,
  reason: string,
  rows?: RowWork | undefined,
): Effect {
  return { table, lock: "none", rowsOnly: false, duration, reason, rows };
}

export function breaking(
  effect: Effect,
  rule: RuleId,
  subject: string,
  message: string,
  fix: string,
): Effect {
  return { ...effect, breaks: { rule, subject, message, fix } };
}

/** An effect that may be harmless, by what no file tells: a warning. */
export function asWarning(effect: Effect): Effect {
  return effect.breaks ? { ...effect, breaks: { ...effect.breaks, severity: "warning" } } : effect;
}
