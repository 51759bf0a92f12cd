/** Takes what is dropped out of the schema. */
import type { DropStmt, Node } from "libpg-query";
import { independ } from "./dependents.ts";
import { argumentTypes } from "./functions.ts";
import { forgetOwnObjects, objectKey } from "./objects.ts";
import { besides, type Schema } from "./schema.ts";
import { listName, nounOf, partsOf, stringOf } from "./sqlNames.ts";
import { bodyOf } from "./tree.ts";
import { columnUse } from "./uses.ts";

export function rememberDrop({ removeType, objects, behavior }: DropStmt, schema: Schema): void {
  for (const object of objects ?? []) {
    const items = partsOf(object);
    const bare = stringOf(object) ?? listName(items);
    switch (removeType) {
      case "OBJECT_TABLE":
      case "OBJECT_VIEW":
      case "OBJECT_MATVIEW":
        forgetTable(schema, schema.nameOfList(items, "tables"));
        break;
      case "OBJECT_INDEX":
        forgetIndex(schema, schema.nameOfList(items, "indexes"));
        break;
      case "OBJECT_TYPE":
      case "OBJECT_DOMAIN":
        forgetType(schema, schema.nameOfList(items, "types"));
        break;
      case "OBJECT_TRIGGER":
      case "OBJECT_POLICY":
      case "OBJECT_RULE": {
        const kind = nounOf(removeType) as "trigger" | "policy" | "rule";
        const of = schema.nameOfList(items.slice(0, -1), "tables");
        independ(schema, { kind, name: stringOf(items.at(-1)) ?? "", of });
        break;
      }
      case "OBJECT_FUNCTION":
      case "OBJECT_PROCEDURE":
      case "OBJECT_ROUTINE":
        forgetFunction(schema, object, behavior === "DROP_CASCADE");
        break;
      case "OBJECT_SEQUENCE":
        forgetSequence(schema, schema.nameOfList(items, "tables"));
        break;
      case "OBJECT_EXTENSION":
        for (const type of typesOfExtension(bare)) forgetType(schema, type);
        for (const use of usesOfExtension(bare)) forgetUsers(schema, use);
        schema.objects.delete(`extension ${bare}`);
        break;
      case "OBJECT_PUBLICATION":
      case "OBJECT_STATISTIC_EXT":
        schema.objects.delete(objectKey(removeType, object) ?? "");
        break;
      case "OBJECT_SCHEMA":
        forgetSchema(schema, bare);
        break;
      default:
    }
  }
}

/** What people use of an extension, as `usesOf` names it (the files `*.sql` of each): it goes with the extension, by CASCADE. */
const EXTENSIONS: Partial<Record<string, string>> = {
  citext: "type citext",
  hstore: "type hstore,function hstore,function hstore_to_json,function hstore_to_jsonb",
  ltree: "type ltree,type lquery,type ltxtquery",
  postgis: "type geometry,type geography,type raster,type box2d,type box3d",
  vector: "type vector,type halfvec,type sparsevec,opclass vector_l2_ops,opclass vector_cosine_ops",
  pgcrypto: "function crypt,function gen_salt,function digest,function hmac,function gen_random_bytes",
  "uuid-ossp": "function uuid_generate_v1,function uuid_generate_v4,function uuid_generate_v1mc",
  pg_trgm: "opclass gin_trgm_ops,opclass gist_trgm_ops,function similarity,function word_similarity",
  unaccent: "function unaccent",
};

export function usesOfExtension(name: string): readonly string[] {
  return EXTENSIONS[name]?.split(",") ?? [];
}

export function typesOfExtension(name: string): readonly string[] {
  return usesOfExtension(name).flatMap((use) => (use.startsWith("type ") ? [use.slice("type ".length)] : []));
}

function forgetSchema(schema: Schema, name: string): void {
  schema.objects.delete(`schema ${name}`);
  const isPublic = name === "public";
  const inside = (layer: { names(): string[] }) =>
    layer.names().filter((one) => (isPublic ? !one.includes(".") : one.startsWith(`${name}.`)));
  for (const table of inside(schema.tables)) forgetTable(schema, table);
  for (const type of inside(schema.types)) forgetType(schema, type);
  for (const one of inside(schema.functions)) schema.functions.delete(one);
  for (const sequence of inside(schema.objects.view("sequence "))) forgetSequence(schema, sequence);
  // Extensions are in this schema if nobody says otherwise.
  if (isPublic)
    for (const one of schema.objects.view("extension ").names()) schema.objects.forget(`extension ${one}`);
}

