/** Takes a statement into the schema, after it was judged. */
import type { AlterTableStmt, CreateStmt, CreateTableAsStmt, Node, TableLikeClause } from "libpg-query";
import { inPasses } from "./alterPasses.ts";
import { changeAttributes } from "./attributes.ts";
import { depend } from "./dependents.ts";
import { type Table, UNKNOWN_COLUMN } from "./facts.ts";
import { rememberDrop, typesOfExtension } from "./forget.ts";
import { rememberFunction } from "./functions.ts";
import { rememberSequence, statisticsColumns } from "./objects.ts";
import { boundOf } from "./partitionBounds.ts";
import { constraintName, freeOf, withConstraint } from "./rememberConstraint.ts";
import { addPartOfIndex, indexName, rememberIndex } from "./rememberIndex.ts";
import { rememberCommand, withColumn } from "./rememberTable.ts";
import { moveType, rememberRename, renameTable } from "./renames.ts";
import { besides, newTable, qualify, type Schema } from "./schema.ts";
import { namesOf, partsOf } from "./sqlNames.ts";
import { typeOf } from "./sqlTypes.ts";
import { type Body, bodiesOf, type Kind } from "./tree.ts";
import { columnsOf, columnUse, usesOf } from "./uses.ts";

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
  ViewStmt: ({ view, query, aliases }, schema, deployed) => {
    const name = schema.newNameOf(view);
    // A view that is replaced stays as known to the code as it was.
    const before = schema.tables.get(name) ?? { ...made(schema, deployed), kind: "view" as const };
    rememberView(schema, name, before, namesOf(aliases), query);
  },
  AlterTableStmt: (statement, schema) => rememberAlter(statement, schema),
  IndexStmt: rememberIndex,
  RenameStmt: rememberRename,
  AlterObjectSchemaStmt: ({ relation, objectType, object, newschema = "" }, schema) => {
    if (relation) renameTable(schema, schema.nameOf(relation), qualify(newschema, relation.relname ?? ""));
    else if (objectType === "OBJECT_TYPE" || objectType === "OBJECT_DOMAIN") {
      const name = schema.nameOfList(partsOf(object), "types");
      moveType(schema, name, qualify(newschema, name.split(".").at(-1) ?? name));
    }
  },
  DropStmt: rememberDrop,
  CreateEnumStmt: ({ typeName, vals }, schema, deployed) => {
    const fact = { kind: "enum" as const, file: schema.file, deployed, labels: namesOf(vals) };
    schema.types.set(schema.newNameOfList(typeName), fact);
  },
  AlterEnumStmt: ({ typeName, oldVal, newVal = "" }, schema) => {
    const name = schema.nameOfList(typeName, "types");
    const fact = schema.types.get(name);
    if (!fact?.labels) return;
    const labels = [...fact.labels.filter((label) => label !== oldVal && label !== newVal), newVal];
    schema.types.set(name, { ...fact, labels });
  },
  CompositeTypeStmt: ({ typevar, coldeflist }, schema, deployed) => {
    const attributes = bodiesOf(coldeflist, "ColumnDef").map(({ colname = "" }) => colname);
    const fact = { kind: "composite" as const, file: schema.file, deployed, attributes };
    schema.types.set(schema.newNameOf(typevar), fact);
  },
  CreateRangeStmt: ({ typeName }, schema, deployed) =>
    schema.types.set(schema.newNameOfList(typeName), { kind: "range", file: schema.file, deployed }),
  CreateDomainStmt: ({ domainname, typeName, constraints }, schema, deployed) => {
    const base = typeOf(typeName, schema);
    const kinds = new Set(bodiesOf(constraints, "Constraint").map(({ contype }) => contype));
    const constrained = kinds.has("CONSTR_CHECK") || kinds.has("CONSTR_NOTNULL");
    const hasDefault = kinds.has("CONSTR_DEFAULT");
    const name = schema.newNameOfList(domainname);
    const checks = checksOf(constraints ?? [], name, []);
    const fact = { kind: "domain" as const, file: schema.file, deployed, constrained, hasDefault, checks };
    schema.types.set(name, base ? { ...fact, base } : fact);
  },
  AlterDomainStmt: ({ subtype, typeName, def, name: constraint }, schema) => {
    const name = schema.nameOfList(typeName, "types");
    const fact = schema.types.get(name);
    // C: a constraint, O: NOT NULL (parsenodes.h, AlterDomainStmt).
    if (!fact) return;
    if (subtype === "O") schema.types.set(name, { ...fact, constrained: true });
    if (subtype === "C" && def) {
      const checks = fact.checks && checksOf([def], name, fact.checks);
      schema.types.set(name, { ...fact, constrained: true, checks });
    }
    if (subtype === "X")
      schema.types.set(name, { ...fact, checks: fact.checks?.filter((one) => one !== constraint) });
  },
  CreateTrigStmt: ({ relation, trigname = "", funcname, columns, whenClause }, schema) => {
    const of = schema.nameOf(relation);
    const named = namesOf(columns).map((column) => columnUse(of, column));
    const calls = `function ${schema.nameOfList(funcname, "functions")}`;
    const uses = new Set([calls, ...named, ...usesOf(whenClause, schema, of)]);
    depend(schema, { kind: "trigger", name: trigname, of, uses });
  },
  CreatePolicyStmt: ({ policy_name: name = "", table, qual, with_check: check }, schema) => {
    const of = schema.nameOf(table);
    depend(schema, { kind: "policy", name, of, uses: usesOf([qual, check], schema, of) });
  },
  AlterPolicyStmt: ({ policy_name: name = "", table, qual, with_check: check }, schema) => {
    const of = schema.nameOf(table);
    // One expression of two may be left as it was.
    const uses = qual && check ? usesOf([qual, check], schema, of) : new Set<string>();
    depend(schema, { kind: "policy", name, of, uses });
  },
  RuleStmt: ({ relation, rulename: name = "", whereClause, actions }, schema) => {
    const of = schema.nameOf(relation);
    depend(schema, { kind: "rule", name, of, uses: usesOf([whereClause, actions], schema, of) });
  },
  RefreshMatViewStmt: ({ relation, skipData }, schema) =>
    schema.change(schema.nameOf(relation), { populated: skipData !== true }),
  SelectStmt: ({ intoClause, ...query }, schema, deployed) => {
    if (intoClause)
      rememberQueryTable(
        { into: intoClause, objtype: "OBJECT_TABLE", query: { SelectStmt: query } },
        schema,
        deployed,
      );
  },
  CreateSeqStmt: ({ sequence, options }, schema) =>
    rememberSequence(schema, schema.newNameOf(sequence), options),
  AlterSeqStmt: ({ sequence, options }, schema) => rememberSequence(schema, schema.nameOf(sequence), options),
  CreateExtensionStmt: ({ extname = "" }, schema) => {
    schema.objects.set(`extension ${extname}`, {});
    for (const type of typesOfExtension(extname)) schema.types.forget(type);
  },
  CreatePublicationStmt: ({ pubname = "" }, schema) => schema.objects.set(`publication ${pubname}`, {}),
  CreateStatsStmt: ({ defnames, relations, exprs }, schema) => {
    const [relation] = bodiesOf(relations, "RangeVar");
    const fact = { of: schema.nameOf(relation), columns: statisticsColumns(exprs) };
    if (defnames) schema.objects.set(`statistics ${schema.newNameOfList(defnames)}`, fact);
  },
  CreateSchemaStmt: ({ schemaname = "", schemaElts }, schema, deployed) => {
    schema.objects.set(`schema ${schemaname}`, {});
    const { path } = schema;
    schema.path = [schemaname, ...path];
    for (const element of schemaElts ?? []) remember(element, schema, deployed);
    schema.path = path;
  },
};

