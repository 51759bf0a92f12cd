/** Takes RENAME and SET SCHEMA into the schema. */
import type { RenameStmt } from "libpg-query";
import { renameAttribute } from "./attributes.ts";
import { renameUses } from "./dependents.ts";
import type { Column, ConstraintFact } from "./facts.ts";
import { objectKey, rememberRenamedPart } from "./objects.ts";
import { besides, qualify, type Schema } from "./schema.ts";
import { partsOf } from "./sqlNames.ts";
import { columnUse } from "./uses.ts";

export function rememberRename(statement: RenameStmt, schema: Schema): void {
  const { renameType, relationType, relation, object, subname = "", newname = "" } = statement;
  const name = relation ? schema.nameOf(relation) : "";
  if (
    renameType === "OBJECT_COLUMN" ||
    (renameType === "OBJECT_ATTRIBUTE" && relationType !== "OBJECT_TYPE")
  ) {
    renameColumn(schema, name, subname, newname);
  } else if (renameType === "OBJECT_ATTRIBUTE") renameAttribute(relation, subname, newname, schema);
  else if (renameType === "OBJECT_TABCONSTRAINT") {
    const table = schema.tables.get(name);
    const fact = table?.constraints.get(subname);
    if (!table || !fact) return;
    const constraints = new Map(table.constraints);
    constraints.delete(subname);
    schema.change(name, { constraints: constraints.set(newname, fact) });
    schema.indexes.rename(besides(name, subname), besides(name, newname));
  } else if (renameType === "OBJECT_INDEX") {
    const index = schema.nameOfList([{ String: { sval: relation?.relname ?? "" } }], "indexes");
    schema.indexes.rename(index, besides(index, newname));
  } else if (
    renameType === "OBJECT_TRIGGER" ||
    renameType === "OBJECT_POLICY" ||
    renameType === "OBJECT_RULE"
  )
    rememberRenamedPart(statement, schema);
  else if (renameType === "OBJECT_SEQUENCE")
    schema.objects.rename(`sequence ${name}`, `sequence ${besides(name, newname)}`);
  else if (renameType === "OBJECT_STATISTIC_EXT" || renameType === "OBJECT_PUBLICATION") {
    const key = objectKey(renameType, object) ?? "";
    schema.objects.rename(key, key.replace(/ .*/, ` ${newname}`));
  } else if (renameType === "OBJECT_DOMCONSTRAINT") renameCheck(statement, schema);
  else if (renameType === "OBJECT_SCHEMA") renameSchema(schema, subname, newname);
  else if (relation) renameTable(schema, name, besides(name, newname));
  else if (renameType === "OBJECT_TYPE" || renameType === "OBJECT_DOMAIN") {
    const before = schema.nameOfList(partsOf(object), "types");
    moveType(schema, before, besides(before, newname));
  }
}

function renameCheck({ object, subname = "", newname = "" }: RenameStmt, schema: Schema): void {
  const domain = schema.nameOfList(partsOf(object), "types");
  const fact = schema.types.get(domain);
  const checks = fact?.checks?.map((one) => (one === subname ? newname : one));
  if (fact) schema.types.set(domain, { ...fact, checks });
}

function renameSchema(schema: Schema, from: string, to: string): void {
  const moved = (name: string) => qualify(to, name.slice(from.length + 1));
  // public is there without a statement that makes it, and its name is free now.
  schema.objects.set(`schema ${from}`, schema.objects.get(`schema ${from}`) ?? {});
  schema.objects.rename(`schema ${from}`, `schema ${to}`);
  const inside = (layer: { names(): string[] }) =>
    layer.names().filter((name) => name.startsWith(`${from}.`));
  for (const name of inside(schema.tables)) renameTable(schema, name, moved(name));
  for (const name of inside(schema.types)) moveType(schema, name, moved(name));
  for (const name of inside(schema.functions)) schema.functions.rename(name, moved(name));
  for (const name of inside(schema.objects.view("sequence ")))
    schema.objects.rename(`sequence ${name}`, `sequence ${moved(name)}`);
}

