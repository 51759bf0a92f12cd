/** The rules over the statements of one file. */

import { type Finding, finding } from "../finding.ts";
import type { RuleId } from "../rules.ts";
import type { Context } from "./context.ts";
import type { JudgedStatement } from "./effect.ts";
import { fileFindings, noteInFile } from "./fileRules.ts";
import { FileState } from "./fileState.ts";
import { lockTimeout } from "./lockTimeout.ts";
import { madeBy } from "./missing.ts";
import { longNames } from "./nameLength.ts";
import { blockOf, statementsInside } from "./procedural.ts";
import { remember } from "./remember.ts";
import { DOT } from "./schema.ts";
import { hiddenTables, leakedSettings, uselessLocals } from "./sessionRules.ts";
import { cutStatements } from "./splitRules.ts";
import { namesOf, stringOf } from "./sqlNames.ts";
import { effectsOf } from "./statementEffects.ts";
import type { Statement } from "./statements.ts";
import { checkTransactions, nonTransactional } from "./transactionRules.ts";
import { bodiesOf, bodyOf, isQuery, relationsIn } from "./tree.ts";

/** What a down file is for, and what has no fix there: a version has one down file, and no next one. */
const NOT_IN_DOWN_FILES = new Set<RuleId>([
  ...(["drop-table", "drop-column", "drop-object", "rename", "validate-in-same-file"] as const),
]);

/** What fails fails on the way down too. */
const FAILS = new Set<RuleId>(["refused", "enum-value-used", "pending-trigger-events", "session-setting"]);

/**
 * Judges the statements in order, those inside DO blocks and called functions too; the schema learns from each.
 *
 * @param file base name, for findings
 * @param deployed whether code in use may know the tables that the statements make
 */
export function judge(
  file: string,
  statements: readonly Statement[],
  context: Context,
  deployed: boolean,
): JudgedStatement[] {
  return statements.flatMap((statement) =>
    [statement, ...innerStatements(statement, context)].map((one) => judgeOne(file, one, context, deployed)),
  );
}

function judgeOne(file: string, statement: Statement, context: Context, deployed: boolean): JudgedStatement {
  const findings = fileFindings(file, statement, context);
  const effects = effectsOf(statement, context).filter(
    ({ breaks }) => breaks?.rule !== "refused" || !statement.conditional,
  );
  for (const { table, lock, rowsOnly } of effects) {
    if (table !== undefined && lock !== "none" && !rowsOnly) context.file.locked.add(table);
  }
  noteInFile(statement, context);
  remember(statement.node, context.schema, deployed, statement.text);
  if (statement.conditional && !isQuery(statement.node)) context.schema.doubt(relationsIn(statement.node));
  if (runsUnreadable(statement.node, context.schema)) context.schema.loseTrack();
  return { ...statement, effects, findings };
}

/** The statements of a DO block at their own lines; those of a function that is called, at the line of the call. */
function innerStatements(statement: Statement, { schema }: Context): Statement[] {
  const { node, line, text } = statement;
  if ("DoStmt" in node) {
    return statementsInside({ node, line, text }).map((inner) => ({ ...inner, inBlock: true }));
  }
  return calledNames(node).flatMap((name) =>
    (schema.functions.get(name)?.body ?? []).map((inner) => ({ ...inner, line, text, inBlock: true })),
  );
}

/** Whether a block or a called function puts SQL together that may change any table. */
function runsUnreadable(node: Statement["node"], schema: Context["schema"]): boolean {
  if ("DoStmt" in node) return blockOf(node.DoStmt)?.dynamic === true;
  return calledNames(node).some((name) => schema.functions.get(name)?.dynamic === true);
}

