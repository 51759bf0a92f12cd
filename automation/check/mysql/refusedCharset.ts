/** Character sets and collations that a server does not have, or not together. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import { CHARSETS, charsetOfColumn } from "./charset.ts";
import type { BrokenRule } from "./effect.ts";
import { refusal } from "./refusal.ts";
import type { ServerVersion } from "./serverVersion.ts";
import type { StatementBody } from "./statementBody.ts";
import { columnsOf } from "./statementNames.ts";
import { optionMap } from "./tableOptions.ts";

interface Pair {
  readonly charset: string | undefined;
  readonly collation: string | undefined;
}

/** One a statement, for the server stops at the first. */
export function refusedCharset(body: StatementBody, server: ServerVersion): BrokenRule[] {
  return pairsOf(body)
    .flatMap((pair): BrokenRule[] => {
      const charset = pair.charset?.toLowerCase();
      const collation = pair.collation?.toLowerCase();
      const [set, own] = [known(charset, undefined), known(undefined, collation)];
      const say = (what: string, error: number) => [refusal(server, what, what, error, "correct the name")];
      if (set !== undefined && !CHARSETS.has(set)) return say(`there is no character set ${charset}`, 1115);
      if (own !== undefined && !CHARSETS.has(own)) return say(`there is no collation ${collation}`, 1273);
      if (set === undefined || own === undefined || set === own) return [];
      return say(`collation ${collation} is not one of character set ${charset}`, 1253);
    })
    .slice(0, 1);
}

/** undefined for the default, and for MariaDB's collations that every set has. */
function known(charset: string | undefined, collation: string | undefined): string | undefined {
  if (charset === "default" || /^(?:default$|uca1400)/.test(collation ?? "")) return undefined;
  return charsetOfColumn({ charset, collation }, undefined);
}

function pairsOf(body: StatementBody): readonly Pair[] {
  if (body.kind !== "createTable" && body.kind !== "alterTable") return [];
  const options = body.kind === "createTable" ? body.options : optionMap(body.actions);
  const converted =
    body.kind === "createTable" ? [] : body.actions.filter((one) => one.kind === "convertCharset");
  const ofTable = { charset: options.get("CHARACTER SET"), collation: options.get("COLLATE") };
  return [...columnsOf(body), ofTable, ...converted];
}
