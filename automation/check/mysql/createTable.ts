/** CREATE TABLE with its columns, keys and options. */
import { partitionNames, partitionWords, takeWait } from "./alterTable.ts";
import { ifNotExists, readElements, type TableElement } from "./tableElements.ts";
import { optionMap, readOptions } from "./tableOptions.ts";
import { isWord, TokenReader } from "./tokenReader.ts";

export interface CreateTable {
  readonly kind: "createTable";
  readonly table: string;
  readonly temporary: boolean;
  /** IF NOT EXISTS, or MariaDB's OR REPLACE: a second run does not fail. */
  readonly repeatable: boolean;
  /** OR REPLACE: the table that is there is dropped. */
  readonly replaces: boolean;
  /** The table whose definition it copies. */
  readonly like: string | undefined;
  readonly elements: readonly TableElement[];
  /** By name in capitals. */
  readonly options: ReadonlyMap<string, string>;
  readonly partitioned: boolean;
  /** The words of the partitioning expressions, in lower case. */
  readonly partitionWords: readonly string[];
  /** Names in lower case; undefined when the server makes them up. */
  readonly partitions: readonly string[] | undefined;
  /** Whether a partition takes all up to MAXVALUE. */
  readonly openEnd: boolean;
  /** Whether rows of a query fill it. */
  readonly fromQuery: boolean;
  readonly limitsWait: boolean;
}

/** Reads what follows CREATE [OR REPLACE] [TEMPORARY] TABLE. */
export function readCreateTable(
  reader: TokenReader,
  { repeatable, temporary }: { repeatable: boolean; temporary: boolean },
): CreateTable {
  const ifMissing = ifNotExists(reader);
  const table = reader.qualifiedName();
  const limitsWait = takeWait(reader);
  const group = reader.sees("(") ? (reader.group() ?? []) : [];
  const inner = new TokenReader(group);
  const like = reader.take("LIKE")
    ? reader.qualifiedName()
    : inner.take("LIKE")
      ? inner.qualifiedName()
      : undefined;
  const isQuery = group[0]?.kind === "word" && ["SELECT", "WITH", "TABLE"].includes(group[0].value);
  const options = reader.until(isWord("PARTITION", "SELECT", "AS", "WITH", "TABLE", "VALUES"));
  const rest = reader.rest();
  const partitions = partitionNames(rest);
  const has = (word: string) => rest.some(({ kind, value }) => kind === "word" && value === word);
  return {
    kind: "createTable",
    table,
    temporary,
    repeatable: repeatable || ifMissing,
    replaces: repeatable,
    like,
    elements: like === undefined && !isQuery ? readElements(group) : [],
    options: optionMap(readOptions(new TokenReader(options.filter(({ value }) => value !== ",")))),
    partitioned: has("PARTITION"),
    partitionWords: partitionWords(rest),
    partitions: has("PARTITION") && partitions.length > 0 ? partitions : undefined,
    openEnd: has("MAXVALUE"),
    fromQuery: isQuery || has("SELECT") || has("TABLE"),
    limitsWait,
  };
}
