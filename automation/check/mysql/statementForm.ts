/** A statement as one line of its words, for what is told by the order of words: nothing of its names and values is left. */
import type { Token } from "./tokens.ts";

/**
 * Words in capitals, one space between all; a name in backquotes is `` ` ``, a text `'`, a number 0. Only the name of a
 * collation is kept in whatever quotes it is.
 *
 * @returns `ALTER TABLE USERS ADD COLUMN IF NOT EXISTS C VARCHAR ( 0 )`
 */
export function formOf(tokens: readonly Token[]): string {
  return tokens.map((token, at) => wordOf(token, tokens[at - 1], tokens[at - 2])).join(" ");
}

function wordOf({ kind, value }: Token, previous: Token | undefined, before: Token | undefined): string {
  if (kind === "number") return "0";
  if (kind !== "name" && kind !== "string") return value.toUpperCase();
  const isCollation =
    previous?.value === "COLLATE" || (previous?.value === "=" && before?.value === "COLLATE");
  return isCollation ? value.toUpperCase() : kind === "name" ? "`" : "'";
}

/** The form without what stands in parentheses: `INSERT INTO T ( ) VALUES ( ) , ( )`. */
export function outerForm(tokens: readonly Token[]): string {
  let depth = 0;
  const outer = tokens.filter(({ kind, value }) => {
    if (kind === "symbol" && value === ")") depth -= 1;
    const isOuter = depth === 0;
    if (kind === "symbol" && value === "(") depth += 1;
    return isOuter;
  });
  return formOf(outer);
}
