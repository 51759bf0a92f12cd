/** Holds a report against the database: what it says must be so, and it may not say better than the truth. Pure. */
import { isReadOnly } from "../../automation/contract/operations.ts";
import type { DatabaseVersion } from "../../automation/contract/resultLine.ts";
import type { RunReport } from "../../automation/report/report.ts";
import type { Verdict } from "../../automation/verdict/verdict.ts";

export interface Observed {
  readonly report: RunReport;
  /** The process's own. */
  readonly exitCode: number | null;
  /** The database when nothing ran on it for the last time before this command. */
  readonly before: DatabaseVersion;
  /** False if a task may have been running when the command began. */
  readonly quiet: boolean;
  /** The database when the command ended, and when no task ran any more. */
  readonly atEnd: DatabaseVersion;
  readonly after: DatabaseVersion;
  /** The highest version of the checkout, where the command was a deploy of it. */
  readonly checkout?: number;
  /** Versions whose SQL took effect. */
  readonly effects: ReadonlySet<number>;
}

/** What the report says that is not so: one sentence each, none where it is true. */
export function findContradictions(observed: Observed): string[] {
  return [
    ...exitContradictions(observed),
    ...versionContradictions(observed),
    ...fileContradictions(observed),
    ...changeContradictions(observed),
    ...deployContradictions(observed),
  ];
}

function exitContradictions({ report, exitCode }: Observed): string[] {
  const good = report.verdict.kind === "applied" || report.verdict.kind === "unchanged";
  const contradictions = [];
  if (exitCode !== report.exitCode)
    contradictions.push(`the process ended with ${exitCode}, its report says ${report.exitCode}`);
  if (good !== (report.exitCode === 0))
    contradictions.push(`${report.verdict.kind} with exit code ${report.exitCode}`);
  return contradictions;
}

function versionContradictions(observed: Observed): string[] {
  const { report, atEnd, after, before } = observed;
  const { verdict } = report;
  const said = saidVersion(verdict);
  const contradictions = [];
  if (said && !same(said, atEnd))
    contradictions.push(`${text(said)} was said, the database is at ${text(atEnd)}`);
  // Nothing runs any more that could have left the mark in the meantime.
  if (mayNotBeDirty(verdict) && after.dirty) contradictions.push(`the database is dirty, at ${text(after)}`);
  if (verdict.kind === "dirty" && !atEnd.dirty)
    contradictions.push(`dirty was said, the database is at ${text(atEnd)}`);
  const from = "from" in verdict ? verdict.from : null;
  if (from && startedItself(observed) && !same(from, before))
    contradictions.push(`it began at ${text(from)}, it says; the database was at ${text(before)}`);
  return contradictions;
}

/** The version at which the verdict says that the database is; undefined if it names none. */
function saidVersion(verdict: Verdict): DatabaseVersion | undefined {
  switch (verdict.kind) {
    case "applied":
    case "failed":
    case "interrupted":
      return verdict.to ?? undefined;
    case "unchanged":
      return verdict.version ?? undefined;
    case "dirty":
      return verdict.version === null ? undefined : { version: verdict.version, dirty: true };
    case "unknown": {
      const now = /the database now stands at (\d+), not dirty/.exec(verdict.detail)?.[1];
      return now === undefined ? undefined : { version: Number(now), dirty: false };
    }
    default:
      return undefined;
  }
}

/** `failed` is the word for an error that left no mark; who cannot say says `interrupted` or `unknown`. */
function mayNotBeDirty({ kind }: Verdict): boolean {
  return kind === "applied" || kind === "unchanged" || kind === "failed";
}

function fileContradictions({ report: { verdict }, effects }: Observed): string[] {
  if (!("files" in verdict)) return [];
  return verdict.files
    .filter(({ version, direction }) => direction === "up" && !effects.has(version))
    .map(({ version }) => `${version} ran to its end, it says; its SQL did not take effect`);
}

function changeContradictions(observed: Observed): string[] {
  const { report, before, after } = observed;
  const { databaseChanged, verdict, operation } = report;
  const busy = verdict.kind === "notStarted" && verdict.reason === "busy";
  const moved = `${text(before)} became ${text(after)}`;
  // Where another's task runs, what it changes is not this command's.
  if (databaseChanged === "no" && !isReadOnly(operation) && !busy && observed.quiet && !same(before, after))
    return [`no change was said, and ${moved}`];
  if (databaseChanged === "yes" && startedItself(observed) && same(before, after))
    return [`a change was said, and the database stayed at ${text(before)}`];
  return [];
}

/** A deploy that ends well has brought the database to the checkout's last version. */
function deployContradictions({ report, after, checkout }: Observed): string[] {
  if (checkout === undefined || report.exitCode !== 0 || same(after, { version: checkout, dirty: false }))
    return [];
  return [`the deploy of ${checkout} ended well, and the database is at ${text(after)}`];
}

/** The run began after `before` was read: the result of a task that was found is older than that. */
function startedItself({ report, quiet }: Observed): boolean {
  return quiet && report.task !== null && !report.task.attached;
}

function same(a: DatabaseVersion, b: DatabaseVersion): boolean {
  return a.version === b.version && a.dirty === b.dirty;
}

function text({ version, dirty }: DatabaseVersion): string {
  return `${version ?? "no version"}${dirty ? " (dirty)" : ""}`;
}
