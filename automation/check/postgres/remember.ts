/** Takes a statement into the schema, after it was judged. */
import type {
  AlterTableStmt,
  CreateFunctionStmt,
  CreateStmt,
  CreateTableAsStmt,
  DropStmt,
  IndexStmt,
  Node,
  RenameStmt,
} from "libpg-query";
import { functionBlock } from "./procedural.ts";
import { rememberCommand, withColumn, withConstraint } from "./rememberTable.ts";
import { qualify, type Schema, type Table } from "./schema.ts";
import { listName, stringOf } from "./sqlNames.ts";
import { typeOf } from "./sqlTypes.ts";
import { relationsIn } from "./tree.ts";

type Kind = Node extends infer One ? (One extends object ? keyof One : never) : never;
type Body<K extends Kind> = Extract<Node, { [Key in K]: unknown }>[K];
type Handlers = { [K in Kind]?: (body: Body<K>, schema: Schema, deployed: boolean) => void };

/**
 * @param deployed whether the file ran, so that code in use may know what it makes
 * @param text the statement as it is written
 */
export function remember(node: Node, schema: Schema, deployed: boolean, text = ""): void {
  const [entry] = Object.entries(node) as [Kind, never][];
  if (!entry) return;
  if ("CreateFunctionStmt" in node) {
    rememberFunction(node.CreateFunctionStmt, schema, deployed, text);
    return;
  }
  const handler = HANDLERS[entry[0]] as
    | ((body: never, schema: Schema, deployed: boolean) => void)
    | undefined;
  handler?.(entry[1], schema, deployed);
}

const HANDLERS: Handlers = {
  CreateStmt: rememberTable,
  CreateTableAsStmt: rememberQueryTable,
  ViewStmt: ({ view, query }, schema, deployed) => {
    const name = schema.newNameOf(view);
    const before = schema.tables.get(name);
    const reads = relationsIn(query).map((relation) => schema.nameOf(relation));
    // A view that is replaced stays as known to the code as it was.
    schema.tables.set(
      name,
      before ? { ...before, reads } : { ...made(schema, deployed), kind: "view", reads },
    );
  },
  AlterTableStmt: (statement, schema) => rememberAlter(statement, schema),
  IndexStmt: rememberIndex,
  RenameStmt: rememberRename,
  AlterObjectSchemaStmt: ({ relation, newschema }, schema) => {
    if (relation)
      renameTable(schema, schema.nameOf(relation), qualify(newschema ?? "", relation.relname ?? ""));
  },
  DropStmt: rememberDrop,
  CreateEnumStmt: ({ typeName }, schema, deployed) =>
    schema.types.set(newTypeName(typeName, schema), { kind: "enum", file: schema.file, deployed }),
  CompositeTypeStmt: ({ typevar }, schema, deployed) =>
    schema.types.set(schema.newNameOf(typevar), { kind: "composite", file: schema.file, deployed }),
  CreateDomainStmt: ({ domainname, typeName, constraints }, schema, deployed) => {
    const base = typeOf(typeName, schema);
    const constrained = (constraints ?? []).some(
      (node) =>
        "Constraint" in node && ["CONSTR_CHECK", "CONSTR_NOTNULL"].includes(node.Constraint.contype ?? ""),
    );
    const name = newTypeName(domainname, schema);
    const fact = { kind: "domain" as const, file: schema.file, deployed, constrained };
    schema.types.set(name, base ? { ...fact, base } : fact);
  },
  AlterDomainStmt: ({ subtype, typeName }, schema) => {
    const name = schema.nameOfList(typeName, "types");
    const fact = schema.types.get(name);
    // C: a constraint, O: NOT NULL (parsenodes.h, AlterDomainStmt).
    if (fact && (subtype === "C" || subtype === "O")) schema.types.set(name, { ...fact, constrained: true });
  },
  CreateTrigStmt: ({ relation, trigname, funcname }, schema) => {
    const table = schema.nameOf(relation);
    schema.triggers.set(`${table} ${trigname}`, { table, calls: schema.nameOfList(funcname, "functions") });
  },
  CreateSchemaStmt: ({ schemaElts }, schema, deployed) => {
    for (const element of schemaElts ?? []) remember(element, schema, deployed);
  },
};

