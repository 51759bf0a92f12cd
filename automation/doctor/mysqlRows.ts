/** How to see whether INSERT, UPDATE, DELETE, TRUNCATE and LOAD DATA took effect. Pure. */
import type { StatementBody } from "../check/mysql/statementBody.ts";
import type { Statement } from "../check/mysql/statements.ts";
import { isWord, literalOf, splitAtCommas, TokenReader } from "../check/mysql/tokenReader.ts";
import type { Token } from "../check/mysql/tokens.ts";
import type { Look } from "./look.ts";
import { identifier } from "./mysqlNames.ts";

type RowStatement = StatementBody & { kind: "truncate" | "insert" | "loadData" | "update" | "delete" };

export function changedRows(statement: Statement, body: RowStatement): Look[] {
  switch (body.kind) {
    case "truncate":
      return [noneLeft(body.table, "")];
    case "insert":
      return [insertedIds(body) ?? count(body.table)];
    case "loadData":
      return [count(body.table)];
    default: {
      const [table] = body.tables;
      if (!body.isOne || table === undefined) return changedTables(statement.tokens).map(count);
      const where = whereOf(statement);
      if (where === undefined) return [count(table)];
      return [
        body.kind === "delete" ? noneLeft(table, where) : (otherValues(table, where, body) ?? count(table)),
      ];
    }
  }
}

function noneLeft(table: string, where: string): Look {
  return {
    query: `SELECT EXISTS (SELECT 1 FROM ${identifier(table)}${where});`,
    tells: "0: it took effect; 1: it did not",
  };
}

/** Rows are only counted: a terminal, or the log that it is copied to, would keep what they hold. */
function count(table: string): Look {
  return {
    query: `SELECT COUNT(*) FROM ${identifier(table)};`,
    tells: "the number of rows: compare it with the statement and with what the table had before",
  };
}

/** Rows that are given the number `id`. */
function insertedIds({
  table,
  columns,
  rows,
  takesTwice,
}: RowStatement & { kind: "insert" }): Look | undefined {
  const at = columns.findIndex((name) => name.toLowerCase() === "id");
  const ids = rows.map((row) => literalOf(row[at] ?? []) ?? "");
  if (takesTwice || ids.length === 0 || ids.length > 20 || !ids.every((id) => /^[1-9]\d*$/.test(id)))
    return undefined;
  return {
    query: `SELECT COUNT(*) FROM ${identifier(table)} WHERE ${identifier(columns[at] ?? "")} IN (${ids.join(", ")});`,
    tells: `${ids.length}: it took effect; 0: it did not`,
  };
}

/** Rows of the WHERE that still have another value than SET gives as a literal. */
function otherValues(
  table: string,
  where: string,
  { given }: RowStatement & { kind: "update" | "delete" },
): Look | undefined {
  const values = given.flatMap(({ column, value }) => {
    const literal = literalOf(value);
    // A JSON column is not equal to its text.
    return literal === undefined || /\n|^['"][[{]/.test(literal)
      ? []
      : [`${identifier(column)} <=> ${literal}`];
  });
  if (values.length === 0) return undefined;
  const condition = where === "" ? "" : `(${where.replace(/^ WHERE /i, "")}) AND `;
  return {
    query: `SELECT COUNT(*) FROM ${identifier(table)} WHERE ${condition}NOT (${values.join(" AND ")});`,
    tells: "0: it took effect, or it concerns no row; more: it did not",
  };
}

/**
 * ` WHERE …` as written, on one line; empty without a condition.
 *
 * @returns undefined when it cannot be used: a LIMIT leaves rows, and a comment or a text of several lines does not
 * bear one line
 */
function whereOf({ tokens, text }: Statement): string | undefined {
  const reader = new TokenReader(tokens);
  reader.until(isWord("WHERE"));
  const rest = reader.rest();
  const end = rest.findIndex(isWord("ORDER", "RETURNING"));
  const condition = end < 0 ? rest : rest.slice(0, end);
  if (tokens.some(isWord("LIMIT", "PORTION"))) return undefined;
  const [first, last] = [condition[0], condition.at(-1)];
  if (!first || !last) return "";
  const start = text.indexOf(tokens[0]?.text ?? "") - (tokens[0]?.offset ?? 0);
  const written = text.slice(start + first.offset, start + last.offset + last.text.length);
  const spansLines = condition.some(({ kind, text: word }) => kind !== "symbol" && word.includes("\n"));
  return spansLines || /--|#|\/\*/.test(written) ? undefined : ` ${written.replaceAll(/\s*\n\s*/g, " ")}`;
}

/** The tables of a joined UPDATE, and those that a joined DELETE names before or behind FROM, by their own names. */
function changedTables(tokens: readonly Token[]): string[] {
  const reader = new TokenReader(tokens);
  const before = reader.until(isWord("UPDATE", "DELETE"));
  const isDelete = reader.next()?.value === "DELETE";
  while (reader.takeAny(["LOW_PRIORITY", "QUICK", "IGNORE", "FROM"]));
  const first = reader.until(isWord("SET", "FROM", "USING", "WHERE"));
  if (!isDelete) return assignedTables(reader, first, commonTables(before));
  const references = reader.takeAny(["FROM", "USING"]) ? referencesOf(reader.until(isWord("WHERE"))) : [];
  return splitAtCommas(first).map((part) => {
    // MySQL takes t.* for t here.
    const name = new TokenReader(
      part.filter(({ value }, at) => value !== "*" && part[at + 1]?.value !== "*"),
    ).qualifiedName();
    return references.find(({ alias }) => alias.toLowerCase() === name.toLowerCase())?.table ?? name;
  });
}

/** What WITH names. */
function commonTables(tokens: readonly Token[]): (string | undefined)[] {
  return splitAtCommas(tokens).map((part) => (part[0]?.value === "WITH" ? part[1] : part[0])?.text);
}

/** Those whose columns SET names; all of the join when it names a column without its table. */
function assignedTables(
  reader: TokenReader,
  join: readonly Token[],
  common: readonly (string | undefined)[],
): string[] {
  const references = referencesOf(join).filter(({ table }) => !common.includes(table));
  reader.take("SET");
  const owners = splitAtCommas(reader.until(isWord("WHERE"))).map((part) => {
    const column = new TokenReader(part);
    const owner = column.name()?.toLowerCase();
    return column.take(".") ? owner : undefined;
  });
  const assigned = references.filter(({ alias }) => owners.includes(alias.toLowerCase()));
  const known = owners.every((owner) => assigned.some(({ alias }) => alias.toLowerCase() === owner));
  return [...new Set((known ? assigned : references).map(({ table }) => table))];
}

const JOINS = ["JOIN", "STRAIGHT_JOIN"];
const isJoin = isWord(...JOINS);
const BEHIND_NAME = [
  ..."ON USING INNER CROSS LEFT RIGHT NATURAL PARTITION USE FORCE IGNORE".split(" "),
  ...JOINS,
];

/** Derived tables are left out, since no statement changes them. */
function referencesOf(tokens: readonly Token[]): { table: string; alias: string }[] {
  const reader = new TokenReader(tokens);
  const references: { table: string; alias: string }[] = [];
  while (!reader.isAtEnd) {
    const part = new TokenReader(
      reader.until((token) => isJoin(token) || (token.kind === "symbol" && token.value === ",")),
    );
    reader.next();
    const table = part.qualifiedName();
    if (table === "") continue;
    part.take("AS");
    references.push({ table, alias: (part.seesAny(BEHIND_NAME) ? undefined : part.name()) ?? table });
  }
  return references;
}
