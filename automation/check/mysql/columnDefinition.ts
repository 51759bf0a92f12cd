/** A column as CREATE TABLE and ALTER TABLE write it. */
import { splitAtCommas, TokenReader, textOf } from "./tokenReader.ts";
import type { Token } from "./tokens.ts";

interface ColumnType {
  /** In capitals, one word a type: `INT` for INTEGER, `DOUBLE` for DOUBLE PRECISION. */
  readonly name: string;
  /** `10,2` of DECIMAL(10,2) as two entries; the members of ENUM and SET without quotes. */
  readonly args: readonly string[];
  readonly unsigned: boolean;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  /** In lower case; undefined when the table's default holds. */
  readonly charset: string | undefined;
  readonly collation: string | undefined;
  readonly notNull: boolean;
  /** NULL, or DEFAULT NULL, is written. */
  readonly saysNull: boolean;
  /** As written; undefined when there is no DEFAULT clause. */
  readonly defaultValue: string | undefined;
  readonly autoIncrement: boolean;
  readonly generated: "virtual" | "stored" | undefined;
  /** The words of the generating expression, in lower case. */
  readonly uses: readonly string[];
  readonly onUpdate: boolean;
  /** Keys and checks that the definition carries itself. */
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly references: string | undefined;
  readonly check: boolean;
  readonly comment: string | undefined;
  readonly position: "first" | "after" | undefined;
  /** The column that AFTER names. */
  readonly after: string | undefined;
  readonly invisible: boolean;
}

/** The same type by another name (MySQL 8.0 manual, "Numeric Data Type Syntax", "String Data Type Syntax"). */
const SYNONYMS: Readonly<Record<string, string>> = {
  INTEGER: "INT",
  INT4: "INT",
  INT8: "BIGINT",
  INT2: "SMALLINT",
  INT1: "TINYINT",
  INT3: "MEDIUMINT",
  MIDDLEINT: "MEDIUMINT",
  BOOL: "TINYINT",
  BOOLEAN: "TINYINT",
  DEC: "DECIMAL",
  NUMERIC: "DECIMAL",
  FIXED: "DECIMAL",
  REAL: "DOUBLE",
  FLOAT8: "DOUBLE",
  FLOAT4: "FLOAT",
  CHARACTER: "CHAR",
  NCHAR: "CHAR",
  NVARCHAR: "VARCHAR",
  VARCHARACTER: "VARCHAR",
  GEOMCOLLECTION: "GEOMETRYCOLLECTION",
};

/** Reads `name type attributes [FIRST | AFTER name]` from the words of one element of a list. */
export function readColumn(tokens: readonly Token[]): ColumnDefinition {
  const reader = new TokenReader(tokens);
  const name = reader.name() ?? "";
  const type = readType(reader);
  const column = { ...NO_ATTRIBUTES, name, type };
  while (!reader.isAtEnd) if (!readAttribute(reader, column)) reader.next();
  if (type.name === "SERIAL") Object.assign(column, { notNull: true, autoIncrement: true, unique: true });
  if (column.primaryKey) column.notNull = true;
  return column;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const NO_ATTRIBUTES: Mutable<Omit<ColumnDefinition, "name" | "type">> = {
  charset: undefined,
  collation: undefined,
  notNull: false,
  saysNull: false,
  defaultValue: undefined,
  autoIncrement: false,
  generated: undefined,
  uses: [],
  onUpdate: false,
  primaryKey: false,
  unique: false,
  references: undefined,
  check: false,
  comment: undefined,
  position: undefined,
  after: undefined,
  invisible: false,
};

function readType(reader: TokenReader): ColumnType {
  let word = reader.next()?.value ?? "";
  if (word === "NATIONAL") word = reader.next()?.value ?? "";
  if (word === "LONG") word = reader.takeAny(["VARBINARY"]) ? "MEDIUMBLOB" : "MEDIUMTEXT";
  if (word === "DOUBLE") reader.take("PRECISION");
  let name = SYNONYMS[word] ?? word;
  if (reader.take("VARYING")) name = name === "CHAR" ? "VARCHAR" : name;
  const args = splitAtCommas(reader.group() ?? []).map((part) => part.map(({ value }) => value).join(""));
  let unsigned = false;
  while (reader.seesAny(["UNSIGNED", "SIGNED", "ZEROFILL"])) {
    unsigned ||= reader.next()?.value !== "SIGNED";
  }
  return { name, args, unsigned };
}

/** @returns whether the next words were an attribute that is known here */
function readAttribute(reader: TokenReader, column: Mutable<ColumnDefinition>): boolean {
  if (reader.take("NOT", "NULL")) column.notNull = true;
  else if (reader.take("NULL")) Object.assign(column, { notNull: false, saysNull: true });
  else if (reader.take("SERIAL", "DEFAULT", "VALUE"))
    Object.assign(column, { notNull: true, autoIncrement: true, unique: true });
  else if (reader.take("DEFAULT")) {
    column.defaultValue = readDefault(reader);
    column.saysNull ||= column.defaultValue.toUpperCase() === "NULL";
  } else if (reader.take("AUTO_INCREMENT")) column.autoIncrement = true;
  else if (reader.take("ON", "UPDATE")) column.onUpdate = reader.next() !== undefined;
  else if (reader.take("PRIMARY", "KEY") || reader.take("KEY")) column.primaryKey = true;
  else if (reader.take("UNIQUE")) column.unique = reader.take("KEY") || true;
  else if (reader.take("CHARACTER", "SET") || reader.take("CHARSET")) column.charset = lower(reader);
  else if (reader.take("COLLATE")) column.collation = lower(reader);
  else if (reader.take("COMMENT")) column.comment = reader.next()?.value;
  else if (reader.take("REFERENCES")) column.references = reader.qualifiedName();
  else if (reader.take("CHECK")) column.check = reader.group() !== undefined;
  else if (reader.take("FIRST")) column.position = "first";
  else if (reader.take("AFTER")) {
    column.after = reader.name();
    column.position = column.after === undefined ? undefined : "after";
  } else if (reader.take("INVISIBLE")) column.invisible = true;
  else if (reader.take("AS") || reader.take("GENERATED", "ALWAYS", "AS"))
    Object.assign(column, readGenerated(reader));
  else return false;
  return true;
}

function lower(reader: TokenReader): string | undefined {
  return reader.name()?.toLowerCase();
}

/** A literal, a function with its arguments, or an expression in parentheses. */
export function readDefault(reader: TokenReader): string {
  const group = reader.group();
  if (group) return `(${textOf(group)})`;
  const sign = reader.take("-") ? "-" : reader.take("+") ? "+" : "";
  const value = reader.next();
  const args = reader.group();
  return `${sign}${value?.text ?? ""}${args ? `(${textOf(args)})` : ""}`;
}

function readGenerated(reader: TokenReader): Pick<ColumnDefinition, "generated" | "uses"> {
  const uses = namesIn(reader.group() ?? []);
  if (reader.take("STORED") || reader.take("PERSISTENT")) return { generated: "stored", uses };
  reader.take("VIRTUAL");
  return { generated: "virtual", uses };
}

/** The words of an expression that may be names of columns, in lower case: no function before its parenthesis. */
export function namesIn(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ kind, value }, at) =>
    kind === "name" || (kind === "word" && tokens[at + 1]?.value !== "(") ? [value.toLowerCase()] : [],
  );
}
