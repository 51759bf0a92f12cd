/** What the database's own version adds to a verdict, and what takes a success away. Pure. */
import type { Operation } from "../contract/operations.ts";
import type { DatabaseVersion, HeldMigrations, ResultLine } from "../contract/resultLine.ts";
import { versionText } from "../text/version.ts";
import { UNKNOWN_CAUSES } from "./unknownCauses.ts";
import type { Contradiction, Verdict } from "./verdict.ts";

/** True if the task is over, and only the database's version says what it left behind. */
export function wantsVersionCheck(verdict: Verdict): boolean {
  if (verdict.kind === "interrupted") return verdict.cause !== "cancelled" && verdict.to === null;
  if (verdict.kind === "dirty") return verdict.version === null;
  return verdict.kind === "unknown" && UNKNOWN_CAUSES[verdict.cause].ended;
}

/**
 * Adds what a `version` task said after a run that nobody could judge: whether the database is dirty, and at which version
 * it is. It never turns such a verdict into a success, since nothing says which files brought it there.
 */
export function applyVersionCheck(verdict: Verdict, check: ResultLine | undefined): Verdict {
  const now = check?.to ?? check?.from;
  if (!now) return verdict;
  if (now.dirty) {
    const error = verdict.kind === "interrupted" || verdict.kind === "unknown" ? verdict.detail : null;
    const before = verdict.kind === "interrupted" ? verdict : { from: null, files: [] };
    return { kind: "dirty", version: now.version, from: before.from, files: before.files, error };
  }
  if (verdict.kind === "interrupted") return { ...verdict, to: now };
  if (verdict.kind !== "unknown") return verdict;
  return { ...verdict, detail: `${verdict.detail}; the database is now at ${versionText(now)}, not dirty` };
}

export interface Expected {
  readonly operation: Operation;
  /** The versions that the stack shipped in the image that ran; null if that is not known. */
  readonly shipped: readonly number[] | null;
  /** What the image holds, as the container reports it: schema 2. */
  readonly holds: HeldMigrations | null;
  /** Where the last run that is known left this very database, -1 for no version; null if none is. */
  readonly lastRun: { readonly version: number; readonly at: string } | null;
}

/**
 * Takes a success away that contradicts what is known: after `up` the database must be at the highest version that the
 * stack shipped, and before any run it must be where its last run left it. A failure is left as it is.
 */
export function verifySuccess(verdict: Verdict, expected: Expected): Verdict {
  if (verdict.kind !== "applied" && verdict.kind !== "unchanged") return verdict;
  if (verdict.kind === "unchanged" && verdict.skipped) return verdict;
  const at = verdict.kind === "applied" ? verdict.to : verdict.version;
  const before = verdict.kind === "applied" ? verdict.from : verdict.version;
  const contradicts = lacksFiles(at, expected) ?? belowLastRun(before, verdict.kind, expected);
  if (contradicts === undefined) return verdict;
  const error =
    contradicts.what === "imageLacksFiles"
      ? "the image lacks migrations that the stack shipped"
      : "the database is below the version of its last run";
  const files = verdict.kind === "applied" ? verdict.files : [];
  return { kind: "failed", from: before, to: at, files, error, contradicts };
}

function lacksFiles(
  at: DatabaseVersion | null,
  { operation, shipped, holds }: Expected,
): Contradiction | undefined {
  const highest = shipped?.at(-1);
  if (highest === undefined || at === null || at.dirty) return undefined;
  // `status` with nothing pending says the same as an `up` that found nothing.
  const asks = operation.name === "status" || operation.name === "inspect";
  const brings = operation.name === "up" || asks;
  if (!brings || (at.version ?? -1) >= highest) return undefined;
  if (asks && (holds === null || (holds.last ?? -1) >= highest)) return undefined;
  return { what: "imageLacksFiles", shipped: highest, held: holds?.last ?? null };
}

/** Not for what ran: whoever restored a database and brought it up again did what was asked. */
function belowLastRun(
  before: DatabaseVersion | null,
  kind: "applied" | "unchanged",
  { operation, lastRun }: Expected,
): Contradiction | undefined {
  if (kind === "applied" || lastRun === null || before === null) return undefined;
  if (operation.name === "force" || (before.version ?? -1) >= lastRun.version) return undefined;
  return { what: "belowLastRun", lastVersion: lastRun.version, lastAt: lastRun.at };
}
