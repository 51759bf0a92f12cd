/** What `plan` says of a file before it runs: how long others wait, how long it takes, what it drops. */
import { heaviest } from "../impact.ts";
import type { Dropped, FileEstimate, PlannedFile, StatementEstimate, TouchedTable } from "../sqlDialect.ts";
import type { AlterAction } from "./alterAction.ts";
import type { Effect } from "./effect.ts";
import { type JudgedStatement, judge } from "./judge.ts";
import { SchemaMemory } from "./schemaMemory.ts";
import type { ServerVersion } from "./serverVersion.ts";
import { readSql, type Statement } from "./statements.ts";

/** As `SqlDialect.estimateFiles`. */
export function estimateFiles(
  files: readonly PlannedFile[],
  server: ServerVersion,
): Map<string, FileEstimate> {
  const memory = new SchemaMemory(server.engine);
  const estimates = new Map<string, FileEstimate>();
  for (const { file, sql, pending } of files) {
    memory.startFile(true);
    const { statements, error } = readSql(sql, server);
    const judged = judge(statements, memory, server, !pending);
    if (!pending) continue;
    const total = error ? { lock: null, duration: null } : heaviest(judged.flatMap(({ effects }) => effects));
    estimates.set(file, { ...total, statements: error ? [] : judged.map(estimateStatement) });
  }
  return estimates;
}

function estimateStatement({ line, effects }: JudgedStatement): StatementEstimate {
  const reasons = new Set(effects.map(({ reason }) => reason));
  return {
    line,
    ...heaviest(effects),
    reason: [...reasons].join("; "),
    tables: effects.flatMap(touchedTable),
    waitsForTransactions: false,
  };
}

/** Each change of a definition takes the exclusive metadata lock for a moment, and waits for open transactions first. */
function touchedTable({ table, lock, duration, rows }: Effect): TouchedTable[] {
  if (table === undefined || (lock === "none" && duration === "none")) return [];
  const long = duration === "long" ? (rows ?? null) : null;
  if (long === "change") return [{ table, mode: "row locks", waits: "rows", rows: long }];
  const waits = lock === "long" ? "writes" : lock === "some" ? "definitions" : "none";
  const mode =
    lock === "long" ? "LOCK=SHARED" : lock === "some" ? "exclusive metadata lock for a moment" : null;
  return [{ table, mode, waits, rows: long }];
}

/** As `SqlDialect.droppedBy`. */
export function droppedBy(sql: string, server: ServerVersion): Dropped[] | undefined {
  const { statements, error } = readSql(sql, server);
  return error ? undefined : statements.flatMap(({ body }) => droppedByStatement(body));
}

function droppedByStatement(body: Statement["body"]): Dropped[] {
  switch (body.kind) {
    case "drop":
      return body.names.map((name) => dropped(body.object, name));
    case "truncate":
      return [dropped("rows", body.table)];
    case "delete":
      return body.tables.map((name) => dropped("rows", name));
    case "alterTable":
      return body.actions.flatMap((action) => droppedByAction(body.table, action));
    default:
      return [];
  }
}

function droppedByAction(table: string, action: AlterAction): Dropped[] {
  switch (action.kind) {
    case "dropColumn":
      return [dropped("column", `${table}.${action.name}`)];
    case "dropIndex":
      return [dropped("index", `${table}.${action.name}`)];
    case "dropPrimaryKey":
      return [dropped("primary key", table)];
    case "dropForeignKey":
    case "dropConstraint":
      return [dropped("constraint", `${table}.${action.name}`)];
    case "partition":
      if (action.verb !== "DROP" && action.verb !== "TRUNCATE") return [];
      return action.names.map((name) => dropped("rows", `${table} partition ${name}`));
    default:
      return [];
  }
}

/** Neither server does anything for CASCADE (both manuals, "DROP TABLE"). */
function dropped(kind: string, name: string): Dropped {
  return { kind, name, cascade: false };
}
