/**
 * What is known of a stack's database without asking it: its version, and which files it has run. Known is what the run
 * says that ended last on this very database, and only if nothing may have changed it since.
 */
import type { Task } from "@aws-sdk/client-ecs";
import type { EcsApi, LogsApi } from "../aws/clients.ts";
import { awsErrorText } from "../aws/errors.ts";
import type { Outputs, ShippedMigration } from "../contract/outputs.ts";
import type {
  DatabaseIdentity,
  DatabaseVersion,
  HeldMigrations,
  ResultLine,
} from "../contract/resultLine.ts";
import { digestOfMigrations } from "../migrations/folder.ts";
import type { Clock } from "../task/clock.ts";
import { hasEnded, isQuestion, readFamily, runningChanges } from "../task/family.ts";
import { databaseOf } from "./database.ts";
import {
  askedDuringChange,
  type EndedRun,
  hasEndedWithResult,
  isQuestionRun,
  type RunRecord,
  readBack,
} from "./record.ts";

export type KnownVersion =
  | {
      readonly kind: "known";
      readonly version: DatabaseVersion;
      /** Which migrations the image of that run held; null if its result line does not say. */
      readonly holds: HeldMigrations | null;
      /** Set if a later question found the database below the version at which its last change had left it. */
      readonly below?: LastChange;
    }
  /** `why`: a clause without a full stop. `noRun`: nobody has run anything on this database that is on record. */
  | { readonly kind: "unknown"; readonly why: string; readonly noRun?: boolean };

/** Where the last change left a database: the version, and when that run began, as the history has it. */
export interface LastChange {
  readonly version: number;
  readonly at: string;
}

