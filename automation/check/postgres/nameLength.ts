/** Names that Postgres cuts. */
import { type Finding, finding } from "../finding.ts";
import { parser } from "./parser.ts";
import type { Statement } from "./statements.ts";
import { isQuery } from "./tree.ts";

/** NAMEDATALEN - 1 (manual, identifiers). */
const MAX_BYTES = 63;

/** A quick look before the scanner: most statements have no long word at all, and none whose letters are several bytes. */
const LONG_WORD = /[\w$]{40,}|"[^"]{40,}"|[^\p{ASCII}]/u;

/** One finding a name; statements that make no object are left out. */
export function longNames(file: string, statements: readonly Statement[]): Finding[] {
  const seen = new Set<string>();
  return statements.flatMap(({ node, text, line }) => {
    if (!LONG_WORD.test(text) || isQuery(node) || "DoStmt" in node || "CopyStmt" in node) return [];
    const names = parser()
      .scanSync(text)
      .tokens.filter(({ tokenName }) => tokenName === "IDENT")
      .map((token) => token.text.replace(/^"|"$/g, "").replaceAll('""', '"'))
      .filter((name) => Buffer.byteLength(name) > MAX_BYTES && !seen.has(name));
    return [...new Set(names)].map((name) => {
      seen.add(name);
      return finding(
        "identifier-too-long",
        { file, line, subject: name },
        `${name} has ${Buffer.byteLength(name)} bytes, and Postgres cuts names at ${MAX_BYTES}: two that begin alike are one, and code that compares the whole name does not find it`,
        "shorten it",
      );
    });
  });
}
