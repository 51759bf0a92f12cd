/** The actions of ALTER TABLE, in the words of MySQL 8.4 and MariaDB 11 (manuals, "ALTER TABLE"). */
import type { AlterAction, AlterTable } from "./alterAction.ts";
import { namesIn, readColumn, readDefault } from "./columnDefinition.ts";
import { ifNotExists, readElement, readElements, type TableElement } from "./tableElements.ts";
import { readOptions } from "./tableOptions.ts";
import { isWord, TokenReader } from "./tokenReader.ts";
import type { Token } from "./tokens.ts";

const PARTITION_VERBS = [
  "TRUNCATE",
  "COALESCE",
  "REORGANIZE",
  "EXCHANGE",
  "ANALYZE",
  "CHECK",
  "OPTIMIZE",
  "REBUILD",
  "REPAIR",
  "DISCARD",
  "IMPORT",
  "CONVERT",
];

/** Reads what follows ALTER [ONLINE] [IGNORE] TABLE. */
export function readAlterTable(reader: TokenReader): AlterTable {
  const ifExists = reader.take("IF", "EXISTS");
  const table = reader.qualifiedName();
  const limitsWait = takeWait(reader);
  const actions: AlterAction[] = [];
  const clauses: Clauses = { algorithm: undefined, lock: undefined };
  while (!reader.isAtEnd) {
    if (reader.take(",")) continue;
    if (reader.sees("PARTITION", "BY")) {
      const rest = reader.rest();
      actions.push(partition("BY", rest, { words: partitionWords(rest) }));
      break;
    }
    if (takeClause(reader, clauses)) continue;
    // The names of partitions have commas of their own, and nothing follows them.
    const ownsRest = reader.peek(1)?.value === "PARTITION";
    actions.push(...readAction(new TokenReader(ownsRest ? reader.rest() : reader.until(isEndOfAction))));
  }
  return {
    kind: "alterTable",
    table,
    ifExists,
    actions,
    ...clauses,
    limitsWait,
    written: "ALTER TABLE",
  };
}

function isEndOfAction({ kind, value }: Token): boolean {
  return kind === "symbol" && value === ",";
}

/** The words in the parentheses right behind BY: `PARTITION BY RANGE COLUMNS (a) SUBPARTITION BY HASH (b) (…)`. */
export function partitionWords(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ kind, value }, at) => {
    if (kind !== "word" || value !== "BY") return [];
    const reader = new TokenReader(tokens.slice(at));
    reader.until((token) => token.value === "(");
    return namesIn(reader.group() ?? []);
  });
}

type Partition = Extract<AlterAction, { kind: "partition" }>;

/** @param tokens what defines the partitions that it makes */
function partition(verb: string, tokens: readonly Token[], more: Partial<Partition> = {}): Partition {
  const made = partitionNames(tokens);
  const openEnd = isOpen(tokens);
  return {
    kind: "partition",
    verb,
    names: [],
    byRange: false,
    repeatable: false,
    made,
    words: [],
    openEnd,
    ...more,
  };
}

/** `p0` of `PARTITION p0 VALUES …`, in lower case. */
export function partitionNames(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ kind, value }, at) => {
    const name = tokens[at + 1];
    const isNamed =
      kind === "word" && value === "PARTITION" && name?.kind !== "symbol" && name?.value !== "BY";
    return isNamed && name ? [name.value.toLowerCase()] : [];
  });
}

function isOpen(tokens: readonly Token[]): boolean {
  return tokens.some(isWord("MAXVALUE"));
}

/** MariaDB's WAIT n and NOWAIT. */
export function takeWait(reader: TokenReader): boolean {
  if (reader.take("NOWAIT")) return true;
  if (!reader.take("WAIT")) return false;
  reader.next();
  return true;
}

/** In capitals; undefined when the server chooses. */
export type Clauses = Record<"algorithm" | "lock", string | undefined>;

/** Takes ALGORITHM or LOCK with its value. @returns whether one came next */
export function takeClause(reader: TokenReader, clauses: Clauses): boolean {
  const name = reader.takeAny(["ALGORITHM", "LOCK"]);
  if (name === undefined) return false;
  reader.take("=");
  clauses[name === "LOCK" ? "lock" : "algorithm"] = reader.name()?.toUpperCase() ?? "";
  return true;
}

function readAction(reader: TokenReader): AlterAction[] {
  const start = reader.peek();
  const word = start?.kind === "word" ? start.value : "";
  if (word === "ADD") return readAdd(reader);
  if (word === "DROP") return [readDrop(reader)];
  if (word === "MODIFY" || word === "CHANGE") return [readChange(reader)];
  if (word === "ALTER") return [readAlter(reader)];
  if (word === "RENAME") return [readRename(reader)];
  if (reader.take("CONVERT", "TO", "CHARACTER", "SET") || reader.take("CONVERT", "TO", "CHARSET")) {
    const charset = reader.name()?.toLowerCase() ?? "";
    const collation = reader.take("COLLATE") ? reader.name()?.toLowerCase() : undefined;
    return [{ kind: "convertCharset", charset, collation }];
  }
  if (reader.take("REMOVE", "PARTITIONING")) return [partition("REMOVE", [])];
  if (PARTITION_VERBS.includes(word) && reader.peek(1)?.value === "PARTITION") return [readPartition(reader)];
  if (reader.take("FORCE")) return [{ kind: "force" }];
  if (reader.take("ORDER", "BY")) return [{ kind: "orderBy" }];
  if (["ENABLE", "DISABLE", "DISCARD", "IMPORT", "WITH", "WITHOUT", "UPGRADE"].includes(word))
    return [{ kind: "none" }];
  return readOptions(reader);
}

