/** Values that Postgres refuses for a column by the table's definition: before any row is looked at, or for each row alike. */
import type { InsertStmt, Node, UpdateStmt } from "libpg-query";
import type { Context } from "./context.ts";
import { dependentsOn } from "./dependents.ts";
import type { Effect } from "./effect.ts";
import type { Column, Table } from "./facts.ts";
import { type Refused, refusal } from "./refusal.ts";
import type { Schema } from "./schema.ts";
import { partsOf } from "./sqlNames.ts";
import { bodiesOf, bodyOf, namesIn } from "./tree.ts";

export function refusedInsert(statement: InsertStmt, { schema }: Context): Effect[] {
  const { relation, cols, selectStmt, override = "OVERRIDING_NOT_SET" } = statement;
  const table = schema.nameOf(relation);
  const named = cols && namesIn(cols, "ResTarget");
  for (const row of bodyOf(selectStmt, "SelectStmt")?.valuesLists ?? []) {
    const values = partsOf(row);
    const refused =
      wrongNumber(values, named) ??
      refusedRow(table, values, named, override !== "OVERRIDING_NOT_SET", schema);
    if (refused) return [refusal(table, table, refused)];
  }
  return [];
}

export function refusedUpdate({ relation, targetList }: UpdateStmt, { schema }: Context): Effect[] {
  const table = schema.nameOf(relation);
  for (const { name = "", val, indirection } of bodiesOf(targetList, "ResTarget")) {
    const column = known(table, schema)?.columns.get(name);
    if (!column || !val || indirection || "SetToDefault" in val) continue;
    const words = column.always
      ? `column "${name}" can only be updated to DEFAULT`
      : wrongLabel(val, column, schema)?.words;
    if (words !== undefined)
      return [refusal(table, `${table}.${name}`, { words, fix: `correct the value of ${name}` })];
  }
  return [];
}

/** A label that the column's type lacks. */
export function wrongLabel(value: Node | undefined, column: Column, schema: Schema): Refused | undefined {
  const { sval } = bodyOf(value, "A_Const") ?? {};
  const text = sval && (sval.sval ?? "");
  const type = column.type && !column.type.array ? schema.types.get(column.type.name) : undefined;
  if (text === undefined || type?.kind !== "enum" || !type.labels || type.labels.includes(text))
    return undefined;
  return {
    words: `invalid input value for enum ${column.type?.name}: "${text}"`,
    fix: `take one of ${type.labels.join(", ")}, or ALTER TYPE … ADD VALUE in a migration before this one`,
  };
}

function wrongNumber(values: readonly Node[], named: readonly string[] | undefined): Refused | undefined {
  if (!named || values.length === named.length || values.some(isWholeRow)) return undefined;
  const words =
    values.length > named.length
      ? "INSERT has more expressions than target columns"
      : "INSERT has more target columns than expressions";
  return { words, fix: "give one value for each column" };
}

/** `(r).*` stands for several values. */
function isWholeRow(value: Node): boolean {
  return "ColumnRef" in value || "A_Indirection" in value;
}

/** The facts of a table whose columns and keys the files tell whole. */
export function known(table: string, schema: Schema): Table | undefined {
  const facts = schema.tables.get(table);
  const whole = facts?.complete && !facts.copied && facts.parent === undefined;
  return whole && facts.kind === "table" ? facts : undefined;
}

function refusedRow(
  table: string,
  values: readonly Node[],
  named: readonly string[] | undefined,
  overrides: boolean,
  schema: Schema,
): Refused | undefined {
  const facts = known(table, schema);
  if (!facts || values.some(isWholeRow)) return undefined;
  const names = named ?? [...facts.columns.keys()];
  for (const [index, value] of values.entries()) {
    const column = facts.columns.get(names[index] ?? "");
    if (!column || "SetToDefault" in value) continue;
    if (column.always === "generated" || (column.always === "identity" && !overrides))
      return {
        words: `cannot insert a non-DEFAULT value into column "${names[index]}"`,
        fix: `leave ${names[index]} out${column.always === "identity" ? ", or write OVERRIDING SYSTEM VALUE before VALUES" : ""}`,
      };
    const wrong = wrongLabel(value, column, schema);
    if (wrong) return wrong;
  }
  // A trigger may fill what is left out, and a rule may do something else.
  if (named === undefined || changesRows(table, schema)) return undefined;
  const left = [...facts.columns].find(
    ([name, column]) => !named.includes(name) && isRequired(column, schema),
  );
  return (
    left && {
      words: `null value in column "${left[0]}" violates not-null constraint`,
      fix: `give ${left[0]} a value`,
    }
  );
}

function changesRows(table: string, schema: Schema): boolean {
  return dependentsOn(schema, `of ${table}`).some(({ kind }) => kind === "trigger" || kind === "rule");
}

function isRequired({ type, notNull, hasDefault, identity, always }: Column, schema: Schema): boolean {
  const base = type && schema.types.get(type.name);
  // A type that no file made may be a domain with a default.
  return notNull && !hasDefault && !identity && !always && type !== undefined && base?.kind !== "domain";
}