/** Columns keep the type under its new name. */
export function moveType(schema: Schema, from: string, to: string): void {
  schema.types.rename(from, to);
  for (const [name, { columns }] of [...schema.tables.entries()]) {
    if (![...columns.values()].some(({ type }) => type?.name === from)) continue;
    const renamed = [...columns].map(([key, column]): [string, Column] => [
      key,
      column.type?.name === from ? { ...column, type: { ...column.type, name: to } } : column,
    ]);
    schema.change(name, { columns: new Map(renamed) });
  }
  renameUses(
    schema,
    [`type ${from}`],
    (of) => of,
    (use) => (use === `type ${from}` ? `type ${to}` : use),
  );
}

/** All that hangs on a table goes with it: indexes, partitions, foreign keys of others. A name that is left is free. */
export function renameTable(schema: Schema, from: string, to: string): void {
  if (schema.indexes.get(from)) {
    schema.indexes.rename(from, to);
    return;
  }
  if (schema.objects.get(`sequence ${from}`)) {
    schema.objects.rename(`sequence ${from}`, `sequence ${to}`);
    return;
  }
  schema.ensure(from);
  schema.tables.rename(from, to);
  for (const [key, object] of schema.objects.linking(from)) schema.objects.set(key, { ...object, of: to });
  for (const [name, index] of schema.indexes.linking(from)) {
    // An index is in its table's schema.
    schema.indexes.delete(name);
    schema.indexes.set(besides(to, name.split(".").at(-1) ?? name), { ...index, table: to });
  }
  for (const [name, table] of schema.tables.linking(from)) {
    const points = [...table.constraints].some(([, { references }]) => references === from);
    const constraints = points
      ? new Map(
          [...table.constraints].map(([key, fact]) => [
            key,
            fact.references === from ? { ...fact, references: to } : fact,
          ]),
        )
      : table.constraints;
    const parent = table.parent === from ? { parent: to } : {};
    const inherits = table.inherits?.map((one) => (one === from ? to : one)) ?? [];
    schema.tables.set(name, { ...table, ...parent, inherits, constraints });
  }
  const columns = [...(schema.tables.get(to)?.columns.keys() ?? [])].map((column) => columnUse(from, column));
  renameUses(
    schema,
    [`of ${from}`, `table ${from}`, ...columns],
    (of) => (of === from ? to : of),
    (use) =>
      use === `table ${from}`
        ? `table ${to}`
        : use.startsWith(`column ${from} `)
          ? columnUse(to, use.slice(`column ${from} `.length))
          : use,
  );
}

function renameColumn(schema: Schema, name: string, from: string, to: string): void {
  const table = schema.tables.get(name);
  if (!table) return;
  const swap = (columns: readonly string[]) => columns.map((column) => (column === from ? to : column));
  const columns = new Map([...table.columns].map(([key, column]) => [key === from ? to : key, column]));
  const constraints = new Map(
    [...table.constraints].map(([key, fact]) => [
      key,
      { ...fact, columns: swap(fact.columns), notNull: swap(fact.notNull) },
    ]),
  );
  schema.change(name, { columns, constraints, partitionKey: swap(table.partitionKey) });
  for (const [key, index] of schema.indexes.linking(name))
    schema.indexes.set(key, { ...index, columns: swap(index.columns) });
  for (const [other, facts] of schema.tables.linking(name)) {
    const pointing = [...facts.constraints].map(([key, { keys, ...fact }]): [string, ConstraintFact] => {
      const named = keys && fact.references === name ? swap(keys) : keys;
      return [key, named ? { ...fact, keys: named } : fact];
    });
    schema.change(other, { constraints: new Map(pointing) });
  }
  const [before, after] = [columnUse(name, from), columnUse(name, to)];
  renameUses(
    schema,
    [before],
    (of) => of,
    (use) => (use === before ? after : use),
  );
}
