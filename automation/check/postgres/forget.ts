/** Takes what is dropped out of the schema. */
import type { DropStmt, Node } from "libpg-query";
import { independ } from "./dependents.ts";
import { argumentTypes } from "./functions.ts";
import { forgetOwnSequences } from "./objects.ts";
import { besides, type Schema } from "./schema.ts";
import { listName, stringOf, partsOf, nounOf } from "./sqlNames.ts";
import { columnUse } from "./uses.ts";
import { bodyOf } from "./tree.ts";

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
        schema.indexes.delete(schema.nameOfList(items, "indexes"));
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
        schema.objects.delete(`extension ${bare}`);
        for (const type of TYPES_OF_EXTENSIONS[bare] ?? []) forgetType(schema, type);
        break;
      case "OBJECT_SCHEMA":
        forgetSchema(schema, bare);
        break;
      default:
    }
  }
}

/** Columns of these types go with their extension, by CASCADE. */
export const TYPES_OF_EXTENSIONS: Partial<Record<string, readonly string[]>> = {
  citext: ["citext"],
  hstore: ["hstore"],
  ltree: ["ltree", "lquery", "ltxtquery"],
  postgis: ["geometry", "geography", "raster", "box2d", "box3d"],
  vector: ["vector", "halfvec", "sparsevec"],
};

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
  forgetOwnSequences(schema, name);
  forgetKeysTo(schema, name, () => true);
  forgetUsers(schema, `table ${name}`);
  for (const [key] of schema.dependents.linking(`of ${name}`)) schema.dependents.delete(key);
  for (const other of schema.partitionsOf(name)) forgetTable(schema, other);
}

/** Columns of it go with it, by CASCADE: without, Postgres refuses. */
function forgetType(schema: Schema, name: string): void {
  if (schema.types.get(name)) schema.types.delete(name);
  for (const [table, { columns }] of [...schema.tables.entries()])
    for (const [column, { type }] of columns) if (type?.name === name) forgetColumn(schema, table, column);
  forgetUsers(schema, `type ${name}`);
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
  forgetOwnSequences(schema, name, column);
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
