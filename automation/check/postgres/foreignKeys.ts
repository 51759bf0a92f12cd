/** Foreign keys that Postgres refuses: the columns, their types, or the key that they point to do not fit (tablecmds.c, ATAddForeignKeyConstraint). */
import type { Constraint } from "libpg-query";
import type { Context } from "./context.ts";
import type { SqlType, Table } from "./facts.ts";
import type { Refused } from "./refusal.ts";
import type { Schema } from "./schema.ts";
import { namesOf } from "./sqlNames.ts";
import { baseOf } from "./sqlTypes.ts";

/**
 * @param column the column that the constraint is written behind
 * @returns the first reason; undefined if the files give none
 */
export function refusedKey(
  table: string,
  constraint: Constraint,
  { schema }: Pick<Context, "schema">,
  column?: string,
): Refused | undefined {
  const referenced = schema.nameOf(constraint.pktable);
  const target = schema.tables.get(referenced);
  if (!target?.complete) return undefined;
  if (target.kind !== "table")
    return {
      words: `referenced relation "${referenced}" is not a table`,
      fix: "point to the table under it",
    };
  const facts = schema.tables.get(table);
  if (facts && facts.temporary !== target.temporary) {
    const kind = facts.temporary ? "temporary" : "permanent";
    return {
      words: `constraints on ${kind} tables may reference only ${kind} tables`,
      fix: "leave the foreign key out",
    };
  }
  const own = column === undefined ? namesOf(constraint.fk_attrs) : [column];
  const keys = constraint.pk_attrs ? namesOf(constraint.pk_attrs) : schema.primaryKey(referenced);
  return (
    noKey(referenced, keys, constraint, target, schema) ??
    (keys && own.length !== keys.length
      ? { words: DISAGREE, fix: "name as many columns on both sides" }
      : undefined) ??
    typesDiffer(table, own, referenced, keys ?? [], schema)
  );
}

const DISAGREE = "number of referencing and referenced columns for foreign key disagree";

function noKey(
  referenced: string,
  keys: readonly string[] | undefined,
  { pk_attrs: named }: Constraint,
  target: Table,
  schema: Schema,
): Refused | undefined {
  if (!keys)
    return target.copied
      ? undefined
      : {
          words: `there is no primary key for referenced table "${referenced}"`,
          fix: "name the columns of a unique constraint that it has, or give it a primary key first",
        };
  const missing = keys.find((key) => !target.columns.has(key));
  if (missing !== undefined && target.parent === undefined && !target.copied)
    return {
      words: `column "${missing}" referenced in foreign key constraint does not exist`,
      fix: `correct the name; ${referenced} has the columns ${[...target.columns.keys()].join(", ")}`,
    };
  if (!named || target.copied) return undefined;
  const fitting = schema
    .indexesOf(referenced)
    .filter((one) => one.unique && !one.partial && sameSet(one.columns, keys));
  if (fitting.some(({ deferrable }) => !deferrable)) return undefined;
  if (fitting.length > 0)
    return {
      words: `cannot use a deferrable unique constraint for referenced table "${referenced}"`,
      fix: "make the unique constraint NOT DEFERRABLE, or point to another key",
    };
  return {
    words: `there is no unique constraint matching given keys for referenced table "${referenced}"`,
    fix: `CREATE UNIQUE INDEX CONCURRENTLY on ${referenced} (${keys.join(", ")}) first, in a file of its own`,
  };
}

export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

function typesDiffer(
  table: string,
  own: readonly string[],
  referenced: string,
  keys: readonly string[],
  schema: Schema,
): Refused | undefined {
  const index = own.findIndex((column, at) => {
    const [from, to] = [schema.column(table, column)?.type, schema.column(referenced, keys[at] ?? "")?.type];
    return from && to && !comparable(baseOf(from, schema), baseOf(to, schema), schema);
  });
  if (index < 0) return undefined;
  const [column = "", key = ""] = [own[index], keys[index]];
  const typeName = schema.column(referenced, key)?.type?.name ?? "";
  return {
    words: `foreign key constraint cannot be implemented: ${table}.${column} is ${schema.column(table, column)?.type?.name}, and ${referenced}.${key} is ${typeName}`,
    fix: `give ${table}.${column} the type ${typeName}`,
  };
}

/** Families of types with operators between them (pg_amop, btree). */
const FAMILIES = [
  ["int2", "int4", "int8"],
  ["float4", "float8"],
  ["text", "varchar", "bpchar", "name"],
  ["date", "timestamp", "timestamptz"],
  ["inet", "cidr"],
  ["numeric"],
  ["uuid"],
  ["bool"],
  ["time"],
  ["timetz"],
  ["interval"],
  ["bytea"],
  ["json"],
  ["jsonb"],
];

/** Whether values of the foreign key's column can be compared with those of the key; yes if that is not known. */
function comparable(from: SqlType, to: SqlType, schema: Schema): boolean {
  if (from.array !== to.array) return false;
  if (from.name === to.name) return true;
  const family = ({ name }: SqlType) =>
    FAMILIES.findIndex((one) => one.includes(name)) + 1 ||
    (schema.types.get(name)?.kind === "enum" ? name : 0);
  const [a, b] = [family(from), family(to)];
  if (a === 0 || b === 0 || a === b) return true;
  const has = (names: readonly string[], { name }: SqlType) => names.includes(name);
  return !from.array && IMPLICIT.some(([one, others]) => has(one, from) && has(others, to));
}

/** Casts that Postgres applies by itself, from one family to others (pg_cast, `i`). */
const IMPLICIT = [
  [
    ["int2", "int4", "int8"],
    ["numeric", "float4", "float8"],
  ],
  [["numeric"], ["float4", "float8"]],
  [["time"], ["timetz", "interval"]],
] as const;