export interface KnownVersionDeps {
  readonly connectEcs: (region: string) => Promise<EcsApi>;
  readonly connectLogs: (region: string) => Promise<LogsApi>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** A version with what its database said it is; null if no run on record did. */
type KnownState = KnownVersion & { readonly database: DatabaseIdentity | null };

/** Starts no task. What AWS does not answer makes the version unknown, and says so. */
export async function readKnownVersion(deps: KnownVersionDeps, outputs: Outputs): Promise<KnownState> {
  let database: DatabaseIdentity | null = null;
  const { region } = outputs;
  try {
    const reader = { ...withSignal(deps), clock: deps.clock, outputs };
    const tasks = await readFamily({ ...reader, ecs: await deps.connectEcs(region) });
    const logs = await deps.connectLogs(region);
    let known: KnownVersion | undefined;
    for await (const record of readBack({ ...reader, logs }, deps.clock.now())) {
      database = runsOn(record, outputs).at(-1)?.result.database ?? null;
      known ??= knownVersionOf(record, tasks, outputs);
      if (known?.kind === "unknown" || (known && isHighest(known.version, outputs)))
        return { ...known, database };
      const last = known && lastChange(record, outputs);
      if (known && last)
        return { ...(isBelow(known.version, last) ? { ...known, below: last } : known), database };
    }
    known ??= { kind: "unknown", why: "no run on this database is on record", noRun: true };
    return { ...known, database };
  } catch (error) {
    return { ...unknown(`the history could not be read: ${awsErrorText(error)}`), database };
  }
}

function withSignal({ signal }: { readonly signal?: AbortSignal }): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function unknown(why: string): KnownVersion {
  return { kind: "unknown", why };
}

/**
 * @param record as far as it was read back
 * @param tasks the family's, as ECS lists them
 * @returns undefined if the record must be read further back. Pure.
 */
export function knownVersionOf(
  record: readonly RunRecord[],
  tasks: readonly Task[],
  outputs: Outputs,
): KnownVersion | undefined {
  const [running] = runningChanges(tasks, outputs.containerName);
  if (running) return unknown(`task ${running.taskArn} still runs`);
  const isDuringChange = askedDuringChange(record);
  const last = runsOn(record, outputs).findLast(
    (run) => !isQuestionRun(run) || (run.result.to !== null && !isDuringChange(run)),
  );
  const doubt = doubtSince(last, record, tasks, outputs);
  if (doubt !== undefined) return unknown(doubt);
  if (!last) return undefined;
  const { to, holds } = last.result;
  if (!to) return unknown(`the newest run, task ${last.taskId}, left no word of the version`);
  return { kind: "known", version: to, holds: holds ?? null };
}

/**
 * The run that makes a new one needless: the last change of this database, if it brought it to this very set of files and
 * nothing was done to it since.
 *
 * @returns `due` if the migration must run, undefined if the record must be read further back. Pure.
 */
export function lastUpToDate(
  record: readonly RunRecord[],
  tasks: readonly Task[],
  outputs: Outputs,
): EndedRun | "due" | undefined {
  if (runningChanges(tasks, outputs.containerName).length > 0) return "due";
  const runs = runsOn(record, outputs);
  const change = runs.findLast((run) => !isQuestionRun(run));
  if (doubtSince(change, record, tasks, outputs) !== undefined) return "due";
  const later = change ? runs.slice(runs.indexOf(change) + 1) : runs;
  const isDuringChange = askedDuringChange(record);
  const answers = later.filter((run) => run.result.to !== null && !isDuringChange(run));
  if (!change) return answers.some((run) => !isAtHighest(run.result, outputs)) ? "due" : undefined;
  if (!isUpToDate(change.result, outputs)) return "due";
  // A question that was answered with another version: something changed the database and left no line.
  const differs = answers.some(({ result: { to } }) => !isSame(to, change.result.to));
  return differs ? "due" : change;
}

/**
 * The runs on the database that the outputs name, in the order of their ends: those with the secret's digest, and of them
 * those with the endpoint that the newest one had, since a secret's value may name another database by now.
 */
function runsOn(record: readonly RunRecord[], outputs: Outputs): EndedRun[] {
  const named = databaseOf(outputs);
  if (named.secret === null) return [];
  const runs = record
    .filter(hasEndedWithResult)
    .filter(({ result }) => result.database?.secret === named.secret);
  const newest = runs.findLast(({ result }) => result.database?.endpoint)?.result.database?.endpoint;
  const endpoint = named.endpoint ?? newest;
  return runs.filter(({ result }) => endpoint !== undefined && result.database?.endpoint === endpoint);
}

/**
 * Where the newest change left this database. Pure.
 *
 * @param before only changes that began earlier count, in milliseconds since the epoch
 * @returns `unclear` if that change, or one of which nothing is known, may have left it at another version; undefined if the
 * record must be read further back
 */
export function lastChange(
  record: readonly RunRecord[],
  outputs: Outputs,
  before = Number.POSITIVE_INFINITY,
): LastChange | "unclear" | undefined {
  const earlier = record.filter(({ startedAt }) => startedAt < before);
  const change = runsOn(earlier, outputs).findLast((run) => !isQuestionRun(run));
  if (doubtSince(change, earlier, [], outputs) !== undefined) return "unclear";
  if (!change) return undefined;
  const { to, startedAt } = change.result;
  return to?.dirty === false ? { version: to.version ?? -1, at: startedAt } : "unclear";
}

/** True if a database is below where its last change left it: nobody who went through this project brought it there. */
function isBelow(now: DatabaseVersion, last: LastChange | "unclear"): last is LastChange {
  return last !== "unclear" && !now.dirty && (now.version ?? -1) < last.version;
}

/** Why a run does not say how the database is now; undefined if nothing casts doubt on it. */
function doubtSince(
  last: EndedRun | undefined,
  record: readonly RunRecord[],
  tasks: readonly Task[],
  outputs: Outputs,
): string | undefined {
  const since = last?.startedAt ?? 0;
  const unended = record.find((run) => !isQuestionRun(run) && run.result === null && run.startedAt >= since);
  if (unended) return `task ${unended.taskId} left no result`;
  const old = record.findLast((run) => !isQuestionRun(run) && run.result && !run.result.database);
  if (old && (old.endedAt ?? 0) >= since)
    return `task ${old.taskId}, of an older image, does not say which database it ran on`;
  const recorded = new Set(record.filter(hasEndedWithResult).map(({ taskId }) => taskId));
  const lost = tasks.find((task) => isUnrecorded(task, since, recorded, outputs));
  return lost && `task ${lost.taskArn} left nothing in the log`;
}

/**
 * A task that may have changed the database, and of which the record has no result.
 *
 * @param recorded the ids of the tasks that left one
 */
function isUnrecorded(
  task: Task,
  since: number,
  recorded: ReadonlySet<string>,
  { containerName }: Outputs,
): boolean {
  const { taskArn = "", stopCode, createdAt } = task;
  if (stopCode === "TaskFailedToStart" || isQuestion(task, containerName)) return false;
  if (!hasEnded(task, containerName) || (createdAt?.getTime() ?? 0) < since) return false;
  return !recorded.has(taskArn.slice(taskArn.lastIndexOf("/") + 1));
}

/** True if a run brought the database to this very set of migrations. Pure. */
export function isUpToDate(result: ResultLine, outputs: Outputs): boolean {
  const { operation, outcome, exitCode, migrationsSha256, holds } = result;
  const succeeded = exitCode === 0 && (outcome === "applied" || outcome === "unchanged");
  // What the image really held counts: a Dockerfile may copy another folder than the one that was shipped.
  const isThisSet = (holds?.sha256 ?? migrationsSha256) === outputs.migrationsSha256;
  return operation === "up" && succeeded && isThisSet && isAtHighest(result, outputs);
}

function isAtHighest({ to }: ResultLine, outputs: Outputs): boolean {
  return to !== null && isHighest(to, outputs);
}

function isHighest({ version, dirty }: DatabaseVersion, { migrations }: Outputs): boolean {
  return !dirty && version === migrations.at(-1)?.version;
}

function isSame(a: DatabaseVersion | null, b: DatabaseVersion | null): boolean {
  return a?.version === b?.version && a?.dirty === b?.dirty;
}

/**
 * The shipped migrations that may have run: those up to the database's version, and all of them if it is dirty or not
 * known. Pure.
 */
export function mayHaveRun(shipped: readonly ShippedMigration[], known: KnownVersion): ShippedMigration[] {
  if (known.kind === "unknown" || known.version.dirty) return [...shipped];
  const at = known.version.version ?? -1;
  const { neverRan } = changedSinceRun(shipped, known);
  return shipped.filter((migration) => migration.version <= at && !neverRan.includes(migration));
}

/** How what was shipped differs from what the image of the last run held, at or below its highest version. */
interface ChangedSinceRun {
  /** Files that came late: golang-migrate never runs them. */
  readonly neverRan: readonly ShippedMigration[];
  /** True if files differ, and it cannot be said which. */
  readonly isUnclear: boolean;
}

/** So many sets are tried at most, the newest files first: 10,000 files take some seconds then. */
const MOST_TRIES = 2_000;

/**
 * Compares what was shipped with what last ran. An operator's `pulumi up` ships a late or edited file without a word, and
 * the next deploy would take it for old.
 *
 * The result line has one digest of what its image held, so that it stays short with 10,000 files. Files that are too many
 * are found by leaving out each run of neighbours. Pure.
 */
export function changedSinceRun(shipped: readonly ShippedMigration[], known: KnownVersion): ChangedSinceRun {
  const same = { neverRan: [], isUnclear: false };
  if (known.kind === "unknown" || !known.holds || known.holds.last === null) return same;
  const { count, last, sha256 } = known.holds;
  const held = shipped.filter(({ version }) => version <= last);
  if (digestOfMigrations(held) === sha256) return same;
  const tooMany = held.length - count;
  const oldest = Math.max(0, held.length - tooMany - MOST_TRIES);
  for (let from = held.length - tooMany; tooMany > 0 && from >= oldest; from--) {
    const rest = [...held.slice(0, from), ...held.slice(from + tooMany)];
    if (digestOfMigrations(rest) === sha256)
      return { neverRan: held.slice(from, from + tooMany), isUnclear: false };
  }
  return { neverRan: [], isUnclear: true };
}
