/** What DROP and TRUNCATE do. */
import type { DropStmt, Node, TruncateStmt } from "libpg-query";
import { taking } from "./cascade.ts";
import type { Context } from "./context.ts";
import { dependentsOn, describe, viewsOf } from "./dependents.ts";
import { breaking, type Effect, tableLock, work } from "./effect.ts";
import { typesOfExtension, usesOfExtension } from "./forget.ts";
import { refusal } from "./refusal.ts";
import type { Schema } from "./schema.ts";
import { listName, nounOf, objectName, partsOf, stringOf } from "./sqlNames.ts";
import { bodiesOf } from "./tree.ts";

const USED_BY_CODE = new Set([
  ...["OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE", "OBJECT_OPERATOR"],
  ...["OBJECT_TYPE", "OBJECT_DOMAIN", "OBJECT_SEQUENCE", "OBJECT_EXTENSION", "OBJECT_FOREIGN_TABLE"],
]);

export function dropEffects(statement: DropStmt, context: Context): Effect[] {
  return (statement.objects ?? []).flatMap((object) => [
    ...inUse(statement, object, context),
    ...dropObject(statement, object, context),
  ]);
}

/** 2BP01: without CASCADE what others depend on stays. As far as the files tell. */
function inUse({ removeType, behavior, objects = [] }: DropStmt, object: Node, context: Context): Effect[] {
  if (behavior === "DROP_CASCADE") return [];
  const { schema } = context;
  const gone = new Set(objects.map((one) => schema.nameOfList(partsOf(one), "tables")));
  const name = schema.nameOfList(partsOf(object), NAMESPACES[removeType ?? ""] ?? "tables");
  const dependents = dependentsOf(removeType, name, object, gone, context);
  if (dependents.length === 0) return [];
  const words = `cannot drop ${nounOf(removeType)} ${objectName(object)} because other objects depend on it: ${dependents.join(", ")}`;
  const [table] = removeType === "OBJECT_TABLE" ? [name] : [undefined];
  return [refusal(table, name, { words, fix: "drop what depends on it first, by name" })];
}

const NAMESPACES: Partial<Record<string, "types" | "functions" | "indexes">> = {
  OBJECT_TYPE: "types",
  OBJECT_DOMAIN: "types",
  OBJECT_FUNCTION: "functions",
  OBJECT_PROCEDURE: "functions",
  OBJECT_ROUTINE: "functions",
  OBJECT_INDEX: "indexes",
};

/** @param gone what the same statement drops */
function dependentsOf(
  kind: DropStmt["removeType"],
  name: string,
  object: Node,
  gone: ReadonlySet<string>,
  { schema }: Context,
): string[] {
  const using = (...uses: string[]) =>
    dependentsOn(schema, ...uses)
      .filter(({ of }) => of !== name && !gone.has(of))
      .map(describe);
  switch (kind) {
    case "OBJECT_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW": {
      const keys = schema
        .referencing(name)
        .filter((one) => schema.tables.get(one)?.parent !== name && !gone.has(one));
      // A sequence that belongs to the table goes with it.
      const sequences = schema.objects.linking(name).map(([key]) => key);
      const heirs = schema.heirsOf(name).filter((one) => !gone.has(one));
      return [...keys, ...heirs, ...using(`table ${name}`, `type ${name}`, ...sequences)];
    }
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return [...new Set([...typeColumns(name, schema), ...using(`type ${name}`)])];
    case "OBJECT_EXTENSION":
      return [
        ...typesOfExtension(objectName(object)).flatMap((type) => typeColumns(type, schema)),
        ...using(...usesOfExtension(objectName(object))),
      ];
    case "OBJECT_SEQUENCE":
      return using(`sequence ${name}`);
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
      // Which of several functions with this name is used, is not known.
      return schema.functions.get(name)?.signatures.size === 1 ? using(`function ${name}`) : [];
    case "OBJECT_INDEX": {
      const { table = "", parent } = schema.indexes.get(name) ?? {};
      const own = schema.tables.get(table)?.constraints.has(name.split(".").at(-1) ?? "");
      return own ? [`constraint ${name} on table ${table}`] : parent === undefined ? [] : [`index ${parent}`];
    }
    case "OBJECT_SCHEMA": {
      const prefix = `${stringOf(object) ?? objectName(object)}.`;
      return [...schema.tables.entries()].map(([table]) => table).filter((table) => table.startsWith(prefix));
    }
    default:
      return [];
  }
}