function made(schema: Schema, deployed: boolean): Table {
  return newTable({ complete: true, deployed, file: schema.file });
}

/** A temporary table hides one of its name until the file ends. */
function setTable(schema: Schema, name: string, table: Table): void {
  if (table.temporary && !schema.hidden.has(name)) schema.hidden.set(name, schema.tables.get(name));
  schema.tables.set(name, table);
}

function rememberTable(statement: CreateStmt, schema: Schema, deployed: boolean): void {
  const { relation, tableElts, inhRelations, partbound, partspec, if_not_exists: ifNotExists } = statement;
  const name = schema.newNameOf(relation);
  // IF NOT EXISTS on a table that is there does nothing: it stays in use.
  if (ifNotExists && schema.tables.get(name)) return;
  const [parent] = (partbound ? bodiesOf(inhRelations, "RangeVar") : []).map((one) => schema.nameOf(one));
  const parentTable = parent === undefined ? undefined : schema.tables.get(parent);
  const sources = copiedTables(statement, schema);
  const strategy = STRATEGIES[partspec?.strategy ?? ""];
  let table: Table = {
    ...made(schema, deployed),
    // A parent by INHERITS hands on the columns that it gets later.
    complete:
      statement.ofTypename === undefined &&
      (!inhRelations || partbound !== undefined) &&
      sources.every((source) => source?.complete),
    copied: sources.length > 0,
    storage: { tablespace: statement.tablespacename, accessMethod: statement.accessMethod },
    temporary: relation?.relpersistence === "t",
    dropsItself: statement.oncommit === "ONCOMMIT_DROP",
    partitioned: partspec !== undefined,
    unlogged: relation?.relpersistence === "u",
    partitionKey: bodiesOf(partspec?.partParams, "PartitionElem").flatMap(({ name: column }) => column ?? []),
    columns: new Map(sources.flatMap((source) => [...(source?.columns ?? [])])),
    constraints: parentTable?.constraints ?? new Map(),
    ...(strategy === undefined ? {} : { strategy }),
    ...(parent === undefined ? {} : { parent, bound: partbound && boundOf(partbound) }),
    inherits: (partbound ? [] : bodiesOf(inhRelations, "RangeVar")).map((one) => schema.nameOf(one)),
    ofType: statement.ofTypename && typeOf(statement.ofTypename, schema)?.name,
  };
  for (const element of tableElts ?? []) {
    if ("ColumnDef" in element) table = withColumn(table, name, element.ColumnDef, schema);
    else if ("Constraint" in element) table = withConstraint(table, name, element.Constraint, schema);
  }
  setTable(schema, name, table);
  for (const like of bodiesOf(tableElts, "TableLikeClause")) copyParts(like, name, schema);
  if (parent === undefined) return;
  schema.ensure(parent);
  if (partbound?.is_default) schema.change(parent, { defaultPartition: name });
  for (const [index, fact] of schema.indexes.linking(parent)) addPartOfIndex(schema, name, index, fact);
}

