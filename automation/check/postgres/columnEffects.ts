/** What ADD COLUMN does, by the new column's type and constraints. */
import type { ColumnDef, Constraint, Node } from "libpg-query";
import { ONE_VALUE } from "./builtInFunctions.ts";
import type { Context } from "./context.ts";
import { breaking, type Effect, tableLock } from "./effect.ts";
import type { Schema } from "./schema.ts";
import { calledFunctions, listName, stringOf } from "./sqlNames.ts";
import { SERIAL, typeOf } from "./sqlTypes.ts";
import { bodiesOf } from "./tree.ts";

/** What makes each row's value its own, or undefined if one value does for all. */
function perRowValue(column: ColumnDef, schema: Schema): string | undefined {
  const type = listName(column.typeName?.names).replace(/^pg_catalog\./, "");
  if (SERIAL.has(type)) return `the type ${type} takes a number from a sequence for each row`;
  // Each row's null or default has to pass the domain's constraint (tablecmds.c, ATExecAddColumn).
  const fact = schema.types.get(typeOf(column.typeName, schema)?.name ?? "");
  if (fact?.kind === "domain" && fact.constrained)
    return `the domain ${type} has a constraint, which is checked for each row`;
  for (const constraint of bodiesOf(column.constraints, "Constraint")) {
    if (constraint.contype === "CONSTR_IDENTITY") return "an identity column takes a number for each row";
    if (constraint.contype === "CONSTR_GENERATED" && constraint.generated_kind !== "v") {
      return "a stored generated column is computed for each row";
    }
    if (constraint.contype !== "CONSTR_DEFAULT") continue;
    const call = calledFunctions(constraint.raw_expr).find((names) => !givesOneValue(names, schema));
    if (call) return `the default calls ${listName(call)}(), which may differ from row to row`;
  }
  return undefined;
}

/** Supabase's own, which no file makes (its documentation, auth helper functions: STABLE). */
const OF_SUPABASE = new Set(["auth.uid", "auth.role", "auth.email", "auth.jwt"]);

function givesOneValue(names: readonly Node[], schema: Schema): boolean {
  const known = schema.functions.get(schema.nameOfList(names, "functions"));
  if (known) return !known.volatile;
  return OF_SUPABASE.has(listName(names)) || ONE_VALUE.has(stringOf(names.at(-1)) ?? "");
}

/** The effects of `ALTER TABLE table ADD COLUMN column`: one a broken rule, or the short lock that any column takes. */
export function addColumnEffects(table: string, column: ColumnDef, context: Context): Effect[] {
  const name = `${table}.${column.colname ?? ""}`;
  const constraints = bodiesOf(column.constraints, "Constraint");
  const effects = [
    ...valueEffects(table, name, column, context),
    ...constraints.flatMap((one) => constraintEffects(table, name, one, constraints, context)),
  ];
  const short = tableLock(table, "some", `adds column ${name}`);
  return effects.some((effect) => effect.table === table) ? effects : [short, ...effects];
}

function valueEffects(table: string, name: string, column: ColumnDef, { schema, file }: Context): Effect[] {
  const perRow = perRowValue(column, schema);
  if (perRow !== undefined) {
    return [
      breaking(
        tableLock(table, "long", `rewrites ${table} for column ${name}`, "rewrite"),
        "volatile-default",
        name,
        `adding ${name} rewrites the table under ACCESS EXCLUSIVE: ${perRow}`,
        "add the column without it, set the default in a second statement, fill old rows in batches later",
      ),
    ];
  }
  const types = new Set(bodiesOf(column.constraints, "Constraint").map(({ contype }) => contype));
  const domain = schema.types.get(typeOf(column.typeName, schema)?.name ?? "");
  const filled = types.has("CONSTR_DEFAULT") || types.has("CONSTR_GENERATED") || domain?.hasDefault === true;
  const required = types.has("CONSTR_NOTNULL") || types.has("CONSTR_PRIMARY");
  if (!required || filled || file.emptied.has(table)) return [];
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
  { contype, pktable }: Constraint,
  all: readonly Constraint[],
  { schema }: Context,
): Effect[] {
  if (contype === "CONSTR_UNIQUE" || contype === "CONSTR_PRIMARY") {
    return [
      breaking(
        tableLock(table, "long", `builds an index on ${table}`, "index"),
        "constraint-builds-index",
        name,
        `the constraint on ${name} builds its index under ACCESS EXCLUSIVE`,
        "add only the column, CREATE UNIQUE INDEX CONCURRENTLY in a file of its own, then ADD CONSTRAINT … USING INDEX",
      ),
    ];
  }
  if (contype === "CONSTR_CHECK") {
    return [
      breaking(
        tableLock(table, "long", `scans ${table}`, "scan"),
        "check-validated",
        name,
        `the check on ${name} scans the table under ACCESS EXCLUSIVE`,
        "add only the column, then the check as NOT VALID, and VALIDATE CONSTRAINT in the next migration",
      ),
    ];
  }
  if (contype !== "CONSTR_FOREIGN") return [];
  const referenced = schema.nameOf(pktable);
  const other = tableLock(referenced, "some", `adds a foreign key to ${referenced}`);
  // Without a default every row is null, and Postgres skips the scan (parse_utilcmd.c, transformAlterTableStmt).
  if (!all.some((one) => one.contype === "CONSTR_DEFAULT")) return [other];
  return [
    breaking(
      tableLock(table, "long", `scans ${table} for a foreign key`, "foreignKey"),
      "foreign-key-validated",
      name,
      `the foreign key on ${name} is checked for each row, as the column has a default`,
      "add only the column, then the foreign key as NOT VALID, and VALIDATE CONSTRAINT in the next migration",
    ),
    other,
  ];
}
