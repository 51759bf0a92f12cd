/** The way out of a dirty version: what the mark says, and what a person does about it. Pure. */

import { isReadOnly, operationText } from "../contract/operations.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import { type DatabaseErrorKind, explainError } from "./databaseError.ts";
import { type NextStep, type VerdictContext, wasDirtyBefore } from "./facts.ts";
import { readTheLog, step } from "./step.ts";
import type { Verdict } from "./verdict.ts";

type Dirty = Extract<Verdict, { kind: "dirty" }>;

/** The two ways out of a dirty version; which of them is right, only a look at the database can tell. */
interface DirtyMark {
  /** The file that stopped half-way, by name where the stack shipped it. */
  readonly file: string;
  readonly direction: "up" | "down";
  /** `force` takes this where none of the file's statements took effect. */
  readonly before: number;
  /** `force` takes this where all of them did. */
  readonly after: number;
}

/**
 * golang-migrate marks the version that it is on its way to: an up file's own version, and for a down file the one below
 * (migrate.go, runMigrations: SetVersion(TargetVersion, true) before the file is run).
 */
export function dirtyMark(verdict: Dirty, context: VerdictContext): DirtyMark | null {
  const nothing = verdict.version === null || verdict.version === -1;
  // null and nothing read from the log: only the exit code told, and the version is not known at all.
  if (verdict.version === null && verdict.from === null) return null;
  const version = nothing ? -1 : (verdict.version ?? -1);
  const down = nothing || isDown(verdict, version, context);
  const neighbours = context.migrations.map((migration) => migration.version);
  if (!down) {
    const before = neighbours.filter((candidate) => candidate < version).at(-1) ?? -1;
    return { file: fileName(version, "up", context.migrations), direction: "up", before, after: version };
  }
  const undone = neighbours.find((candidate) => candidate > version);
  if (undone === undefined) return null;
  return {
    file: fileName(undone, "down", context.migrations),
    direction: "down",
    before: undone,
    after: version,
  };
}

function isDown({ from, files }: Dirty, version: number, { operation }: VerdictContext): boolean {
  const last = files.at(-1);
  if (last) return last.direction === "down";
  if (from && !from.dirty) return (from.version ?? -1) > version;
  return operation.name === "down";
}

/** `20261124_create_users.up.sql`, or what is known of it. */
export function fileName(
  version: number,
  direction: "up" | "down",
  migrations: readonly ShippedMigration[],
): string {
  const shipped = migrations.find((migration) => migration.version === version);
  return shipped
    ? `${version}_${shipped.name}.${direction}.sql`
    : `the ${direction} file of version ${version}`;
}

/** What must be known before the look that tells how much of a file took effect. */
export const STILL_RUNNING =
  "The container may have been killed while its statement ran, and the database may still run it: wait until no session does (SELECT pid, state, query FROM pg_stat_activity WHERE state <> 'idle'; in MySQL SHOW PROCESSLIST).";

export function dirtySteps(verdict: Dirty, context: VerdictContext): NextStep[] {
  const mark = dirtyMark(verdict, context);
  if (mark === null) {
    return [...readTheLog(context), step("See at which version the database is dirty.", context, "version")];
  }
  const origin = wasDirtyBefore(verdict)
    ? " (where a down left the mark, look at the down file of the next higher version)"
    : "";
  const look = `Look in the database whether the statements of ${mark.file} took effect${origin}; the mark alone cannot tell. Postgres takes a file without a COMMIT of its own whole or not at all.`;
  // Without a result line the container was killed, and Postgres runs on with what it was sent until it misses the client.
  const first = verdict.from === null ? [step(STILL_RUNNING, context)] : [];
  return [
    ...first,
    step(look, context),
    step("None took effect: set the version before the file, ...", context, `force ${mark.before}`),
    ...redoSteps(verdict, mark, context),
    step("All took effect: set the version that the file leads to.", context, `force ${mark.after}`),
    step("Some took effect: undo or finish them by hand, then do as for none or for all.", context),
  ];
}

/** The file may be at fault, or is so for sure. */
const IN_FILE: ReadonlySet<DatabaseErrorKind> = new Set(["data", "exists", "missing", "other"]);
const SURELY_IN_FILE: ReadonlySet<DatabaseErrorKind> = new Set(["syntax", "transaction"]);

/** The task runs the image's files: one that was mended in the checkout comes to the database by a deploy alone. */
function redoSteps({ error }: Dirty, { direction }: DirtyMark, context: VerdictContext): NextStep[] {
  const redo = isReadOnly(context.operation) ? "up" : operationText(context.operation);
  const { kind, mend } = error === null ? { kind: null, mend: null } : explainError(error);
  const again = (lead: string) =>
    step(`... ${lead} run it again. ${mend ?? "Mend the cause first."}`, context, redo);
  if (direction === "down" || kind === null) return [again("then")];
  const edit = "what has not run to its end may be edited.";
  if (SURELY_IN_FILE.has(kind))
    return [
      step(
        `... then mend the file and deploy it: ${edit}${mend === null ? "" : ` ${mend}`}`,
        context,
        "deploy",
      ),
    ];
  if (!IN_FILE.has(kind)) return [again("then")];
  const file = step(`... then, where the file is wrong, mend it and deploy: ${edit}`, context, "deploy");
  return [file, again("or, where it is not,")];
}
