/** What the database has in a plan's way before its first statement: sentences for a person. Pure. */
import type { Inspection } from "../contract/inspection.ts";
import { durationText } from "../text/duration.ts";
import { isTable, type PlanBlocker, type PlanStatement } from "./live.ts";

/** Who blocks for less than this is likely to be gone before the first statement, in milliseconds. */
const LONG_MS = 60_000;

/**
 * Invalid indexes on the plan's tables, sessions that are in its way for minutes or that others wait for, a server that
 * takes no writes.
 */
export function liveWarnings(inspection: Inspection, statements: readonly PlanStatement[]): string[] {
  const touched = statements.flatMap(({ tables }) => tables.map(({ table }) => table));
  const invalid = inspection.invalidIndexes.filter(
    ({ schema, table, building }) => !building && touched.some((name) => isTable(name, schema, table)),
  );
  return [
    ...(inspection.server?.readOnly
      ? ["the server takes no writes: it is a replica, or it was set to read only"]
      : []),
    ...invalid.map(
      ({ schema, name, table }) =>
        `index ${schema}.${name} on ${table} is invalid: a build of it failed, and it serves no query; DROP INDEX CONCURRENTLY ${schema}.${name}, then build it again`,
    ),
    ...inTheWay(statements)
      .filter(({ ageMs, pid }) => ageMs === null || ageMs >= LONG_MS || waiting(inspection, pid) > 0)
      .map((blocker) => `${blockerText(blocker)}${waitingText(inspection, blocker.pid)}`),
  ];
}

/** Each session once. */
function inTheWay(statements: readonly PlanStatement[]): PlanBlocker[] {
  const found = new Map<number, PlanBlocker>();
  for (const blocker of statements.flatMap(({ blockers }) => blockers)) {
    if (blocker.pid === 0 || !found.get(blocker.pid)?.holds) found.set(blocker.pid, blocker);
  }
  return [...found.values()];
}

function waiting(inspection: Inspection, pid: number): number {
  return inspection.blockers.find(({ session }) => session.pid === pid)?.waiting ?? 0;
}

function waitingText(inspection: Inspection, pid: number): string {
  const others = waiting(inspection, pid);
  if (others === 0) return "";
  return others === 1 ? "; one session waits for it already" : `; ${others} sessions wait for it already`;
}

/** `pid 7 (psql, user app, idle in transaction, for 12 min 3 s, last statement UPDATE) has orders locked (RowExclusiveLock)`. */
export function blockerText(blocker: PlanBlocker): string {
  const { pid, application, user, state, ageMs, kind, holds, end } = blocker;
  const facts = [
    application,
    user && `user ${user}`,
    state,
    ageMs === null ? null : `for ${durationText(ageMs)}`,
    kind && `last statement ${kind}`,
  ].filter((fact) => fact);
  const who = `${pid === 0 ? "a prepared transaction" : `pid ${pid}`} (${facts.join(", ")})`;
  const does = holds
    ? `has ${holds.table} locked (${holds.mode})`
    : "is an old transaction, which a concurrent build waits for";
  return `${who} ${does}; ${end === null ? "wait until it is committed or rolled back" : `wait until it ends, or end it: ${end}`}`;
}
