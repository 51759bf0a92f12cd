/** What `plan` says of a file before it runs: how long others wait, how long it takes, what it drops. Postgres only. */
import type { Node } from "libpg-query";
import { heaviest } from "../impact.ts";
import type { Dropped, FileEstimate, PlannedFile, StatementEstimate, TouchedTable } from "../sqlDialect.ts";
import type { Effect, JudgedStatement } from "./effect.ts";
import { FileState } from "./fileState.ts";
import { LOCK_MODES, type LockMode, lockMode, waiters } from "./lockMode.ts";
import { judge } from "./rules.ts";
import { Schema } from "./schema.ts";
import { nounOf, objectName, relationName } from "./sqlNames.ts";
import { parseSql } from "./statements.ts";
import { bodiesOf } from "./tree.ts";

/** Sizes and versions are not known here; what only old versions refuse is no matter of time. */
const NEWEST = 18;

/**
 * Estimates the pending files of a plan.
 *
 * Sizes are not known here, so `long` means: as long as the table is large.
 *
 * @param files up files in ascending order of version, those that ran already included
 * @returns by base name, one entry a pending file
 */
export async function estimateFiles(files: readonly PlannedFile[]): Promise<Map<string, FileEstimate>> {
  const schema = new Schema(true);
  const estimates = new Map<string, FileEstimate>();
  for (const { file, sql, pending } of files) {
    schema.startFile();
    const parsed = await parseSql(sql);
    const judged = parsed.ok
      ? judge(file, parsed.statements, { schema, file: new FileState(), version: NEWEST }, !pending)
      : undefined;
    if (!pending) continue;
    const total = judged
      ? heaviest(judged.flatMap(({ effects }) => effects))
      : { lock: null, duration: null };
    estimates.set(file, { ...total, statements: (judged ?? []).map(estimateStatement) });
  }
  return estimates;
}

/** Estimates one file by itself, as `plan` does for a down file. */
export async function estimate(sql: string): Promise<FileEstimate> {
  const one = await estimateFiles([{ file: "", sql, pending: true }]);
  return one.get("") ?? { lock: null, duration: null, statements: [] };
}

function estimateStatement({ line, effects, node }: JudgedStatement): StatementEstimate {
  const reasons = new Set(effects.map(({ reason }) => reason));
  return {
    line,
    ...heaviest(effects),
    reason: [...reasons].join("; "),
    tables: touchedTables(node, effects),
    waitsForTransactions:
      ("IndexStmt" in node && node.IndexStmt.concurrent === true) ||
      ("DropStmt" in node && node.DropStmt.concurrent === true),
  };
}

/** Each table once, with the strongest lock and what takes longest of it. */
function touchedTables(node: Node, effects: readonly Effect[]): TouchedTable[] {
  const touched = new Map<string, TouchedTable>();
  for (const effect of effects) {
    const mode = lockMode(node, effect);
    if (effect.table === undefined || mode === null) continue;
    const before = touched.get(effect.table);
    const stronger =
      before?.mode && LOCK_MODES.indexOf(before.mode as LockMode) > LOCK_MODES.indexOf(mode)
        ? (before.mode as LockMode)
        : mode;
    const long = effect.duration === "long" ? (effect.rows ?? null) : null;
    touched.set(effect.table, {
      table: effect.table,
      mode: stronger,
      waits: waiters(stronger),
      rows: before?.rows === "rewrite" ? before.rows : (long ?? before?.rows ?? null),
    });
  }
  return [...touched.values()];
}

/**
 * What a file drops, in order: for the way down.
 *
 * @param sql the file's text
 * @returns undefined if the file cannot be parsed
 */
export async function droppedBy(sql: string): Promise<Dropped[] | undefined> {
  const parsed = await parseSql(sql);
  return parsed.ok ? parsed.statements.flatMap(({ node }) => droppedByStatement(node)) : undefined;
}

function droppedByStatement(node: Node): Dropped[] {
  if ("DropStmt" in node) {
    const { removeType = "OBJECT_TABLE", objects = [], behavior } = node.DropStmt;
    const cascade = behavior === "DROP_CASCADE";
    return objects.map((object) => ({ kind: nounOf(removeType), name: objectName(object), cascade }));
  }
  if ("TruncateStmt" in node) {
    const cascade = node.TruncateStmt.behavior === "DROP_CASCADE";
    const relations = bodiesOf(node.TruncateStmt.relations, "RangeVar");
    return relations.map((relation) => ({ kind: "rows", name: relationName(relation), cascade }));
  }
  if ("DeleteStmt" in node) {
    return [{ kind: "rows", name: relationName(node.DeleteStmt.relation), cascade: false }];
  }
  if ("DropdbStmt" in node) return [{ kind: "database", name: node.DropdbStmt.dbname ?? "", cascade: false }];
  return "AlterTableStmt" in node ? droppedByAlter(node) : [];
}

function droppedByAlter({
  AlterTableStmt: { relation, cmds },
}: Extract<Node, { AlterTableStmt: unknown }>): Dropped[] {
  return bodiesOf(cmds, "AlterTableCmd").flatMap(({ subtype, name = "", behavior }) => {
    const kind =
      subtype === "AT_DropColumn" ? "column" : subtype === "AT_DropConstraint" ? "constraint" : undefined;
    if (kind === undefined) return [];
    return [{ kind, name: `${relationName(relation)}.${name}`, cascade: behavior === "DROP_CASCADE" }];
  });
}
