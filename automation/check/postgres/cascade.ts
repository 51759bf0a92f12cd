/** CASCADE takes along what nobody named. */
import type { AlterTableCmd } from "libpg-query";
import type { Context } from "./context.ts";
import { dependentsOnColumn, describe } from "./dependents.ts";
import { breaking, type Effect, tableLock, work } from "./effect.ts";

/** Of DROP COLUMN and DROP CONSTRAINT. */
export function cascading(
  { behavior, name = "", subtype }: AlterTableCmd,
  table: string,
  context: Context,
): Effect[] {
  if (behavior !== "DROP_CASCADE") return [];
  const { schema } = context;
  const facts = schema.tables.get(table);
  const constraint = facts?.constraints.get(name);
  const columns = subtype === "AT_DropColumn" ? [name] : constraint?.columns;
  const isKey = (column: string) =>
    schema
      .constraints(table)
      .some(({ kind, columns: its }) => (kind === "primary" || kind === "unique") && its.includes(column));
  const keys = columns === undefined || columns.some(isKey) ? schema.referencing(table) : [];
  const others = subtype === "AT_DropColumn" ? dependentsOnColumn(schema, table, name) : [];
  const named = others.map((one) => (one.name === one.of ? one.name : describe(one)));
  return taking(`${table}.${name}`, [...keys, ...named], facts?.complete === true, context);
}

/**
 * The effects of a CASCADE.
 *
 * @param dependents what is known to depend on it; what nobody uses yet is left out
 * @param known whether all that depends on it is known: a file of the folder made it
 */
export function taking(
  subject: string,
  dependents: readonly string[],
  known: boolean,
  context: Context,
): Effect[] {
  const used = [...new Set(dependents)].filter((name) => !context.schema.isFreshTable(name));
  const locks = used
    .filter((name) => context.schema.tables.get(name))
    .map((name) => tableLock(name, "some", `CASCADE reaches ${name}`));
  if (used.length === 0 && known) return [];
  const what = used.length === 0 ? "whatever depends on it, which no file tells" : used.join(", ");
  return [
    breaking(
      work(undefined, "some", `CASCADE takes ${what}`),
      "cascade",
      subject,
      `CASCADE on ${subject} takes along what the statement does not name: ${what}`,
      "name each object in a statement of its own, without CASCADE",
    ),
    ...locks,
  ];
}
