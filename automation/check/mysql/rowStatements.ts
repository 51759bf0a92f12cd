/** INSERT, UPDATE and DELETE: which table, and whether all of its rows. */
import { lastPart } from "./qualifiedName.ts";
import type { GivenValue, RowChange, StatementBody } from "./statementBody.ts";
import { isWord, splitAtCommas, TokenReader } from "./tokenReader.ts";
import type { Token } from "./tokens.ts";

const MODIFIERS = ["LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE", "INTO", "HISTORY"];

export function readInsert(reader: TokenReader, tokens: readonly Token[]): StatementBody {
  let ignores = false;
  for (let word = reader.takeAny(MODIFIERS); word !== undefined; word = reader.takeAny(MODIFIERS))
    ignores ||= word === "IGNORE";
  const table = reader.qualifiedName();
  if (reader.take("PARTITION")) reader.group();
  const rest = reader.until(isWord("SELECT", "VALUES", "VALUE", "WITH", "TABLE", "SET"));
  const inGroup = rest.some(isWord("SELECT"));
  const list = inGroup || rest.at(0)?.value !== "(" ? undefined : new TokenReader(rest).group();
  const given = reader.take("SET") ? readGiven(reader) : [];
  const rows = given.length > 0 ? [given.map(({ value }) => value)] : readRows(reader);
  const fromQuery = inGroup || reader.seesAny(["SELECT", "WITH", "TABLE"]);
  reader.until(isWord("DUPLICATE"));
  const updates = reader.take("DUPLICATE", "KEY", "UPDATE");
  return {
    kind: "insert",
    table,
    columns:
      given.length > 0
        ? given.map(({ column }) => column)
        : splitAtCommas(list ?? []).map((part) => lastPart(new TokenReader(part).qualifiedName())),
    fromQuery,
    rows,
    ignores,
    takesTwice: ignores || tokens[0]?.value === "REPLACE" || updates,
    updated: updates ? readGiven(reader).map(({ column }) => column) : [],
  };
}

function readRows(reader: TokenReader): Token[][][] {
  const rows: Token[][][] = [];
  if (!reader.takeAny(["VALUES", "VALUE"])) return rows;
  do {
    reader.takeAny(["ROW"]);
    const row = reader.group();
    if (row) rows.push(splitAtCommas(row));
  } while (reader.take(","));
  return rows;
}

/** `a = 1, t.b = 2`, up to what follows the list. */
function readGiven(reader: TokenReader): GivenValue[] {
  const list = reader.until(isWord("WHERE", "ORDER", "LIMIT", "ON", "AS", "RETURNING"));
  return splitAtCommas(list).map((part) => {
    const words = new TokenReader(part);
    const column = lastPart(words.qualifiedName());
    words.next();
    return { column, value: words.rest() };
  });
}

/** WITH … SELECT, UPDATE or DELETE: the first of the three outside parentheses decides. */
export function readWith(tokens: readonly Token[]): StatementBody {
  const reader = new TokenReader(tokens);
  reader.until(isWord("SELECT", "UPDATE", "DELETE", "VALUES"));
  const rest = reader.rest();
  const [verb] = rest;
  if (verb?.value === "UPDATE") return rowChange("update", rest);
  return verb?.value === "DELETE" ? rowChange("delete", rest) : { kind: "query" };
}

export function rowChange(kind: "update" | "delete", tokens: readonly Token[]): RowChange {
  const reader = new TokenReader(tokens);
  reader.next();
  while (reader.takeAny(MODIFIERS));
  reader.take("FROM");
  const tables = [reader.qualifiedName()];
  const isOne = reader.isAtEnd || reader.seesAny(["SET", "WHERE", "ORDER", "LIMIT"]);
  const rest = reader.rest();
  const list = new TokenReader(rest);
  const given = isOne && list.take("SET") ? readGiven(list) : [];
  const at = rest.findIndex(isWord("WHERE"));
  const condition = at < 0 ? [] : rest.slice(at + 1);
  const limit = rest.some(isWord("LIMIT", "PORTION"));
  // A join without WHERE changes the rows that have a partner.
  const joins = rest.some(isWord("JOIN", "STRAIGHT_JOIN"));
  const isAlways = at >= 0 && isAlwaysTrue(condition);
  if (limit || joins || (at >= 0 && !isAlways)) return { kind, tables, isOne, given, limit: "limited" };
  return { kind, tables, isOne, given, limit: isAlways ? "always" : "none" };
}

/** TRUE, a number, `1 = 1` and `'a' = 'a'`, all of those that AND joins or one of those that OR joins. */
function isAlwaysTrue(condition: readonly Token[]): boolean {
  const text = condition.map(({ text: word }) => word.toUpperCase()).join(" ");
  const isTrue = (part: string) =>
    /^(?:TRUE|\(? ?[1-9]\d* ?\)?|(\d+|'[^']*') (?:=|<=>|>=|<=) \1)$/.test(part.trim());
  return text.split(" OR ").some((either) => either.split(" AND ").every(isTrue));
}