function forgetTable(schema: Schema, name: string): void {
  schema.tables.delete(name);
  for (const [index] of schema.indexes.linking(name)) schema.indexes.delete(index);
  forgetOwnObjects(schema, name);
  forgetKeysTo(schema, name, () => true);
  forgetUsers(schema, `table ${name}`);
  for (const [key] of schema.dependents.linking(`of ${name}`)) schema.dependents.delete(key);
  for (const other of [...schema.partitionsOf(name), ...schema.heirsOf(name)]) forgetTable(schema, other);
}

/** Columns of it go with it, by CASCADE: without, Postgres refuses. */
function forgetType(schema: Schema, name: string): void {
  schema.types.delete(name);
  for (const [table, { columns }] of [...schema.tables.entries()])
    for (const [column, { type }] of columns) if (type?.name === name) forgetColumn(schema, table, column);
  forgetUsers(schema, `type ${name}`);
}

function forgetIndex(schema: Schema, name: string): void {
  const of = schema.indexes.get(name)?.table ?? "";
  independ(schema, { kind: "index", name: name.split(".").at(-1) ?? name, of });
  schema.indexes.delete(name);
}

function forgetSequence(schema: Schema, name: string): void {
  schema.objects.delete(`sequence ${name}`);
  forgetUsers(schema, `sequence ${name}`);
}

function forgetFunction(schema: Schema, object: Node, cascade: boolean): void {
  const name = schema.nameOfList(partsOf(object), "functions");
  // Which of several functions with this name is used, is not known.
  if (cascade) forgetUsers(schema, `function ${name}`);
  const fact = schema.functions.get(name);
  if (fact && fact.signatures.size > 1) {
    const types = argumentTypes(bodyOf(object, "ObjectWithArgs") ?? {}, schema);
    const others = [...fact.signatures].filter(([one]) => one !== types);
    // One that is not found has its types written in another way.
    const signatures = new Map(others.length < fact.signatures.size ? others : []);
    schema.functions.set(name, { ...fact, signatures });
    return;
  }
  schema.functions.delete(name);
  independ(schema, { kind: "function", name, of: name });
}

/** Constraints and indexes that hold the column go with it. */
export function forgetColumn(schema: Schema, name: string, column: string): void {
  const table = schema.ensure(name);
  const columns = new Map(table.columns);
  columns.delete(column);
  const constraints = new Map([...table.constraints].filter(([, fact]) => !fact.columns.includes(column)));
  schema.change(name, { columns, constraints });
  for (const [index, fact] of schema.indexes.linking(name))
    if (fact.columns.includes(column)) schema.indexes.delete(index);
  forgetKeysTo(schema, name, (keys) => keys.includes(column));
  forgetOwnObjects(schema, name, column);
  forgetUsers(schema, columnUse(name, column));
  for (const kind of ["column", "default value"] as const) independ(schema, { kind, name: column, of: name });
}

/** What uses something that is gone is gone too, with what uses it in turn. */
function forgetUsers(schema: Schema, use: string): void {
  for (const [key, { kind, name, of }] of schema.dependents.linking(use)) {
    schema.dependents.delete(key);
    if (kind === "view" || kind === "materialized view") forgetTable(schema, of);
    else if (kind === "index") schema.indexes.delete(besides(of, name));
    else if (kind === "function") schema.functions.delete(of);
    else if (kind === "column") forgetColumn(schema, of, name);
    else if (kind === "constraint" || kind === "default value") forgetPart(schema, of, name);
  }
}

/** A constraint by its name, or the default of a column. */
function forgetPart(schema: Schema, table: string, name: string): void {
  const { constraints, columns } = schema.ensure(table);
  const column = columns.get(name);
  schema.change(table, {
    constraints: new Map([...constraints].filter(([key]) => key !== name)),
    ...(column ? { columns: new Map(columns).set(name, { ...column, hasDefault: false }) } : {}),
  });
}

/** CASCADE takes the foreign keys of other tables that point to a key. */
export function forgetKeysTo(
  schema: Schema,
  table: string,
  which: (keys: readonly string[]) => boolean,
): void {
  for (const other of schema.referencing(table)) {
    const constraints = [...(schema.tables.get(other)?.constraints ?? [])].filter(
      ([, { references, keys }]) => references !== table || !which(keys ?? []),
    );
    schema.change(other, { constraints: new Map(constraints) });
  }
}
