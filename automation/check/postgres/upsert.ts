/** ON CONFLICT that names no key of its table, which Postgres refuses before it looks at a row (plancat.c, infer_arbiter_indexes). */
import type { InsertStmt } from "libpg-query";
import type { Context } from "./context.ts";
import { type Effect, work } from "./effect.ts";
import { missingConstraint } from "./existence.ts";
import { sameSet } from "./foreignKeys.ts";
import { refusal } from "./refusal.ts";
import { known } from "./refusedRows.ts";

export function refusedUpsert({ relation, onConflictClause }: InsertStmt, { schema }: Context): Effect[] {
  const table = schema.nameOf(relation);
  const { conname, indexElems = [], whereClause } = onConflictClause?.infer ?? {};
  if (!known(table, schema)) return [];
  const refuse = (words: string, fix: string) => [refusal(work(table, "none", words), table, words, fix)];
  if (conname !== undefined) {
    const missing = missingConstraint(table, conname, schema);
    return missing ? refuse(missing.words, missing.fix) : [];
  }
  const elements = indexElems.flatMap((node) => ("IndexElem" in node ? [node.IndexElem] : []));
  const columns = elements.map(({ name = "" }) => name);
  // Of an expression, no file tells whether it is the index's own.
  if (columns.length === 0 || columns.includes("")) return [];
  const keys = schema.indexes
    .linking(table)
    .map(([, index]) => index)
    .filter(({ unique, partial }) => unique && (!partial || whereClause !== undefined));
  if (keys.some((key) => sameSet(key.columns, columns))) return [];
  const shown = keys.map((key) => `(${key.columns.join(", ")})`).join(", ");
  return refuse(
    "there is no unique or exclusion constraint matching the ON CONFLICT specification",
    shown === ""
      ? `make a unique index on (${columns.join(", ")}) in a migration before this one`
      : `name the columns of a key: ${table} has ${shown}`,
  );
}
