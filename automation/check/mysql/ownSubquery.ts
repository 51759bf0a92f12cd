/** MySQL does not read a table in a query of the statement that changes it; MariaDB does from 10.3 on. Asked of both. */
import type { BrokenRule } from "./effect.ts";
import { refusal } from "./refusal.ts";
import { isAtLeast, type ServerVersion } from "./serverVersion.ts";
import type { Statement } from "./statements.ts";

/** A query inside another one is made a table of its own first, so that only the outermost ones count. */
export function readsItsOwnTable({ body, tokens }: Statement, server: ServerVersion): BrokenRule[] {
  if ((body.kind !== "update" && body.kind !== "delete") || !body.isOne) return [];
  if (isAtLeast(server, "mariadb", 100302)) return [];
  const [table = ""] = body.tables;
  let depth = 0;
  const reads = tokens.some(({ kind, value, text }, at) => {
    if (kind === "symbol") depth += value === "(" ? 1 : value === ")" ? -1 : 0;
    const before = tokens[at - 1];
    const isName =
      (kind === "word" ? text : kind === "name" ? value : "") === table && tokens[at + 1]?.value !== ".";
    return (
      depth === 1 && isName && before?.kind === "word" && (before.value === "FROM" || before.value === "JOIN")
    );
  });
  if (!reads) return [];
  const words = `a query of the ${body.kind.toUpperCase()} reads ${table}, which it changes`;
  const fix = `put one more query around it: (SELECT … FROM (SELECT … FROM ${table}) AS own), or join it`;
  return [refusal(server, `${table} own`, words, 1093, fix)];
}
