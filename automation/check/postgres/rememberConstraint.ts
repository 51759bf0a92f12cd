/** What is known of a constraint, and the name that Postgres makes up for it. */
import type { Constraint } from "libpg-query";
import { depend } from "./dependents.ts";
import { type ConstraintFact, type Index, type Table, UNKNOWN_COLUMN } from "./facts.ts";
import { besides, type Schema } from "./schema.ts";
import { columnsIn, namesOf, notNullColumns, partsOf, stringOf } from "./sqlNames.ts";
import { bodiesOf, bodyOf } from "./tree.ts";
import { usesOf } from "./uses.ts";

const KINDS = {
  CONSTR_CHECK: "check",
  CONSTR_FOREIGN: "foreign",
  CONSTR_UNIQUE: "unique",
  CONSTR_PRIMARY: "primary",
  CONSTR_EXCLUSION: "exclude",
  CONSTR_NOTNULL: "notNull",
} as const;

/** The names that Postgres makes up end so. */
const SUFFIX = {
  check: "check",
  foreign: "fkey",
  unique: "key",
  primary: "pkey",
  exclude: "excl",
  notNull: "not_null",
};

/** @param column the column that the constraint is written behind */
export function withConstraint(
  table: Table,
  name: string,
  constraint: Constraint,
  schema: Schema,
  column?: string,
): Table {
  const kind = KINDS[constraint.contype as keyof typeof KINDS];
  if (kind === undefined) return table;
  const fact = constraintFact(name, kind, constraint, schema, column);
  const made = constraintName(name, kind, kind === "check" ? checkNamed(constraint) : fact.columns);
  const key = constraint.conname ?? freeName(made, table, name, schema);
  if (kind === "unique" || kind === "primary" || kind === "exclude") {
    const index = {
      table: name,
      columns: fact.columns,
      unique: kind !== "exclude",
      partial: false,
      deferrable: fact.deferrable,
    };
    const used = usedIndex(name, constraint, schema);
    if (constraint.indexname !== undefined) schema.indexes.delete(besides(name, constraint.indexname));
    schema.indexes.set(besides(name, key), used ?? index);
  }
  const uses = kind === "check" ? usesOf(constraint.raw_expr, schema, name) : new Set<string>();
  depend(schema, { kind: "constraint", name: key, of: name, uses });
  const columns = kind === "notNull" && fact.valid ? markNotNull(table, fact.columns) : table.columns;
  return { ...table, columns, constraints: new Map(table.constraints).set(key, fact) };
}

/** The name of a check holds its column, if it is over one only (heap.c, AddRelationNewConstraints). */
function checkNamed({ raw_expr: expression }: Constraint): string[] {
  const columns = columnsIn(expression);
  return columns.length === 1 ? columns : [];
}

/** Postgres numbers the names that it makes up, if one is taken. */
function freeName(
  wanted: string,
  { constraints }: Table,
  table: string,
  { indexes, tables }: Schema,
): string {
  const taken = (name: string) =>
    constraints.has(name) || [indexes, tables].some((layer) => layer.get(besides(table, name)));
  return freeOf(wanted, taken);
}

export function freeOf(wanted: string, isTaken: (name: string) => boolean): string {
  let name = wanted;
  for (let number = 1; isTaken(name); number++) name = `${wanted}${number}`;
  return name;
}

function markNotNull(table: Table, names: readonly string[]): Table["columns"] {
  const columns = new Map(table.columns);
  for (const name of names) columns.set(name, { ...(columns.get(name) ?? UNKNOWN_COLUMN), notNull: true });
  return columns;
}

/** USING INDEX: an index is in its table's schema. */
export function usedIndex(table: string, { indexname }: Constraint, { indexes }: Schema): Index | undefined {
  return indexname === undefined ? undefined : indexes.get(besides(table, indexname));
}

function constraintFact(
  table: string,
  kind: ConstraintFact["kind"],
  constraint: Constraint,
  schema: Schema,
  column: string | undefined,
): ConstraintFact {
  const listed = namesOf(constraint.fk_attrs ?? constraint.keys);
  const index = usedIndex(table, constraint, schema);
  const own = kind === "check" ? columnsIn(constraint.raw_expr) : excluded(constraint);
  const columns =
    column !== undefined && listed.length === 0 ? [column] : (index?.columns ?? [...listed, ...own]);
  return {
    kind,
    columns,
    notNull: kind === "check" ? notNullColumns(constraint.raw_expr) : kind === "notNull" ? columns : [],
    valid: constraint.skip_validation !== true && constraint.is_enforced !== false,
    ...(kind === "foreign" ? pointsTo(constraint, schema) : {}),
    initiallyDeferred: constraint.initdeferred === true,
    deferrable: constraint.deferrable === true || constraint.initdeferred === true,
    file: schema.file,
  };
}

/** What an exclusion constraint compares; an expression has the name of its function (parse_target.c, FigureIndexColname). */
function excluded({ exclusions = [] }: Constraint): string[] {
  return exclusions.flatMap((node) => {
    const [element] = bodiesOf(partsOf(node), "IndexElem");
    if (!element) return [];
    const call = bodyOf(element.expr, "FuncCall");
    return [element.name ?? (call ? stringOf(call.funcname?.at(-1)) : "expr") ?? ""];
  });
}

/** A foreign key without columns points to the primary key. */
function pointsTo(
  { pktable, pk_attrs: named, fk_upd_action: update = "a", fk_del_action: remove = "a" }: Constraint,
  schema: Schema,
): Partial<ConstraintFact> {
  const references = schema.nameOf(pktable);
  const keys = named ? namesOf(named) : schema.primaryKey(references);
  const waits = { update: update === "a", delete: remove === "a" };
  return keys ? { references, waits, keys } : { references, waits };
}

/** The name that Postgres makes up for a constraint without one. */
export function constraintName(
  table: string,
  kind: ConstraintFact["kind"],
  columns: readonly string[],
): string {
  const bare = table.split(".").at(-1) ?? table;
  return [bare, ...(kind === "primary" ? [] : columns), SUFFIX[kind]].join("_");
}
