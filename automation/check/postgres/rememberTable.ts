/** Takes the columns and constraints of a table into the schema. */
import type { AlterTableCmd, ColumnDef, Constraint, Node } from "libpg-query";
import { depend, independ } from "./dependents.ts";
import { forgetKeysTo } from "./forget.ts";
import { besides, type Column, type ConstraintFact, type Schema, type Table } from "./schema.ts";
import { notNullColumns, stringOf } from "./sqlNames.ts";
import { collationOf, typeOf } from "./sqlTypes.ts";
import { columnUse, usesOf } from "./uses.ts";

const SERIAL = new Map([
  ["serial", "int4"],
  ["serial4", "int4"],
  ["bigserial", "int8"],
  ["serial8", "int8"],
  ["smallserial", "int2"],
  ["serial2", "int2"],
]);

/** Takes in one command of ALTER TABLE; call after it was judged, before the next command. */
export function rememberCommand(name: string, command: AlterTableCmd, schema: Schema): void {
  const { subtype, name: object = "", def } = command;
  const table = schema.ensure(name);
  switch (subtype) {
    case "AT_AddColumn": {
      const column = def && "ColumnDef" in def ? def.ColumnDef : undefined;
      if (column && !table.columns.has(column.colname ?? ""))
        schema.change(name, withColumn(table, name, column, schema));
      break;
    }
    case "AT_AlterColumnType": {
      const column = def && "ColumnDef" in def ? def.ColumnDef : {};
      const type = typeOf(column.typeName, schema, collationOf(column));
      setColumn(schema, name, object, { type });
      break;
    }
    case "AT_ColumnDefault":
      setColumn(schema, name, object, { hasDefault: isValue(def) });
      depend(schema, { kind: "default value", name: object, of: name, uses: usesOf(def, schema, name) });
      break;
    case "AT_DropExpression":
      independ(schema, { kind: "column", name: object, of: name });
      break;
    case "AT_AddInherit":
      // The parent hands on the columns that it gets later.
      schema.change(name, { complete: false });
      break;
    case "AT_AddIdentity":
    case "AT_DropIdentity":
      setColumn(schema, name, object, { identity: subtype === "AT_AddIdentity" });
      break;
    case "AT_SetNotNull":
      setColumn(schema, name, object, { notNull: true });
      break;
    case "AT_DropNotNull": {
      const constraints = [...table.constraints].filter(
        ([, fact]) => fact.kind !== "notNull" || !fact.columns.includes(object),
      );
      schema.change(name, { constraints: new Map(constraints) });
      setColumn(schema, name, object, { notNull: false });
      break;
    }
    case "AT_SetLogged":
    case "AT_SetUnLogged":
      schema.change(name, { unlogged: subtype === "AT_SetUnLogged" });
      break;
    case "AT_DropColumn":
      dropColumn(schema, name, object);
      break;
    case "AT_AddConstraint":
      if (def && "Constraint" in def)
        schema.change(name, withConstraint(table, name, def.Constraint, schema));
      break;
    case "AT_DropConstraint": {
      const constraints = new Map(table.constraints);
      const columns = constraints.get(object)?.columns ?? [];
      if (command.behavior === "DROP_CASCADE")
        forgetKeysTo(schema, name, (keys) => keys.join(" ") === columns.join(" "));
      constraints.delete(object);
      schema.change(name, { constraints });
      schema.indexes.delete(besides(name, object));
      independ(schema, { kind: "constraint", name: object, of: name });
      break;
    }
    case "AT_ValidateConstraint": {
      const fact = table.constraints.get(object);
      if (fact)
        schema.change(name, {
          constraints: new Map(table.constraints).set(object, { ...fact, valid: true }),
        });
      break;
    }
    case "AT_AttachPartition":
      attach(schema, name, def);
      break;
    case "AT_DetachPartition":
      detach(schema, def);
      break;
    default:
  }
}

function attach(schema: Schema, parent: string, def: Node | undefined): void {
  if (!def || !("PartitionCmd" in def)) return;
  const { name, bound } = def.PartitionCmd;
  // ALTER INDEX … ATTACH PARTITION has no bound.
  if (!bound) return;
  const child = schema.nameOf(name);
  schema.ensure(child);
  schema.change(child, { parent });
  schema.change(parent, { partitioned: true, ...(bound.is_default ? { defaultPartition: child } : {}) });
}

function detach(schema: Schema, def: Node | undefined): void {
  const child = def && "PartitionCmd" in def ? schema.nameOf(def.PartitionCmd.name) : "";
  const table = schema.tables.get(child);
  if (!table) return;
  const { parent: _parent, ...rest } = table;
  schema.tables.set(child, rest);
}

function setColumn(schema: Schema, name: string, column: string, change: Partial<Column>): void {
  const table = schema.ensure(name);
  const before = table.columns.get(column) ?? UNKNOWN_COLUMN;
  schema.change(name, { columns: new Map(table.columns).set(column, { ...before, ...change }) });
}

const UNKNOWN_COLUMN: Column = { type: undefined, notNull: false, hasDefault: false, identity: false };

/** DEFAULT NULL is none. */
function isValue(expression: Node | undefined): boolean {
  if (!expression) return false;
  if ("TypeCast" in expression) return isValue(expression.TypeCast.arg);
  return !("A_Const" in expression && expression.A_Const.isnull === true);
}

