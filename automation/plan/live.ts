/** What the database itself says of the tables that a statement touches: sizes, time, who is in the way. Pure. */
import type { StatementEstimate, TouchedTable, Waiters } from "../check/sqlDialect.ts";
import type { InspectedTable, Inspection } from "../contract/inspection.ts";
import { conflicts } from "./lockConflicts.ts";
import { type Speed, sumOf, type TimeRange, workTime } from "./workTime.ts";

export interface PlanTable {
  readonly table: string;
  /** The lock, in the server's words; null for none worth a word. */
  readonly mode: string | null;
  readonly waits: Waiters;
  /** Null where the size is not known. */
  readonly rows: number | null;
  /** Of the table itself, without its indexes; null if it is not known. */
  readonly bytes: number | null;
}

/** A session that is in the way at the moment of the plan. */
export interface PlanBlocker {
  readonly pid: number;
  readonly application: string | null;
  readonly user: string | null;
  readonly state: string | null;
  readonly ageMs: number | null;
  readonly kind: string | null;
  /** What it has locked of the tables; null: it is only old, and the statement waits for all that are. */
  readonly holds: { readonly table: string; readonly mode: string } | null;
  /** The statement that ends it; null for a prepared transaction, whose name is not shown. */
  readonly end: string | null;
}

export interface PlanStatement {
  readonly line: number;
  /** One clause or several: what it does. */
  readonly does: string;
  readonly tables: readonly PlanTable[];
  /** How long it runs; null if no size tells. Whoever waits for its locks waits until its file ends. */
  readonly time: TimeRange | null;
  /** How the time was found, or why it is not known. */
  readonly how: string;
  readonly blockers: readonly PlanBlocker[];
}

export interface LiveDatabase {
  readonly inspection: Inspection;
  readonly engine: "postgres" | "mysql";
}

export function planStatement(statement: StatementEstimate, live: LiveDatabase | null): PlanStatement {
  const sized = statement.tables.map((touched) => ({ touched, size: sizeOf(touched.table, live) }));
  return {
    line: statement.line,
    does: statement.reason,
    tables: sized.map(({ touched: { table, mode, waits }, size }) => ({
      ...{ table, mode, waits },
      rows: size?.rows ?? null,
      bytes: size === null ? null : size.bytes + size.toastBytes,
    })),
    ...timeOf(statement, sized, live),
    blockers: live === null ? [] : blockersOf(statement, live),
  };
}

interface Sized {
  readonly touched: TouchedTable;
  readonly size: InspectedTable | null;
}

const NO_DATABASE = "sizes are not known: the database was not looked at";

function timeOf(
  { duration }: StatementEstimate,
  sized: readonly Sized[],
  live: LiveDatabase | null,
): Pick<PlanStatement, "time" | "how"> {
  if (duration === "none") return { time: null, how: "" };
  if (live === null) return { time: null, how: NO_DATABASE };
  const working = sized.filter(({ touched }) => touched.rows !== null);
  if (duration === "long" && working.length === 0)
    return { time: null, how: "how much it works on is not known from the SQL" };
  if (working.some(({ touched }) => touched.rows === "change"))
    return { time: null, how: "how many rows it changes is not known from the SQL" };
  const missing = working.find(({ size }) => size === null);
  if (missing) return { time: null, how: `${missing.touched.table} is not in the database's list` };
  const speed = speedOf(live);
  const times = working.flatMap(({ touched, size }) =>
    size ? (workTime(touched.rows, size, speed) ?? []) : [],
  );
  const time = times.length === 0 ? workTime(null, EMPTY, speed) : sumOf(times);
  return { time, how: howText(working, speed) };
}

const EMPTY = { rows: 0, bytes: 0, toastBytes: 0, indexes: 0 };

function speedOf({ inspection: { server }, engine }: LiveDatabase): Speed {
  return { engine, speedMs: server?.speedMs ?? 0, cacheBytes: server?.cacheBytes ?? 0 };
}

function howText(working: readonly Sized[], { speedMs }: Speed): string {
  if (working.length === 0) return "it changes only the catalogue";
  return speedMs > 0
    ? "from the size, and from the speed that this server was measured at"
    : "from the size; the server's speed is not known";
}

/** The table of a name as migrations write it; null if the database does not list it. */
function sizeOf(name: string, live: LiveDatabase | null): InspectedTable | null {
  if (live === null) return null;
  const tables = live.inspection.tables.filter((one) => isTable(name, one.schema, one.name));
  // A bare name is found in whatever schema has it; `public` is what most have.
  return tables.find(({ schema }) => schema === "public") ?? tables[0] ?? null;
}

/** Whether a name of a migration means this table. */
export function isTable(name: string, schema: string, table: string): boolean {
  return name === table || name === `${schema}.${table}`;
}

/** Sessions that hold what the statement has to wait for; of one that waits for all older transactions, those too. */
function blockersOf(statement: StatementEstimate, live: LiveDatabase): PlanBlocker[] {
  const { transactions, blockers } = live.inspection;
  const sessions = [
    ...transactions,
    ...blockers
      .filter(({ session }) => !transactions.some(({ pid }) => pid === session.pid))
      .map(({ session, holds }) => ({ ...session, holds })),
  ];
  return sessions.flatMap(({ holds, ...session }): PlanBlocker[] => {
    const end = endSession(live.engine, session.pid);
    const held = holds.find((hold) =>
      statement.tables.some(
        ({ table, mode }) =>
          mode !== null && isTable(table, hold.schema, hold.table) && conflicts(live.engine, mode, hold.mode),
      ),
    );
    if (held) return [{ ...session, end, holds: { table: held.table, mode: held.mode } }];
    const isOld = transactions.some(({ pid }) => pid === session.pid);
    return statement.waitsForTransactions && isOld ? [{ ...session, end, holds: null }] : [];
  });
}

/** How a session is ended, ready to paste; null for a prepared transaction. */
function endSession(engine: "postgres" | "mysql", pid: number): string | null {
  if (pid === 0) return null;
  return engine === "postgres" ? `SELECT pg_terminate_backend(${pid});` : `KILL ${pid};`;
}
