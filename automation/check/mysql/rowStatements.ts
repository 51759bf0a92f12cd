/** INSERT, UPDATE and DELETE: which table, and whether all of its rows. */
import type { RowChange, StatementBody } from "./statementBody.ts";
import { columnNames } from "./tableElements.ts";
import { splitAtCommas, TokenReader } from "./tokenReader.ts";
import type { Token } from "./tokens.ts";

const MODIFIERS = ["LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE", "INTO", "HISTORY"];

export function readInsert(reader: TokenReader): StatementBody {
  while (reader.takeAny(MODIFIERS));
  const table = reader.qualifiedName();
  const rest = reader.until(
    ({ kind, value }) =>
      kind === "word" && ["SELECT", "VALUES", "VALUE", "WITH", "TABLE", "SET"].includes(value),
  );
  const columns = rest.at(0)?.value === "(" ? columnNames(new TokenReader(rest).group()) : [];
  const inGroup = rest.some(({ kind, value }) => kind === "word" && value === "SELECT");
  const fromQuery = inGroup || reader.seesAny(["SELECT", "WITH", "TABLE"]);
  return { kind: "insert", table, columns: inGroup ? [] : columns, fromQuery, values: readValues(reader) };
}

/** How many values each row of VALUES has. */
function readValues(reader: TokenReader): number[] {
  const counts: number[] = [];
  if (!reader.takeAny(["VALUES", "VALUE"])) return counts;
  do {
    reader.takeAny(["ROW"]);
    const row = reader.group();
    if (row) counts.push(splitAtCommas(row).length);
  } while (reader.take(","));
  return counts;
}

/** WITH … SELECT, UPDATE or DELETE: the first of the three outside parentheses decides. */
export function readWith(tokens: readonly Token[]): StatementBody {
  const reader = new TokenReader(tokens);
  reader.until(
    ({ kind, value }) => kind === "word" && ["SELECT", "UPDATE", "DELETE", "VALUES"].includes(value),
  );
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
  const at = rest.findIndex(({ kind, value }) => kind === "word" && value === "WHERE");
  const condition = at < 0 ? [] : rest.slice(at + 1);
  const limit = rest.some(({ kind, value }) => kind === "word" && (value === "LIMIT" || value === "PORTION"));
  // A join without WHERE changes the rows that have a partner.
  const joins = rest.some(
    ({ kind, value }) => kind === "word" && (value === "JOIN" || value === "STRAIGHT_JOIN"),
  );
  const isAlways = at >= 0 && isAlwaysTrue(condition);
  if (limit || joins || (at >= 0 && !isAlways)) return { kind, tables, isOne, limit: "limited" };
  return { kind, tables, isOne, limit: isAlways ? "always" : "none" };
}

/** TRUE, a number, `1 = 1` and `'a' = 'a'`, all of those that AND joins or one of those that OR joins. */
function isAlwaysTrue(condition: readonly Token[]): boolean {
  const text = condition.map(({ text: word }) => word.toUpperCase()).join(" ");
  const isTrue = (part: string) =>
    /^(?:TRUE|\(? ?[1-9]\d* ?\)?|(\d+|'[^']*') (?:=|<=>|>=|<=) \1)$/.test(part.trim());
  return text.split(" OR ").some((either) => either.split(" AND ").every(isTrue));
}