/** The functions that `SELECT f()` and `CALL p()` call. */
function calledNames(node: Statement["node"]): string[] {
  const select = bodyOf(node, "SelectStmt");
  const targets = select?.fromClause ? [] : bodiesOf(select?.targetList, "ResTarget");
  const calls = [bodyOf(node, "CallStmt")?.funccall, ...targets.map(({ val }) => bodyOf(val, "FuncCall"))];
  return calls.flatMap((call) => (call ? [namesOf(call.funcname).join(".")] : []));
}

interface CheckedFile {
  file: string;
  direction: "up" | "down";
  /** The file is cut at each semicolon: `x-multi-statement=true`. */
  multiStatement: boolean;
  /** The migrator limits the wait for a lock before the file begins. */
  lockLimit: boolean;
}

/**
 * Checks one parsed file.
 *
 * A down file is judged more mildly: it may drop and rename, and its locks are warnings.
 *
 * @param deployed whether this very file was shipped
 */
export function checkStatements(
  { file, direction, multiStatement, lockLimit }: CheckedFile,
  statements: readonly Statement[],
  context: Context,
  deployed: boolean,
): Finding[] {
  // The migrator runs such a file as one transaction too, unless a statement in it cannot.
  const apart =
    multiStatement && statements.some(({ node }) => nonTransactional(node, context.schema) !== undefined);
  const judged = apart
    ? statements.flatMap((one) => judge(file, [one], { ...context, file: new FileState() }, deployed))
    : judge(file, statements, context, deployed);
  const locks = [
    ...brokenRules(file, judged),
    ...judged.flatMap(({ findings }) => findings),
    ...lockTimeout(file, judged, lockLimit),
    ...longNames(file, statements),
    ...leakedSettings(file, judged),
    ...hiddenTables(file, judged, context.schema),
    ...(apart ? uselessLocals(file, statements) : []),
  ];
  const mild = locks
    .filter(({ rule }) => !NOT_IN_DOWN_FILES.has(rule))
    .map((found) => (FAILS.has(found.rule) ? found : { ...found, severity: "warning" as const }));
  return [
    ...emptiness(file, direction, statements),
    ...(multiStatement
      ? cutStatements(file, statements)
      : checkTransactions(file, statements, context.file.calls)),
    ...(direction === "up" ? locks : mild),
  ];
}

/** A file of comments only is a choice that says why; one of settings only is a template left as it was. */
function emptiness(file: string, direction: "up" | "down", statements: readonly Statement[]): Finding[] {
  if (statements.length === 0 || statements.some(({ node }) => !("VariableSetStmt" in node))) return [];
  const message = "the file holds only settings";
  const place = { file };
  if (direction === "up") return [finding("empty", place, message, "write what it does, or delete the pair")];
  const fix = "write how it is undone, or leave nothing but a comment that says why that is not possible";
  return [{ ...finding("empty", place, message, fix), severity: "warning" }];
}

function brokenRules(file: string, statements: readonly JudgedStatement[]): Finding[] {
  return statements.flatMap(({ line, effects }, index) =>
    effects.flatMap(({ breaks }) => {
      if (
        !breaks ||
        (breaks.rule === "drop-object" && isMadeAgain(breaks.subject, statements.slice(index + 1)))
      )
        return [];
      const { rule, subject, message, fix, severity } = breaks;
      const [about, words, way] = [subject, message, fix].map((text) => text.replaceAll(DOT, "."));
      const found = finding(rule, { file, line, subject: about ?? "" }, words ?? "", way ?? "");
      return [severity === undefined ? found : { ...found, severity }];
    }),
  );
}

/** Whether a later statement of the file makes what was dropped: the code sees only the new one. */
function isMadeAgain(name: string, later: readonly JudgedStatement[]): boolean {
  const bare = name.split(".").at(-1);
  return later.some(({ node }) => {
    const names = bodyOf(node, "CreateFunctionStmt")?.funcname ?? bodyOf(node, "CreateEnumStmt")?.typeName;
    const made = madeBy(node)?.relname ?? stringOf(names?.at(-1));
    return made !== undefined && made === bare;
  });
}