function typeColumns(type: string, schema: Context["schema"]): string[] {
  return [...schema.tables.entries()].flatMap(([name, { columns }]) =>
    [...columns].filter(([, column]) => column.type?.name === type).map(([column]) => `${name}.${column}`),
  );
}

function dropObject(
  { removeType, behavior, concurrent, missing_ok: ifExists }: DropStmt,
  object: Node,
  context: Context,
): Effect[] {
  const { schema } = context;
  const cascade = behavior === "DROP_CASCADE";
  const items = partsOf(object);
  switch (removeType) {
    case "OBJECT_TABLE":
      return dropTable(schema.nameOfList(items, "tables"), cascade, context);
    case "OBJECT_SCHEMA":
      return dropSchema(stringOf(object) ?? listName(items), cascade, context);
    case "OBJECT_INDEX":
      return [dropIndex(schema.nameOfList(items, "indexes"), concurrent === true, context)];
    case "OBJECT_TRIGGER":
    case "OBJECT_POLICY":
    case "OBJECT_RULE": {
      const table = schema.nameOfList(items.slice(0, -1), "tables");
      return [tableLock(table, "some", `drops a part of ${table}`)];
    }
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW": {
      const view = schema.nameOfList(items, "tables");
      const known = schema.tables.get(view) !== undefined;
      return [
        gone(view, `view ${view}`, tableLock(view, "some", "drops a view")),
        ...(cascade ? taking(view, viewsOf(view, schema), known, context) : []),
      ];
    }
    default:
      return ifExists && !isKnown(removeType, items, context)
        ? []
        : dropOther(removeType ?? "", object, items, cascade, context);
  }
}

/** Whether a file made the function or type; IF EXISTS of another is taken for a precaution. */
function isKnown(kind: DropStmt["removeType"], items: readonly Node[], { schema }: Context): boolean {
  if (kind === "OBJECT_TYPE" || kind === "OBJECT_DOMAIN")
    return schema.types.get(schema.nameOfList(items, "types")) !== undefined;
  const code = ["OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"].includes(kind ?? "");
  return !code || schema.functions.get(schema.nameOfList(items, "functions")) !== undefined;
}

function dropOther(
  kind: string,
  object: Node,
  items: readonly Node[],
  cascade: boolean,
  context: Context,
): Effect[] {
  const { schema } = context;
  const noun = nounOf(kind).replace("_", " ");
  const name = objectName(object);
  const isType = kind === "OBJECT_TYPE" || kind === "OBJECT_DOMAIN";
  const canonical = schema.nameOfList(items, isType ? "types" : "functions");
  const fact = isType ? schema.types.get(canonical) : schema.functions.get(canonical);
  const dependents = isType
    ? typeColumns(canonical, schema)
    : dependentsOn(schema, `function ${canonical}`).map(describe);
  const taken = cascade ? taking(name, dependents, fact !== undefined, context) : [];
  if (!USED_BY_CODE.has(kind) || schema.isFresh(fact)) return taken;
  return [gone(name, `${noun} ${name}`, work(undefined, "some", `drops ${noun} ${name}`)), ...taken];
}

function gone(subject: string, what: string, effect: Effect): Effect {
  return breaking(
    effect,
    "drop-object",
    subject,
    `${what} is gone, and the code that still runs may use it`,
    "deploy code that does not use it first; then disable this rule in the file with that reason",
  );
}

