/** What stands in the parentheses of CREATE TABLE, and behind ADD in ALTER TABLE. */
import { type ColumnDefinition, namesIn, readColumn } from "./columnDefinition.ts";
import { splitAtCommas, TokenReader, textOf } from "./tokenReader.ts";
import type { Token } from "./tokens.ts";

export interface IndexDefinition {
  readonly kind: "index" | "unique" | "fulltext" | "spatial" | "primary";
  /** undefined when the server chooses it. */
  readonly name: string | undefined;
  /** Names of columns; an expression as written. */
  readonly columns: readonly string[];
  /** The lengths of prefixes, beside `columns`; undefined for a whole column. */
  readonly lengths: readonly (number | undefined)[];
  /** Made by the server for a foreign key. */
  readonly implicit?: boolean;
}

export interface ForeignKeyDefinition {
  /** That of the constraint; MariaDB takes the index's name for it when there is none. */
  readonly name: string | undefined;
  readonly index: string | undefined;
  readonly columns: readonly string[];
  /** The other table, and its columns. */
  readonly references: string;
  readonly referenced: readonly string[];
  /** ON DELETE or ON UPDATE SET NULL. */
  readonly setsNull: boolean;
}

/** A foreign key with the table that has it. */
export interface KnownForeignKey extends ForeignKeyDefinition {
  readonly table: string;
}

export type TableElement =
  | { readonly kind: "column"; readonly column: ColumnDefinition }
  | { readonly kind: "index"; readonly index: IndexDefinition }
  | { readonly kind: "foreignKey"; readonly foreignKey: ForeignKeyDefinition }
  | {
      readonly kind: "check";
      readonly name: string | undefined;
      readonly enforced: boolean;
      /** The words of its expression that may be columns, in lower case. */
      readonly uses: readonly string[];
    }
  /** MariaDB: PERIOD FOR SYSTEM_TIME and application periods. */
  | { readonly kind: "period" };

const INDEX_WORDS = new Set(["INDEX", "KEY", "UNIQUE", "FULLTEXT", "SPATIAL", "PRIMARY"]);

export function readElements(inside: readonly Token[]): TableElement[] {
  return splitAtCommas(inside).map(readElement);
}

export function readElement(tokens: readonly Token[]): TableElement {
  const reader = new TokenReader(tokens);
  const isConstraint = reader.take("CONSTRAINT");
  if (isConstraint) ifNotExists(reader);
  const first = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"];
  const constraint = isConstraint && !reader.seesAny(first) ? reader.name() : undefined;
  if (reader.take("FOREIGN", "KEY"))
    return { kind: "foreignKey", foreignKey: readForeignKey(reader, constraint) };
  if (reader.take("CHECK")) return readCheck(reader, constraint);
  if (reader.take("PERIOD", "FOR")) return { kind: "period" };
  if (reader.seesAny(INDEX_WORDS)) return { kind: "index", index: readIndex(reader, constraint) };
  return { kind: "column", column: readColumn(reader.rest()) };
}

export function ifNotExists(reader: TokenReader): boolean {
  return reader.take("IF", "NOT", "EXISTS");
}

function readCheck(reader: TokenReader, name: string | undefined): TableElement {
  const uses = namesIn(reader.group() ?? []);
  return { kind: "check", name, uses, enforced: !reader.take("NOT", "ENFORCED") };
}

function readForeignKey(reader: TokenReader, constraint: string | undefined): ForeignKeyDefinition {
  ifNotExists(reader);
  const index = reader.sees("(") ? undefined : reader.name();
  const columns = columnNames(reader.group());
  reader.take("REFERENCES");
  const references = reader.qualifiedName();
  const referenced = columnNames(reader.group());
  const setsNull = textOf(reader.rest()).toUpperCase().includes("SET NULL");
  return { name: constraint, index, columns, references, referenced, setsNull };
}

/** Reads from UNIQUE, FULLTEXT, SPATIAL, PRIMARY, INDEX or KEY to the end of the columns. */
export function readIndex(reader: TokenReader, constraint?: string): IndexDefinition {
  const word = reader.takeAny(["PRIMARY", "UNIQUE", "FULLTEXT", "SPATIAL"]);
  reader.takeAny(["INDEX", "KEY"]);
  ifNotExists(reader);
  const name = reader.sees("(") || reader.sees("USING") ? constraint : (reader.name() ?? constraint);
  if (reader.take("USING") || reader.take("TYPE")) reader.next();
  const parts = reader.group();
  const columns = columnNames(parts);
  const kind = (word?.toLowerCase() ?? "index") as IndexDefinition["kind"];
  return { kind, name: kind === "primary" ? undefined : name, columns, lengths: prefixLengths(parts ?? []) };
}

/** `10` of `email(10)`. */
function prefixLengths(group: readonly Token[]): (number | undefined)[] {
  return splitAtCommas(group).map(([first, bracket, length]) =>
    first?.kind !== "symbol" && bracket?.value === "(" && length?.kind === "number"
      ? Number(length.value)
      : undefined,
  );
}

/** The first word of each part: names of columns; an expression as written. */
export function columnNames(group: readonly Token[] | undefined): string[] {
  return splitAtCommas(group ?? []).map((part) => {
    const [first] = part;
    return first && first.kind !== "symbol"
      ? first.kind === "word"
        ? first.text
        : first.value
      : textOf(part);
  });
}
