/** What ADD COLUMN does, by the new column's type and constraints. */
import type { ColumnDef, Constraint, Node } from "libpg-query";
import { breaking, type Effect, tableLock } from "./effect.ts";
import { calledFunctions, listName } from "./sqlNames.ts";

/**
 * Functions that give one value for the whole statement, so that Postgres 11 and later keep it in the catalogue and
 * rewrite nothing (docs, ALTER TABLE, notes): those of pg_proc with provolatile `s` or `i` that stand as defaults.
 */
const ONE_VALUE = new Set([
  "now",
  "transaction_timestamp",
  "statement_timestamp",
  "current_setting",
  "current_schema",
  "current_database",
  "to_timestamp",
  "to_date",
  "make_interval",
  "make_date",
  "jsonb_build_object",
  "jsonb_build_array",
  "json_build_object",
  "json_build_array",
  "array_fill",
  "lower",
  "upper",
  "concat",
  "md5",
  "timezone",
  "date_trunc",
]);

const SERIAL = new Set(["serial", "serial2", "serial4", "serial8", "smallserial", "bigserial"]);

/** What makes each row's value its own, or undefined where one value does for all. */
export function perRowValue(column: ColumnDef): string | undefined {
  const type = listName(column.typeName?.names).replace(/^pg_catalog\./, "");
  if (SERIAL.has(type)) return `the type ${type} takes a number from a sequence for each row`;
  for (const constraint of constraintsOf(column)) {
    if (constraint.contype === "CONSTR_IDENTITY") return "an identity column takes a number for each row";
    if (constraint.contype === "CONSTR_GENERATED" && constraint.generated_kind !== "v") {
      return "a stored generated column is computed for each row";
    }
    if (constraint.contype !== "CONSTR_DEFAULT") continue;
    const call = calledFunctions(constraint.raw_expr).find((name) => !ONE_VALUE.has(name));
    if (call !== undefined) return `the default calls ${call}(), which may differ from row to row`;
  }
  return undefined;
}

function constraintsOf(column: ColumnDef): Constraint[] {
  return (column.constraints ?? []).flatMap((node: Node) => ("Constraint" in node ? [node.Constraint] : []));
}

/** The effects of `ALTER TABLE table ADD COLUMN column`: one a broken rule, or the short lock that any column takes. */
export function addColumnEffects(table: string, column: ColumnDef): Effect[] {
  const name = `${table}.${column.colname ?? ""}`;
  const constraints = constraintsOf(column);
  const effects = [
    ...valueEffects(table, name, column),
    ...constraints.flatMap((one) => constraintEffects(table, name, one, constraints)),
  ];
  return effects.length > 0 ? effects : [tableLock(table, "some", `adds column ${name}`)];
}

function valueEffects(table: string, name: string, column: ColumnDef): Effect[] {
  const perRow = perRowValue(column);
  if (perRow !== undefined) {
    return [
      breaking(
        tableLock(table, "long", `rewrites ${table} for column ${name}`),
        "volatile-default",
        name,
        `adding ${name} rewrites the table under ACCESS EXCLUSIVE: ${perRow}`,
        "add the column without it, set the default in a second statement, fill old rows in batches later",
      ),
    ];
  }
  const types = new Set(constraintsOf(column).map(({ contype }) => contype));
  const filled = types.has("CONSTR_DEFAULT") || types.has("CONSTR_GENERATED");
  if (!types.has("CONSTR_NOTNULL") || filled) return [];
  return [
    breaking(
      tableLock(table, "some", `adds column ${name}`),
      "not-null-without-default",
      name,
      `${name} is NOT NULL without a default, which fails as soon as the table has a row`,
      "give it a constant default, or add it nullable, fill it, then set NOT NULL in a later migration",
    ),
  ];
}

function constraintEffects(
  table: string,
  name: string,
  { contype }: Constraint,
  all: readonly Constraint[],
): Effect[] {
  if (contype === "CONSTR_UNIQUE" || contype === "CONSTR_PRIMARY") {
    return [
      breaking(
        tableLock(table, "long", `builds an index on ${table}`),
        "constraint-builds-index",
        name,
        `the constraint on ${name} builds its index under ACCESS EXCLUSIVE`,
        "add the column alone, CREATE UNIQUE INDEX CONCURRENTLY in a file of its own, then ADD CONSTRAINT … USING INDEX",
      ),
    ];
  }
  if (contype === "CONSTR_CHECK") {
    return [
      breaking(
        tableLock(table, "long", `scans ${table}`),
        "check-validated",
        name,
        `the check on ${name} scans the table under ACCESS EXCLUSIVE`,
        "add the column alone, then the check as NOT VALID, and VALIDATE CONSTRAINT in the next migration",
      ),
    ];
  }
  // Without a default every row is null, and Postgres skips the scan (parse_utilcmd.c, transformAlterTableStmt).
  if (contype !== "CONSTR_FOREIGN" || !all.some((one) => one.contype === "CONSTR_DEFAULT")) return [];
  return [
    breaking(
      tableLock(table, "long", `scans ${table} for a foreign key`),
      "foreign-key-validated",
      name,
      `the foreign key on ${name} is checked for each row, as the column has a default`,
      "add the column alone, then the foreign key as NOT VALID, and VALIDATE CONSTRAINT in the next migration",
    ),
  ];
}
