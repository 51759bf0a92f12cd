/** Types of columns, and which changes of them leave a table as it is. */
import type { ColumnDef, Node, TypeName } from "libpg-query";
import type { SqlType } from "./facts.ts";
import type { Schema } from "./schema.ts";
import { listName, stringOf } from "./sqlNames.ts";

/** A type as the schema knows it; undefined for `table.column%TYPE`. */
export function typeOf(type: TypeName | undefined, schema: Schema, collation?: string): SqlType | undefined {
  if (!type || type.pct_type) return undefined;
  const written = listName(type.names).replace(/^pg_catalog\./, "");
  const name = schema.types.get(written) ? written : schema.nameOfList(type.names, "types");
  return {
    name: name.replace(/^pg_catalog\./, ""),
    modifiers: (type.typmods ?? []).map(integerOf).filter((value) => value !== undefined),
    array: (type.arrayBounds ?? []).length > 0,
    ...(collation === undefined ? {} : { collation }),
  };
}

function integerOf(node: Node): number | undefined {
  // A zero has no field of its own in the tree.
  return "A_Const" in node && node.A_Const.ival ? (node.A_Const.ival.ival ?? 0) : undefined;
}

export function collationOf(column: ColumnDef): string | undefined {
  return column.collClause ? listName(column.collClause.collname) : undefined;
}

/** Types that are a number with a sequence, and the number's type. */
export const SERIAL: ReadonlyMap<string, string> = new Map([
  ...["serial", "serial4"].map((name) => [name, "int4"] as const),
  ...["bigserial", "serial8"].map((name) => [name, "int8"] as const),
  ...["smallserial", "serial2"].map((name) => [name, "int2"] as const),
]);

export type TypeChange =
  /** Only the catalogue changes. */
  | "none"
  /** The table's rows stay; the indexes on the column are built again. */
  | "indexes"
  /** Only if the session's time zone is UTC; otherwise each row is written again. */
  | "none in UTC"
  | "rewrite";

/**
 * What ALTER COLUMN TYPE does, as Postgres decides it (tablecmds.c, ATColumnChangeRequiresRewrite): nothing, if the new value is the
 * old one's bytes under another name or a wider bound.
 */
export function typeChange(before: SqlType, after: SqlType, schema: Schema): TypeChange {
  const change = valueChange(baseOf(before, schema), after, schema);
  const sameOrder =
    before.collation === after.collation && before.name !== "citext" && after.name !== "citext";
  return change === "none" && !sameOrder ? "indexes" : change;
}

/** A domain's values are those of the type under it. */
export function baseOf(type: SqlType, schema: Schema): SqlType {
  const fact = schema.types.get(type.name);
  return fact?.kind === "domain" && fact.base && !type.array ? baseOf(fact.base, schema) : type;
}

function valueChange(before: SqlType, after: SqlType, schema: Schema): TypeChange {
  const domain = schema.types.get(after.name);
  if (domain?.kind === "domain" && !after.array) {
    if (domain.constrained || !domain.base) return "rewrite";
    return valueChange(before, baseOf(domain.base, schema), schema);
  }
  if (before.array !== after.array) return "rewrite";
  if (before.name === after.name) return widens(before, after) ? "none" : "rewrite";
  if (before.array) return "rewrite";
  const pair = `${before.name} ${after.name}`;
  const [bound] = after.modifiers;
  if (pair === "timestamp timestamptz" || pair === "timestamptz timestamp")
    return bound === undefined || bound >= FULL_PRECISION ? "none in UTC" : "rewrite";
  if (!SAME_BYTES.has(pair)) return "rewrite";
  if (bound === undefined) return "none";
  return after.name === "varchar" ? boundFits(before, after) : "rewrite";
}

/** Casts that change nothing of the value (pg_cast, castmethod `b`), as far as columns have such types. */
const SAME_BYTES = new Set([
  ...["varchar text", "text varchar", "citext text", "citext varchar", "text citext", "varchar citext"],
  ...["cidr inet", "xml text", "xml varchar", "int4 oid", "oid int4", "bit varbit", "varbit bit"],
]);

function boundFits(before: SqlType, after: SqlType): TypeChange {
  const [old] = before.modifiers;
  const [wanted = 0] = after.modifiers;
  return before.name === "varchar" && old !== undefined && old <= wanted ? "none" : "rewrite";
}

/** Types whose bound may grow without a rewrite; `char` pads, so its bound is part of the value. */
const GROWING = new Set([
  "varchar",
  "varbit",
  "numeric",
  "timestamp",
  "timestamptz",
  "time",
  "timetz",
  "interval",
]);

/** What a missing bound means: no bound; six digits for times. */
const FULL_PRECISION = 6;

function widens(before: SqlType, after: SqlType): boolean {
  if (String(before.modifiers) === String(after.modifiers)) return true;
  if (!GROWING.has(before.name) || before.array) return false;
  if (after.modifiers.length === 0) return true;
  if (before.name === "numeric") {
    const [precision = 0, scale = 0] = before.modifiers;
    const [wanted = 0, wantedScale = 0] = after.modifiers;
    return before.modifiers.length > 0 && wanted >= precision && wantedScale === scale;
  }
  if (before.name === "varchar" || before.name === "varbit")
    return (before.modifiers[0] ?? Infinity) <= (after.modifiers[0] ?? 0);
  if (before.name === "interval") return false;
  return (before.modifiers[0] ?? FULL_PRECISION) <= (after.modifiers[0] ?? FULL_PRECISION);
}

/**
 * The type that `USING c::text` gives, if it does nothing but cast the column itself.
 *
 * @returns the casts from the inside out; undefined for any other expression
 */
export function castsOf(using: Node | undefined, column: string): TypeName[] | undefined {
  if (!using) return [];
  if ("ColumnRef" in using) {
    const { fields = [] } = using.ColumnRef;
    return stringOf(fields.at(-1)) === column ? [] : undefined;
  }
  if (!("TypeCast" in using)) return undefined;
  const inner = castsOf(using.TypeCast.arg, column);
  return inner && using.TypeCast.typeName ? [...inner, using.TypeCast.typeName] : undefined;
}

/** Types between which Postgres casts by assignment; between two families it does not, but to text from all (pg_cast). */
const FAMILIES: readonly ReadonlySet<string>[] = [
  new Set(["text", "varchar", "bpchar", "char", "name", "citext"]),
  new Set(["int2", "int4", "int8", "numeric", "float4", "float8", "money", "oid"]),
  new Set(["bool"]),
  new Set(["uuid"]),
  new Set(["date", "timestamp", "timestamptz", "time", "timetz", "interval"]),
  new Set(["json", "jsonb"]),
  new Set(["bytea"]),
];

/** Whether Postgres changes a column's type without USING; yes if that is not known. */
export function castsAutomatically(before: SqlType, after: SqlType, schema: Schema): boolean {
  const [from, to] = [baseOf(before, schema), baseOf(after, schema)];
  const family = (type: SqlType) =>
    type.array
      ? undefined
      : (FAMILIES.find((one) => one.has(type.name)) ??
        (schema.types.get(type.name)?.kind === "enum" ? type.name : undefined));
  const [source, target] = [family(from), family(to)];
  return source === undefined || target === undefined || source === target || target === FAMILIES[0];
}
