/** What each command of ALTER TABLE does. Lock modes and scans are those of Postgres's manual, ALTER TABLE, notes. */
import type { AlterTableCmd, ColumnDef, Constraint } from "libpg-query";
import { addColumnEffects } from "./columnEffects.ts";
import { breaking, type Effect, tableLock, work } from "./effect.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import { listName, relationName, textLength } from "./sqlNames.ts";

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

const REWRITES = new Map<string | undefined, string>([
  ["AT_SetLogged", "SET LOGGED"],
  ["AT_SetUnLogged", "SET UNLOGGED"],
  ["AT_SetTableSpace", "SET TABLESPACE"],
  ["AT_SetAccessMethod", "SET ACCESS METHOD"],
]);

/** The effects of one command on a table. */
export function alterTableEffects(table: string, command: AlterTableCmd, memory: SchemaMemory): Effect[] {
  const { subtype, def } = command;
  if (HARMLESS.has(subtype)) return [work(table, "some", "changes settings of a table")];
  const rewrite = REWRITES.get(subtype);
  if (rewrite) return [heavy(table, rewrite)];
  switch (subtype) {
    case "AT_AddColumn":
      return def && "ColumnDef" in def ? addColumnEffects(table, def.ColumnDef) : [];
    case "AT_AddConstraint":
      return def && "Constraint" in def ? constraintEffects(table, def.Constraint, memory) : [];
    case "AT_SetNotNull":
      return [setNotNull(table, command.name ?? "", memory)];
    case "AT_AlterColumnType":
      return [columnType(table, command.name ?? "", def && "ColumnDef" in def ? def.ColumnDef : {}, memory)];
    case "AT_DropColumn":
      return [dropColumn(table, command.name ?? "")];
    case "AT_ValidateConstraint":
      return [validate(table, command.name ?? "", memory)];
    case "AT_DetachPartition":
      return def && "PartitionCmd" in def && def.PartitionCmd.concurrent
        ? [work(table, "long", `detaches a partition of ${table}, waiting for those who use it`)]
        : [tableLock(table, "some", `detaches a partition of ${table}`)];
    default:
      return [tableLock(table, "some", `alters ${table}`)];
  }
}

function heavy(table: string, what: string): Effect {
  return breaking(
    tableLock(table, "long", `${what} rewrites ${table}`),
    "heavy-lock",
    table,
    `${what} rewrites ${table} under ACCESS EXCLUSIVE`,
    "do it in a maintenance window, and say so with a disable comment",
  );
}

function setNotNull(table: string, column: string, memory: SchemaMemory): Effect {
  if (memory.isKnownNotNull(table, column)) {
    return tableLock(table, "some", `sets ${table}.${column} NOT NULL, which a check has shown already`);
  }
  return breaking(
    tableLock(table, "long", `scans ${table}`),
    "set-not-null",
    `${table}.${column}`,
    `setting ${table}.${column} NOT NULL scans the table under ACCESS EXCLUSIVE`,
    `first ADD CONSTRAINT … CHECK (${column} IS NOT NULL) NOT VALID, VALIDATE it in the next migration, then SET NOT NULL`,
  );
}

function columnType(
  table: string,
  column: string,
  { typeName, raw_default: using }: ColumnDef,
  memory: SchemaMemory,
): Effect {
  const before = memory.textLengthOf(table, column);
  const after = textLength(typeName);
  // The same bytes under a wider bound: Postgres changes the catalogue alone (manual, ALTER TABLE, notes).
  if (before !== undefined && after !== undefined && after >= before && !using) {
    return tableLock(table, "some", `widens ${table}.${column}`);
  }
  return breaking(
    tableLock(table, "long", `rewrites ${table}`),
    "column-type",
    `${table}.${column}`,
    `changing the type of ${table}.${column} rewrites the table and its indexes under ACCESS EXCLUSIVE`,
    "add a column of the new type, fill it in batches, switch over; where only a varchar grows, disable this rule in the file",
  );
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

function validate(table: string, constraint: string, memory: SchemaMemory): Effect {
  const scan = work(table, "long", `checks each row of ${table} while reads and writes go on`);
  if (!memory.isAddedInFile(table, constraint)) return scan;
  return breaking(
    tableLock(table, "long", `scans ${table} under the lock of ADD CONSTRAINT`),
    "validate-in-same-file",
    `${table}.${constraint}`,
    `constraint ${constraint} is validated in the file that adds it: one transaction, so the lock of ADD CONSTRAINT lasts through the scan`,
    "move VALIDATE CONSTRAINT to the next migration",
  );
}

function constraintEffects(table: string, constraint: Constraint, memory: SchemaMemory): Effect[] {
  const { contype, skip_validation: notValid, is_enforced: enforced } = constraint;
  const subject = `${table}.${constraint.conname ?? listName(constraint.fk_attrs ?? constraint.keys)}`;
  const scan = notValid !== true && enforced !== false;
  switch (contype) {
    case "CONSTR_UNIQUE":
    case "CONSTR_PRIMARY":
    case "CONSTR_EXCLUSION":
      return [
        constraint.indexname
          ? tableLock(table, "some", `adds a constraint to ${table}`)
          : buildsIndex(table, subject),
      ];
    case "CONSTR_FOREIGN":
      return foreignKey(table, relationName(constraint.pktable), subject, scan);
    case "CONSTR_NOTNULL":
      if (scan) return [setNotNull(table, listName(constraint.keys), memory)];
      break;
    case "CONSTR_CHECK":
      if (scan) return [checkScan(table, subject)];
      break;
    default:
  }
  return [tableLock(table, "some", `adds a constraint to ${table}`)];
}

function buildsIndex(table: string, subject: string): Effect {
  return breaking(
    tableLock(table, "long", `builds an index on ${table}`),
    "constraint-builds-index",
    subject,
    `the constraint builds its index on ${table} under ACCESS EXCLUSIVE`,
    "CREATE UNIQUE INDEX CONCURRENTLY in a file of its own, then ADD CONSTRAINT … USING INDEX (an exclusion constraint needs a quiet moment)",
  );
}

/** Both tables are locked (SHARE ROW EXCLUSIVE), so both have to be named. */
function foreignKey(table: string, referenced: string, subject: string, scan: boolean): Effect[] {
  const lock = tableLock(table, scan ? "long" : "some", `adds a foreign key from ${table} to ${referenced}`);
  const other = tableLock(referenced, "some", `adds a foreign key to ${referenced}`);
  if (!scan) return [lock, other];
  return [
    breaking(
      lock,
      "foreign-key-validated",
      subject,
      `the foreign key from ${table} to ${referenced} scans ${table} while writes to both tables wait`,
      "add it as NOT VALID, and VALIDATE CONSTRAINT in the next migration",
    ),
    other,
  ];
}

function checkScan(table: string, subject: string): Effect {
  return breaking(
    tableLock(table, "long", `scans ${table}`),
    "check-validated",
    subject,
    `the check scans ${table} under ACCESS EXCLUSIVE`,
    "add it as NOT VALID, and VALIDATE CONSTRAINT in the next migration",
  );
}
