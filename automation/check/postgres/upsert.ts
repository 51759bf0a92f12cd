/** ON CONFLICT that names no key of its table, which Postgres refuses before it looks at a row (plancat.c, infer_arbiter_indexes). */
import type { InsertStmt } from "libpg-query";
import type { Context } from "./context.ts";
import type { Effect } from "./effect.ts";
import { missingConstraint } from "./existence.ts";
import { sameSet } from "./foreignKeys.ts";
import { refusal } from "./refusal.ts";
import { known } from "./refusedRows.ts";
import { namesIn } from "./tree.ts";

const WAITS = "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters";
const WAITS_FIX = "make the constraint NOT DEFERRABLE, or take another key";

export function refusedUpsert({ relation, onConflictClause }: InsertStmt, { schema }: Context): Effect[] {
  const table = schema.nameOf(relation);
  const { conname, indexElems, whereClause } = onConflictClause?.infer ?? {};
  if (!known(table, schema)) return [];
  const refuse = (words: string, fix: string) => [refusal(table, table, { words, fix })];
  if (conname !== undefined) {
    const missing = missingConstraint(table, conname, schema);
    if (missing) return [refusal(table, table, missing)];
    return schema.tables.get(table)?.constraints.get(conname)?.deferrable ? refuse(WAITS, WAITS_FIX) : [];
  }
  const columns = namesIn(indexElems, "IndexElem");
  // Of an expression, no file tells whether it is the index's own.
  if (columns.length === 0 || columns.includes("")) return [];
  const keys = schema
    .indexesOf(table)
    .filter(({ unique, partial }) => unique && (!partial || whereClause !== undefined));
  const fitting = keys.filter((key) => sameSet(key.columns, columns));
  if (fitting.some(({ deferrable }) => !deferrable)) return [];
  if (fitting.length > 0) return refuse(WAITS, WAITS_FIX);
  const shown = keys.map((key) => `(${key.columns.join(", ")})`).join(", ");
  return refuse(
    "there is no unique or exclusion constraint matching the ON CONFLICT specification",
    shown === ""
      ? `make a unique index on (${columns.join(", ")}) in a migration before this one`
      : `name the columns of a key: ${table} has ${shown}`,
  );
}
