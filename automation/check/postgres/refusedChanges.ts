/** Commands of ALTER TABLE that Postgres refuses on what the files before have made (tablecmds.c). */
import type { AlterTableCmd } from "libpg-query";
import type { Context } from "./context.ts";
import { dependentsOnColumn, describe } from "./dependents.ts";
import { type Effect, work } from "./effect.ts";
import { refusal } from "./refusal.ts";
import { constraintName } from "./rememberTable.ts";
import { besides, type ConstraintFact, type Dependent, type Schema, type Table } from "./schema.ts";
import { stringOf } from "./sqlNames.ts";
import { castsAutomatically, typeOf } from "./sqlTypes.ts";

interface Refused {
  words: string;
  fix: string;
}

/** The first reason for which Postgres refuses the command; undefined if the files give none. */
export function refusedChange(table: string, command: AlterTableCmd, context: Context): Effect | undefined {
  const refused = reasonOf(table, command, context);
  if (!refused) return undefined;
  const { words, fix } = refused;
  return refusal(work(table, "none", words), `${table}.${subjectOf(command)}`, words, fix);
}

function subjectOf({ name, def }: AlterTableCmd): string {
  if (name !== undefined || !def) return name ?? "";
  if ("ColumnDef" in def) return def.ColumnDef.colname ?? "";
  return "Constraint" in def ? (def.Constraint.conname ?? "") : "";
}

function reasonOf(table: string, command: AlterTableCmd, context: Context): Refused | undefined {
  const { schema } = context;
  const facts = schema.tables.get(table);
  if (!facts) return undefined;
  const inherited = ofParent(command, facts);
  if (inherited) return inherited;
  const column = subjectOf(command);
  switch (command.subtype) {
    case "AT_AddColumn":
      return columnThere(table, command, schema) ?? secondPrimaryKey(table, command, facts);
    case "AT_DropColumn":
      return (
        noColumn(table, command, facts) ??
        ofPartitionKey(table, column, "drop", facts) ??
        (command.behavior === "DROP_CASCADE" ? undefined : columnInUse(table, column, schema))
      );
    case "AT_AlterColumnType":
      return (
        noColumn(table, command, facts) ??
        ofPartitionKey(table, column, "alter", facts) ??
        typeInUse(table, column, schema) ??
        noCast(table, command, context)
      );
    case "AT_SetNotNull":
    case "AT_ColumnDefault":
      return noColumn(table, command, facts);
    case "AT_DropNotNull":
      return noColumn(table, command, facts) ?? staysNotNull(table, column, facts);
    case "AT_AddIdentity":
      return noColumn(table, command, facts) ?? noIdentity(table, column, facts);
    case "AT_ReplicaIdentity":
      return noReplicaIdentity(table, command, schema);
    case "AT_DropConstraint":
      return keyInUse(table, command, schema);
    case "AT_AddConstraint":
      return (
        constraintThere(table, command, schema) ??
        secondPrimaryKey(table, command, facts) ??
        noUniqueKey(command, schema)
      );
    default:
      return undefined;
  }
}

const OF_PARENT = new Map<string | undefined, string>([
  ["AT_AddColumn", "cannot add column to a partition"],
  ["AT_DropColumn", "cannot drop inherited column"],
  ["AT_AlterColumnType", "cannot alter inherited column"],
]);

/** Columns of a partition are its parent's. */
function ofParent({ subtype }: AlterTableCmd, { parent }: Table): Refused | undefined {
  const words = OF_PARENT.get(subtype);
  if (words === undefined || parent === undefined) return undefined;
  return { words, fix: `ALTER TABLE ${parent}, which changes all its partitions` };
}

function columnThere(table: string, command: AlterTableCmd, schema: Schema): Refused | undefined {
  const column = subjectOf(command);
  if (command.missing_ok || !schema.column(table, column)) return undefined;
  return { words: `column "${column}" of relation "${table}" already exists`, fix: "delete the statement" };
}

function noColumn(table: string, command: AlterTableCmd, facts: Table): Refused | undefined {
  const column = subjectOf(command);
  if (!facts.complete || facts.kind !== "table" || command.missing_ok || facts.columns.has(column))
    return undefined;
  return {
    words: `column "${column}" of relation "${table}" does not exist`,
    fix: `correct the name; the files gave ${table} the columns ${[...facts.columns.keys()].join(", ")}`,
  };
}

