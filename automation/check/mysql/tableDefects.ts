/** Definitions of a table that a server refuses whoever writes them. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import { BYTES, charsetOfColumn } from "./charset.ts";
import type { ColumnDefinition } from "./columnDefinition.ts";
import type { BrokenRule } from "./effect.ts";
import { hasName, sameName } from "./qualifiedName.ts";
import { refusal, strictly } from "./refusal.ts";
import type { ServerVersion } from "./serverVersion.ts";
import type { IndexDefinition } from "./tableElements.ts";
import { indexesOf, type TableFacts } from "./tableFacts.ts";

/** What a definition is judged by. */
export interface Definition {
  readonly table: string;
  readonly facts: TableFacts;
  readonly server: ServerVersion;
  /** False once the file sets sql_mode: what is too long may then be cut, or made another type. */
  readonly strict: boolean;
  /** The bytes of a character where no file names a character set; 1 is certain. */
  readonly width: number;
}

/** What is wrong with the table as a whole; its columns and indexes must all be known. */
export function tableDefects(definition: Definition): BrokenRule[] {
  const { facts } = definition;
  const columns = [...facts.columns.values()];
  return [
    ...autoIncrement(definition, columns),
    ...columns.flatMap((column) => columnDefects(definition, column)),
    ...[...facts.indexes].flatMap(([key, index]) => indexDefects(definition, key, index)),
    ...rowSize(definition, columns),
    ...noneVisible(definition, columns),
  ];
}

function noneVisible({ table, server }: Definition, columns: readonly ColumnDefinition[]): BrokenRule[] {
  if (columns.length === 0 || columns.some(({ invisible }) => !invisible)) return [];
  return [
    refusal(
      server,
      `${table} invisible`,
      `all columns of ${table} are INVISIBLE`,
      "4028 and 1113",
      "show one",
    ),
  ];
}

const COUNTS = /INT$|^(?:FLOAT|DOUBLE|SERIAL)$/;

function autoIncrement(definition: Definition, columns: readonly ColumnDefinition[]): BrokenRule[] {
  const { table, facts, server } = definition;
  const counted = columns.filter(({ autoIncrement: counts }) => counts);
  const [first] = counted;
  const isMyisam = facts.engine !== undefined && facts.engine.toUpperCase() !== "INNODB";
  if (!first || isMyisam) return [];
  const isKey = indexesOf(facts).some(({ columns: [name] }) => sameName(name, first.name));
  if (!COUNTS.test(first.type.name)) {
    const words = `${first.name} of ${table} is AUTO_INCREMENT and ${first.type.name}`;
    return [refusal(server, `${table}.${first.name} type`, words, 1063, "take INT or BIGINT")];
  }
  if (counted.length === 1 && isKey) return usesCounted(definition, first.name);
  const words =
    counted.length > 1
      ? `${counted.map(({ name }) => name).join(" and ")} of ${table} are AUTO_INCREMENT`
      : `the AUTO_INCREMENT column ${first.name} of ${table} is the first of no key`;
  const fix = "a table has one AUTO_INCREMENT column, which must be the first column of an index";
  return [refusal(server, `${table}.${first.name} AUTO_INCREMENT`, words, 1075, fix)];
}

/** What is computed before the number is known. MariaDB computes a virtual column when it is read. */
function usesCounted({ table, facts, server }: Definition, counted: string): BrokenRule[] {
  const column = [...facts.columns.values()].find(
    ({ uses, generated }) => hasName(uses, counted) && (server.engine === "mysql" || generated === "stored"),
  );
  const check = facts.checks.find(({ uses }) => hasName(uses, counted));
  if (!column && !check) return [];
  const user = column ? `the generated column ${column.name}` : `the CHECK ${check?.name ?? ""}`.trim();
  const words = `${user} of ${table} uses the AUTO_INCREMENT column ${counted}`;
  return [
    refusal(server, `${table}.${counted} use`, words, "3109, 3818 and 1901", "leave the column out of it"),
  ];
}

