/**
 * A file's statements, read as far as the rules need: data definition in full, what changes rows by table and WHERE, the
 * rest by its first words. Our own reader, since no parser that npm serves knows both servers (docs/mysql.md).
 */
import { readAssignments } from "./assignments.ts";
import { charsetOfColumn } from "./charset.ts";
import { readCreateTable } from "./createTable.ts";
import { readAlteringStatement } from "./indexStatements.ts";
import { readInsert, readWith, rowChange } from "./rowStatements.ts";
import type { ServerVersion } from "./serverVersion.ts";
import { splitStatements } from "./split.ts";
import type { StatementBody } from "./statementBody.ts";
import { readProgram } from "./storedProgram.ts";
import { optionMap, readOptions } from "./tableOptions.ts";
import { isWord, splitAtCommas, TokenReader, textOf } from "./tokenReader.ts";
import { type LexicalError, type Token, tokenize } from "./tokens.ts";

export interface Statement {
  /** Counted from 1. */
  readonly line: number;
  /** As written, without the semicolon and without the comments before it, but those that the server runs. */
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly body: StatementBody;
}

interface ReadSql {
  readonly statements: readonly Statement[];
  /** A quote or comment without an end. */
  readonly error: LexicalError | undefined;
}

/** Reads a file. @param sql the text without a byte-order mark */
export function readSql(sql: string, server: ServerVersion): ReadSql {
  const { tokens, error } = tokenize(sql, server);
  const { statements, delimiter } = splitStatements(tokens);
  const read = statements.map((words): Statement => {
    const [first] = words;
    const last = words.at(-1);
    const text = withComment(sql, first?.offset ?? 0, (last?.offset ?? 0) + (last?.text.length ?? 0));
    return { line: first?.line ?? 1, text, tokens: words, body: readBody(words) };
  });
  const client = delimiter
    ? [{ line: delimiter.line, text: "DELIMITER", tokens: [delimiter], body: { kind: "delimiter" } as const }]
    : [];
  return { statements: [...read, ...client], error };
}

/** The text with the marks of the versioned comment that it begins or ends in. */
function withComment(sql: string, start: number, end: number): string {
  const opening = /\/\*M?!\d*\s*$/.exec(sql.slice(Math.max(0, start - 40), start))?.[0] ?? "";
  const closing = /^\s*\*\//.exec(sql.slice(end, end + 40))?.[0] ?? "";
  return `${opening}${sql.slice(start, end)}${closing}`;
}

type Read = (reader: TokenReader, tokens: readonly Token[]) => StatementBody;

function readBody(tokens: readonly Token[]): StatementBody {
  const reader = new TokenReader(tokens);
  if (reader.sees("(")) return { kind: "query" };
  const word = reader.next();
  const read = word?.kind === "word" ? READERS[word.value] : undefined;
  return read ? read(reader, tokens) : { kind: "unknown", word: word?.text ?? "" };
}

const query: Read = () => ({ kind: "query" });
const code: Read = () => ({ kind: "code" });
const transaction =
  (verb: "begin" | "commit" | "rollback" | "savepoint"): Read =>
  () => ({ kind: "transaction", verb });
const account: Read = () => ({ kind: "definition", object: "account" });
const other: Read = () => ({ kind: "definition", object: "server" });