/** Foreign keys have triggers on both tables: those that this one points to are locked as well. */
function dropTable(table: string, cascade: boolean, context: Context): Effect[] {
  const { schema } = context;
  const dependents = [...schema.referencing(table), ...viewsOf(table, schema)];
  const parent = schema.tables.get(table)?.parent;
  return [
    losing(table, "the rows of table"),
    ...schema.referenced(table).map((other) => tableLock(other, "some", `drops a foreign key to ${other}`)),
    ...(parent === undefined ? [] : [tableLock(parent, "some", `drops a partition of ${parent}`)]),
    ...(cascade ? taking(table, dependents, schema.tables.get(table)?.complete === true, context) : []),
  ];
}

function dropSchema(name: string, cascade: boolean, context: Context): Effect[] {
  const { schema } = context;
  const inside = [...schema.tables.entries()]
    .map(([table]) => table)
    .filter((table) => table.startsWith(`${name}.`));
  if (schema.isFreshSchema(name)) return [];
  return [
    losing(name, "the tables of schema"),
    ...(cascade ? taking(name, inside, inside.length > 0, context) : []),
  ];
}

export function truncateEffects({ relations, behavior }: TruncateStmt, context: Context): Effect[] {
  const { schema } = context;
  const tables = bodiesOf(relations, "RangeVar").map((relation) => schema.nameOf(relation));
  const cascade = behavior === "DROP_CASCADE";
  const others = cascade ? [] : tables.flatMap((table) => keysOutside(table, tables, schema));
  if (others.length > 0) {
    const [table = ""] = tables;
    const words = `cannot truncate a table referenced in a foreign key constraint: ${others.join(", ")} points to it`;
    const fix = `name them together: TRUNCATE ${[...tables, ...others].join(", ")}, if their rows may go too`;
    return [refusal(table, table, { words, fix })];
  }
  return tables.flatMap((table) => [
    losing(table, "all rows of"),
    ...(cascade
      ? taking(table, pointing(table, context), schema.tables.get(table)?.complete === true, context)
      : []),
  ]);
}

/** Tables with a foreign key to this one that the statement does not name, by themselves or by their parent. */
function keysOutside(table: string, named: readonly string[], schema: Schema): string[] {
  const isNamed = (one: string | undefined): boolean =>
    one !== undefined && (named.includes(one) || isNamed(schema.tables.get(one)?.parent));
  return schema
    .referencing(table)
    .filter((other) => !isNamed(other) && schema.tables.get(other)?.parent === undefined);
}

/** All tables that TRUNCATE … CASCADE empties. */
function pointing(table: string, { schema }: Context): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const other of schema.referencing(name)) {
      if (found.has(other) || other === table) continue;
      found.add(other);
      visit(other);
    }
  };
  visit(table);
  return [...found];
}

export function losing(table: string, what: string): Effect {
  return breaking(
    tableLock(table, "some", `${what} ${table} are gone`),
    "drop-table",
    table,
    `${what} ${table} are gone, and the code that still runs may read them`,
    "deploy code that does not use it first, and keep a backup; then disable this rule in the file with that reason",
  );
}

function dropIndex(index: string, concurrent: boolean, { schema }: Context): Effect {
  const table = schema.indexes.get(index)?.table;
  const partitioned = table !== undefined && schema.tables.get(table)?.partitioned === true;
  if (concurrent && partitioned) {
    const words = `cannot drop partitioned index "${index}" concurrently`;
    const fix = "DROP INDEX without CONCURRENTLY, after SET LOCAL lock_timeout = '5s';";
    return refusal(table, index, { words, fix });
  }
  if (concurrent) return work(table, "some", "drops an index while reads and writes go on");
  const lock = tableLock(table, "some", `drops index ${index}`);
  // There is no other way for one of a partitioned table, and the lock is short.
  if (partitioned) return lock;
  return breaking(
    lock,
    "drop-index-not-concurrent",
    index,
    `dropping index ${index} takes ACCESS EXCLUSIVE on ${table ?? "its table"}`,
    "DROP INDEX CONCURRENTLY, in a file of its own",
  );
}
