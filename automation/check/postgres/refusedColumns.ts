/** Changes of columns that Postgres refuses (tablecmds.c). */
import type { AlterTableCmd } from "libpg-query";
import type { Context } from "./context.ts";
import { dependentsOnColumn, describe } from "./dependents.ts";
import { columnsHint } from "./existence.ts";
import type { ConstraintFact, Dependent, Table } from "./facts.ts";
import type { Refused } from "./refusal.ts";
import { besides, type Schema } from "./schema.ts";
import { castsAutomatically, typeOf } from "./sqlTypes.ts";
import { bodyOf } from "./tree.ts";

export function columnThere(table: string, command: AlterTableCmd, schema: Schema): Refused | undefined {
  const column = subjectOf(command);
  if (command.missing_ok || !schema.column(table, column)) return undefined;
  return { words: `column "${column}" of relation "${table}" already exists`, fix: "delete the statement" };
}

export function noColumn(table: string, command: AlterTableCmd, schema: Schema): Refused | undefined {
  const column = subjectOf(command);
  const facts = schema.tables.get(table);
  if (!facts?.complete || facts.kind !== "table" || command.missing_ok || facts.columns.has(column))
    return undefined;
  return {
    words: `column "${column}" of relation "${table}" does not exist`,
    fix: columnsHint(table, schema),
  };
}

export function ofPartitionKey(
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

export function columnInUse(table: string, column: string, schema: Schema): Refused | undefined {
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

export function typeInUse(table: string, column: string, schema: Schema): Refused | undefined {
  const user = dependentsOnColumn(schema, table, column).find(({ kind }) => KEEPS_TYPE[kind]);
  const how = user && KEEPS_TYPE[user.kind];
  if (user === undefined || how === undefined) return undefined;
  return {
    words: `cannot alter type of a column ${how}: ${describe(user)} depends on column "${column}"`,
    fix: `in the same file drop ${describe(user)}, change the type, and make it again`,
  };
}

/** Without USING only assignment casts are tried (manual, ALTER TABLE), and for the default never more. */
export function noCast(
  table: string,
  { name = "", def }: AlterTableCmd,
  { schema }: Context,
): Refused | undefined {
  const column = schema.column(table, name);
  const definition = bodyOf(def, "ColumnDef") ?? {};
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

export function staysNotNull(table: string, column: string, facts: Table): Refused | undefined {
  const fix = "delete the statement, or change the key first";
  if (isInPrimaryKey(column, facts)) return { words: `column "${column}" is in a primary key`, fix };
  if (!facts.columns.get(column)?.identity) return undefined;
  return { words: `column "${column}" of relation "${table}" is an identity column`, fix };
}

/** tablecmds.c, ATExecAddIdentity. */
export function noIdentity(table: string, column: string, facts: Table): Refused | undefined {
  const known = facts.columns.get(column);
  if (!facts.complete || !known) return undefined;
  const relation = `column "${column}" of relation "${table}"`;
  if (known.type && (known.type.array || !["int2", "int4", "int8"].includes(known.type.name)))
    return {
      words: "identity column type must be smallint, integer, or bigint",
      fix: `change the type of ${column} first, or take another column`,
    };
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

/** tablecmds.c, ATExecSetIdentity, ATExecDropIdentity and ATExecDropExpression. */
export function notGenerated(
  table: string,
  { subtype, name = "", missing_ok: ifExists }: AlterTableCmd,
  facts: Table,
): Refused | undefined {
  const known = facts.columns.get(name);
  if (!facts.complete || !known || ifExists) return undefined;
  const [is, what] =
    subtype === "AT_DropExpression"
      ? [known.always === "generated", "a stored generated column"]
      : [known.identity, "an identity column"];
  return is
    ? undefined
    : { words: `column "${name}" of relation "${table}" is not ${what}`, fix: "delete the statement" };
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
export function noReplicaIdentity(
  table: string,
  { def }: AlterTableCmd,
  schema: Schema,
): Refused | undefined {
  const name = bodyOf(def, "ReplicaIdentityStmt")?.name;
  const facts = schema.tables.get(table);
  const index = name === undefined ? undefined : schema.indexes.get(besides(table, name));
  if (name === undefined || !facts) return undefined;
  if (index?.table !== table) return noIndex(table, name, schema);
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

export function subjectOf({ name, def }: AlterTableCmd): string {
  return name ?? bodyOf(def, "ColumnDef")?.colname ?? bodyOf(def, "Constraint")?.conname ?? "";
}

export function noIndex(table: string, name: string | undefined, schema: Schema): Refused | undefined {
  const facts = schema.tables.get(table);
  if (name === undefined || !facts?.complete || facts.copied) return undefined;
  if (schema.indexes.get(besides(table, name))?.table === table) return undefined;
  return {
    words: `index "${name}" for table "${table}" does not exist`,
    fix: "correct the name of the index",
  };
}

/** The foreign keys of tables to this one, as Postgres names them. */
export function foreignKeysTo(
  table: string,
  schema: Schema,
  which: (fact: ConstraintFact) => boolean,
): string[] {
  return schema
    .referencing(table)
    .flatMap((other) =>
      [...(schema.tables.get(other)?.constraints ?? [])]
        .filter(([, fact]) => fact.references === table && which(fact))
        .map(([name]) => `constraint ${name} on table ${other}`),
    );
}
