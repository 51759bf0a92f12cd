/** The rules over the statements of one file. */

import { type Finding, finding } from "../finding.ts";
import type { RuleId } from "../rules.ts";
import { type Effect, worse } from "./effect.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import { effectsOf } from "./statementEffects.ts";
import type { Statement } from "./statements.ts";
import { checkTransactions } from "./transactionRules.ts";

/** What a way back is for, and what has no fix there: a version has one down file, and no next one. */
const NOT_IN_DOWN_FILES = new Set<RuleId>(["drop-table", "drop-column", "rename", "validate-in-same-file"]);

/** One statement with what it does. */
export interface JudgedStatement extends Statement {
  effects: Effect[];
}

/**
 * Judges the statements in order; `memory` learns from each.
 *
 * @param deployed whether code in use may know the tables that the statements make
 */
export function judge(
  statements: readonly Statement[],
  memory: SchemaMemory,
  deployed: boolean,
): JudgedStatement[] {
  return statements.map((statement) => {
    const effects = effectsOf(statement, memory);
    for (const { table, lock, rowsOnly } of effects) {
      if (table !== undefined && lock !== "none" && !rowsOnly) memory.noteLock(table);
    }
    memory.remember(statement, deployed);
    return { ...statement, effects };
  });
}

/**
 * Checks one parsed file.
 *
 * A down file is judged more mildly: it may drop and rename, and its locks are warnings.
 *
 * @param memory the schema as the files before have left it; it learns what this one does
 * @param deployed whether this very file was shipped
 */
export function checkStatements(
  { file, direction }: { file: string; direction: "up" | "down" },
  statements: readonly Statement[],
  memory: SchemaMemory,
  deployed: boolean,
): Finding[] {
  const judged = judge(statements, memory, deployed);
  const locks = [...brokenRules(file, judged), ...lockTimeout(file, judged)];
  const mild = locks
    .filter(({ rule }) => !NOT_IN_DOWN_FILES.has(rule))
    .map((found) => ({ ...found, severity: "warning" as const }));
  return [
    ...emptiness(file, direction, statements),
    ...checkTransactions(file, statements),
    ...(direction === "up" ? locks : mild),
  ];
}

/** A down file of comments alone is a choice that says why; one of settings alone is a template left as it was. */
function emptiness(file: string, direction: "up" | "down", statements: readonly Statement[]): Finding[] {
  if (statements.some(({ node }) => !("VariableSetStmt" in node))) return [];
  if (direction === "down" && statements.length === 0) return [];
  return [
    finding(
      "empty",
      { file },
      `the file holds ${statements.length === 0 ? "comments" : "settings"} alone`,
      direction === "up"
        ? "write what it does, or delete the pair"
        : "write the way back, or leave nothing but a comment that says why there is none",
    ),
  ];
}

function brokenRules(file: string, statements: readonly JudgedStatement[]): Finding[] {
  return statements.flatMap(({ line, effects }) =>
    effects.flatMap(({ breaks }) =>
      breaks
        ? [finding(breaks.rule, { file, line, subject: breaks.subject }, breaks.message, breaks.fix)]
        : [],
    ),
  );
}

/** One finding a file, at the first lock that is asked for without a limit. */
function lockTimeout(file: string, statements: readonly JudgedStatement[]): Finding[] {
  for (const statement of statements) {
    const limited = setsLockTimeout(statement);
    if (limited) return [];
    const lock = statement.effects.find((effect) => effect.lock !== "none" && !effect.rowsOnly);
    if (!lock) continue;
    const on = lock.table === undefined ? "" : ` on ${lock.table}`;
    return [
      finding(
        "lock-timeout",
        { file, line: statement.line, subject: lock.table ?? "" },
        `the lock${on} is waited for without limit, and all who come later wait behind it`,
        "put SET LOCAL lock_timeout = '5s'; first in the file",
      ),
    ];
  }
  return [];
}

/** `SET [LOCAL] lock_timeout = …` or `set_config('lock_timeout', …)`; 0 means no limit. */
function setsLockTimeout({ node, text }: Statement): boolean {
  if ("VariableSetStmt" in node) {
    const { name, kind, args } = node.VariableSetStmt;
    return name === "lock_timeout" && kind === "VAR_SET_VALUE" && !isZero(args?.[0]);
  }
  return "SelectStmt" in node && /set_config\(\s*'lock_timeout'\s*,\s*'[1-9]/i.test(text);
}

function isZero(value: unknown): boolean {
  const constant = (value as { A_Const?: { ival?: { ival?: number }; sval?: { sval?: string } } })?.A_Const;
  if (constant?.sval) return /^0+\s*[a-z]*$/i.test(constant.sval.sval ?? "");
  return constant?.ival !== undefined && (constant.ival.ival ?? 0) === 0;
}

/** The heaviest of a statement's effects. */
export function heaviest(effects: readonly Effect[]): Pick<Effect, "lock" | "duration"> {
  return effects.reduce<Pick<Effect, "lock" | "duration">>(
    (sum, effect) => ({ lock: worse(sum.lock, effect.lock), duration: worse(sum.duration, effect.duration) }),
    { lock: "none", duration: "none" },
  );
}
