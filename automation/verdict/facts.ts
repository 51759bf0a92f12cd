/** What several texts about a verdict need to know. Pure. */
import { isReadOnly, type Operation } from "../contract/operations.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import type { DatabaseVersion } from "../contract/resultLine.ts";
import { versionSpan, versionText } from "../text/version.ts";
import type { Verdict } from "./verdict.ts";

export type DatabaseChanged = "yes" | "no" | "maybe";

/** A step that a person takes; `command` is ready to paste, or null where the step is none of this program's. */
export interface NextStep {
  readonly text: string;
  readonly command: string | null;
}

export interface VerdictContext {
  readonly stack: string;
  readonly operation: Operation;
  readonly application: string;
  /** ARN with its revision; null where no run came about. */
  readonly taskDefinition: string | null;
  readonly image: string | null;
  readonly logStream: string | null;
  readonly taskArn: string | null;
  /** In ascending order of version, as the stack's outputs give them: a version becomes a file's name by them. */
  readonly migrations: readonly ShippedMigration[];
  /** The task's memory limit in MiB, where it is known. */
  readonly memoryMiB?: number | null;
  /** The revision of the task definition whose image has the version that this one lacks, where it was looked for. */
  readonly revisionWithVersion?: number | null;
}

/**
 * Did this run change the database? Schema or version: a file that ran to its end is a change. What only reads never
 * changes it, whatever became of the task.
 */
export function databaseChanged(verdict: Verdict, operation: Operation): DatabaseChanged {
  if (verdict.kind === "unchanged" || verdict.kind === "notStarted" || isReadOnly(operation)) return "no";
  if (verdict.kind === "interrupted" && /^(deployStopped|stoppedBeforeStart)$/.test(verdict.cause))
    return "no";
  if (verdict.kind === "unknown") return "maybe";
  if (verdict.files.length > 0) return "yes";
  if (verdict.kind === "dirty") return wasDirtyBefore(verdict) ? "no" : "maybe";
  if (verdict.from && verdict.to) return sameVersion(verdict.from, verdict.to) ? "no" : "yes";
  return "maybe";
}

/** True where the run met a database that was dirty already; golang-migrate then runs nothing. */
export function wasDirtyBefore(verdict: Extract<Verdict, { kind: "dirty" }>): boolean {
  return verdict.from?.dirty === true && verdict.files.length === 0;
}

function sameVersion(a: DatabaseVersion, b: DatabaseVersion): boolean {
  return a.version === b.version && a.dirty === b.dirty;
}

/** The versions before and after a run, where the verdict knows them: `20261120 → 20261124 (dirty)`; else null. */
export function verdictSpan(verdict: Verdict): string | null {
  switch (verdict.kind) {
    case "applied":
    case "failed":
    case "interrupted":
      return versionSpan(verdict.from, verdict.to) || null;
    case "dirty": {
      const known = verdict.version !== null || verdict.from !== null;
      return known ? versionSpan(verdict.from, { version: verdict.version, dirty: true }) : null;
    }
    case "unchanged":
      return verdict.version === null ? null : versionText(verdict.version);
    default:
      return null;
  }
}
