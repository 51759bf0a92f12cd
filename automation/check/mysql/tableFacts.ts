/** What the files say of one table: its columns and keys, and how each action of ALTER TABLE changes them. */
import type { AlterAction } from "./alterAction.ts";
import { charsetOf } from "./charset.ts";
import type { ColumnDefinition } from "./columnDefinition.ts";
import type { CreateTable } from "./createTable.ts";
import { sameName } from "./qualifiedName.ts";
import type { ForeignKeyDefinition, IndexDefinition, TableElement } from "./tableElements.ts";

export interface TableFacts {
  /** By name in lower case: MySQL's column names know no case. */
  readonly columns: Map<string, ColumnDefinition>;
  /** By name in lower case; `primary` is the primary key. */
  readonly indexes: Map<string, IndexDefinition>;
  /** Whether the columns and indexes are all that the table has; not for a copy of a table or query. */
  known: boolean;
  /** Whether the columns are in the table's order. */
  ordered: boolean;
  hasPrimaryKey: boolean;
  /** In lower case; undefined when the server's default holds. */
  charset: string | undefined;
  rowFormat: string | undefined;
  engine: string | undefined;
  partitioned: boolean;
  /** The words of the partitioning expressions, in lower case. */
  partitionWords: readonly string[];
  /** Checks that a column does not carry itself: names in lower case, and the columns that each uses. */
  checks: readonly { readonly name: string | undefined; readonly uses: readonly string[] }[];
  /** Names in lower case; undefined when the server has made them up. */
  partitions: readonly string[] | undefined;
  /** Whether the last partition takes all up to MAXVALUE. */
  openEnd: boolean;
}

export function indexesOf(facts: TableFacts | undefined): IndexDefinition[] {
  return [...(facts?.indexes.values() ?? [])];
}

export function copyFacts(facts: TableFacts): TableFacts {
  return { ...facts, columns: new Map(facts.columns), indexes: new Map(facts.indexes) };
}

/** The facts of a table that a statement makes. @param model the table that LIKE names, if it is known */
export function factsOf(create: CreateTable, model: TableFacts | undefined): TableFacts {
  if (create.like !== undefined && model) return copyFacts(model);
  const { options, partitioned, partitionWords, openEnd, elements } = create;
  const facts: TableFacts = {
    columns: new Map(),
    indexes: new Map(),
    known: create.like === undefined && !create.fromQuery,
    ordered: true,
    hasPrimaryKey: false,
    charset: charsetOf(options.get("CHARACTER SET"), options.get("COLLATE")),
    rowFormat: options.get("ROW_FORMAT")?.toUpperCase(),
    engine: options.get("ENGINE")?.toUpperCase(),
    partitioned,
    partitionWords,
    openEnd,
    checks: [],
    partitions: create.partitions,
  };
  for (const element of elements) if (element.kind === "column") addColumn(facts, element.column);
  for (const element of elements) addKey(facts, element);
  return facts;
}

function addKey(facts: TableFacts, element: TableElement): void {
  if (element.kind === "index") addIndex(facts, element.index);
  if (element.kind === "check") addCheck(facts, element);
  if (element.kind === "foreignKey") addForeignKeyIndex(facts, element.foreignKey);
}

function addCheck(facts: TableFacts, check: { name: string | undefined; uses: readonly string[] }): void {
  facts.checks = [...facts.checks, { name: check.name?.toLowerCase(), uses: check.uses }];
}

function addColumn(facts: TableFacts, column: ColumnDefinition): void {
  const columns = [column.name];
  facts.columns.set(column.name.toLowerCase(), column);
  if (column.position !== undefined) facts.ordered = false;
  if (column.primaryKey) addIndex(facts, { kind: "primary", name: undefined, columns, lengths: [] });
  if (column.unique) addIndex(facts, { kind: "unique", name: undefined, columns, lengths: [] });
}

function addIndex(facts: TableFacts, index: IndexDefinition): void {
  for (const [key, { implicit, columns }] of facts.indexes)
    if (implicit && startsWith(index.columns, columns)) facts.indexes.delete(key);
  if (index.kind === "primary") {
    facts.hasPrimaryKey = true;
    facts.indexes.set("primary", index);
    for (const name of index.columns) {
      const column = facts.columns.get(name.toLowerCase());
      if (column) facts.columns.set(name.toLowerCase(), { ...column, notNull: true });
    }
    return;
  }
  facts.indexes.set(index.name?.toLowerCase() ?? freeName(facts, index.columns[0] ?? ""), index);
}

/** The first column's name, with _2, _3 and so on where it is taken. */
function freeName({ indexes }: TableFacts, column: string): string {
  let name = column.toLowerCase();
  for (let number = 2; indexes.has(name); number += 1) name = `${column.toLowerCase()}_${number}`;
  return name;
}

/** The server makes an index for a foreign key that has none, and drops it for one that serves as well. */
function addForeignKeyIndex(facts: TableFacts, { name, index, columns }: ForeignKeyDefinition): void {
  if ([...facts.indexes.values()].some((one) => startsWith(one.columns, columns))) return;
  addIndex(facts, { kind: "index", name: name ?? index, columns, lengths: [], implicit: true });
}

/** Whether the columns are the first ones, in this order. */
export function startsWith(columns: readonly string[], first: readonly string[]): boolean {
  return first.every((name, at) => sameName(name, columns[at]));
}

