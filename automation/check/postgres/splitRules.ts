/**
 * `x-multi-statement=true`: golang-migrate cuts a file at each semicolon, wherever it stands
 * (database/multistmt/parse.go), and runs the pieces one by one, each in a transaction of its own.
 */
import { type Finding, finding } from "../finding.ts";
import { parser } from "./parser.ts";
import type { Statement } from "./statements.ts";

/** A statement with a semicolon inside it is cut in two. */
export function cutStatements(file: string, statements: readonly Statement[]): Finding[] {
  return statements.flatMap((statement) => {
    if (!statement.text.includes(";")) return [];
    const place = parser()
      .scanSync(statement.text)
      .tokens.find(({ text }) => text.includes(";"));
    const where = place?.text.startsWith("$")
      ? "dollar quotes"
      : place?.tokenName.includes("COMMENT")
        ? "a comment"
        : "a text";
    return [
      finding(
        "split-inside",
        { file, line: statement.line, subject: statement.text },
        `with x-multi-statement=true golang-migrate's own command cuts this statement at the semicolon inside ${where}, and Postgres refuses the pieces; the migrator does not cut it`,
        "take x-multi-statement out of the database URL, and put what cannot run in a transaction block into a file of its own",
      ),
    ];
  });
}
