/** Objects that are there already when a statement makes them, or lack what the statement needs. */
import type { Constraint, CreateStmt, IndexStmt, Node, RefreshMatViewStmt, ViewStmt } from "libpg-query";
import type { Context } from "./context.ts";
import type { Effect } from "./effect.ts";
import { type Refused, refusal } from "./refusal.ts";
import { besides, type Schema } from "./schema.ts";
import { namesOf } from "./sqlNames.ts";
import { isQuery, relationsIn } from "./tree.ts";
import { columnsOf, SYSTEM_COLUMNS } from "./uses.ts";

const CORRECT = "take another name, or drop the old one first";

function refused(table: string | undefined, subject: string, words: string, fix: string): Effect[] {
  return [refusal(table, subject, { words, fix })];
}

/** Tables, views and indexes share their names. */
export function relationThere(name: string, { schema }: Context): Effect[] {
  const bare = name.split(".").at(-1) ?? name;
  const there = schema.tables.get(name) ?? schema.indexes.get(name) ?? schema.objects.get(`sequence ${name}`);
  return there ? refused(undefined, name, `relation "${bare}" already exists`, CORRECT) : [];
}

function rowTypeThere(name: string, context: Context): Effect[] {
  return context.schema.types.get(name) ? typeThere(name, context) : [];
}

export function tableThere({ relation, if_not_exists: ifNotExists }: CreateStmt, context: Context): Effect[] {
  const name = context.schema.newNameOf(relation);
  if (ifNotExists) return [];
  if (relation?.relpersistence !== "t")
    return [...relationThere(name, context), ...rowTypeThere(name, context)];
  if (!context.schema.left.has(name)) return [];
  const words = `relation "${name}" already exists`;
  const fix =
    "CREATE TEMP TABLE … ON COMMIT DROP, here and in the file before: both may run on one connection";
  return refused(undefined, name, words, fix);
}

/** A table or view is a type too, of its rows. */
export function typeThere(name: string, { schema }: Context): Effect[] {
  const there = schema.types.get(name) ?? schema.tables.get(name);
  return there ? refused(undefined, name, `type "${name}" already exists`, CORRECT) : [];
}

export function indexThere({ idxname, relation }: IndexStmt, table: string, context: Context): Effect[] {
  if (idxname === undefined || relation === undefined) return [];
  return relationThere(besides(table, idxname), context);
}

/** The index of a key has the key's name, and a table that was renamed keeps its indexes' names. */
export function keyIndexThere(
  { contype, conname, indexname }: Constraint,
  table: string,
  context: Context,
): Effect[] {
  const builds = ["CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION"].includes(contype ?? "");
  return builds && conname !== undefined && indexname === undefined && !isCut(conname)
    ? relationThere(besides(table, conname), context)
    : [];
}

/** A column that a statement names and no file gave the table. An expression has no name. */
export function columnMissing(
  table: string,
  columns: readonly (string | undefined)[],
  { schema }: Context,
): Effect[] {
  const facts = schema.tables.get(table);
  if (!facts?.complete || facts.kind !== "table" || facts.parent !== undefined) return [];
  const missing = columns.find((name) => name && !facts.columns.has(name) && !SYSTEM_COLUMNS.has(name));
  if (missing === undefined) return [];
  return refused(
    table,
    `${table}.${missing}`,
    `column "${missing}" of relation "${table}" does not exist`,
    columnsHint(table, schema),
  );
}

export function columnsHint(table: string, schema: Schema): string {
  const columns = [...(schema.tables.get(table)?.columns.keys() ?? [])];
  return `correct the name; the files gave ${table} the columns ${columns.join(", ")}`;
}

/** The table's own constraints are known if a file made the table, and not as a copy of another. */
export function missingConstraint(table: string, constraint: string, schema: Schema): Refused | undefined {
  const facts = schema.tables.get(table);
  if (!facts?.complete || facts.kind !== "table" || facts.copied) return undefined;
  const names = [...facts.constraints.keys()];
  if (names.includes(constraint) || [constraint, ...names].some(isCut)) return undefined;
  return {
    words: `constraint "${constraint}" of relation "${table}" does not exist`,
    fix: `correct the name; ${table} has ${names.join(", ") || "no constraint"}`,
  };
}

/** How Postgres shortens a name that it makes up, is not followed here. */
function isCut(name: string): boolean {
  return Buffer.byteLength(name) > 55;
}

/** CREATE OR REPLACE VIEW keeps the columns, and may add some at the end (manual, CREATE VIEW). */
export function viewThere({ view, replace, query, aliases }: ViewStmt, context: Context): Effect[] {
  const { schema } = context;
  const name = schema.newNameOf(view);
  if (!replace) return [...relationThere(name, context), ...rowTypeThere(name, context)];
  const before = [...(schema.tables.get(name)?.columns.keys() ?? [])];
  const named = namesOf(aliases);
  const after = named.length > 0 ? named : columnsOf(query, schema);
  if (!after) return [];
  const index = before.findIndex((column, at) => column !== after[at]);
  if (index < 0) return [];
  const words =
    after.length < before.length
      ? "cannot drop columns from view"
      : `cannot change name of view column "${before[index]}" to "${after[index]}"`;
  return refused(undefined, name, words, `DROP VIEW ${name} and CREATE VIEW in the same file`);
}

/** execMain.c, ExecCheckRelationsScannable, for a statement that reads at once; CREATE VIEW may name it. */
export function unfilled(node: Node, { schema }: Context): Effect[] {
  if (!isQuery(node)) return [];
  const name = relationsIn(node)
    .map((relation) => schema.nameOf(relation))
    .find((one) => schema.tables.get(one)?.populated === false);
  if (name === undefined) return [];
  const words = `materialized view "${name}" has not been populated`;
  return refused(name, name, words, `REFRESH MATERIALIZED VIEW ${name} first`);
}

/** REFRESH … CONCURRENTLY compares rows by a unique index over columns (matview.c, is_usable_unique_index). */
export function refreshConcurrently({ relation }: RefreshMatViewStmt, { schema }: Context): Effect[] {
  const name = schema.nameOf(relation);
  const view = schema.tables.get(name);
  if (view?.kind !== "materialized view") return [];
  if (view.populated === false)
    return refused(
      name,
      name,
      "CONCURRENTLY cannot be used when the materialized view is not populated",
      "REFRESH MATERIALIZED VIEW without CONCURRENTLY the first time: nobody can read it before",
    );
  const usable = schema
    .indexesOf(name)
    .some(({ unique, partial, columns }) => unique && !partial && !columns.includes(""));
  if (usable) return [];
  return refused(
    name,
    name,
    `cannot refresh materialized view "${name}" concurrently: it has no unique index without WHERE over columns`,
    `CREATE UNIQUE INDEX CONCURRENTLY on ${name} first, in a file of its own`,
  );
}

/** A unique index of a partitioned table is one of each partition, so it holds the key (manual, partitioning, limitations). */
export function uniqueWithoutKey(
  table: string,
  subject: string,
  columns: readonly string[],
  schema: Schema,
): Effect[] {
  const { partitioned, partitionKey = [] } = schema.tables.get(table) ?? {};
  if (!partitioned || partitionKey.every((column) => columns.includes(column))) return [];
  const words = "unique constraint on partitioned table must include all partitioning columns";
  const fix = `add ${partitionKey.join(", ")} to the columns, or make a unique index on each partition`;
  return refused(table, subject, words, fix);
}
