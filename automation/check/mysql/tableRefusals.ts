/** What a server refuses of CREATE TABLE and ALTER TABLE by the table's own columns and keys. */
import type { AlterAction, AlterTable } from "./alterAction.ts";
import type { CreateTable } from "./createTable.ts";
import type { BrokenRule } from "./effect.ts";
import { firstOf, refusal } from "./refusal.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import { isAtLeast, type ServerVersion } from "./serverVersion.ts";
import type { StatementBody } from "./statementBody.ts";
import { type Definition, tableDefects } from "./tableDefects.ts";
import { factsOf, type TableFacts } from "./tableFacts.ts";

/** Nothing is said of a table whose columns are not all known. One a statement: the server stops at the first. */
export function refusedTable(body: StatementBody, memory: SchemaMemory, server: ServerVersion): BrokenRule[] {
  const judged = {
    server,
    strict: memory.isStrict,
    width: isAtLeast(server, "mysql", 80000) && !memory.setsCharset ? 4 : 1,
  };
  if (body.kind === "createTable") return firstOf(created(body, memory, judged));
  if (body.kind !== "alterTable" || memory.ranCode) return [];
  const before = memory.tableOf(body.table);
  const after = memory.altered(body);
  if (!before?.known || !after?.known) return [];
  const { table } = body;
  const old = new Set(tableDefects({ table, facts: before, ...judged }).map(({ subject }) => subject));
  return firstOf([
    ...alteredKeys(body, before, after, server),
    ...tableDefects({ table, facts: after, ...judged }).filter(({ subject }) => !old.has(subject)),
  ]);
}

function created(
  create: CreateTable,
  memory: SchemaMemory,
  judged: Pick<Definition, "server" | "strict" | "width">,
): BrokenRule[] {
  const { table, elements, like, fromQuery, repeatable, temporary } = create;
  const { server } = judged;
  const isKept = repeatable && !create.replaces && !temporary && memory.tableOf(table) !== undefined;
  if (like !== undefined || fromQuery || isKept) return [];
  const columns = elements.flatMap((element) => (element.kind === "column" ? [element.column] : []));
  const indexes = elements.flatMap((element) => (element.kind === "index" ? [element.index] : []));
  const primary =
    columns.filter(({ primaryKey }) => primaryKey).length +
    indexes.filter(({ kind }) => kind === "primary").length;
  const column = twice(columns.map(({ name }) => name));
  const index = twice(indexes.flatMap(({ name }) => name ?? []));
  return [
    ...(column === undefined ? [] : [twiceIn(table, "column", column, 1060, server)]),
    ...(index === undefined ? [] : [twiceIn(table, "index", index, 1061, server)]),
    ...(primary > 1 ? [primaryThere(table, server)] : []),
    ...tableDefects({ table, facts: factsOf(create, undefined), ...judged }),
  ];
}

function twice(names: readonly string[]): string | undefined {
  const lower = names.map((name) => name.toLowerCase());
  return names.find((_, at) => lower.indexOf(lower[at] ?? "") !== at);
}

function twiceIn(
  table: string,
  what: string,
  name: string,
  error: number,
  server: ServerVersion,
): BrokenRule {
  const fix = "leave one out, or give it another name";
  return refusal(server, `${table}.${name}`, `${table} has two of ${what} ${name}`, error, fix);
}

function primaryThere(table: string, server: ServerVersion): BrokenRule {
  const fix = "DROP PRIMARY KEY in the same statement, or make it a UNIQUE key";
  return refusal(server, `${table} primary key`, `${table} has a primary key already`, 1068, fix);
}

function alteredKeys(
  { table, actions }: AlterTable,
  before: TableFacts,
  after: TableFacts,
  server: ServerVersion,
): BrokenRule[] {
  const adds = actions.filter(addsPrimaryKey).length;
  const hasPrimary = before.hasPrimaryKey && !actions.some(({ kind }) => kind === "dropPrimaryKey");
  return [
    ...(adds + Number(hasPrimary) > 1 ? [primaryThere(table, server)] : []),
    ...actions.flatMap((action) => [
      ...behindMaxvalue(table, action, before, server),
      ...neededByGenerated(table, action, after, server),
    ]),
  ];
}

/** A column that MODIFY states again as PRIMARY KEY is one more, as for ADD. */
function addsPrimaryKey(action: AlterAction): boolean {
  if (action.kind === "addIndex") return action.index.kind === "primary";
  return (action.kind === "addColumn" || action.kind === "changeColumn") && action.column.primaryKey;
}

function behindMaxvalue(
  table: string,
  action: AlterAction,
  { openEnd }: TableFacts,
  server: ServerVersion,
): BrokenRule[] {
  if (action.kind !== "partition" || action.verb !== "ADD" || !action.byRange || !openEnd) return [];
  const fix = "ALTER TABLE … REORGANIZE PARTITION the last one INTO the new one and the last one";
  const words = `the last partition of ${table} takes all up to MAXVALUE, and none can follow it`;
  return [refusal(server, `${table} MAXVALUE`, words, "1481 and 1493", fix)];
}

function neededByGenerated(
  table: string,
  action: AlterAction,
  after: TableFacts,
  server: ServerVersion,
): BrokenRule[] {
  const isRenamed = action.kind === "renameColumn" && server.engine === "mysql";
  if (action.kind !== "dropColumn" && !isRenamed) return [];
  const name = action.kind === "dropColumn" ? action.name : action.from;
  const user = [...after.columns.values()].find(({ uses }) => uses.includes(name.toLowerCase()));
  if (!user || after.columns.has(name.toLowerCase())) return [];
  const fix = `drop ${user.name} first, and add it again with the new expression`;
  const words = `the generated column ${user.name} of ${table} needs ${name}`;
  return [refusal(server, `${table}.${name}`, words, "3108 and 1054", fix)];
}