function readAdd(reader: TokenReader): AlterAction[] {
  reader.next();
  if (reader.take("SYSTEM", "VERSIONING")) return [{ kind: "systemVersioning", adds: true }];
  if (reader.take("PARTITION")) {
    const repeatable = ifNotExists(reader);
    const byRange = !reader.sees("PARTITIONS");
    return [partition("ADD", reader.rest(), { byRange, repeatable })];
  }
  reader.take("COLUMN");
  let repeatable = ifNotExists(reader);
  const several = reader.group();
  const words = several ?? reader.rest();
  const elements = several ? readElements(several) : [readElement(words)];
  repeatable ||= hasIfNotExists(words);
  return elements.map((element) => addElement(element, repeatable));
}

function hasIfNotExists(tokens: readonly Token[]): boolean {
  return tokens.some(({ value }, index) => value === "IF" && tokens[index + 1]?.value === "NOT");
}

function addElement(element: TableElement, repeatable: boolean): AlterAction {
  switch (element.kind) {
    case "column":
      return { kind: "addColumn", column: element.column, repeatable };
    case "index":
      return { kind: "addIndex", index: element.index, repeatable };
    case "foreignKey":
      return { kind: "addForeignKey", foreignKey: element.foreignKey, repeatable };
    case "check":
      return { ...element, kind: "addCheck", adds: true };
    case "period":
      return { kind: "none" };
    default:
      return element satisfies never;
  }
}

function readDrop(reader: TokenReader): AlterAction {
  reader.next();
  if (reader.take("PRIMARY", "KEY")) return { kind: "dropPrimaryKey" };
  if (reader.take("SYSTEM", "VERSIONING")) return { kind: "systemVersioning", adds: false };
  if (reader.take("PERIOD")) return { kind: "none" };
  if (reader.take("PARTITION")) {
    const repeatable = reader.take("IF", "EXISTS");
    return partition("DROP", [], { names: namesOf(reader), byRange: true, repeatable });
  }
  const what = reader.take("FOREIGN", "KEY")
    ? "FOREIGN"
    : reader.takeAny(["INDEX", "KEY", "CONSTRAINT", "CHECK", "COLUMN"]);
  const repeatable = reader.take("IF", "EXISTS");
  const name = reader.name() ?? "";
  if (what === "FOREIGN") return { kind: "dropForeignKey", name, repeatable };
  if (what === "INDEX" || what === "KEY") return { kind: "dropIndex", name, repeatable };
  if (what === "CONSTRAINT" || what === "CHECK") return { kind: "dropConstraint", name, repeatable };
  return { kind: "dropColumn", name, repeatable };
}

function readChange(reader: TokenReader): AlterAction {
  const isChange = reader.next()?.value === "CHANGE";
  reader.take("COLUMN");
  const repeatable = reader.take("IF", "EXISTS");
  const old = isChange ? reader.name() : undefined;
  const column = readColumn(reader.rest());
  return { kind: "changeColumn", from: old ?? column.name, column, repeatable };
}

function readAlter(reader: TokenReader): AlterAction {
  reader.next();
  const what = reader.takeAny(["INDEX", "KEY", "CHECK", "CONSTRAINT", "COLUMN"]);
  const repeatable = reader.take("IF", "EXISTS");
  const name = reader.name() ?? "";
  if (what === "CHECK" || what === "CONSTRAINT") {
    return { kind: "addCheck", adds: false, name, uses: [], enforced: !reader.sees("NOT", "ENFORCED") };
  }
  if (reader.take("SET", "DEFAULT"))
    return { kind: "columnDefault", name, value: readDefault(reader), repeatable };
  if (reader.sees("DROP", "DEFAULT")) return { kind: "columnDefault", name, value: undefined, repeatable };
  const [first, second] = reader.rest();
  const word = first?.value === "SET" || first?.value === "NOT" ? second : first;
  if (!["VISIBLE", "INVISIBLE", "IGNORED"].includes(word?.value ?? ""))
    return { kind: "unknown", word: `ALTER … ${first?.text ?? ""}`, line: first?.line ?? 0 };
  const of = what === "INDEX" || what === "KEY" ? "index" : "column";
  return { kind: "visibility", of, name, invisible: word?.value === "INVISIBLE" };
}

function readRename(reader: TokenReader): AlterAction {
  reader.next();
  const what = reader.takeAny(["COLUMN", "INDEX", "KEY"]);
  if (what === undefined) {
    reader.takeAny(["TO", "AS"]);
    reader.take("=");
    return { kind: "renameTable", to: reader.qualifiedName() };
  }
  const repeatable = reader.take("IF", "EXISTS");
  const from = reader.name() ?? "";
  reader.take("TO");
  const to = reader.name() ?? "";
  return { kind: what === "COLUMN" ? "renameColumn" : "renameIndex", from, to, repeatable };
}

function readPartition(reader: TokenReader): AlterAction {
  const verb = reader.next()?.value ?? "";
  reader.next();
  const names = namesOf(reader);
  return partition(verb, reader.rest(), { names });
}

function namesOf(reader: TokenReader): string[] {
  const names: string[] = [];
  for (let name = reader.name(); name !== undefined; name = reader.take(",") ? reader.name() : undefined)
    names.push(name);
  return names;
}
