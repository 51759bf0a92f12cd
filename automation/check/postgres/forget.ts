/** Takes what is dropped out of the schema. */
import type { DropStmt, Node } from "libpg-query";
import { independ, viewsOf } from "./dependents.ts";
import { forgetOwnSequences } from "./objects.ts";
import type { Schema } from "./schema.ts";
import { listName, namePartsOf, stringOf } from "./sqlNames.ts";

export function rememberDrop({ removeType, objects }: DropStmt, schema: Schema): void {
  for (const object of objects ?? []) {
    const items = namePartsOf(object);
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
        schema.types.delete(schema.nameOfList(items, "types"));
        break;
      case "OBJECT_TRIGGER":
      case "OBJECT_POLICY":
      case "OBJECT_RULE": {
        const kind = removeType.slice("OBJECT_".length).toLowerCase() as "trigger" | "policy" | "rule";
        const of = schema.nameOfList(items.slice(0, -1), "tables");
        independ(schema, { kind, name: stringOf(items.at(-1)) ?? "", of });
        break;
      }
      case "OBJECT_FUNCTION":
      case "OBJECT_PROCEDURE":
      case "OBJECT_ROUTINE":
        forgetFunction(schema, object);
        break;
      case "OBJECT_SEQUENCE":
        schema.objects.delete(`sequence ${schema.nameOfList(items, "tables")}`);
        break;
      case "OBJECT_EXTENSION":
        schema.objects.delete(`extension ${stringOf(object) ?? listName(items)}`);
        break;
      case "OBJECT_SCHEMA":
        schema.objects.delete(`schema ${stringOf(object) ?? listName(items)}`);
        for (const [name] of [...schema.tables.entries()])
          if (name.startsWith(`${stringOf(object) ?? listName(items)}.`)) forgetTable(schema, name);
        break;
      default:
    }
  }
}

function forgetTable(schema: Schema, name: string): void {
  schema.tables.delete(name);
  for (const [index] of schema.indexes.linking(name)) schema.indexes.delete(index);
  forgetOwnSequences(schema, name);
  forgetKeysTo(schema, name, () => true);
  const views = viewsOf(name, schema);
  for (const link of [`of ${name}`, `table ${name}`])
    for (const [key] of schema.dependents.linking(link)) schema.dependents.delete(key);
  for (const other of [...schema.partitionsOf(name), ...views]) forgetTable(schema, other);
}

function forgetFunction(schema: Schema, object: Node): void {
  const { objname = [] } = "ObjectWithArgs" in object ? object.ObjectWithArgs : {};
  const name = schema.nameOfList(objname, "functions");
  if ((schema.functions.get(name)?.signatures.size ?? 0) > 1) return;
  schema.functions.delete(name);
  independ(schema, { kind: "function", name, of: name });
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