const READERS: Readonly<Record<string, Read | undefined>> = {
  CREATE: readCreate,
  ALTER: readAlter,
  DROP: readDrop,
  RENAME: readRename,
  TRUNCATE: (reader) => {
    reader.take("TABLE");
    const table = reader.qualifiedName();
    return { kind: "truncate", table, limitsWait: hasWait(reader.rest()) };
  },
  UPDATE: (_, tokens) => rowChange("update", tokens),
  DELETE: (_, tokens) => rowChange("delete", tokens),
  WITH: (_, tokens) => readWith(tokens),
  INSERT: readInsert,
  REPLACE: readInsert,
  SET: readSet,
  BEGIN: (reader) =>
    reader.sees("NOT", "ATOMIC") ? { kind: "code" } : { kind: "transaction", verb: "begin" },
  START: (reader) =>
    reader.take("TRANSACTION")
      ? { kind: "transaction", verb: "begin" }
      : { kind: "definition", object: "server" },
  COMMIT: transaction("commit"),
  ROLLBACK: (reader) => ({
    kind: "transaction",
    verb: reader.rest().some(({ value }) => value === "TO") ? "savepoint" : "rollback",
  }),
  SAVEPOINT: transaction("savepoint"),
  RELEASE: transaction("savepoint"),
  LOCK: (reader) => {
    if (!reader.takeAny(["TABLES", "TABLE"])) return { kind: "definition", object: "server" };
    return readLocks(splitAtCommas(reader.rest()));
  },
  UNLOCK: (reader) =>
    reader.takeAny(["TABLES", "TABLE"]) ? { kind: "unlockTables" } : { kind: "definition", object: "server" },
  OPTIMIZE: maintenance("OPTIMIZE"),
  ANALYZE: (reader, tokens) =>
    reader.sees("FORMAT") ? { kind: "query" } : maintenance("ANALYZE")(reader, tokens),
  CHECK: maintenance("CHECK"),
  REPAIR: maintenance("REPAIR"),
  CHECKSUM: maintenance("CHECKSUM"),
  LOAD: (reader) => {
    const words = reader.rest();
    const into = words.findIndex(
      ({ value }, index) => value === "TABLE" && words[index - 1]?.value === "INTO",
    );
    const table = new TokenReader(words.slice(into + 1)).qualifiedName();
    return {
      kind: "loadData",
      local: words.some(isWord("LOCAL")),
      table,
    };
  },
  USE: (reader) => ({ kind: "use", database: reader.name() ?? "" }),
  ...Object.fromEntries(
    "SELECT VALUES TABLE SHOW DESCRIBE DESC EXPLAIN HELP".split(" ").map((word) => [word, query]),
  ),
  ...Object.fromEntries(
    "CALL DO PREPARE EXECUTE DEALLOCATE HANDLER IF CASE LOOP WHILE REPEAT FOR XA SIGNAL RESIGNAL GET"
      .split(" ")
      .map((word) => [word, code]),
  ),
  GRANT: account,
  REVOKE: account,
  ...Object.fromEntries(
    "FLUSH KILL INSTALL UNINSTALL RESET PURGE CHANGE STOP CLONE IMPORT RESTART SHUTDOWN CACHE BACKUP BINLOG"
      .split(" ")
      .map((word) => [word, other]),
  ),
};

function readLocks(parts: readonly (readonly Token[])[]): StatementBody {
  const locks = parts.map((part) => {
    const reader = new TokenReader(part);
    const table = reader.qualifiedName();
    const isAlias = reader.take("AS") || !reader.seesAny(["READ", "WRITE", "LOW_PRIORITY", "CONCURRENT"]);
    const name = isAlias ? (reader.name() ?? table) : table;
    return { table, writes: reader.rest().some(({ value }) => value === "WRITE") ? [name] : [] };
  });
  return {
    kind: "lockTables",
    tables: locks.map(({ table }) => table),
    writable: locks.flatMap(({ writes }) => writes),
  };
}

function maintenance(verb: string): Read {
  return (reader) => {
    reader.takeAny(["NO_WRITE_TO_BINLOG", "LOCAL"]);
    reader.takeAny(["TABLE", "TABLES"]);
    const tables = [reader.qualifiedName()];
    while (reader.take(",")) tables.push(reader.qualifiedName());
    return { kind: "maintenance", verb, tables };
  };
}

function readCreate(reader: TokenReader, tokens: readonly Token[]): StatementBody {
  const program = readProgram(tokens);
  if (program) return program;
  const altering = readAlteringStatement(tokens);
  if (altering) return altering;
  const repeatable = reader.take("OR", "REPLACE");
  const temporary = reader.takeAny(["TEMPORARY"]) !== undefined;
  if (reader.take("TABLE")) return readCreateTable(reader, { repeatable, temporary });
  return definition(tokens, reader);
}

