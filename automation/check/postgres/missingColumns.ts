/** Columns that an expression or a query names, and no table that it reads has. */
import type { Node } from "libpg-query";
import type { Context } from "./context.ts";
import type { Effect } from "./effect.ts";
import { columnMissing, columnsHint } from "./existence.ts";
import { refusal } from "./refusal.ts";
import type { Schema } from "./schema.ts";
import { namesOf, partsOf, stringOf } from "./sqlNames.ts";
import { bodyOf, isQuery } from "./tree.ts";
import { ownScope, type UnknownColumn, unknownColumns } from "./uses.ts";

/** Of a statement outside a block: inside, a name may be a variable. */
export function missingColumns(node: Node, context: Context): Effect[] {
  const named = namedColumns(node, context);
  if (named.length > 0) return named;
  const [first] = unknownIn(node, context.schema);
  return first ? [refusedColumn(first, context.schema)] : [];
}

export function refusedColumn({ table, column }: UnknownColumn, schema: Schema): Effect {
  const words = `column ${table === undefined ? `"${column}"` : `${table}.${column}`} does not exist`;
  const fix =
    table === undefined
      ? "correct the name: no table that the statement reads has it"
      : columnsHint(table, schema);
  return refusal(table, table === undefined ? column : `${table}.${column}`, { words, fix });
}

/** Columns that stand in a list of names. */
function namedColumns(node: Node, context: Context): Effect[] {
  const { schema } = context;
  if ("CreateTrigStmt" in node) {
    const { relation, columns } = node.CreateTrigStmt;
    return columnMissing(schema.nameOf(relation), namesOf(columns), context);
  }
  if ("CommentStmt" in node && node.CommentStmt.objtype === "OBJECT_COLUMN") {
    const items = partsOf(node.CommentStmt.object);
    return columnMissing(schema.nameOfList(items.slice(0, -1), "tables"), [stringOf(items.at(-1))], context);
  }
  return [];
}

function unknownIn(node: Node, schema: Schema): UnknownColumn[] {
  if ("ViewStmt" in node) return unknownColumns(node.ViewStmt.query, schema);
  if ("CreateTableAsStmt" in node) return unknownColumns(node.CreateTableAsStmt.query, schema);
  return isQuery(node) ? unknownColumns(node, schema) : ownExpressions(node, schema);
}

/** Expressions over the columns of one table. */
function ownExpressions(node: Node, schema: Schema): UnknownColumn[] {
  if ("IndexStmt" in node) {
    const { relation, indexParams, whereClause } = node.IndexStmt;
    return unknownColumns([indexParams, whereClause], schema, ownScope(schema.nameOf(relation)));
  }
  const policy = bodyOf(node, "CreatePolicyStmt") ?? bodyOf(node, "AlterPolicyStmt");
  if (policy)
    return unknownColumns([policy.qual, policy.with_check], schema, ownScope(schema.nameOf(policy.table)));
  if ("CreateTrigStmt" in node) {
    const { relation, whenClause } = node.CreateTrigStmt;
    return unknownColumns(whenClause, schema, ownScope(schema.nameOf(relation)));
  }
  return [];
}
