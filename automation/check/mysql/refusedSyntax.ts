/** Syntax errors (1064) of both servers that a statement's words and columns tell. Asked of both. */
import type { BrokenRule } from "./effect.ts";
import type { ServerVersion } from "./serverVersion.ts";
import { formOf, outerForm } from "./statementForm.ts";
import { columnsOf } from "./statementNames.ts";
import type { Statement } from "./statements.ts";
import type { Token } from "./tokens.ts";

/** Where a name must stand; `'` is a text in either quote (statementForm.ts). */
const QUOTED_NAME =
  /^(?:(?:CREATE (?:OR REPLACE )?(?:TEMPORARY )?TABLE (?:IF NOT EXISTS )?|ALTER TABLE |DROP TABLE (?:IF EXISTS )?|TRUNCATE (?:TABLE )?|RENAME TABLE |UPDATE |DELETE FROM |(?:INSERT|REPLACE) (?:IGNORE )?(?:INTO )?|CREATE (?:UNIQUE |FULLTEXT |SPATIAL )?INDEX |DROP INDEX |CREATE (?:OR REPLACE )?VIEW )'|CREATE (?:UNIQUE |FULLTEXT |SPATIAL )?INDEX \S+ ON (?:'|\S+ \( ')|CREATE TABLE (?:IF NOT EXISTS )?\S+ \( '|(?:INSERT|REPLACE) (?:IGNORE )?INTO \S+ \( '|ALTER TABLE \S+ (?:ADD|DROP|MODIFY|CHANGE|ALTER|RENAME) (?:COLUMN |INDEX |KEY |CONSTRAINT |UNIQUE )?')| REFERENCES '/;
const NEEDS_LENGTH = /^(?:VARCHAR|VARBINARY|ENUM|SET)$/;

/** @param ansiQuotes whether `"x"` may be a name, as after SET sql_mode = 'ANSI_QUOTES' */
export function refusedSyntax(
  { tokens, body }: Statement,
  { name }: ServerVersion,
  ansiQuotes: boolean,
): BrokenRule[] {
  const say = (subject: string, message: string, fix: string): BrokenRule[] => [
    { rule: "syntax", subject, message: `${message} (error 1064)`, fix },
  ];
  const bare = columnsOf(body).find(({ type }) => NEEDS_LENGTH.test(type.name) && type.args.length === 0);
  if (bare) {
    const lacks = /CHAR|BIN/.test(bare.type.name) ? "length" : "values";
    const words = `${bare.type.name} of column ${bare.name} has no ${lacks}: ${name} refuses it`;
    return say(bare.name, words, `write ${bare.type.name}(…)`);
  }
  const form = formOf(
    tokens.map((token) => (ansiQuotes && token.text.startsWith('"') ? { ...token, kind: "name" } : token)),
  );
  const broken =
    strayComma(tokens) ??
    foreignWords(form) ??
    (body.kind === "insert" ? brokenRow(body.rows, tokens) : undefined);
  if (broken) return say(broken.what, `${broken.what}: ${name} refuses the statement`, broken.fix);
  const quoted = tokens.find(({ kind }) => kind === "string");
  if (!quoted || !QUOTED_NAME.test(form)) return [];
  const fix = `write \`${quoted.value}\`${quoted.text.startsWith('"') ? "; or SET sql_mode = 'ANSI_QUOTES' in the file, and put it back" : ""}`;
  return say(quoted.value, `${quoted.text} is a text for ${name}, and a name is meant`, fix);
}

interface Broken {
  readonly what: string;
  readonly fix: string;
}

/** Reserved words of both servers that begin what follows a list. */
const CLAUSES = new Set(["FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "ON", "INTO"]);

/** Nothing follows a comma, or nothing is before it; of any statement. */
function strayComma(tokens: readonly Token[]): Broken | undefined {
  const isSymbol = (token: Token | undefined, value: string) =>
    token?.kind === "symbol" && token.value === value;
  const at = tokens.findIndex((token, place) => {
    const next = tokens[place + 1];
    if (!isSymbol(token, ",")) return false;
    if (next?.kind === "word") return CLAUSES.has(next.value);
    return (
      next === undefined || isSymbol(next, ",") || isSymbol(next, ")") || isSymbol(tokens[place - 1], "(")
    );
  });
  const before = tokens[at - 1];
  if (at < 0 || !before) return undefined;
  const where = before.kind === "string" || before.kind === "number" ? "a value" : before.text;
  return { what: `the comma behind ${where} has nothing on one side`, fix: "leave the comma out" };
}

/** What another database takes. */
function foreignWords(form: string): Broken | undefined {
  const counts =
    / (?:BIG|SMALL|TINY)?INT(?:EGER)?(?: NOT NULL| PRIMARY KEY| UNSIGNED)* (?<word>AUTOINCREMENT|IDENTITY)(?= |$)/;
  const word = /^(?:CREATE|ALTER) TABLE /.test(form) ? counts.exec(form)?.groups?.word : undefined;
  if (word !== undefined) return { what: `${word} is no attribute of a column`, fix: "write AUTO_INCREMENT" };
  if (/^DROP INDEX (?:IF EXISTS )?\S+$/.test(form))
    return { what: "DROP INDEX names no table", fix: "write DROP INDEX name ON table" };
  return undefined;
}

/** The rows of VALUES need a comma between them, and so do the values of a row. */
function brokenRow(
  rows: readonly (readonly (readonly Token[])[])[],
  tokens: readonly Token[],
): Broken | undefined {
  if (/ VALUES? .*\) \(/.test(outerForm(tokens)))
    return { what: "two rows of VALUES have no comma between them", fix: "write one" };
  const at = rows.findIndex((row) => row.some(isBroken));
  if (at < 0) return undefined;
  const what = `a value of row ${at + 1} has no comma, or a quote too many, behind it`;
  return { what, fix: "write a quote inside a text twice: 'it''s'" };
}

/** Words that may follow a literal. */
const OPERATORS = new Set(
  "AND OR XOR NOT IS IN LIKE RLIKE REGEXP BETWEEN DIV MOD COLLATE SOUNDS MEMBER ESCAPE AT WHEN THEN ELSE END".split(
    " ",
  ),
);

function isBroken(value: readonly Token[]): boolean {
  let depth = 0;
  return value.some((token, at) => {
    if (token.kind === "symbol") depth += token.value === "(" ? 1 : token.value === ")" ? -1 : 0;
    const next = value[at + 1];
    const isLiteral = token.kind === "string" || token.kind === "number";
    if (depth > 0 || !next || !isLiteral || value[at - 1]?.value === "INTERVAL") return false;
    if (next.kind === "word") return !OPERATORS.has(next.value);
    return next.kind === "number" || (next.kind === "string" && token.kind === "number");
  });
}
