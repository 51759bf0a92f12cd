/** Commands of ALTER TABLE that Postgres refuses on what the files before have made (tablecmds.c). */
import type { AlterTableCmd } from "libpg-query";
import type { Context } from "./context.ts";
import type { Effect } from "./effect.ts";
import { columnsHint, missingConstraint } from "./existence.ts";
import { type Table, UNKNOWN_COLUMN } from "./facts.ts";
import { refusedKey, sameSet } from "./foreignKeys.ts";
import { type Refused, refusal } from "./refusal.ts";
import {
  columnInUse,
  columnThere,
  foreignKeysTo,
  noCast,
  noColumn,
  noIdentity,
  noIndex,
  noReplicaIdentity,
  notGenerated,
  ofPartitionKey,
  staysNotNull,
  subjectOf,
  typeInUse,
} from "./refusedColumns.ts";
import {
  inheritedConstraint,
  noParent,
  notItsOwn,
  refusedAttach,
  refusedDetach,
} from "./refusedInheritance.ts";
import { wrongLabel } from "./refusedRows.ts";
import { notForeign, refusedStorage, unknownParameter } from "./refusedSettings.ts";
import { constraintName } from "./rememberConstraint.ts";
import { rememberCommand } from "./rememberTable.ts";
import { besides, type Schema } from "./schema.ts";
import { bodiesOf, bodyOf } from "./tree.ts";
import { ownScope, unknownColumns } from "./uses.ts";

/** The first reason for which Postgres refuses the command; undefined if the files give none. */
export function refusedChange(table: string, command: AlterTableCmd, context: Context): Effect | undefined {
  const refused = reasonOf(table, command, context);
  return refused && refusal(table, `${table}.${subjectOf(command)}`, refused);
}

function reasonOf(table: string, command: AlterTableCmd, context: Context): Refused | undefined {
  const { schema } = context;
  const facts = schema.tables.get(table);
  if (!facts) return undefined;
  const inherited = notItsOwn(command, facts, schema) ?? notOfAView(table, command, facts);
  if (inherited) return inherited;
  const column = subjectOf(command);
  switch (command.subtype) {
    case "AT_AddColumn":
      return (
        columnThere(table, command, schema) ??
        secondPrimaryKey(table, command, facts) ??
        refusedNewKey(table, command, context)
      );
    case "AT_DropColumn":
      return (
        noColumn(table, command, schema) ??
        ofPartitionKey(table, column, "drop", facts) ??
        (command.behavior === "DROP_CASCADE" ? undefined : columnInUse(table, column, schema))
      );
    case "AT_AlterColumnType":
      return (
        noColumn(table, command, schema) ??
        ofPartitionKey(table, column, "alter", facts) ??
        typeInUse(table, column, schema) ??
        noCast(table, command, context)
      );
    case "AT_SetNotNull":
    case "AT_SetStatistics":
    case "AT_SetCompression":
    case "AT_SetOptions":
    case "AT_ResetOptions":
      return noColumn(table, command, schema);
    case "AT_ColumnDefault":
      return (
        noColumn(table, command, schema) ??
        wrongLabel(command.def, facts.columns.get(column) ?? UNKNOWN_COLUMN, schema)
      );
    case "AT_DropNotNull":
      return noColumn(table, command, schema) ?? staysNotNull(table, column, facts);
    case "AT_AddIdentity":
      return noColumn(table, command, schema) ?? noIdentity(table, column, facts);
    case "AT_SetIdentity":
    case "AT_DropIdentity":
    case "AT_DropExpression":
      return noColumn(table, command, schema) ?? notGenerated(table, command, facts);
    case "AT_ReplicaIdentity":
      return noReplicaIdentity(table, command, schema);
    case "AT_DropConstraint":
      return (
        inheritedConstraint(command, facts, schema) ??
        (command.missing_ok ? undefined : missingConstraint(table, column, schema)) ??
        keyInUse(table, command, schema)
      );
    case "AT_ValidateConstraint":
      return missingConstraint(table, column, schema);
    case "AT_ClusterOn":
      return noIndex(table, command.name, schema);
    case "AT_AttachPartition":
      return refusedAttach(table, command, schema);
    case "AT_DetachPartition":
      return refusedDetach(table, command, schema);
    case "AT_DropInherit":
      return noParent(table, command, schema);
    case "AT_AlterConstraint":
      return notForeign(table, command, facts);
    case "AT_SetRelOptions":
      return unknownParameter(command, facts);
    case "AT_SetStorage":
      return noColumn(table, command, schema) ?? refusedStorage(command, facts);
    case "AT_AddConstraint":
      return (
        constraintThere(table, command, schema) ??
        notInherited(table, command, facts) ??
        unknownInCheck(table, command, schema) ??
        secondPrimaryKey(table, command, facts) ??
        refusedKeyOf(table, command, context)
      );
    default:
      return undefined;
  }
}

