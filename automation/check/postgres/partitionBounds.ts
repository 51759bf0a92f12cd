/** The bounds of partitions: what they say, and whether two of one table overlap (partbounds.c, check_new_partition_bound). */
import type { Node, PartitionBoundSpec } from "libpg-query";
import type { Bound } from "./facts.ts";
import type { Refused } from "./refusal.ts";
import type { Schema } from "./schema.ts";

const STRATEGIES: Partial<Record<string, "list" | "range" | "hash">> = { l: "list", r: "range", h: "hash" };

/** @returns undefined if a value of it is no constant */
export function boundOf(spec: PartitionBoundSpec): Bound | undefined {
  if (spec.is_default) return { kind: "default" };
  const kind = STRATEGIES[spec.strategy ?? ""];
  if (kind === "hash") return { kind, modulus: spec.modulus ?? 0, remainder: spec.remainder ?? 0 };
  if (kind === "list") {
    const values = valuesOf(spec.listdatums);
    return values && { kind, values };
  }
  const [from, to] = [valuesOf(spec.lowerdatums), valuesOf(spec.upperdatums)];
  return from && to && { kind: "range", from, to };
}

function valuesOf(nodes: readonly Node[] | undefined): string[] | undefined {
  const values = (nodes ?? []).map(constantOf);
  return values.includes(undefined) ? undefined : (values as string[]);
}

function constantOf(node: Node): string | undefined {
  if ("TypeCast" in node && node.TypeCast.arg) return constantOf(node.TypeCast.arg);
  if ("ColumnRef" in node) {
    const [field] = node.ColumnRef.fields ?? [];
    const name = field && "String" in field ? (field.String.sval ?? "") : "";
    return /^(min|max)value$/.test(name) ? name : undefined;
  }
  if (!("A_Const" in node)) return undefined;
  const { ival, fval, sval, boolval, isnull } = node.A_Const;
  if (isnull) return "null";
  if (boolval) return String(boolval.boolval === true);
  return sval ? `'${sval.sval ?? ""}` : (fval?.fval ?? (ival ? String(ival.ival ?? 0) : undefined));
}

/** Why Postgres refuses a partition with this bound; undefined if the files give no reason. */
export function refusedBound(
  name: string,
  parent: string,
  spec: PartitionBoundSpec,
  schema: Schema,
): Refused | undefined {
  const facts = schema.tables.get(parent);
  if (!facts?.complete) return undefined;
  if (!facts.partitioned)
    return {
      words: `"${parent}" is not partitioned`,
      fix: `make ${parent} with PARTITION BY, or INHERITS (${parent})`,
    };
  const bound = boundOf(spec);
  const strategy = facts.strategy;
  if (!bound || strategy === undefined) return undefined;
  if (bound.kind !== "default" && bound.kind !== strategy)
    return {
      words: `invalid bound specification for a ${strategy} partition`,
      fix: `write the bound of a ${strategy}`,
    };
  const type = schema.column(parent, facts.partitionKey[0] ?? "")?.type?.name ?? "";
  const compare = comparison(type);
  if (bound.kind === "range" && compare && (order(bound.from, bound.to, compare) ?? -1) >= 0)
    return {
      words: `empty range bound specified for partition "${name}"`,
      fix: "FROM is the lower, TO the upper end",
    };
  const other = schema.partitionsOf(parent).find((one) => {
    const its = schema.tables.get(one)?.bound;
    return one !== name && its && overlaps(bound, its, compare);
  });
  if (other === undefined) return undefined;
  const words =
    bound.kind === "default"
      ? `partition "${name}" conflicts with existing default partition "${other}"`
      : `partition "${name}" would overlap partition "${other}"`;
  return { words, fix: `take a bound that leaves out what ${other} holds; TO is not part of a range` };
}

type Compare = (a: string, b: string) => number | undefined;

function overlaps(a: Bound, b: Bound, compare: Compare | undefined): boolean {
  if (a.kind === "default" || b.kind === "default") return a.kind === b.kind;
  if (a.kind === "hash" && b.kind === "hash") {
    const [small, large] = a.modulus < b.modulus ? [a, b] : [b, a];
    return large.remainder % small.modulus === small.remainder % small.modulus;
  }
  if (a.kind === "list" && b.kind === "list") return a.values.some((value) => b.values.includes(value));
  if (a.kind !== "range" || b.kind !== "range" || !compare) return false;
  const [left, right] = [order(a.from, b.to, compare), order(b.from, a.to, compare)];
  return left !== undefined && right !== undefined && left < 0 && right < 0;
}

/** Column by column; undefined if two values cannot be compared here. */
function order(a: readonly string[], b: readonly string[], compare: Compare): number | undefined {
  for (const [index, value] of a.entries()) {
    // The type of the first column is known here, so further ones count only if they are equal.
    const other = b[index] ?? "";
    if (index > 0 && value !== other && !isLimit(value) && !isLimit(other)) return undefined;
    const sign = value === other ? 0 : compareOne(value, other, compare);
    if (sign !== 0) return sign;
  }
  return 0;
}

const isLimit = (value: string) => value === "minvalue" || value === "maxvalue";

function compareOne(a: string, b: string, compare: Compare): number | undefined {
  const rank = (value: string) => (value === "minvalue" ? -1 : value === "maxvalue" ? 1 : 0);
  if (isLimit(a) || isLimit(b)) return rank(a) - rank(b);
  return compare(a, b);
}

/** Of the types whose order does not depend on a collation. */
function comparison(type: string): Compare | undefined {
  const plain = (value: string) => value.replace(/^'/, "").trim();
  if (/^(int[248]|numeric|float[48])$/.test(type))
    return (a, b) => difference(Number(plain(a)), Number(plain(b)));
  if (/^(date|timestamp|timestamptz)$/.test(type))
    return (a, b) => {
      const [left, right] = [timeOf(plain(a)), timeOf(plain(b))];
      return left?.zoned === right?.zoned ? difference(left?.at, right?.at) : undefined;
    };
  return type === "uuid" ? (a, b) => difference(a.toLowerCase(), b.toLowerCase()) : undefined;
}

function difference<T extends number | string>(a: T | undefined, b: T | undefined): number | undefined {
  if (a === undefined || b === undefined || Number.isNaN(a) || Number.isNaN(b)) return undefined;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** ISO 8601, as far as teams write bounds. */
function timeOf(text: string): { at: number; zoned: boolean } | undefined {
  const [, day, time = "00:00", zone] =
    /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(?:\s*(Z|[+-]\d\d(?::?\d\d)?))?$/i.exec(
      text,
    ) ?? [];
  if (day === undefined) return undefined;
  const offset =
    zone === undefined || /^z$/i.test(zone)
      ? "Z"
      : `${zone.slice(0, 3)}:${zone.replace(":", "").slice(3) || "00"}`;
  return { at: Date.parse(`${day}T${time}${offset}`), zoned: zone !== undefined };
}
