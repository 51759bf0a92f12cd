/** What statements that change rows do. */
import type { DeleteStmt, InsertStmt, MergeStmt, Node, SelectStmt, UpdateStmt } from "libpg-query";
import type { Context } from "./context.ts";
import { breaking, type Effect, work } from "./effect.ts";
import { columnMissing } from "./existence.ts";
import { refusedInsert, refusedUpdate } from "./refusedRows.ts";
import { calledFunctions, columnsIn, stringOf } from "./sqlNames.ts";
import { bodiesOf, namesIn, relationsIn, walk } from "./tree.ts";
import { refusedUpsert } from "./upsert.ts";

export function updateEffects(statement: UpdateStmt, context: Context): Effect[] {
  const { relation, whereClause, targetList } = statement;
  const table = context.schema.nameOf(relation);
  return [
    ...columnMissing(table, namesIn(targetList, "ResTarget"), context),
    ...refusedUpdate(statement, context),
    rowChange("UPDATE", table, whereClause, context),
  ];
}

export function deleteEffects({ relation, whereClause }: DeleteStmt, context: Context): Effect[] {
  return [rowChange("DELETE", context.schema.nameOf(relation), whereClause, context)];
}

export function mergeEffects({ relation, mergeWhenClauses }: MergeStmt, context: Context): Effect[] {
  const table = context.schema.nameOf(relation);
  const clauses = bodiesOf(mergeWhenClauses, "MergeWhenClause");
  const missing = columnMissing(
    table,
    clauses.flatMap(({ targetList }) => namesIn(targetList, "ResTarget")),
    context,
  );
  if (missing.length > 0) return missing;
  const effect = changing(table);
  return [context.file.locked.has(table) ? underLock("MERGE", table, effect) : effect];
}

function changing(table: string): Effect {
  const reason = `changes rows of ${table}`;
  return { table, lock: "some", rowsOnly: true, duration: "long", rows: "change", reason };
}

export function insertEffects(statement: InsertStmt, context: Context): Effect[] {
  const { relation, selectStmt, cols } = statement;
  const table = context.schema.nameOf(relation);
  const missing = columnMissing(table, namesIn(cols, "ResTarget"), context);
  if (missing.length > 0) return missing;
  const refused = [...refusedInsert(statement, context), ...refusedUpsert(statement, context)].slice(0, 1);
  if (refused.length > 0) return refused;
  const copies = selectStmt && "SelectStmt" in selectStmt && copiesRows(selectStmt, context);
  if (!copies) return [work(table, "some", `inserts rows into ${table}`)];
  const effect = work(table, "long", `copies rows into ${table}`);
  if (context.file.locked.has(table)) return [underLock("INSERT … SELECT", table, effect)];
  return [effect, ...readsLocked("INSERT … SELECT", selectStmt, context)];
}

/** A query that reads a table whole which the file has locked: others wait as long as it reads. */
export function readsLocked(verb: string, query: Node | undefined, context: Context): Effect[] {
  const { schema, file } = context;
  if (!query || !("SelectStmt" in query) || file.locked.size === 0) return [];
  const tables = wholeReads(query.SelectStmt, context).filter(
    (name) => file.locked.has(name) && !file.emptied.has(name) && !schema.isFreshTable(name),
  );
  const [table] = tables;
  if (table === undefined) return [];
  const names = [...new Set(tables)].join(", ");
  return [
    breaking(
      { table, lock: "long", rowsOnly: false, duration: "long", reason: `reads the rows of ${names}` },
      "backfill-under-lock",
      table,
      `${verb} reads ${names} in the transaction that has it locked already, so the lock lasts as long as the ${verb}`,
      "put it into a migration of its own, before or after this one",
    ),
  ];
}

/** The tables that a query reads from end to end, as far as its words tell: not by a key, not the first or last of an index. */
function wholeReads(select: SelectStmt, context: Context): string[] {
  const found: string[] = [];
  walk([{ SelectStmt: select }], (kind, body) => {
    if (kind !== "SelectStmt") return;
    const { fromClause = [], whereClause, limitCount, larg } = body as SelectStmt;
    if (larg) return;
    const [only] = fromClause.length === 1 ? fromClause : [];
    for (const relation of relationsIn(fromClause)) {
      const table = context.schema.nameOf(relation);
      const single = only !== undefined && "RangeVar" in only;
      const byKey = single && (isOneRow(whereClause, table, context) || limitCount !== undefined);
      if (!byKey && !(single && whereClause === undefined && isEndOfIndex(body, table, context)))
        found.push(table);
    }
  });
  return found;
}

/** `SELECT max(id)`, where an index begins with id. */
function isEndOfIndex({ targetList = [] }: SelectStmt, table: string, { schema }: Context): boolean {
  const calls = new Set(calledFunctions(targetList).map((names) => stringOf(names.at(-1))));
  const columns = columnsIn({ List: { items: targetList } });
  if (![...calls].some((name) => name === "max" || name === "min") || columns.length !== 1) return false;
  return schema.indexesOf(table).some((one) => one.columns[0] === columns[0]);
}

