/** What CREATE TABLE does to other tables, and what Postgres refuses of it. */
import type { Constraint, CreateStmt, Node } from "libpg-query";
import type { Context } from "./context.ts";
import { type Effect, tableLock } from "./effect.ts";
import { keyIndexThere, tableThere } from "./existence.ts";
import { refusedKey } from "./foreignKeys.ts";
import { refusedBound } from "./partitionBounds.ts";
import { newPartition } from "./partitionEffects.ts";
import { type Refused, refusal } from "./refusal.ts";
import { remember } from "./remember.ts";
import type { Schema } from "./schema.ts";
import { bodiesOf } from "./tree.ts";

export function createTable(statement: CreateStmt, context: Context): Effect[] {
  const { relation, inhRelations, partbound, if_not_exists: ifNotExists } = statement;
  const { schema } = context;
  const name = schema.newNameOf(relation);
  if (ifNotExists && schema.tables.get(name)) return [];
  const parents = bodiesOf(inhRelations, "RangeVar").map((parent) => schema.nameOf(parent));
  const keys = constraintsOf(statement).filter(({ one }) => one.contype === "CONSTR_FOREIGN");
  const others = keys.map(({ one }) => schema.nameOf(one.pktable)).filter((table) => table !== name);
  return [
    ...tableThere(statement, context),
    ...constraintsOf(statement).flatMap(({ one }) => keyIndexThere(one, name, context)),
    ...refusedTable(statement, name, context),
    ...others.map((table) => tableLock(table, "some", `adds a foreign key to ${table}`)),
    ...parents.flatMap((parent) => (partbound ? addsPartition(name, parent, partbound, context) : [])),
  ];
}

function addsPartition(
  name: string,
  parent: string,
  bound: NonNullable<CreateStmt["partbound"]>,
  context: Context,
): Effect[] {
  const refused = refusedBound(name, parent, bound, context.schema);
  if (!refused) return newPartition(parent, bound.is_default === true, context);
  return [refusal(undefined, name, refused)];
}

interface Placed {
  one: Constraint;
  /** The column that it is written behind. */
  column?: string;
}

function constraintsOf({ tableElts }: CreateStmt): Placed[] {
  const found = (nodes: readonly Node[] | undefined, column?: string): Placed[] =>
    (nodes ?? []).flatMap((node) => {
      if ("ColumnDef" in node) return found(node.ColumnDef.constraints, node.ColumnDef.colname ?? "");
      if (!("Constraint" in node)) return [];
      return [column === undefined ? { one: node.Constraint } : { one: node.Constraint, column }];
    });
  return found(tableElts);
}

/** The first thing that Postgres refuses of the table itself. */
function refusedTable(statement: CreateStmt, name: string, context: Context): Effect[] {
  const found = twice(statement, name) ?? keysOf(statement, name, afterwards(statement, context.schema));
  return found ? [refusal(undefined, name, found)] : [];
}

function twice(statement: CreateStmt, name: string): Refused | undefined {
  const columns = bodiesOf(statement.tableElts, "ColumnDef").map(({ colname = "" }) => colname);
  const double = columns.find((column, index) => columns.indexOf(column) < index);
  // PARTITION OF may name a column for its default.
  if (double !== undefined && !statement.partbound)
    return { words: `column "${double}" specified more than once`, fix: "delete one of the two" };
  const primary = constraintsOf(statement).filter(({ one }) => one.contype === "CONSTR_PRIMARY");
  if (primary.length < 2) return undefined;
  return {
    words: `multiple primary keys for table "${name}" are not allowed`,
    fix: "one PRIMARY KEY (a, b) over both columns, or UNIQUE for one of them",
  };
}

/** The schema as the statement leaves it. */
export function afterwards(statement: CreateStmt, schema: Schema): Schema {
  const branch = schema.branch();
  remember({ CreateStmt: statement }, branch, false);
  return branch;
}

function keysOf(statement: CreateStmt, name: string, schema: Schema): Refused | undefined {
  return constraintsOf(statement)
    .filter(({ one }) => one.contype === "CONSTR_FOREIGN")
    .map(({ one, column }) => refusedKey(name, one, { schema }, column))
    .find((refused) => refused !== undefined);
}
