/** The lock that a statement takes on a table, by Postgres's manual, 13.3.1 "Table-Level Locks" and ALTER TABLE. */
import type { Node } from "libpg-query";
import type { Waiters } from "../sqlDialect.ts";
import type { Effect } from "./effect.ts";
import { bodiesOf, bodyOf } from "./tree.ts";

/** From the weakest to the strongest. */
export const LOCK_MODES = [
  "ACCESS SHARE",
  "ROW SHARE",
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;
export type LockMode = (typeof LOCK_MODES)[number];

/** The mode on the effect's table; null if it takes none that keeps anybody waiting. */
export function lockMode(node: Node, effect: Effect): LockMode | null {
  if (effect.table === undefined) return null;
  if (effect.rowsOnly || effect.rows === "change") return "ROW EXCLUSIVE";
  // What lets reads and writes go on still keeps out other changes of the table.
  if (effect.lock === "none") return effect.duration === "none" ? null : quietMode(node);
  return strongMode(node, effect);
}

function quietMode(node: Node): LockMode {
  return "InsertStmt" in node ? "ROW EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE";
}

function strongMode(node: Node, { reason }: Effect): LockMode {
  if ("IndexStmt" in node) return "SHARE";
  if ("ReindexStmt" in node || "AlterDomainStmt" in node) return "SHARE";
  if ("CreateTrigStmt" in node) return "SHARE ROW EXCLUSIVE";
  if ("CreateStmt" in node && reason.startsWith("adds a foreign key")) return "SHARE ROW EXCLUSIVE";
  if ("LockStmt" in node)
    return LOCK_MODES[(node.LockStmt.mode ?? LOCK_MODES.length) - 1] ?? "ACCESS EXCLUSIVE";
  if (!("AlterTableStmt" in node)) return "ACCESS EXCLUSIVE";
  const commands = bodiesOf(node.AlterTableStmt.cmds, "AlterTableCmd");
  return commands.every(({ def }) => bodyOf(def, "Constraint")?.contype === "CONSTR_FOREIGN")
    ? "SHARE ROW EXCLUSIVE"
    : "ACCESS EXCLUSIVE";
}

export function waiters(mode: LockMode | null): Waiters {
  switch (mode) {
    case "ACCESS EXCLUSIVE":
      return "all";
    case "EXCLUSIVE":
    case "SHARE ROW EXCLUSIVE":
    case "SHARE":
      return "writes";
    case "SHARE UPDATE EXCLUSIVE":
      return "definitions";
    case "ROW EXCLUSIVE":
      return "rows";
    case "ROW SHARE":
    case "ACCESS SHARE":
    case null:
      return "none";
  }
  return mode satisfies never;
}
