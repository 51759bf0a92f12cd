/** ALTER TABLE, and CREATE INDEX and DROP INDEX, which the server runs as ALTER TABLE. */
import type { AlterTable } from "./alterAction.ts";
import { type Clauses, readAlterTable, takeClause, takeWait } from "./alterTable.ts";
import { ifNotExists, readIndex } from "./tableElements.ts";
import { isWord, TokenReader } from "./tokenReader.ts";
import type { Token } from "./tokens.ts";

export function readAlteringStatement(tokens: readonly Token[]): AlterTable | undefined {
  const reader = new TokenReader(tokens);
  const verb = reader.next()?.value;
  if (verb === "ALTER") {
    while (reader.takeAny(["ONLINE", "OFFLINE", "IGNORE"]));
    if (!reader.take("TABLE")) return undefined;
    return readAlterTable(reader);
  }
  if (verb === "CREATE") return readCreateIndex(reader);
  return verb === "DROP" && reader.take("INDEX") ? readDropIndex(reader) : undefined;
}

function readCreateIndex(reader: TokenReader): AlterTable | undefined {
  let repeatable = reader.take("OR", "REPLACE");
  while (reader.takeAny(["ONLINE", "OFFLINE"]));
  if (!reader.seesAny(["UNIQUE", "FULLTEXT", "SPATIAL", "INDEX"])) return undefined;
  const words = reader.until(isWord("ON"));
  reader.next();
  const table = reader.qualifiedName();
  const columns = reader.rest();
  // The same order of words as in ALTER TABLE ADD INDEX, without ON table.
  const index = readIndex(new TokenReader([...words, ...columns]));
  repeatable ||= words.some(
    ({ value }, at) => value === "IF" && ifNotExists(new TokenReader(words.slice(at))),
  );
  return {
    kind: "alterTable",
    table,
    ifExists: false,
    actions: [{ kind: "addIndex", index, repeatable }],
    ...readClauses(new TokenReader(columns)),
    written: "CREATE INDEX",
  };
}

function readDropIndex(reader: TokenReader): AlterTable {
  const repeatable = reader.take("IF", "EXISTS");
  const name = reader.name() ?? "";
  reader.take("ON");
  const table = reader.qualifiedName();
  const isPrimary = name.toUpperCase() === "PRIMARY";
  return {
    kind: "alterTable",
    table,
    ifExists: false,
    actions: [isPrimary ? { kind: "dropPrimaryKey" } : { kind: "dropIndex", name, repeatable }],
    ...readClauses(reader),
    written: "DROP INDEX",
  };
}

function readClauses(reader: TokenReader): Pick<AlterTable, "algorithm" | "lock" | "limitsWait"> {
  const clauses: Clauses = { algorithm: undefined, lock: undefined };
  let limitsWait = false;
  while (!reader.isAtEnd) {
    if (takeClause(reader, clauses)) continue;
    if (takeWait(reader)) limitsWait = true;
    else if (!reader.group()) reader.next();
  }
  return { ...clauses, limitsWait };
}
