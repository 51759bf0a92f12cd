/**
 * The words of a file for MySQL or MariaDB, as the server's lexer cuts them (MySQL 8.0 manual, "Lexical Structure" and
 * "Comments"; MariaDB: "Comment Syntax"). A comment that the server runs gives its words like any other text.
 */
import type { ServerVersion } from "./serverVersion.ts";

export interface Token {
  /** `word`: a keyword or a name without quotes. `name`: in backquotes. `string`: in either quote. */
  readonly kind: "word" | "name" | "string" | "number" | "variable" | "symbol";
  /** A word in capitals; a name or string without its quotes; else as written. */
  readonly value: string;
  /** As written. */
  readonly text: string;
  /** Where it starts, in UTF-16 code units. */
  readonly offset: number;
  /** Counted from 1. */
  readonly line: number;
}

export interface LexicalError {
  readonly line: number;
  /** One clause without a full stop. */
  readonly message: string;
}

interface Tokens {
  readonly tokens: readonly Token[];
  /** A quote or comment that does not end; the tokens before it are still there. */
  readonly error: LexicalError | undefined;
}

const SPACE = /\s+/y;
const LINE_COMMENT = /(?:--(?=[\s\p{Cc}]|$)|#)[^\n]*/uy;
const CODE_COMMENT = /\/\*(?<maria>M?)!(?<version>\d{5,6})?/y;
const WORD = /[\p{L}\p{N}_$\u0080-\uFFFF]+/uy;
const NUMBER = /0[xX][0-9a-fA-F]+|0[bB][01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_$])/uy;
const PREFIXED_STRING = /[xXbBnN](?=')/y;
const VARIABLE =
  /@@?(?:(?:global|session|local|persist|persist_only)\.)?(?:[\w$.]+|`[^`]*`|'[^']*'|"[^"]*")?/iy;
const SYMBOL = /:=|<=>|<=|>=|<>|!=|\|\||&&|<<|>>|->>|->|[^\s]/uy;

/** @param server decides which `/*!NNNNN` comments are code; MariaDB skips those from 5.7 on, MySQL skips `/*M!` */
export function tokenize(sql: string, server: ServerVersion): Tokens {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let codeComment: number | undefined;
  const advance = (text: string) => {
    for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) === 10) line += 1;
    at += text.length;
  };
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(sql);
  };
  const push = (kind: Token["kind"], text: string, value: string) => {
    tokens.push({ kind, value, text, offset: at, line });
    advance(text);
  };
  while (at < sql.length) {
    const skipped = take(SPACE) ?? take(LINE_COMMENT);
    if (skipped) {
      advance(skipped[0]);
      continue;
    }
    if (codeComment !== undefined && sql.startsWith("*/", at)) {
      codeComment = undefined;
      advance("*/");
      continue;
    }
    if (sql.startsWith("/*", at)) {
      const code = take(CODE_COMMENT);
      if (code && runsComment(code.groups ?? {}, server)) {
        codeComment = line;
        advance(code[0]);
        continue;
      }
      const end = sql.indexOf("*/", at + 2);
      if (end < 0) return { tokens, error: { line, message: "the comment that starts here does not end" } };
      advance(sql.slice(at, end + 2));
      continue;
    }
    const quote = sql[at + (take(PREFIXED_STRING) ? 1 : 0)] ?? "";
    if (quote === "'" || quote === '"' || quote === "`") {
      const start = sql[at] === quote ? at : at + 1;
      const end = endOfQuote(sql, start, quote);
      if (end === undefined)
        return { tokens, error: { line, message: `the ${quote} quote that starts here does not end` } };
      push(
        quote === "`" ? "name" : "string",
        sql.slice(at, end),
        unquoted(sql.slice(start + 1, end - 1), quote),
      );
      continue;
    }
    const number = take(NUMBER);
    const variable = sql[at] === "@" ? take(VARIABLE) : null;
    const word = number || variable ? null : take(WORD);
    if (number) push("number", number[0], number[0]);
    else if (variable) push("variable", variable[0], variable[0]);
    else if (word) push("word", word[0], word[0].toUpperCase());
    else {
      const symbol = take(SYMBOL)?.[0] ?? sql[at] ?? "";
      push("symbol", symbol, symbol);
    }
  }
  if (codeComment !== undefined)
    return { tokens, error: { line: codeComment, message: "the comment that starts here does not end" } };
  return { tokens, error: undefined };
}

/**
 * MySQL runs `/*!NNNNN` from that version on. MariaDB does too, but for 50700 to 99999, which it takes for features of
 * MySQL alone; `/*M!` is MariaDB's own (MariaDB, "Comment Syntax").
 */
function runsComment(groups: Record<string, string | undefined>, { engine, number }: ServerVersion): boolean {
  const needed = Number(groups.version ?? 0);
  if (groups.maria) return engine === "mariadb" && number >= needed;
  if (engine === "mariadb" && needed >= 50700 && needed <= 99999) return false;
  return number >= needed;
}

/** @returns the offset behind the closing quote; undefined when there is none */
function endOfQuote(sql: string, start: number, quote: string): number | undefined {
  for (let i = start + 1; i < sql.length; i += 1) {
    if (sql[i] === "\\" && quote !== "`") i += 1;
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i += 1;
    }
  }
  return undefined;
}

function unquoted(text: string, quote: string): string {
  const doubled = text.replaceAll(quote + quote, quote);
  return quote === "`" ? doubled : doubled.replace(/\\(.)/gs, "$1");
}
