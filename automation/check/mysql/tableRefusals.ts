/** What a server refuses of CREATE TABLE and ALTER TABLE by the table's own columns and keys. */
import type { AlterAction, AlterTable } from "./alterAction.ts";
import type { CreateTable } from "./createTable.ts";
import type { BrokenRule } from "./effect.ts";
import { firstOf, refusal } from "./refusal.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import { isAtLeast, type ServerVersion } from "./serverVersion.ts";
import type { StatementBody } from "./statementBody.ts";
import { columnsOf } from "./statementNames.ts";
import { type Definition, tableDefects } from "./tableDefects.ts";
import { factsOf, type TableFacts } from "./tableFacts.ts";

/** Nothing is said of a table whose columns are not all known. One a statement: the server stops at the first. */
export function refusedTable(body: StatementBody, memory: SchemaMemory, server: ServerVersion): BrokenRule[] {
  const judged = {
    server,
    strict: memory.isStrict,
    width: memory.charsetBytes ?? 1,
    likely: memory.charsetBytes === undefined && isAtLeast(server, "mysql", 80000) ? 4 : undefined,
  };
  if (body.kind === "createTable") return firstOf(created(body, memory, judged));
  if (body.kind !== "alterTable" || memory.ranCode) return [];
  const before = memory.tableOf(body.table);
  const after = memory.altered(body);
  if (!before?.known || !after?.known) return [];
  const { table } = body;
  const old = new Set(defects({ table, facts: before, ...judged }).map(({ subject }) => subject));
  return firstOf([
    ...alteredKeys(body, before, after, server),
    ...defects({ table, facts: after, ...judged }).filter(({ subject }) => !old.has(subject)),
  ]);
}

interface Judged extends Definition {
  /** The bytes of a character where the files do not say, and the server's default most likely holds. */
  readonly likely: number | undefined;
}

/** What is too long by the likely character set alone is a warning: a database may have been made with latin1. */
function defects({ likely, ...definition }: Judged): BrokenRule[] {
  const sure = tableDefects(definition);
  if (likely === undefined) return sure;
  const isSure = new Set(sure.map(({ subject }) => subject));
  return tableDefects({ ...definition, width: likely }).map((one) =>
    isSure.has(one.subject)
      ? one
      : {
          ...one,
          rule: "default-charset",
          message: `${one.message}, where utf8mb4 is the database's default`,
        },
  );
}

