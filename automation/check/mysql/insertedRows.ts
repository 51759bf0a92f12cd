/** Rows that a server does not take: INSERT and UPDATE against the columns of the files. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import type { ColumnDefinition } from "./columnDefinition.ts";
import { isUnfitValue, quotedText } from "./defaultValues.ts";
import type { BrokenRule } from "./effect.ts";
import { columnMissing } from "./existence.ts";
import { sameName } from "./qualifiedName.ts";
import { firstOf, refusal, strictly } from "./refusal.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import type { ServerVersion } from "./serverVersion.ts";
import type { StatementBody } from "./statementBody.ts";
import type { TableFacts } from "./tableFacts.ts";
import { literalOf } from "./tokenReader.ts";
import type { Token } from "./tokens.ts";

type Insert = Extract<StatementBody, { kind: "insert" }>;

/** What the rows are judged by. */
interface Target {
  readonly table: string;
  readonly facts: TableFacts;
  readonly server: ServerVersion;
  readonly strict: boolean;
  /** Whether a trigger may give what the statement does not. */
  readonly triggered: boolean;
}

/** No value is told: a row may hold what nobody else should read. */
export function refusedRows(body: StatementBody, memory: SchemaMemory, server: ServerVersion): BrokenRule[] {
  if (body.kind !== "insert" && body.kind !== "update") return [];
  const table = body.kind === "insert" ? body.table : (body.tables[0] ?? "");
  const facts = memory.ranCode ? undefined : memory.tableOf(table);
  if (!facts?.known) return body.kind === "insert" ? wrongCount(body, body.columns.length, server) : [];
  const target = {
    table,
    facts,
    server,
    strict: memory.isStrict,
    triggered: memory.hasTrigger(table),
  };
  return firstOf(body.kind === "insert" ? inserted(body, target) : updated(body.given, target));
}

function inserted(insert: Insert, target: Target): BrokenRule[] {
  const { table, facts, server, strict } = target;
  const all = [...facts.columns.values()].filter(({ invisible }) => !invisible).map(({ name }) => name);
  const columns = insert.columns.length > 0 ? insert.columns : all;
  const unknown = missing([...insert.columns, ...insert.updated], target);
  const counted = wrongCount(insert, columns.length, server);
  if (unknown.length + counted.length > 0) return [...unknown, ...counted];
  const twice = insert.columns.find(
    (name, at) => insert.columns.findIndex((one) => sameName(one, name)) < at,
  );
  if (twice !== undefined) {
    const words = `the INSERT into ${table} names column ${twice} twice`;
    return [refusal(server, `${table}.${twice}`, words, 1110, "leave one out")];
  }
  const isPlain = insert.columns.length > 0 || facts.ordered;
  if (insert.ignores || !isPlain) return [];
  const rows = insert.rows.map(
    (row) => new Map(row.map((value, at) => [columns[at]?.toLowerCase() ?? "", value])),
  );
  return [
    ...(strict ? omitted(insert, rows, target) : []),
    ...rows.flatMap((row, at) => values(row, at, rows.length, target)),
    ...(insert.takesTwice || target.triggered ? [] : sameKeys(rows, target)),
  ];
}

function missing(columns: readonly string[], { table, facts, server }: Target): BrokenRule[] {
  return columns
    .filter((name) => !facts.columns.has(name.toLowerCase()))
    .map((name) => columnMissing(table, name, facts, server));
}

/** `()` is a row of defaults, where no column is named. */
function wrongCount({ table, columns, rows }: Insert, count: number, server: ServerVersion): BrokenRule[] {
  const at = rows.findIndex((row) => row.length !== count && !(columns.length === 0 && row.length === 0));
  const row = rows[at];
  if (count === 0 || !row) return [];
  const words = `row ${at + 1} of the INSERT into ${table} has ${row.length} values for ${count} columns`;
  const fix = columns.length > 0 ? "give each column one value" : "name the columns that the values are for";
  return [refusal(server, `${table} row ${at + 1}`, words, 1136, fix)];
}

/** Columns that must have a value and get none. An ENUM has its first member then, a TIMESTAMP what the server is set to. */
function omitted(
  { fromQuery, columns }: Insert,
  rows: readonly ReadonlyMap<string, readonly Token[]>[],
  { table, facts, server, triggered }: Target,
): BrokenRule[] {
  if (triggered || (fromQuery && columns.length === 0)) return [];
  const named = new Set(columns.map((name) => name.toLowerCase()));
  const column = [...facts.columns].find(([key, one]) => {
    const isGiven = fromQuery
      ? named.has(key)
      : rows.every((row) => row.has(key) && !isDefault(row.get(key)));
    return needsValue(one) && !isGiven;
  })?.[1];
  if (!column || (!fromQuery && rows.length === 0)) return [];
  const words = `${column.name} of ${table} is NOT NULL without a default, and the INSERT gives it no value`;
  const fix = `give ${column.name} a value, or a DEFAULT first`;
  return [strictly(server, `${table}.${column.name} value`, words, 1364, fix)];
}