/** Whether a query reads a table that has rows; VALUES and constants are few. */
function copiesRows(select: Node, { schema, file }: Context): boolean {
  return relationsIn(select)
    .map((relation) => schema.nameOf(relation))
    .some((name) => !schema.isFreshTable(name) && !file.emptied.has(name));
}

function rowChange(
  verb: "UPDATE" | "DELETE",
  table: string,
  where: Node | undefined,
  context: Context,
): Effect {
  const { file } = context;
  const all = alwaysTrue(where, table, context);
  const effect = changing(table);
  if (file.emptied.has(table)) return { ...effect, duration: "some" };
  if (!all && isOneRow(where, table, context)) return { ...effect, duration: "some" };
  if (file.locked.has(table)) return underLock(verb, table, effect);
  if (!all) return effect;
  return breaking(
    { ...effect, lock: "long" },
    "update-all-rows",
    table,
    `${verb} ${where === undefined ? "without WHERE" : "with a WHERE that is always true"} locks every row of ${table} until the file ends`,
    "change rows in batches from the application or a job, or say why the table is small with a disable comment",
  );
}

function underLock(verb: string, table: string, effect: Effect): Effect {
  return breaking(
    { ...effect, lock: "long", rowsOnly: false },
    "backfill-under-lock",
    table,
    `${verb} runs in the transaction that has ${table} locked already, so the lock lasts as long as the ${verb}`,
    "put the change of rows into a migration of its own, after this one",
  );
}

/** Whether a condition holds for every row, as far as its words and the schema tell. */
export function alwaysTrue(where: Node | undefined, table: string, context: Context): boolean {
  if (where === undefined) return true;
  if ("A_Const" in where) return where.A_Const.boolval?.boolval === true;
  if ("TypeCast" in where) {
    const arg = where.TypeCast.arg;
    const text = arg && "A_Const" in arg ? arg.A_Const.sval?.sval : undefined;
    return text === undefined
      ? alwaysTrue(arg ?? where, table, context)
      : /^\s*(t|true|y|yes|on|1)\s*$/i.test(text);
  }
  if ("BoolExpr" in where) {
    const { boolop, args = [] } = where.BoolExpr;
    if (boolop === "NOT_EXPR") return isFalse(args[0]);
    const holds = (arg: Node) => alwaysTrue(arg, table, context);
    return boolop === "AND_EXPR" ? args.every(holds) : args.some(holds);
  }
  if ("NullTest" in where) {
    const { nulltesttype, arg } = where.NullTest;
    const column = arg && "ColumnRef" in arg ? stringOf(arg.ColumnRef.fields?.at(-1)) : undefined;
    return nulltesttype === "IS_NOT_NULL" && column !== undefined && context.schema.isNotNull(table, column);
  }
  return "A_Expr" in where && sameConstants(where);
}

function isFalse(node: Node | undefined): boolean {
  return (
    node !== undefined &&
    "A_Const" in node &&
    node.A_Const.boolval !== undefined &&
    node.A_Const.boolval.boolval !== true
  );
}

/** `1 = 1`. */
function sameConstants({ A_Expr: { name, lexpr, rexpr } }: Extract<Node, { A_Expr: unknown }>): boolean {
  if (stringOf(name?.[0]) !== "=" || !lexpr || !rexpr || !("A_Const" in lexpr) || !("A_Const" in rexpr))
    return false;
  const value = ({ location: _location, ...constant }: { location?: number }) => JSON.stringify(constant);
  return value(lexpr.A_Const) === value(rexpr.A_Const);
}

/** Whether the condition names the rows by a key: `id = 5`, `id IN (1, 2)`. */
function isOneRow(where: Node | undefined, table: string, context: Context): boolean {
  if (!where) return false;
  if ("BoolExpr" in where) {
    return (
      where.BoolExpr.boolop === "AND_EXPR" &&
      (where.BoolExpr.args ?? []).some((arg) => isOneRow(arg, table, context))
    );
  }
  if (!("A_Expr" in where)) return false;
  const { kind, name, lexpr, rexpr } = where.A_Expr;
  if ((kind !== "AEXPR_OP" && kind !== "AEXPR_IN") || stringOf(name?.[0]) !== "=") return false;
  if (!lexpr || !rexpr || !("ColumnRef" in lexpr)) return false;
  const column = stringOf(lexpr.ColumnRef.fields?.at(-1)) ?? "";
  const constant = "A_Const" in rexpr || ("List" in rexpr && kind === "AEXPR_IN");
  return (
    constant &&
    context.schema
      .constraints(table)
      .some(
        ({ kind: its, columns }) =>
          (its === "primary" || its === "unique") && columns.length === 1 && columns[0] === column,
      )
  );
}