function ofPartitionKey(
  table: string,
  column: string,
  verb: "drop" | "alter",
  { partitionKey }: Table,
): Refused | undefined {
  if (!partitionKey.includes(column)) return undefined;
  return {
    words: `cannot ${verb} column "${column}" because it is part of the partition key of relation "${table}"`,
    fix: "make a new partitioned table, and move the rows in batches",
  };
}

function columnInUse(table: string, column: string, schema: Schema): Refused | undefined {
  const users = [
    ...dependentsOnColumn(schema, table, column).map(describe),
    ...foreignKeysTo(table, schema, ({ keys }) => keys?.includes(column) === true),
  ];
  if (users.length === 0) return undefined;
  return {
    words: `cannot drop column ${column} of table ${table} because other objects depend on it: ${users.join(", ")}`,
    fix: "drop them first in the same file, by name, and make those that stay again without the column",
  };
}

/** What depends on a column keeps its type (ATExecAlterColumnType); constraints and indexes are built again. */
const KEEPS_TYPE: Partial<Record<Dependent["kind"], string>> = {
  view: "used by a view or rule",
  "materialized view": "used by a view or rule",
  rule: "used by a view or rule",
  trigger: "used in a trigger definition",
  policy: "used in a policy definition",
  column: "used by a generated column",
  function: "used by a function or procedure",
};

function typeInUse(table: string, column: string, schema: Schema): Refused | undefined {
  const user = dependentsOnColumn(schema, table, column).find(({ kind }) => KEEPS_TYPE[kind]);
  const how = user && KEEPS_TYPE[user.kind];
  if (user === undefined || how === undefined) return undefined;
  return {
    words: `cannot alter type of a column ${how}: ${describe(user)} depends on column "${column}"`,
    fix: `in the same file drop ${describe(user)}, change the type, and make it again`,
  };
}

/** Without USING only assignment casts are tried (manual, ALTER TABLE), and for the default never more. */
function noCast(table: string, { name = "", def }: AlterTableCmd, { schema }: Context): Refused | undefined {
  const column = schema.column(table, name);
  const definition = def && "ColumnDef" in def ? def.ColumnDef : {};
  const type = typeOf(definition.typeName, schema);
  if (!column?.type || !type || castsAutomatically(column.type, type, schema)) return undefined;
  const words = `cannot be cast automatically to type ${type.name}`;
  if (!definition.raw_default)
    return {
      words: `column "${name}" ${words}`,
      fix: `add USING ${name}::${type.name}${type.array ? "[]" : ""}, and mind that it rewrites the table`,
    };
  if (!column.hasDefault) return undefined;
  return {
    words: `default for column "${name}" ${words}`,
    fix: `ALTER COLUMN ${name} DROP DEFAULT before the change, and SET DEFAULT after it, in the same file`,
  };
}

function staysNotNull(table: string, column: string, facts: Table): Refused | undefined {
  const fix = "delete the statement, or change the key first";
  if (isInPrimaryKey(column, facts)) return { words: `column "${column}" is in a primary key`, fix };
  if (!facts.columns.get(column)?.identity) return undefined;
  return { words: `column "${column}" of relation "${table}" is an identity column`, fix };
}

/** tablecmds.c, ATExecAddIdentity. */
function noIdentity(table: string, column: string, facts: Table): Refused | undefined {
  const known = facts.columns.get(column);
  if (!facts.complete || !known) return undefined;
  const relation = `column "${column}" of relation "${table}"`;
  if (!isDeclaredNotNull(column, facts))
    return {
      words: `${relation} must be declared NOT NULL before identity can be added`,
      fix: `make it NOT NULL first: ADD CONSTRAINT … CHECK (${column} IS NOT NULL) NOT VALID, VALIDATE it in the next migration, then SET NOT NULL`,
    };
  if (known.identity)
    return { words: `${relation} is already an identity column`, fix: "delete the statement" };
  if (!known.hasDefault) return undefined;
  return {
    words: `${relation} already has a default value`,
    fix: `ALTER COLUMN ${column} DROP DEFAULT first, in the same file, and give the identity a START above the highest number`,
  };
}