function created(
  create: CreateTable,
  memory: SchemaMemory,
  judged: Omit<Judged, "table" | "facts">,
): BrokenRule[] {
  const { table, elements, like, fromQuery, repeatable, temporary } = create;
  const { server } = judged;
  const isKept = repeatable && !create.replaces && !temporary && memory.tableOf(table) !== undefined;
  if (like !== undefined || fromQuery || isKept) return [];
  const columns = columnsOf(create);
  const indexes = elements.flatMap((element) => (element.kind === "index" ? [element.index] : []));
  const primary =
    columns.filter(({ primaryKey }) => primaryKey).length +
    indexes.filter(({ kind }) => kind === "primary").length;
  const column = twice(columns.map(({ name }) => name));
  const index = twice(indexes.flatMap(({ name }) => name ?? []));
  const check = twice(elements.flatMap((element) => (element.kind === "check" ? (element.name ?? []) : [])));
  return [
    ...(column === undefined ? [] : [twiceIn(table, "column", column, 1060, server)]),
    ...(index === undefined ? [] : [twiceIn(table, "index", index, 1061, server)]),
    ...(check === undefined ? [] : [twiceIn(table, "CHECK", check, "3822 and 1826", server)]),
    ...(primary > 1 ? [primaryThere(table, server)] : []),
    ...defects({ table, facts: factsOf(create, undefined), ...judged }),
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
  error: number | string,
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
  { table, actions, algorithm }: AlterTable,
  before: TableFacts,
  after: TableFacts,
  server: ServerVersion,
): BrokenRule[] {
  const adds = actions.filter(addsPrimaryKey).length;
  const hasPrimary = before.hasPrimaryKey && !actions.some(({ kind }) => kind === "dropPrimaryKey");
  return [
    ...(adds + Number(hasPrimary) > 1 ? [primaryThere(table, server)] : []),
    ...(algorithm === "COPY" ? [] : twoFulltext(table, actions, server)),
    ...actions.flatMap((action) => [
      ...refusedPartition(table, action, before, server),
      ...behindMaxvalue(table, action, before, server),
      ...neededByCheck(table, action, actions, before, server),
      ...neededByGenerated(table, action, after, server),
      ...otherStorage(table, action, before, server),
    ]),
  ];
}

/** A column that MODIFY states again as PRIMARY KEY is one more, as for ADD. */
function addsPrimaryKey(action: AlterAction): boolean {
  if (action.kind === "addIndex") return action.index.kind === "primary";
  return (action.kind === "addColumn" || action.kind === "changeColumn") && action.column.primaryKey;
}

/** InnoDB of MySQL builds one FULLTEXT index at a time in place, which it takes where nothing else is done. */
function twoFulltext(table: string, actions: readonly AlterAction[], server: ServerVersion): BrokenRule[] {
  const added = actions.flatMap((action) => (action.kind === "addIndex" ? [action.index.kind] : []));
  const isTwo = added.filter((kind) => kind === "fulltext").length > 1;
  if (server.engine !== "mysql" || added.length < actions.length || !isTwo) return [];
  const words = `two FULLTEXT indexes of ${table} in one statement`;
  return [refusal(server, `${table} FULLTEXT`, words, 1795, "one ALTER TABLE each")];
}

function neededByCheck(
  table: string,
  action: AlterAction,
  actions: readonly AlterAction[],
  { checks, columns }: TableFacts,
  server: ServerVersion,
): BrokenRule[] {
  const isOfMysql = isAtLeast(server, "mysql", 80016);
  const isRenamed =
    action.kind === "renameColumn" || (action.kind === "changeColumn" && action.from !== action.column.name);
  if (actions.some(({ kind }) => kind === "dropConstraint")) return [];
  if (action.kind !== "dropColumn" && !(isRenamed && isOfMysql)) return [];
  if (server.engine === "mysql" && !isOfMysql) return [];
  const name = (action.kind === "dropColumn" ? action.name : action.from).toLowerCase();
  const dropped = actions.flatMap((one) => (one.kind === "dropColumn" ? [one.name.toLowerCase()] : []));
  const check = checks.find(({ uses }) => {
    const others = uses.filter((one) => columns.has(one) && one !== name);
    const isKept =
      server.engine === "mysql" ? others.length > 0 : others.some((one) => !dropped.includes(one));
    return uses.includes(name) && (action.kind !== "dropColumn" || isKept);
  });
  if (!check) return [];
  const words = `${check.name === undefined ? "a CHECK" : `the CHECK ${check.name}`} of ${table} uses ${name}`;
  return [
    refusal(server, `${table}.${name}`, words, "3959 and 1054", "drop the CHECK in the same statement"),
  ];
}

function refusedPartition(
  table: string,
  action: AlterAction,
  { partitioned, partitions }: TableFacts,
  server: ServerVersion,
): BrokenRule[] {
  if (action.kind !== "partition" || action.verb === "BY") return [];
  const { verb, names, made, repeatable } = action;
  const say = (words: string, error: number | string, fix: string) => [
    refusal(server, `${table} partition`, words, error, fix),
  ];
  if (!partitioned) return say(`${table} has no partitions`, 1505, "leave the action out");
  if (!partitions || repeatable) return [];
  const missing = names.find((name) => !/^all$/i.test(name) && !partitions.includes(name.toLowerCase()));
  if (missing !== undefined && ["DROP", "TRUNCATE", "REORGANIZE"].includes(verb))
    return say(
      `${table} has no partition ${missing}`,
      "1507 and 1735",
      `correct the name; the files gave it ${partitions.join(", ")}`,
    );
  if (verb === "DROP" && new Set(names).size === partitions.length)
    return say(`no partition of ${table} is left`, 1508, "DROP TABLE, or TRUNCATE PARTITION");
  const kept = partitions.filter((name) => !names.some((one) => one.toLowerCase() === name));
  const again = made.find((name, at) => kept.includes(name) || made.indexOf(name) < at);
  return again === undefined
    ? []
    : say(`${table} would have two partitions ${again}`, 1517, "take another name");
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

/** A virtual column has no values in the rows, so a column cannot change to or from virtual. */
function otherStorage(
  table: string,
  action: AlterAction,
  { columns }: TableFacts,
  server: ServerVersion,
): BrokenRule[] {
  if (action.kind !== "changeColumn") return [];
  const old = columns.get(action.from.toLowerCase());
  const isVirtual = action.column.generated === "virtual";
  if (!old || (old.generated === "virtual") === isVirtual) return [];
  const words = `column ${action.from} of ${table} ${isVirtual ? "becomes" : "is"} a virtual one`;
  const fix = "drop it, and add it again";
  return [refusal(server, `${table}.${action.from} storage`, words, "3106 and 1907", fix)];
}
