/** Statements that take a table and name a view, or the reverse. */
import type { Node } from "libpg-query";
import type { Context } from "./context.ts";
import type { Effect } from "./effect.ts";
import { refusal } from "./refusal.ts";
import type { Schema } from "./schema.ts";
import { bodyOf } from "./tree.ts";

export function wrongKind(node: Node, { schema }: Context): Effect[] {
  const [name, words, fix] = changedView(node, schema) ?? triggerOfKind(node, schema) ?? [];
  return name === undefined || words === undefined
    ? []
    : [refusal(undefined, name, { words, fix: fix ?? "" })];
}

type Found = [name: string, words: string, fix: string] | undefined;

/** execMain.c, CheckValidResultRel; indexcmds.c, DefineIndex. */
function changedView(node: Node, schema: Schema): Found {
  const change = bodyOf(node, "InsertStmt") ?? bodyOf(node, "UpdateStmt") ?? bodyOf(node, "DeleteStmt");
  const index = bodyOf(node, "IndexStmt");
  const name = schema.nameOf((change ?? index)?.relation);
  const kind = schema.tables.get(name)?.kind;
  if (change && kind === "materialized view")
    return [
      name,
      `cannot change materialized view "${name}"`,
      "change the tables that it reads, and REFRESH it",
    ];
  return index && kind === "view"
    ? [name, `cannot create index on relation "${name}"`, "make the index on a table that the view reads"]
    : undefined;
}

/** pg_trigger.h, TRIGGER_TYPE_INSTEAD. */
const INSTEAD = 1 << 6;

/** trigger.c, CreateTriggerFiringOn. */
function triggerOfKind(node: Node, schema: Schema): Found {
  const { relation, timing = 0, row } = bodyOf(node, "CreateTrigStmt") ?? {};
  const name = schema.nameOf(relation);
  const facts = schema.tables.get(name);
  const isInstead = (timing & INSTEAD) !== 0;
  if (isInstead && facts?.complete && facts.kind === "table")
    return [name, `"${name}" is a table: tables cannot have INSTEAD OF triggers`, "write BEFORE or AFTER"];
  return !isInstead && row && facts?.kind === "view"
    ? [name, `"${name}" is a view: views cannot have row-level BEFORE or AFTER triggers`, "write INSTEAD OF"]
    : undefined;
}