function needsValue({ type, notNull, defaultValue, autoIncrement, generated }: ColumnDefinition): boolean {
  if (!notNull || defaultValue !== undefined || autoIncrement || generated) return false;
  return type.name !== "ENUM" && type.name !== "TIMESTAMP";
}

function values(
  row: ReadonlyMap<string, readonly Token[]>,
  at: number,
  count: number,
  target: Target,
): BrokenRule[] {
  return [...row].flatMap(([key, value]) => {
    const column = target.facts.columns.get(key);
    return column ? unfit(column, value, `row ${at + 1} of the INSERT into`, count, target) : [];
  });
}

/** @param count of the rows: in one of several MySQL takes NULL for 0 or '' where it is not strict */
function unfit(
  column: ColumnDefinition,
  value: readonly Token[],
  where: string,
  count: number,
  { table, server, strict, triggered }: Target,
): BrokenRule[] {
  const { name, type } = column;
  const say = (what: string, error: number | string, fix: string, refuses = refusal) => [
    refuses(server, `${table}.${name} value`, `${where} ${table} gives ${what}`, error, fix),
  ];
  if (column.generated) {
    if (server.engine === "mariadb" || isDefault(value)) return [];
    return say(`the generated column ${name} a value`, 3105, `leave ${name} out, or write DEFAULT`);
  }
  const literal = literalOf(value);
  if (literal === undefined) return [];
  if (literal.toUpperCase() === "NULL") {
    const isTaken = !column.notNull || column.autoIncrement || type.name === "TIMESTAMP" || triggered;
    if (isTaken || (count > 1 && !strict)) return [];
    const fix = `give ${name} a value, or leave it out if it has a default`;
    const what = `${name}, which is NOT NULL, the value NULL`;
    return say(what, 1048, fix, count > 1 ? strictly : refusal);
  }
  if (type.name === "JSON" && isNoJson(literal, server)) {
    const fix = `write JSON: names and texts in "", no comma at the end`;
    return say(`${name} what is no JSON`, "3140 and 4025", fix);
  }
  if (!strict || !isUnfitValue(column, literal)) return [];
  const fix = "correct the value, or widen the column first";
  const what = `${type.name} ${name} what it does not hold`;
  return say(what, "1264, 1265, 1292, 1366 and 1406", fix, strictly);
}

function updated(
  given: readonly { column: string; value: readonly Token[] }[],
  target: Target,
): BrokenRule[] {
  const generated = given.flatMap(({ column, value }) => {
    const known = target.facts.columns.get(column.toLowerCase());
    return known?.generated ? unfit(known, value, "the UPDATE of", 1, target) : [];
  });
  return [
    ...missing(
      given.map(({ column }) => column),
      target,
    ),
    ...generated,
  ];
}

/** Two rows with the same literals in each column of a primary or unique key. */
function sameKeys(
  rows: readonly ReadonlyMap<string, readonly Token[]>[],
  { table, facts, server }: Target,
): BrokenRule[] {
  return [...facts.indexes.values()].flatMap(({ kind, columns }) => {
    if (kind !== "primary" && kind !== "unique") return [];
    const seen = new Map<string, number>();
    for (const [at, row] of rows.entries()) {
      const key = columns.map((name) => keyLiteral(row.get(name.toLowerCase())));
      if (key.includes(undefined)) continue;
      const text = key.join("\0");
      const before = seen.get(text);
      seen.set(text, at);
      if (before === undefined) continue;
      const words = `rows ${before + 1} and ${at + 1} of the INSERT into ${table} have one ${columns.join(", ")}`;
      const fix = "correct one, or write ON DUPLICATE KEY UPDATE";
      return [refusal(server, `${table} ${columns.join(", ")} row ${at + 1}`, words, 1062, fix)];
    }
    return [];
  });
}

/** Of NULL there may be any number, and 0 may count up. */
function keyLiteral(value: readonly Token[] | undefined): string | undefined {
  const literal = value && literalOf(value);
  return literal === undefined || /^(?:null|default|0)$/i.test(literal) ? undefined : literal;
}

function isDefault(value: readonly Token[] | undefined): boolean {
  return value?.length === 1 && value[0]?.kind === "word" && value[0].value === "DEFAULT";
}

/** MySQL takes a number only in quotes. */
function isNoJson(literal: string, { engine }: ServerVersion): boolean {
  const text = quotedText(literal);
  if (text === undefined) return engine === "mysql" && !/['"]/.test(literal);
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}
