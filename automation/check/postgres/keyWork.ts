/** How much work the key of an index is: text is compared by its collation, numbers and times by the processor. */
import type { RowWork } from "../sqlDialect.ts";
import type { Schema } from "./schema.ts";

const TEXT = new Set(["text", "varchar", "bpchar", "char", "citext", "name", "jsonb"]);

/** @param columns undefined for an expression, whose type no file tells */
export function keyWork(table: string, columns: readonly (string | undefined)[], schema: Schema): RowWork {
  const types = columns.map((column) =>
    column === undefined ? undefined : schema.column(table, column)?.type?.name,
  );
  if (types.length === 0 || types.includes(undefined)) return "index";
  return types.some((type) => TEXT.has(type ?? "")) ? "indexText" : "indexFixed";
}