/** Constraints and indexes that hold the column go with it. */
function dropColumn(schema: Schema, name: string, column: string): void {
  const table = schema.ensure(name);
  const columns = new Map(table.columns);
  columns.delete(column);
  const constraints = new Map([...table.constraints].filter(([, fact]) => !fact.columns.includes(column)));
  schema.change(name, { columns, constraints });
  for (const [index, fact] of schema.indexes.linking(name))
    if (fact.columns.includes(column)) schema.indexes.delete(index);
  forgetKeysTo(schema, name, (keys) => keys.includes(column));
  const uses = columnUse(name, column);
  for (const [key] of schema.dependents.linking(uses)) schema.dependents.delete(key);
  for (const kind of ["column", "default value"] as const) independ(schema, { kind, name: column, of: name });
}

/** The table with a column as CREATE TABLE or ADD COLUMN defines it. */
export function withColumn(table: Table, name: string, column: ColumnDef, schema: Schema): Table {
  const { colname = "" } = column;
  const written = typeOf(column.typeName, schema, collationOf(column));
  const serial = written === undefined ? undefined : SERIAL.get(written.name);
  const constraints = withAttributes(
    (column.constraints ?? []).flatMap((node) => ("Constraint" in node ? [node.Constraint] : [])),
  );
  const notNull =
    serial !== undefined ||
    constraints.some(({ contype }) =>
      ["CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_IDENTITY"].includes(contype ?? ""),
    );
  const type = serial === undefined ? written : { name: serial, modifiers: [], array: false };
  const of = (kind: Constraint["contype"]) => constraints.find(({ contype }) => contype === kind);
  const expression = of("CONSTR_DEFAULT")?.raw_expr;
  const hasDefault = serial !== undefined || isValue(expression);
  const identity = of("CONSTR_IDENTITY") !== undefined;
  const fact: Column = { type, notNull, hasDefault, identity };
  const sequence = `sequence ${besides(name, [name.split(".").at(-1), colname, "seq"].join("_"))}`;
  const used = serial === undefined ? usesOf(expression, schema, name) : new Set([sequence]);
  depend(schema, { kind: "default value", name: colname, of: name, uses: used });
  const uses = usesOf(of("CONSTR_GENERATED")?.raw_expr, schema, name);
  depend(schema, { kind: "column", name: colname, of: name, uses });
  let next: Table = { ...table, columns: new Map(table.columns).set(colname, fact) };
  for (const constraint of constraints) next = withConstraint(next, name, constraint, schema, colname);
  return next;
}

/** `REFERENCES a DEFERRABLE INITIALLY DEFERRED` behind a column are three constraints in the tree. */
function withAttributes(constraints: readonly Constraint[]): Constraint[] {
  const result: Constraint[] = [];
  for (const constraint of constraints) {
    const last = result.at(-1);
    if (last && constraint.contype === "CONSTR_ATTR_DEFERRED") last.initdeferred = true;
    else if (last && constraint.contype === "CONSTR_ATTR_DEFERRABLE") last.deferrable = true;
    else result.push({ ...constraint });
  }
  return result;
}

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
  const fact = constraintFact(kind, constraint, schema, column);
  const key = constraint.conname ?? constraintName(name, kind, fact.columns);
  if (kind === "unique" || kind === "primary" || kind === "exclude") {
    const index = { table: name, columns: fact.columns, unique: kind !== "exclude", partial: false };
    const made = constraint.indexname === undefined ? undefined : schema.indexes.get(constraint.indexname);
    if (constraint.indexname !== undefined) schema.indexes.delete(constraint.indexname);
    schema.indexes.set(besides(name, key), made ?? index);
  }
  const uses = kind === "check" ? usesOf(constraint.raw_expr, schema, name) : new Set<string>();
  depend(schema, { kind: "constraint", name: key, of: name, uses });
  const columns = kind === "notNull" && fact.valid ? markNotNull(table, fact.columns) : table.columns;
  return { ...table, columns, constraints: new Map(table.constraints).set(key, fact) };
}

function markNotNull(table: Table, names: readonly string[]): Table["columns"] {
  const columns = new Map(table.columns);
  for (const name of names) columns.set(name, { ...(columns.get(name) ?? UNKNOWN_COLUMN), notNull: true });
  return columns;
}

function constraintFact(
  kind: ConstraintFact["kind"],
  constraint: Constraint,
  schema: Schema,
  column: string | undefined,
): ConstraintFact {
  const listed = (constraint.fk_attrs ?? constraint.keys ?? []).map((node) => stringOf(node) ?? "");
  const index = constraint.indexname === undefined ? undefined : schema.indexes.get(constraint.indexname);
  const own = kind === "check" ? columnsIn(constraint.raw_expr) : [];
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

/** A foreign key without columns points to the primary key. */
function pointsTo({ pktable, pk_attrs: named }: Constraint, schema: Schema): Partial<ConstraintFact> {
  const references = schema.nameOf(pktable);
  const keys = named
    ? named.map((node) => stringOf(node) ?? "")
    : [...(schema.tables.get(references)?.constraints.values() ?? [])].find(({ kind }) => kind === "primary")
        ?.columns;
  return keys ? { references, keys } : { references };
}

/** The columns that an expression names. */
export function columnsIn(expression: Node | undefined): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    const { ColumnRef } = value as { ColumnRef?: { fields?: Node[] } };
    const name = stringOf(ColumnRef?.fields?.at(-1));
    if (name !== undefined) found.add(name);
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(expression);
  return [...found];
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
