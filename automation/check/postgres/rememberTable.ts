/** Takes the columns and constraints of a table into the schema. */
import type { AlterTableCmd, ColumnDef, Constraint, Node } from "libpg-query";
import { depend, independ } from "./dependents.ts";
import { type Column, type Table, UNKNOWN_COLUMN } from "./facts.ts";
import { forgetColumn, forgetKeysTo } from "./forget.ts";
import { forgetOwnObjects, rememberOwnSequence } from "./objects.ts";
import { boundOf } from "./partitionBounds.ts";
import { withConstraint } from "./rememberConstraint.ts";
import { besides, type Schema } from "./schema.ts";
import { partsOf } from "./sqlNames.ts";
import { collationOf, SERIAL, typeOf } from "./sqlTypes.ts";
import { bodiesOf, bodyOf } from "./tree.ts";
import { usesOf } from "./uses.ts";

/** Takes in one command of ALTER TABLE; call after it was judged, before the next command. */
export function rememberCommand(name: string, command: AlterTableCmd, schema: Schema): void {
  const { subtype, name: object = "", def } = command;
  const table = schema.ensure(name);
  switch (subtype) {
    case "AT_AddColumn": {
      const column = bodyOf(def, "ColumnDef");
      if (column && !table.columns.has(column.colname ?? ""))
        schema.change(name, withColumn(table, name, column, schema));
      break;
    }
    case "AT_AlterColumnType": {
      const column = bodyOf(def, "ColumnDef") ?? {};
      setColumn(schema, name, object, { type: typeOf(column.typeName, schema, collationOf(column)) });
      break;
    }
    case "AT_ColumnDefault":
      setColumn(schema, name, object, { hasDefault: isValue(def) });
      depend(schema, { kind: "default value", name: object, of: name, uses: usesOf(def, schema, name) });
      break;
    case "AT_SetIdentity": {
      const always = alwaysOf(def);
      if (always !== undefined) setColumn(schema, name, object, { always: always ? "identity" : undefined });
      break;
    }
    case "AT_DropExpression":
      setColumn(schema, name, object, { always: undefined });
      independ(schema, { kind: "column", name: object, of: name });
      break;
    case "AT_AddInherit":
      // The parent hands on the columns that it gets later.
      schema.change(name, {
        complete: false,
        inherits: [...parentsBut(table, def, schema), schema.nameOf(bodyOf(def, "RangeVar"))],
      });
      break;
    case "AT_DropInherit":
      schema.change(name, { inherits: parentsBut(table, def, schema) });
      break;
    case "AT_AddIdentity":
    case "AT_DropIdentity":
      setColumn(schema, name, object, {
        identity: subtype === "AT_AddIdentity",
        always: isAlways(bodyOf(def, "Constraint")) ? "identity" : undefined,
      });
      if (subtype === "AT_AddIdentity") rememberOwnSequence(schema, name, object);
      else forgetOwnObjects(schema, name, object);
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
    case "AT_SetTableSpace":
      schema.change(name, { storage: { ...table.storage, tablespace: object } });
      break;
    case "AT_SetAccessMethod":
      schema.change(name, { storage: { ...table.storage, accessMethod: object } });
      break;
    case "AT_DropColumn":
      forgetColumn(schema, name, object);
      break;
    case "AT_AddConstraint": {
      const constraint = bodyOf(def, "Constraint");
      if (constraint) schema.change(name, withConstraint(table, name, constraint, schema));
      break;
    }
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

/** Of a table that no file made its parents are not known, and nothing is made of them. */
function parentsBut({ inherits = [] }: Table, def: Node | undefined, schema: Schema): string[] {
  return inherits.filter((one) => one !== schema.nameOf(bodyOf(def, "RangeVar")));
}

function attach(schema: Schema, parent: string, def: Node | undefined): void {
  const { name, bound } = bodyOf(def, "PartitionCmd") ?? {};
  // ALTER INDEX … ATTACH PARTITION has no bound.
  if (!bound) return;
  const child = schema.nameOf(name);
  schema.ensure(child);
  schema.change(child, { parent, bound: boundOf(bound) });
  schema.change(parent, { partitioned: true, ...(bound.is_default ? { defaultPartition: child } : {}) });
}

function detach(schema: Schema, def: Node | undefined): void {
  const child = schema.nameOf(bodyOf(def, "PartitionCmd")?.name);
  const table = schema.tables.get(child);
  if (!table) return;
  const { parent: _parent, bound: _bound, ...rest } = table;
  schema.tables.set(child, rest);
}

function setColumn(schema: Schema, name: string, column: string, change: Partial<Column>): void {
  const table = schema.ensure(name);
  const before = table.columns.get(column) ?? UNKNOWN_COLUMN;
  schema.change(name, { columns: new Map(table.columns).set(column, { ...before, ...change }) });
}

/** DEFAULT NULL is none. */
function isValue(expression: Node | undefined): boolean {
  if (!expression) return false;
  if ("TypeCast" in expression) return isValue(expression.TypeCast.arg);
  return !("A_Const" in expression && expression.A_Const.isnull === true);
}

/** The table with a column as CREATE TABLE or ADD COLUMN defines it. */
export function withColumn(table: Table, name: string, column: ColumnDef, schema: Schema): Table {
  const { colname = "" } = column;
  const written = typeOf(column.typeName, schema, collationOf(column));
  const serial = written === undefined ? undefined : SERIAL.get(written.name);
  const constraints = withAttributes(bodiesOf(column.constraints, "Constraint"));
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
  const always = of("CONSTR_GENERATED")
    ? "generated"
    : isAlways(of("CONSTR_IDENTITY"))
      ? "identity"
      : undefined;
  const fact: Column = { type, notNull, hasDefault, identity, always };
  const numbered = serial !== undefined || identity;
  const sequence = numbered ? `sequence ${rememberOwnSequence(schema, name, colname)}` : undefined;
  const used = serial === undefined ? usesOf(expression, schema, name) : new Set([sequence ?? ""]);
  depend(schema, { kind: "default value", name: colname, of: name, uses: used });
  const uses = usesOf(of("CONSTR_GENERATED")?.raw_expr, schema, name);
  depend(schema, { kind: "column", name: colname, of: name, uses });
  let next: Table = { ...table, columns: new Map(table.columns).set(colname, fact) };
  for (const constraint of constraints) next = withConstraint(next, name, constraint, schema, colname);
  return next;
}

/** Of SET GENERATED ALWAYS or BY DEFAULT; undefined where only options of the sequence are set. */
function alwaysOf(def: Node | undefined): boolean | undefined {
  const options = bodiesOf(partsOf(def), "DefElem");
  const generated = options.find(({ defname }) => defname === "generated");
  // The letter of ATTRIBUTE_IDENTITY_ALWAYS (pg_attribute.h), as a number.
  return generated && bodyOf(generated.arg, "Integer")?.ival === "a".charCodeAt(0);
}

/** GENERATED ALWAYS is `a`, BY DEFAULT `d` (pg_attribute.h). */
function isAlways(constraint: Constraint | undefined): boolean {
  return constraint?.generated_when === "a";
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