function columnDefects(
  { table, facts, server, strict, width }: Definition,
  column: ColumnDefinition,
): BrokenRule[] {
  const { name, type } = column;
  const length = Number(type.args[0] ?? 1);
  const member = type.args.find((one, at) => type.args.findIndex((other) => isSame(one, other)) !== at);
  if (/^(?:ENUM|SET)$/.test(type.name) && strict && member !== undefined) {
    const words = `${type.name} of ${table}.${name} has ${member} twice`;
    return [strictly(server, `${table}.${name} ${member}`, words, 1291, "leave one out")];
  }
  if (!VARIABLE.test(type.name)) return [];
  const max = /^(?:CHAR|BINARY)$/.test(type.name)
    ? 255
    : strict && /^VAR(?:CHAR|BINARY)$/.test(type.name)
      ? Math.floor(65535 / bytesOfChar(column, facts, width))
      : Number.POSITIVE_INFINITY;
  if (length <= max) return [];
  const words = `${type.name}(${length}) of ${table}.${name} is longer than ${max}`;
  const refuses = /^VAR/.test(type.name) ? strictly : refusal;
  return [refuses(server, `${table}.${name} length`, words, 1074, "take a shorter one, or TEXT or BLOB")];
}

/** Only the same letters count: which others are alike, the collation says. */
function isSame(one: string, other: string): boolean {
  return one.trimEnd() === other.trimEnd();
}

/** The most bytes of a character; 1 where the database's default decides. */
function bytesOfChar(column: ColumnDefinition, facts: TableFacts, width: number): number {
  if (/BINARY|BLOB/.test(column.type.name)) return 1;
  const known = charsetOfColumn(column, facts);
  return known === undefined ? width : (BYTES[known] ?? 1);
}

const VARIABLE = /^(?:VAR)?(?:CHAR|BINARY)$/;
const TEXT = /^(?:TINY|MEDIUM|LONG)?(?:TEXT|BLOB)$/;
const SHAPE = /^(?:GEOMETRY(?:COLLECTION)?|(?:MULTI)?(?:POINT|LINESTRING|POLYGON))$/;
const NUMBERS: Readonly<Record<string, number>> = {
  TINYINT: 1,
  SMALLINT: 2,
  MEDIUMINT: 3,
  INT: 4,
  BIGINT: 8,
};

/** MySQL 8.0 manual, "Limits on Table Column Count and Row Size": 65,535 bytes without TEXT and BLOB. */
function rowSize(
  { table, facts, server, width }: Definition,
  columns: readonly ColumnDefinition[],
): BrokenRule[] {
  // What alone is longer than a row is of no strict length (error 1074), and becomes TEXT.
  const lengths = columns.map((column) => bytesOfColumn(column, facts, width));
  const bytes = lengths.reduce((sum, length) => sum + (length > 65535 ? 0 : length), 0);
  if (bytes <= 65535) return [];
  const words = `the columns of ${table} have ${bytes} bytes or more, and a row holds 65535`;
  return [refusal(server, `${table} row size`, words, 1118, "make the long ones TEXT")];
}

function bytesOfColumn(column: ColumnDefinition, facts: TableFacts, width: number): number {
  const { name, args } = column.type;
  return VARIABLE.test(name)
    ? Number(args[0] ?? 1) * bytesOfChar(column, facts, width)
    : (NUMBERS[name] ?? 0);
}

function indexDefects(definition: Definition, key: string, index: IndexDefinition): BrokenRule[] {
  const { table, facts, server } = definition;
  const shown = key === "primary" ? "the primary key" : `index ${index.name ?? key}`;
  const subject = `${table} ${shown}`;
  const say = (words: string, error: number | string, fix: string, refuses = refusal) => [
    refuses(server, subject, words, error, fix),
  ];
  for (const [at, name] of index.columns.entries()) {
    if (name.startsWith("(")) continue;
    const column = facts.columns.get(name.toLowerCase());
    if (!column)
      return say(
        `${shown} of ${table} names column ${name}, which ${table} does not have`,
        1072,
        "correct the name",
      );
    const words = partDefect(index, column, index.lengths[at], server);
    if (words) return say(`${shown} of ${table} ${words.what}`, words.error, words.fix);
  }
  const missing = missingPartitionColumn(facts, index);
  if (missing !== undefined)
    return say(
      `${table} is partitioned by ${missing}, which ${shown} leaves out`,
      1503,
      `add ${missing} to it: each unique key of a partitioned table holds all partitioning columns`,
    );
  return tooLong(definition, index, (words, error, refuses) =>
    say(
      `${shown} of ${table} ${words}`,
      error,
      "index the first characters: name(191); or a generated column with a hash",
      refuses,
    ),
  );
}