function made(schema: Schema, deployed: boolean): Table {
  return {
    ...{
      kind: "table",
      complete: true,
      deployed,
      file: schema.file,
      temporary: false,
      partitioned: false,
      unlogged: false,
    },
    ...{ partitionKey: [], columns: new Map(), constraints: new Map(), reads: [] },
  };
}

function rememberTable(statement: CreateStmt, schema: Schema, deployed: boolean): void {
  const { relation, tableElts, inhRelations, partbound, partspec, if_not_exists: ifNotExists } = statement;
  const name = schema.newNameOf(relation);
  // IF NOT EXISTS on a table that is there does nothing: it stays in use.
  if (ifNotExists && schema.tables.get(name)) return;
  const [parent] = (inhRelations ?? []).flatMap((node) =>
    "RangeVar" in node && partbound ? [schema.nameOf(node.RangeVar)] : [],
  );
  const parentTable = parent === undefined ? undefined : schema.tables.get(parent);
  const likes = (tableElts ?? []).some((element) => "TableLikeClause" in element);
  let table: Table = {
    ...made(schema, deployed),
    complete: !likes && (inhRelations ?? []).length === 0 ? true : parentTable?.complete === true,
    temporary: relation?.relpersistence === "t",
    partitioned: partspec !== undefined,
    unlogged: relation?.relpersistence === "u",
    partitionKey: (partspec?.partParams ?? []).flatMap((node) =>
      "PartitionElem" in node && node.PartitionElem.name ? [node.PartitionElem.name] : [],
    ),
    columns: parentTable?.columns ?? new Map(),
    constraints: parentTable?.constraints ?? new Map(),
    ...(parent === undefined ? {} : { parent }),
  };
  for (const element of tableElts ?? []) {
    if ("ColumnDef" in element) table = withColumn(table, name, element.ColumnDef, schema);
    else if ("Constraint" in element) table = withConstraint(table, name, element.Constraint, schema);
  }
  schema.tables.set(name, table);
  if (parent !== undefined && partbound?.is_default) {
    schema.ensure(parent);
    schema.change(parent, { defaultPartition: name });
  }
}

function rememberQueryTable(
  { into, objtype, query, if_not_exists: ifNotExists }: CreateTableAsStmt,
  schema: Schema,
  deployed: boolean,
) {
  const name = schema.newNameOf(into?.rel);
  if (ifNotExists && schema.tables.get(name)) return;
  const kind = objtype === "OBJECT_MATVIEW" ? "materialized view" : "table";
  const reads = kind === "table" ? [] : relationsIn(query).map((relation) => schema.nameOf(relation));
  const temporary = into?.rel?.relpersistence === "t";
  schema.tables.set(name, { ...made(schema, deployed), kind, complete: false, temporary, reads });
}

function rememberAlter({ relation, cmds, objtype }: AlterTableStmt, schema: Schema): void {
  if (objtype === "OBJECT_INDEX") return;
  const table = schema.nameOf(relation);
  for (const node of cmds ?? []) {
    if ("AlterTableCmd" in node) rememberCommand(table, node.AlterTableCmd, schema);
  }
}

function rememberIndex(statement: IndexStmt, schema: Schema): void {
  const { idxname, relation, indexParams, unique, whereClause } = statement;
  const table = schema.nameOf(relation);
  const columns = (indexParams ?? []).flatMap((node) =>
    "IndexElem" in node ? [node.IndexElem.name ?? ""] : [],
  );
  const bare = table.split(".").at(-1) ?? table;
  const name = idxname ?? [bare, ...columns.map((column) => column || "expr"), "idx"].join("_");
  schema.indexes.set(besides(table, name), {
    ...{ table, columns, unique: unique === true, partial: whereClause !== undefined },
  });
}