/** parsenodes.h, TableLikeOption. */
const [LIKE_DEFAULTS, LIKE_INDEXES] = [1 << 3, 1 << 6];

/** LIKE … INCLUDING DEFAULTS takes numbers from the sequence of the other table. */
function copyParts({ relation, options = 0 }: TableLikeClause, name: string, schema: Schema): void {
  const source = schema.nameOf(relation);
  const dependents = (options & LIKE_DEFAULTS) === 0 ? [] : schema.dependents.linking(`of ${source}`);
  for (const [, one] of dependents) if (one.kind === "default value") depend(schema, { ...one, of: name });
  const indexes = (options & LIKE_INDEXES) === 0 ? [] : schema.indexes.linking(source);
  for (const [index, { parent: _parent, ...fact }] of indexes) {
    const constraint = schema.tables.get(source)?.constraints.get(index.split(".").at(-1) ?? index);
    const made = constraint
      ? constraintName(name, constraint.kind, fact.columns)
      : indexName(name, fact.columns);
    schema.indexes.set(besides(name, made), { ...fact, table: name });
  }
}

const STRATEGIES: Partial<Record<string, NonNullable<Table["strategy"]>>> = {
  PARTITION_STRATEGY_HASH: "hash",
  PARTITION_STRATEGY_LIST: "list",
  PARTITION_STRATEGY_RANGE: "range",
};

/** The tables whose columns are this one's too: PARTITION OF, INHERITS and LIKE. */
function copiedTables({ inhRelations, tableElts }: CreateStmt, schema: Schema): (Table | undefined)[] {
  const relations = [...(inhRelations ?? []), ...(tableElts ?? [])].flatMap((node) =>
    "RangeVar" in node ? [node.RangeVar] : "TableLikeClause" in node ? [node.TableLikeClause.relation] : [],
  );
  return relations.map((relation) => schema.tables.get(schema.nameOf(relation)));
}

function rememberView(
  schema: Schema,
  name: string,
  facts: Table,
  names: string[],
  query: Node | undefined,
): void {
  const all = names.length > 0 ? names : columnsOf(query, schema);
  const columns = new Map((all ?? []).map((column) => [column, UNKNOWN_COLUMN]));
  schema.tables.set(name, { ...facts, columns });
  depend(schema, {
    kind: facts.kind === "view" ? "view" : "materialized view",
    name,
    of: name,
    uses: usesOf(query, schema),
  });
}

function rememberQueryTable(
  { into, objtype, query, if_not_exists: ifNotExists }: CreateTableAsStmt,
  schema: Schema,
  deployed: boolean,
) {
  const name = schema.newNameOf(into?.rel);
  if (ifNotExists && schema.tables.get(name)) return;
  const temporary = into?.rel?.relpersistence === "t";
  const facts = { ...made(schema, deployed), temporary, dropsItself: into?.onCommit === "ONCOMMIT_DROP" };
  if (objtype === "OBJECT_MATVIEW") {
    const view = { ...facts, kind: "materialized view" as const, populated: into?.skipData !== true };
    rememberView(schema, name, view, [], query);
  } else setTable(schema, name, { ...facts, complete: false });
}

function rememberAlter({ relation, cmds, objtype }: AlterTableStmt, schema: Schema): void {
  if (objtype === "OBJECT_INDEX") return;
  if (objtype === "OBJECT_TYPE") {
    changeAttributes(relation, cmds, schema);
    return;
  }
  const table = schema.nameOf(relation);
  for (const command of inPasses(cmds)) rememberCommand(table, command, schema);
}

/** The names of a domain's checks, with those that Postgres makes up (pg_constraint.c, ChooseConstraintName). */
function checksOf(constraints: readonly Node[], domain: string, before: readonly string[]): string[] {
  const names = [...before];
  const wanted = constraintName(domain, "check", []);
  for (const { contype, conname } of bodiesOf(constraints, "Constraint"))
    if (contype === "CONSTR_CHECK") names.push(conname ?? freeOf(wanted, (name) => names.includes(name)));
  return names;
}