interface Defect {
  readonly what: string;
  readonly error: number | string;
  readonly fix: string;
}

function partDefect(
  { kind }: IndexDefinition,
  { name, type, notNull, saysNull }: ColumnDefinition,
  length: number | undefined,
  { engine }: ServerVersion,
): Defect | undefined {
  const isText = TEXT.test(type.name);
  if (kind === "spatial") {
    if (!SHAPE.test(type.name))
      return {
        what: `is SPATIAL, and ${name} is ${type.name}`,
        error: "1687 and 1210",
        fix: "index a geometry",
      };
    return notNull
      ? undefined
      : { what: `is SPATIAL, and ${name} may be NULL`, error: 1252, fix: `make ${name} NOT NULL first` };
  }
  if (kind === "fulltext")
    return isText || /CHAR$/.test(type.name) || (type.name === "JSON" && engine === "mariadb")
      ? undefined
      : { what: `is FULLTEXT, and ${name} is ${type.name}`, error: 1283, fix: "index CHAR, VARCHAR or TEXT" };
  if (kind === "primary" && saysNull && engine === "mysql")
    return { what: `holds ${name}, which is NULL`, error: 1171, fix: `make ${name} NOT NULL` };
  if (engine === "mysql" && type.name === "JSON")
    return {
      what: `holds ${name}, which is JSON`,
      error: 3152,
      fix: `index an expression: ((CAST(${name}->>'$.key' AS CHAR(64))))`,
    };
  if (isText && length === undefined && (engine === "mysql" || kind === "primary"))
    return {
      what: `holds ${name}, which is ${type.name}, without a length`,
      error: 1170,
      fix: `index the first characters: ${name}(191)`,
    };
  const isString = isText || VARIABLE.test(type.name);
  const full = VARIABLE.test(type.name) ? Number(type.args[0] ?? 1) : Number.POSITIVE_INFINITY;
  if (length !== undefined && isString && length > full)
    return {
      what: `takes ${length} characters of ${name}, which has ${full}`,
      error: 1089,
      fix: `write ${name} alone`,
    };
  return undefined;
}

function missingPartitionColumn(facts: TableFacts, { kind, columns }: IndexDefinition): string | undefined {
  if (kind !== "primary" && kind !== "unique") return undefined;
  const named = new Set(columns.map((name) => name.toLowerCase()));
  return facts.partitionWords.find((word) => facts.columns.has(word) && !named.has(word));
}

/** InnoDB: 3072 bytes a key; 767 a column where the row format is COMPACT or REDUNDANT (manual, "InnoDB Limits"). */
function tooLong(
  { facts, server: { engine }, strict, width }: Definition,
  { kind, columns, lengths }: IndexDefinition,
  say: (words: string, error: number | string, refuses: typeof refusal) => BrokenRule[],
): BrokenRule[] {
  const isInnodb = facts.engine === undefined || facts.engine.toUpperCase() === "INNODB";
  if (!isInnodb || kind === "fulltext" || kind === "spatial") return [];
  const parts = columns.map((name, at) => {
    const column = facts.columns.get(name.toLowerCase());
    if (!column) return 0;
    const length = lengths[at];
    return length !== undefined
      ? length * bytesOfChar(column, facts, width)
      : bytesOfColumn(column, facts, width);
  });
  const total = parts.reduce((sum, bytes) => sum + bytes, 0);
  const longest = Math.max(0, ...parts);
  const isShort = /^(?:COMPACT|REDUNDANT)$/i.test(facts.rowFormat ?? "");
  // Where it is not strict MySQL cuts a single long column of a key that is not unique, as MariaDB always does.
  const isCut = kind === "index" && parts.reduce((sum, bytes) => sum + Math.min(bytes, 3072), 0) <= 3072;
  if (isShort && longest > 767 && (strict || kind !== "index" || engine === "mariadb"))
    return say(
      `has a column of ${longest} bytes, and ROW_FORMAT=${facts.rowFormat} takes 767`,
      "1071 and 1709",
      kind === "index" && engine === "mysql" ? strictly : refusal,
    );
  // MariaDB keeps a unique key that is too long as a hash.
  if (total <= 3072 || (engine === "mariadb" && kind === "unique")) return [];
  if (isCut && (engine === "mariadb" || !strict)) return [];
  return say(`has ${total} bytes, and InnoDB takes 3072`, 1071, isCut ? strictly : refusal);
}