/** An index is in its table's schema. */
export function besides(table: string, name: string): string {
  return table.includes(".") ? qualify(table.split(".")[0] ?? "", name) : name;
}

function rememberRename(statement: RenameStmt, schema: Schema): void {
  const { renameType, relationType, relation, object, subname = "", newname = "" } = statement;
  const name = relation ? schema.nameOf(relation) : "";
  if (
    renameType === "OBJECT_COLUMN" ||
    (renameType === "OBJECT_ATTRIBUTE" && relationType !== "OBJECT_TYPE")
  ) {
    renameColumn(schema, name, subname, newname);
  } else if (renameType === "OBJECT_TABCONSTRAINT") {
    const table = schema.tables.get(name);
    const fact = table?.constraints.get(subname);
    if (!table || !fact) return;
    const constraints = new Map(table.constraints);
    constraints.delete(subname);
    schema.change(name, { constraints: constraints.set(newname, fact) });
    schema.indexes.rename(besides(name, subname), besides(name, newname));
  } else if (renameType === "OBJECT_INDEX") {
    const index = schema.nameOfList(
      relation ? [{ String: { sval: relation.relname ?? "" } }] : [],
      "indexes",
    );
    schema.indexes.rename(index, besides(index, newname));
  } else if (relation) renameTable(schema, name, besides(name, newname));
  else if (renameType === "OBJECT_TYPE" || renameType === "OBJECT_DOMAIN") {
    const before = schema.nameOfList(object && "List" in object ? object.List.items : [], "types");
    schema.types.rename(before, besides(before, newname));
  }
}

/** All that hangs on a table goes with it: indexes, partitions, foreign keys of others. A name that is left is free. */
function renameTable(schema: Schema, from: string, to: string): void {
  if (schema.indexes.get(from)) {
    schema.indexes.rename(from, to);
    return;
  }
  schema.ensure(from);
  schema.tables.rename(from, to);
  for (const [name, index] of schema.indexes.linking(from)) schema.indexes.set(name, { ...index, table: to });
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
    const reads = table.reads.map((read) => (read === from ? to : read));
    schema.tables.set(name, { ...table, ...parent, constraints, reads });
  }
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
}

function rememberDrop({ removeType, objects }: DropStmt, schema: Schema): void {
  for (const object of objects ?? []) {
    const items =
      "List" in object
        ? (object.List.items ?? [])
        : "TypeName" in object
          ? (object.TypeName.names ?? [])
          : [object];
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
        schema.triggers.delete(
          `${schema.nameOfList(items.slice(0, -1), "tables")} ${stringOf(items.at(-1))}`,
        );
        break;
      case "OBJECT_SCHEMA":
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
  for (const [trigger] of schema.triggers.linking(name)) schema.triggers.delete(trigger);
  for (const child of schema.partitionsOf(name)) forgetTable(schema, child);
}

function newTypeName(names: readonly Node[] | undefined, schema: Schema): string {
  const parts = (names ?? []).map((node) => stringOf(node) ?? "");
  return parts.length > 1
    ? qualify(parts.at(-2) ?? "", parts.at(-1) ?? "")
    : qualify(schema.path[0] ?? "", parts[0] ?? "");
}

function rememberFunction(
  statement: CreateFunctionStmt,
  schema: Schema,
  deployed: boolean,
  text: string,
): void {
  const { funcname, options, replace } = statement;
  const name = newTypeName(funcname, schema);
  const before = schema.functions.get(name);
  const level = (options ?? []).flatMap((option) =>
    "DefElem" in option && option.DefElem.defname === "volatility" ? [stringOf(option.DefElem.arg)] : [],
  )[0];
  const body = functionBlock(statement, text)?.statements;
  schema.functions.set(name, {
    file: replace && before ? before.file : schema.file,
    deployed: replace && before ? before.deployed : deployed,
    volatile: (level ?? "volatile") === "volatile",
    ...(body ? { body } : {}),
  });
}