/** What CREATE, ALTER and DROP are for besides tables, indexes and programs (both manuals, "Data Definition Statements"). */
const OBJECTS = new Set(
  (
    "DATABASE SCHEMA USER ROLE SERVER SEQUENCE TABLESPACE UNDO LOGFILE RESOURCE SPATIAL INSTANCE AGGREGATE FUNCTION " +
    "PROCEDURE TRIGGER EVENT VIEW PACKAGE LIBRARY TABLE TABLES"
  ).split(" "),
);

function definition(tokens: readonly Token[], reader: TokenReader): StatementBody {
  const object = reader.next();
  if (!object || !OBJECTS.has(object.value)) return { kind: "unknown", word: textOf(tokens.slice(0, 2)) };
  const isDatabase = object.value === "DATABASE" || object.value === "SCHEMA";
  return {
    kind: "definition",
    object: isDatabase ? "database" : object.value.toLowerCase(),
    charset: isDatabase ? databaseCharset(tokens) : undefined,
  };
}

const DATABASE_OPTIONS = new Set(["DEFAULT", "CHARACTER", "CHARSET", "COLLATE", "ENCRYPTION"]);

/** Of `CHARACTER SET = latin1 COLLATE latin1_bin`, in lower case. */
function databaseCharset(tokens: readonly Token[]): string | undefined {
  // The name before them may be left out.
  const start = tokens.findIndex(({ kind, value }) => kind === "word" && DATABASE_OPTIONS.has(value));
  const options = optionMap(readOptions(new TokenReader(start < 0 ? [] : tokens.slice(start))));
  const [charset, collation] = [options.get("CHARACTER SET"), options.get("COLLATE")];
  return charsetOfColumn({ charset, collation }, undefined);
}

function readAlter(reader: TokenReader, tokens: readonly Token[]): StatementBody {
  return readAlteringStatement(tokens) ?? readProgram(tokens) ?? definition(tokens, reader);
}

function readDrop(reader: TokenReader, tokens: readonly Token[]): StatementBody {
  const altering = readAlteringStatement(tokens);
  if (altering) return altering;
  if (reader.take("PREPARE")) return { kind: "code" };
  const temporary = reader.take("TEMPORARY");
  const known = definition(tokens, reader);
  if (known.kind !== "definition") return known;
  const { object } = known;
  const repeatable = reader.take("IF", "EXISTS");
  const names = [reader.qualifiedName()];
  while (reader.take(",")) names.push(reader.qualifiedName());
  return {
    kind: "drop",
    object: object === "tables" ? "table" : object,
    names,
    repeatable,
    limitsWait: hasWait(reader.rest()),
    temporary,
  };
}

function readRename(reader: TokenReader): StatementBody {
  if (!reader.takeAny(["TABLE", "TABLES"])) return { kind: "definition", object: "account" };
  reader.take("IF", "EXISTS");
  const pairs: [string, string][] = [];
  let limitsWait = false;
  do {
    const from = reader.qualifiedName();
    limitsWait ||= reader.sees("WAIT") || reader.sees("NOWAIT");
    reader.until(({ value }) => value === "TO");
    reader.next();
    pairs.push([from, reader.qualifiedName()]);
  } while (reader.take(","));
  return { kind: "renameTable", pairs, limitsWait };
}

function hasWait(tokens: readonly Token[]): boolean {
  return tokens.some(isWord("WAIT", "NOWAIT"));
}

function readSet(reader: TokenReader): StatementBody {
  if (reader.take("STATEMENT")) {
    // MariaDB: SET STATEMENT … FOR statement.
    const assignments = reader.until(isWord("FOR"));
    reader.next();
    const body = readBody(reader.rest());
    const limits = assignments.some(({ value }) => value === "LOCK_WAIT_TIMEOUT");
    return "limitsWait" in body && limits ? { ...body, limitsWait: true } : body;
  }
  if (reader.sees("PASSWORD") || reader.sees("DEFAULT", "ROLE"))
    return { kind: "definition", object: "account" };
  return { kind: "set", assignments: readAssignments(reader) };
}