const OF_TABLES = new Map<string | undefined, string>([
  ["AT_AddColumn", "ADD COLUMN"],
  ["AT_DropColumn", "DROP COLUMN"],
  ["AT_AlterColumnType", "ALTER COLUMN ... SET DATA TYPE"],
  ["AT_SetNotNull", "ALTER COLUMN ... SET NOT NULL"],
  ["AT_AddConstraint", "ADD CONSTRAINT"],
]);

/** ATSimplePermissions. */
function notOfAView(table: string, { subtype }: AlterTableCmd, { kind }: Table): Refused | undefined {
  const action = OF_TABLES.get(subtype);
  if (kind === "table" || action === undefined) return undefined;
  return {
    words: `ALTER action ${action} cannot be performed on relation "${table}", which is a ${kind}`,
    fix: "alter the table under it, and make the view again",
  };
}

function notInherited(table: string, { def }: AlterTableCmd, { partitioned }: Table): Refused | undefined {
  if (!partitioned || !bodyOf(def, "Constraint")?.is_no_inherit) return undefined;
  const words = `cannot add NO INHERIT constraint to partitioned table "${table}"`;
  return { words, fix: "leave NO INHERIT out: each partition has its parent's constraints" };
}

/** A key that foreign keys point to stays, without CASCADE. */
function keyInUse(
  table: string,
  { name = "", behavior }: AlterTableCmd,
  schema: Schema,
): Refused | undefined {
  const facts = schema.tables.get(table);
  const key = facts?.constraints.get(name);
  if (!facts || !key || behavior === "DROP_CASCADE" || (key.kind !== "primary" && key.kind !== "unique"))
    return undefined;
  const same = (columns: readonly string[]) => sameSet(columns, key.columns);
  // Which of two keys over the same columns a foreign key uses, no file tells.
  const twins = schema.indexesOf(table).filter(({ unique, columns }) => unique && same(columns));
  const users =
    twins.length > 1 ? [] : foreignKeysTo(table, schema, ({ keys }) => keys !== undefined && same(keys));
  if (users.length === 0) return undefined;
  return {
    words: `cannot drop constraint ${name} on table ${table} because other objects depend on it: ${users.join(", ")}`,
    fix: "drop the foreign keys that point to it first",
  };
}

function constraintThere(table: string, { def }: AlterTableCmd, schema: Schema): Refused | undefined {
  const name = bodyOf(def, "Constraint")?.conname;
  if (name === undefined || !schema.tables.get(table)?.constraints.has(name)) return undefined;
  const isIndex = schema.indexes.get(besides(table, name)) !== undefined;
  return {
    words: isIndex
      ? `relation "${name}" already exists`
      : `constraint "${name}" for relation "${table}" already exists`,
    fix: "take another name, or drop the old one first",
  };
}

function secondPrimaryKey(table: string, { def }: AlterTableCmd, facts: Table): Refused | undefined {
  const nodes = def && "ColumnDef" in def ? def.ColumnDef.constraints : def && [def];
  const adds = bodiesOf(nodes, "Constraint").some(({ contype }) => contype === "CONSTR_PRIMARY");
  if (!adds || ![...facts.constraints.values()].some(({ kind }) => kind === "primary")) return undefined;
  return {
    words: `multiple primary keys for table "${table}" are not allowed`,
    fix: `DROP CONSTRAINT ${constraintName(table, "primary", [])} first, in the same statement`,
  };
}

function refusedKeyOf(table: string, { def }: AlterTableCmd, context: Context): Refused | undefined {
  const constraint = bodyOf(def, "Constraint");
  return constraint?.contype === "CONSTR_FOREIGN" ? refusedKey(table, constraint, context) : undefined;
}

/** Of a new column: the key is looked at with the column in place. */
function refusedNewKey(table: string, command: AlterTableCmd, { schema }: Context): Refused | undefined {
  const column = bodyOf(command.def, "ColumnDef") ?? {};
  const key = bodiesOf(column.constraints, "Constraint").find(({ contype }) => contype === "CONSTR_FOREIGN");
  if (!key) return undefined;
  const branch = schema.branch();
  rememberCommand(table, command, branch);
  return refusedKey(table, key, { schema: branch }, column.colname);
}

function unknownInCheck(table: string, { def }: AlterTableCmd, schema: Schema): Refused | undefined {
  const check = bodyOf(def, "Constraint")?.raw_expr;
  const [first] = check ? unknownColumns(check, schema, ownScope(table)) : [];
  if (!first) return undefined;
  return {
    words: `column "${first.column}" does not exist`,
    fix: columnsHint(table, schema),
  };
}
