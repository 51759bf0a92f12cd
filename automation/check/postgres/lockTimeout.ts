/**
 * Locks that are waited for without a limit. The migrator sets lock_timeout before each file (`ecs-migrate:lockTimeout`, 5 s), so
 * only a file that takes the limit away, or a stack that has none, is of concern.
 */
import type { Node, VariableSetStmt } from "libpg-query";
import { type Finding, finding } from "../finding.ts";
import type { JudgedStatement } from "./effect.ts";
import type { Statement } from "./statements.ts";
import { nonTransactional } from "./transactionRules.ts";

/** Milliseconds for which a service may stand still behind a lock that is waited for. */
const LONGEST = 60_000;

const UNITS: Partial<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** One finding a file, at the first lock that is asked for without a limit. */
export function lockTimeout(
  file: string,
  statements: readonly JudgedStatement[],
  lockLimit: boolean,
): Finding[] {
  let limit = lockLimit ? 0 : Number.POSITIVE_INFINITY;
  let removed: Statement | undefined;
  for (const statement of statements) {
    const set = limitOf(statement, lockLimit);
    if (set !== undefined) [limit, removed] = [set, statement];
    const lock = statement.effects.find((effect) => effect.lock !== "none" && !effect.rowsOnly);
    if (!lock || limit <= LONGEST) continue;
    const on = lock.table === undefined ? "" : ` on ${lock.table}`;
    const how = limit === Number.POSITIVE_INFINITY ? "without limit" : `for ${limit / 1000} s`;
    const place = { file, line: statement.line, subject: lock.table ?? "" };
    const message = `the lock${on} is waited for ${how}, and all who come later wait behind it`;
    return [finding("lock-timeout", place, message, fixOf(statement, removed))];
  }
  return [];
}

function fixOf({ node }: Statement, removed: Statement | undefined): string {
  if (removed)
    return `delete line ${removed.line}, which takes the migrator's limit away, or set a few seconds`;
  // A SET beside it would put the statement into a transaction block.
  return nonTransactional(node) === undefined
    ? "set ecs-migrate:lockTimeout, or put SET LOCAL lock_timeout = '5s'; first in the file"
    : "set ecs-migrate:lockTimeout: nothing may stand beside the statement in its file";
}

/** The limit in milliseconds that a statement sets; undefined if it sets none. */
function limitOf({ node, text }: Statement, lockLimit: boolean): number | undefined {
  if ("VariableSetStmt" in node) return limitOfSet(node.VariableSetStmt, lockLimit);
  const call = "SelectStmt" in node && /set_config\(\s*'lock_timeout'\s*,\s*'([^']*)'/i.exec(text);
  return call ? milliseconds(call[1] ?? "") : undefined;
}

function limitOfSet({ name, kind, args }: VariableSetStmt, lockLimit: boolean): number | undefined {
  if (kind === "VAR_RESET_ALL") return Number.POSITIVE_INFINITY;
  if (name !== "lock_timeout") return undefined;
  // The session's default is the role's or the URL's, which the migrator leaves alone.
  if (kind !== "VAR_SET_VALUE") return lockLimit ? Number.POSITIVE_INFINITY : undefined;
  const value: Node | undefined = args?.[0];
  if (!value || !("A_Const" in value)) return undefined;
  const { ival, sval } = value.A_Const;
  return milliseconds(ival ? String(ival.ival ?? 0) : (sval?.sval ?? ""));
}

/** `5s`, `2 min`, `5000`; 0 means no limit. */
function milliseconds(text: string): number | undefined {
  const [, digits, unit = "ms"] = /^\s*([\d.]+)\s*([a-z]+)?\s*$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (digits === undefined || factor === undefined) return undefined;
  return Number(digits) * factor || Number.POSITIVE_INFINITY;
}
