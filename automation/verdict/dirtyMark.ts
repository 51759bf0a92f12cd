/** What a dirty version says: which file stopped half-way, and what `force` takes. Pure. */
import type { ShippedMigration } from "../contract/outputs.ts";
import { shippedFileName } from "../migrations/folder.ts";
import type { VerdictContext } from "./context.ts";
import type { VerdictOf } from "./kind.ts";

/** What `force` takes to recover from dirty; which of the two is right, only a look at the database can tell. */
export interface DirtyMark {
  /** The file that stopped half-way, by name if the stack shipped it. */
  readonly file: string;
  readonly direction: "up" | "down";
  /** `force` takes this if none of the file's statements took effect. */
  readonly before: number;
  /** `force` takes this if all of them did. */
  readonly after: number;
}

/**
 * golang-migrate marks the version that it is on its way to: an up file's own version, and for a down file the one below
 * (migrate.go, runMigrations: SetVersion(TargetVersion, true) before the file is run).
 */
export function dirtyMark(
  verdict: VerdictOf<"dirty">,
  context: Pick<VerdictContext, "migrations" | "operation">,
): DirtyMark | null {
  const nothing = verdict.version === null || verdict.version === -1;
  // null and nothing read from the log: only the exit code told, and the version is not known at all.
  if (verdict.version === null && verdict.from === null) return null;
  const version = nothing ? -1 : (verdict.version ?? -1);
  const down = nothing || isDown(verdict, version, context);
  const neighbours = context.migrations.map((migration) => migration.version);
  if (!down) {
    const before = neighbours.filter((candidate) => candidate < version).at(-1) ?? -1;
    const file = verdict.failure?.file ?? fileName(version, "up", context.migrations);
    return { file, direction: "up", before, after: version };
  }
  const undone = neighbours.find((candidate) => candidate > version);
  if (undone === undefined) return null;
  const file = verdict.failure?.file ?? fileName(undone, "down", context.migrations);
  return { file, direction: "down", before: undone, after: version };
}

function isDown(
  { from, files, failure }: VerdictOf<"dirty">,
  version: number,
  { operation }: Pick<VerdictContext, "operation">,
): boolean {
  if (failure?.direction) return failure.direction === "down";
  const last = files.at(-1);
  if (last) return last.direction === "down";
  if (from && !from.dirty) return (from.version ?? -1) > version;
  return operation.name === "down";
}

/** `20261124_create_users.up.sql`, or what is known of it. */
function fileName(
  version: number,
  direction: "up" | "down",
  migrations: readonly ShippedMigration[],
): string {
  const shipped = migrations.find((migration) => migration.version === version);
  return shipped ? shippedFileName(shipped, direction) : `the ${direction} file of version ${version}`;
}

/** What must be known before anybody looks how much of a file took effect. */
export function stillRunning(engine: string | null | undefined): string {
  const queries = {
    postgres: "SELECT pid, state, query FROM pg_stat_activity WHERE state <> 'idle'",
    mysql: "SHOW PROCESSLIST",
  };
  const query =
    engine === "mysql"
      ? queries.mysql
      : engine === "postgres"
        ? queries.postgres
        : `Postgres: ${queries.postgres}; MySQL: ${queries.mysql}`;
  return `The container may have been killed while its statement ran, and the database may still run it: wait until no session does (${query}).`;
}