/** Takes a statement's actions in, one after the other. */
export function applyAction(facts: TableFacts, action: AlterAction): void {
  switch (action.kind) {
    case "addColumn":
      if (!(action.repeatable && facts.columns.has(action.column.name.toLowerCase())))
        addColumn(facts, action.column);
      return;
    case "dropColumn":
      dropColumn(facts, action.name.toLowerCase());
      return;
    case "changeColumn":
      rename(facts, action.from, action.column.name);
      addColumn(facts, action.column);
      return;
    case "renameColumn":
      rename(facts, action.from, action.to);
      return;
    case "columnDefault":
      alterColumn(facts, action.name, { defaultValue: action.value });
      return;
    case "visibility":
      if (action.of === "column") alterColumn(facts, action.name, { invisible: action.invisible });
      return;
    case "addIndex":
      if (!(action.repeatable && facts.indexes.has(action.index.name?.toLowerCase() ?? "")))
        addIndex(facts, action.index);
      return;
    case "addForeignKey":
      addForeignKeyIndex(facts, action.foreignKey);
      return;
    case "renameIndex": {
      const index = facts.indexes.get(action.from.toLowerCase());
      facts.indexes.delete(action.from.toLowerCase());
      if (index) facts.indexes.set(action.to.toLowerCase(), { ...index, name: action.to });
      return;
    }
    case "dropIndex":
    case "dropConstraint":
      // The server has made up the names of those without one.
      if (action.kind === "dropConstraint")
        facts.checks = facts.checks.filter(
          ({ name }) => name !== undefined && name !== action.name.toLowerCase(),
        );
      if (action.name.toLowerCase() === "primary") dropPrimaryKey(facts);
      facts.indexes.delete(action.name.toLowerCase());
      return;
    case "dropPrimaryKey":
      dropPrimaryKey(facts);
      return;
    case "addCheck":
      addCheck(facts, action);
      return;
    case "convertCharset":
      facts.charset = action.charset;
      for (const [key, column] of facts.columns)
        facts.columns.set(key, { ...column, charset: undefined, collation: undefined });
      return;
    case "option":
      if (action.name === "CHARACTER SET") facts.charset = action.value.toLowerCase();
      if (action.name === "ROW_FORMAT") facts.rowFormat = action.value;
      if (action.name === "ENGINE") facts.engine = action.value;
      return;
    case "partition":
      facts.partitions = partitionsAfter(facts.partitions, action);
      if (action.verb === "BY") facts.partitioned = true;
      if (action.verb === "REMOVE") facts.partitioned = false;
      if (action.verb === "BY" || action.verb === "REMOVE") facts.partitionWords = action.words;
      facts.openEnd = action.openEnd;
      return;
  }
}

function dropPrimaryKey(facts: TableFacts): void {
  facts.hasPrimaryKey = false;
  facts.indexes.delete("primary");
  for (const [key, column] of facts.columns)
    if (column.primaryKey) facts.columns.set(key, { ...column, primaryKey: false });
}

/** The column leaves its indexes too, and one of it alone is gone. */
function dropColumn(facts: TableFacts, name: string): void {
  facts.columns.delete(name);
  facts.checks = facts.checks.filter(({ uses }) => !uses.includes(name));
  for (const [key, index] of facts.indexes) {
    const kept = index.columns.flatMap((column, at) => (column.toLowerCase() === name ? [] : [at]));
    if (kept.length === index.columns.length) continue;
    if (kept.length === 0 && key === "primary") facts.hasPrimaryKey = false;
    if (kept.length === 0) facts.indexes.delete(key);
    else
      facts.indexes.set(key, {
        ...index,
        columns: kept.map((at) => index.columns[at] ?? ""),
        lengths: kept.map((at) => index.lengths[at]),
      });
  }
}

function alterColumn(facts: TableFacts, name: string, change: Partial<ColumnDefinition>): void {
  const column = facts.columns.get(name.toLowerCase());
  if (column) facts.columns.set(name.toLowerCase(), { ...column, ...change });
}

function rename(facts: TableFacts, from: string, to: string): void {
  const [old, now] = [from.toLowerCase(), to.toLowerCase()];
  if (old === now) return;
  // Names that change places are not followed.
  if (facts.columns.has(now)) facts.known = false;
  facts.ordered = false;
  facts.checks = facts.checks.map((check) => ({
    ...check,
    uses: check.uses.map((one) => (one === old ? now : one)),
  }));
  const column = facts.columns.get(old);
  facts.columns.delete(old);
  if (column) facts.columns.set(now, { ...column, name: to });
  for (const [key, index] of facts.indexes)
    facts.indexes.set(key, {
      ...index,
      columns: index.columns.map((one) => (one.toLowerCase() === old ? to : one)),
    });
}

function partitionsAfter(
  before: readonly string[] | undefined,
  { verb, names, made }: Extract<AlterAction, { kind: "partition" }>,
): readonly string[] | undefined {
  const gone = names.map((name) => name.toLowerCase());
  if (verb === "BY") return made.length > 0 ? made : undefined;
  if (!["DROP", "ADD", "REORGANIZE"].includes(verb))
    return verb === "TRUNCATE" || verb === "EXCHANGE" ? before : undefined;
  return before && [...before.filter((name) => !gone.includes(name)), ...made];
}
