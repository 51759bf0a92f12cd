/** A file's statements as Postgres's own parser (libpg-query, the grammar of Postgres 18) sees them. */
import type { Node } from "libpg-query";
import { loadParser } from "./parser.ts";

export interface Statement {
  /** Counted from 1. */
  line: number;
  /** As written, without the semicolon and without the comments before it. */
  text: string;
  node: Node;
  /** Inside a branch, a loop or a block that catches errors: it may not run, or fail without harm. */
  conditional?: boolean;
  /** Inside a block or function, where a name may be a variable. */
  inBlock?: boolean;
}

type ParsedSql =
  | { ok: true; statements: Statement[] }
  /** `line` from 1; `message` in the parser's words. */
  | { ok: false; line: number; message: string };

/**
 * Parses a file.
 *
 * @param sql the file's text without a byte-order mark
 */
export async function parseSql(sql: string): Promise<ParsedSql> {
  // libpg-query takes an empty text for a fault of the caller's; Postgres takes it for nothing to do.
  if (sql.trim() === "") return { ok: true, statements: [] };
  const { hasSqlDetails, parseSync } = await loadParser();
  try {
    const { stmts = [] } = parseSync(sql);
    const bytes = Buffer.from(sql, "utf8");
    const lineAt = lineCounter(bytes);
    const statements = stmts.flatMap(({ stmt, stmt_location: from = 0, stmt_len: length }) => {
      if (!stmt) return [];
      const whole = bytes.toString("utf8", from, length ? from + length : bytes.length);
      const text = whole.trimStart();
      const start = from + Buffer.byteLength(whole.slice(0, whole.length - text.length));
      return [{ line: lineAt(start), text: text.trimEnd(), node: stmt }];
    });
    return { ok: true, statements };
  } catch (error) {
    const details = hasSqlDetails(error) ? error.sqlDetails : undefined;
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, line: lineOfCharacter(sql, details?.cursorPosition ?? 0), message };
  }
}

/** Counts lines up to byte offsets that only grow, in one pass over the file. */
function lineCounter(bytes: Buffer): (offset: number) => number {
  let line = 1;
  let seen = 0;
  return (offset) => {
    for (; seen < offset; seen += 1) if (bytes[seen] === 10) line += 1;
    return line;
  };
}

/** The parser counts code points from 0. */
function lineOfCharacter(sql: string, position: number): number {
  let line = 1;
  let index = 0;
  for (const character of sql) {
    if (index >= position) break;
    if (character === "\n") line += 1;
    index += 1;
  }
  return line;
}
