/** What each command of ALTER TABLE does. Lock modes and scans are those of Postgres's manual, ALTER TABLE, notes. */
import type { AlterTableCmd, ColumnDef } from "libpg-query";
import { cascading } from "./cascade.ts";
import { addColumnEffects } from "./columnEffects.ts";
import { constraintEffects, setNotNull } from "./constraintEffects.ts";
import type { Context } from "./context.ts";
import { asWarning, breaking, type Effect, tableLock, work } from "./effect.ts";
import type { SqlType, Table } from "./facts.ts";
import { attachPartition, detachPartition } from "./partitionEffects.ts";
import { refusal } from "./refusal.ts";
import { refusedChange } from "./refusedChanges.ts";
import { castsOf, collationOf, type TypeChange, typeChange, typeOf } from "./sqlTypes.ts";
import { bodyOf } from "./tree.ts";

/** Commands that take SHARE UPDATE EXCLUSIVE or less: reads and writes go on. */
const HARMLESS = new Set<string | undefined>([
  "AT_SetStatistics",
  "AT_SetOptions",
  "AT_ResetOptions",
  "AT_SetRelOptions",
  "AT_ResetRelOptions",
  "AT_ClusterOn",
  "AT_DropCluster",
  "AT_DetachPartitionFinalize",
]);

/** Whether reads and writes go on beside a command. */
export function letsWrite(subtype: AlterTableCmd["subtype"] | ""): boolean {
  return subtype === "AT_ValidateConstraint" || HARMLESS.has(subtype);
}

const REWRITES = new Map<string | undefined, string>([
  ["AT_SetLogged", "SET LOGGED"],
  ["AT_SetUnLogged", "SET UNLOGGED"],
  ["AT_SetTableSpace", "SET TABLESPACE"],
  ["AT_SetAccessMethod", "SET ACCESS METHOD"],
  ["AT_SetExpression", "SET EXPRESSION"],
]);

/** The effects of one command on a table. */
export function alterTableEffects(table: string, command: AlterTableCmd, context: Context): Effect[] {
  const { subtype, def, name = "" } = command;
  const rewrite = REWRITES.get(subtype);
  if (rewrite) {
    const facts = context.schema.tables.get(table);
    const is = facts?.complete && isAlready(command, facts);
    return [is ? tableLock(table, "some", `${rewrite} changes nothing of ${table}`) : heavy(table, rewrite)];
  }
  const refused = refusedChange(table, command, context);
  if (refused) return [refused];
  if (HARMLESS.has(subtype)) return [work(table, "some", "changes settings of a table")];
  switch (subtype) {
    case "AT_AddColumn": {
      // IF NOT EXISTS on a column that is there does nothing.
      const column = bodyOf(def, "ColumnDef") ?? {};
      if (command.missing_ok && context.schema.column(table, column.colname ?? ""))
        return [tableLock(table, "some", `finds column ${table}.${column.colname} there`)];
      return addColumnEffects(table, column, context);
    }
    case "AT_AddConstraint":
      return def && "Constraint" in def ? constraintEffects(table, def.Constraint, context) : [];
    case "AT_SetNotNull":
      return [setNotNull(table, name, context)];
    case "AT_AlterColumnType":
      return [columnType(table, name, bodyOf(def, "ColumnDef") ?? {}, context)];
    case "AT_DropColumn":
      if (
        command.missing_ok &&
        context.schema.tables.get(table)?.complete &&
        !context.schema.column(table, name)
      )
        return [tableLock(table, "some", `finds no column ${table}.${name}`)];
      return [
        dropColumn(table, name),
        ...unlinked(table, context, "column", name),
        ...cascading(command, table, context),
      ];
    case "AT_DropConstraint":
      return [
        tableLock(table, "some", `drops a constraint of ${table}`),
        ...unlinked(table, context, "constraint", name),
        ...cascading(command, table, context),
      ];
    case "AT_ValidateConstraint":
      return validate(table, name, context);
    case "AT_AttachPartition":
      return attachPartition(table, command, context);
    case "AT_DetachPartition":
      return detachPartition(table, command, context);
    default:
      return [tableLock(table, "some", `alters ${table}`)];
  }
}

/** Whether the table is as the command would make it; those of a file have the server's own settings unless one changes them. */
function isAlready({ subtype, name }: AlterTableCmd, { unlogged, storage }: Table): boolean {
  switch (subtype) {
    case "AT_SetLogged":
      return !unlogged;
    case "AT_SetUnLogged":
      return unlogged;
    case "AT_SetTableSpace":
      return name === (storage?.tablespace ?? "pg_default");
    case "AT_SetAccessMethod":
      return name === (storage?.accessMethod ?? "heap");
    default:
      return false;
  }
}

function heavy(table: string, what: string): Effect {
  return breaking(
    tableLock(table, "long", `${what} rewrites ${table}`, "rewrite"),
    "heavy-lock",
    table,
    `${what} rewrites ${table} under ACCESS EXCLUSIVE`,
    "do it in a maintenance window, and say so with a disable comment",
  );
}