/** A check that keeps nulls out is not enough for these. */
function isDeclaredNotNull(column: string, facts: Table): boolean {
  return facts.columns.get(column)?.notNull === true || isInPrimaryKey(column, facts);
}

function isInPrimaryKey(column: string, { constraints }: Table): boolean {
  return [...constraints.values()].some(
    ({ kind, columns }) => kind === "primary" && columns.includes(column),
  );
}

/** tablecmds.c, ATExecReplicaIdentity. */
function noReplicaIdentity(table: string, { def }: AlterTableCmd, schema: Schema): Refused | undefined {
  const name = def && "ReplicaIdentityStmt" in def ? def.ReplicaIdentityStmt.name : undefined;
  const facts = schema.tables.get(table);
  const index = name === undefined ? undefined : schema.indexes.get(besides(table, name));
  if (name === undefined || !facts || index?.table !== table) return undefined;
  const fix = "take a unique index without WHERE over columns that are all NOT NULL";
  if (!index.unique) return { words: `cannot use non-unique index "${name}" as replica identity`, fix };
  if (index.partial) return { words: `cannot use partial index "${name}" as replica identity`, fix };
  if (index.columns.includes(""))
    return { words: `cannot use expression index "${name}" as replica identity`, fix };
  const nullable = index.columns.find((column) => !isDeclaredNotNull(column, facts));
  if (!facts.complete || nullable === undefined) return undefined;
  return {
    words: `index "${name}" cannot be used as replica identity because column "${nullable}" is nullable`,
    fix,
  };
}

/** The foreign keys of tables to this one, as Postgres names them. */
function foreignKeysTo(table: string, schema: Schema, which: (fact: ConstraintFact) => boolean): string[] {
  return schema
    .referencing(table)
    .flatMap((other) =>
      [...(schema.tables.get(other)?.constraints ?? [])]
        .filter(([, fact]) => fact.references === table && which(fact))
        .map(([name]) => `constraint ${name} on table ${other}`),
    );
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
  const twins = schema.indexes.linking(table).filter(([, one]) => one.unique && same(one.columns));
  const users =
    twins.length > 1 ? [] : foreignKeysTo(table, schema, ({ keys }) => keys !== undefined && same(keys));
  if (users.length === 0) return undefined;
  return {
    words: `cannot drop constraint ${name} on table ${table} because other objects depend on it: ${users.join(", ")}`,
    fix: "drop the foreign keys that point to it first",
  };
}

function constraintThere(table: string, { def }: AlterTableCmd, schema: Schema): Refused | undefined {
  const name = def && "Constraint" in def ? def.Constraint.conname : undefined;
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
  const nodes = def && "ColumnDef" in def ? (def.ColumnDef.constraints ?? []) : def ? [def] : [];
  const adds = nodes.some((node) => "Constraint" in node && node.Constraint.contype === "CONSTR_PRIMARY");
  if (!adds || ![...facts.constraints.values()].some(({ kind }) => kind === "primary")) return undefined;
  return {
    words: `multiple primary keys for table "${table}" are not allowed`,
    fix: `DROP CONSTRAINT ${constraintName(table, "primary", [])} first, in the same statement`,
  };
}

function noUniqueKey({ def }: AlterTableCmd, schema: Schema): Refused | undefined {
  const constraint = def && "Constraint" in def ? def.Constraint : undefined;
  if (constraint?.contype !== "CONSTR_FOREIGN" || !constraint.pk_attrs) return undefined;
  const referenced = schema.nameOf(constraint.pktable);
  if (!schema.tables.get(referenced)?.complete) return undefined;
  const columns = constraint.pk_attrs.map((node) => stringOf(node) ?? "");
  const has = schema.indexes
    .linking(referenced)
    .some(([, one]) => one.unique && !one.partial && sameSet(one.columns, columns));
  if (has) return undefined;
  return {
    words: `there is no unique constraint matching given keys for referenced table "${referenced}"`,
    fix: `CREATE UNIQUE INDEX CONCURRENTLY on ${referenced} (${columns.join(", ")}) first, in a file of its own`,
  };
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