const UNKNOWN_TYPE =
  "add a column of the new type, fill it in batches, switch over; if only a varchar grows, disable this rule in the file";

function columnType(table: string, column: string, definition: ColumnDef, context: Context): Effect {
  const { schema, file } = context;
  const before = schema.column(table, column)?.type;
  const change = changeOf(before, column, definition, context);
  const inUtc = change === "none in UTC" && /^(utc|etc\/utc|gmt|0)$/i.test(file.timeZone ?? "");
  if (change === "none" || inUtc)
    return tableLock(table, "some", `changes the type of ${table}.${column} in the catalogue`);
  const indexes = schema.indexesOf(table).some(({ columns }) => columns.includes(column));
  if (change === "indexes" && !indexes)
    return tableLock(table, "some", `changes the type of ${table}.${column}`);
  const what =
    change === "indexes" ? "builds the column's indexes again" : "rewrites the table and its indexes";
  const fix =
    change === "none in UTC"
      ? "put SET LOCAL timezone = 'UTC'; first in the file if the values are UTC: then only the catalogue changes"
      : before === undefined
        ? UNKNOWN_TYPE
        : "add a column of the new type, fill it in batches, switch over";
  const finding = breaking(
    tableLock(table, "long", `rewrites ${table}`, "rewrite"),
    "column-type",
    `${table}.${column}`,
    `changing the type of ${table}.${column} ${what} under ACCESS EXCLUSIVE${change === "none in UTC" ? ", unless the session's time zone is UTC" : ""}`,
    fix,
  );
  // UTC is what RDS has if nobody changes it.
  return change === "none in UTC" && file.timeZone === undefined ? asWarning(finding) : finding;
}

function changeOf(
  before: SqlType | undefined,
  column: string,
  definition: ColumnDef,
  { schema }: Context,
): TypeChange {
  const casts = castsOf(definition.raw_default, column);
  if (!before || !casts) return "rewrite";
  const steps = [...casts, definition.typeName].map((type, index) =>
    typeOf(type, schema, index === casts.length ? collationOf(definition) : before.collation),
  );
  let from: SqlType | undefined = before;
  let worst: TypeChange = "none";
  for (const to of steps) {
    if (!from || !to) return "rewrite";
    const change = typeChange(from, to, schema);
    if (change !== "none") worst = worst === "none" ? change : "rewrite";
    from = to;
  }
  return worst;
}

function dropColumn(table: string, column: string): Effect {
  return breaking(
    tableLock(table, "some", `drops column ${table}.${column}`),
    "drop-column",
    `${table}.${column}`,
    `${table}.${column} and its data are gone, and the code that still runs may read it`,
    "deploy code that does not use it first; then disable this rule in the file with that reason",
  );
}

/** A foreign key's triggers are on both tables, so that both are locked (ACCESS EXCLUSIVE). */
function unlinked(table: string, { schema }: Context, kind: "column" | "constraint", name: string): Effect[] {
  const constraints = [...(schema.tables.get(table)?.constraints ?? [])];
  return constraints
    .filter(([key, { columns }]) => (kind === "constraint" ? key === name : columns.includes(name)))
    .flatMap(([, { references }]) =>
      references === undefined ? [] : [tableLock(references, "some", `drops a foreign key to ${references}`)],
    );
}

function validate(table: string, constraint: string, { schema, file }: Context): Effect[] {
  const subject = `${table}.${constraint}`;
  const fact = schema.tables.get(table)?.constraints.get(constraint);
  if (fact && !["check", "foreign", "notNull"].includes(fact.kind)) {
    const words = `constraint "${constraint}" of relation "${table}" is not a foreign key or check constraint`;
    return [
      refusal(table, subject, { words, fix: "delete the statement: such a constraint is always valid" }),
    ];
  }
  const added = file.addedConstraints.has(`${table} ${constraint}`);
  if (fact?.valid && fact.kind !== "notNull" && !added)
    return [work(table, "none", `constraint ${constraint} is validated already`)];
  const checks = fact?.kind === "foreign" ? "foreignKey" : "scan";
  if (!added && !file.locked.has(table))
    return [work(table, "long", `checks each row of ${table} while reads and writes go on`, checks)];
  const [lock, message, fix] = added
    ? [
        "the lock of ADD CONSTRAINT",
        "in the file that adds it: one transaction, so the lock of ADD CONSTRAINT lasts through the scan",
        "move VALIDATE CONSTRAINT to the next migration",
      ]
    : [
        "an earlier lock",
        `in the transaction that has ${table} locked already, so the lock lasts through the scan`,
        "move VALIDATE CONSTRAINT to a migration of its own",
      ];
  return [
    breaking(
      tableLock(table, "long", `scans ${table} under ${lock}`, checks),
      "validate-in-same-file",
      subject,
      `constraint ${constraint} is validated ${message}`,
      fix,
    ),
  ];
}
