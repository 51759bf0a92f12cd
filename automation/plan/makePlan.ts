/** A plan with what can be said of each file before it runs: its first lines, the findings, how long, what is dropped. */

import { checkFolder } from "../check/checkFolder.ts";
import type { Finding } from "../check/finding.ts";
import { fixCommand } from "../check/fixCommand.ts";
import { type KnownDatabase, type LintTarget, lintTarget, readAs } from "../check/lintTarget.ts";
import { loadDialect } from "../check/loadDialect.ts";
import type { CheckSettings } from "../check/settings.ts";
import type { Dropped, FileEstimate, Impact, SqlDialect, StatementEstimate } from "../check/sqlDialect.ts";
import { type Inspection, readInspection } from "../contract/inspection.ts";
import { type Operation, operationText } from "../contract/operations.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import type { DatabaseVersion } from "../contract/resultLine.ts";
import { groupByVersion, type NamedMigrationFile } from "../migrations/folder.ts";
import { firstLines } from "./firstLines.ts";
import { type LiveDatabase, type PlanStatement, planStatement } from "./live.ts";
import { liveWarnings } from "./liveWarnings.ts";
import type { PlannedService } from "./services.ts";
import { type PlanFinding, sizedFinding } from "./sizedFindings.ts";
import { type FileState, type Plan, type PlanInput, type PlannedStep, planOf } from "./steps.ts";
import { sumOf, type TimeRange } from "./workTime.ts";

/** Raised when a field changes its meaning. */
const PLAN_SCHEMA = 1;

/** SQL lines shown of each file. */
const SHOWN_LINES = 3;

export interface PlanFile {
  readonly version: number;
  readonly direction: "up" | "down";
  /** Base name; null if the version has no file of this direction. */
  readonly file: string | null;
  readonly state: FileState;
  /** The SQL's first lines, without comments. */
  readonly sql: readonly string[];
  /** How long others wait for a lock; null if it is not known. */
  readonly lock: Impact | null;
  /** How long it runs; null if it is not known. */
  readonly duration: Impact | null;
  /** Why, clause by clause. */
  readonly reasons: readonly string[];
  /** What the file drops; null if it could not be read. */
  readonly drops: readonly Dropped[] | null;
  readonly findings: readonly PlanFinding[];
  /** Each statement that locks or works on a table, in order. */
  readonly statements: readonly PlanStatement[];
  /** How long the file runs; null if that is not known of each of its statements. */
  readonly time: TimeRange | null;
  /** How long others wait for it: a lock is held until its file ends. Null if it is not known. */
  readonly waiting: TimeRange | null;
}

export interface PlanReport {
  readonly schema: typeof PLAN_SCHEMA;
  readonly stack: string;
  readonly operation: Operation;
  readonly current: DatabaseVersion;
  /** Whose SQL the files are read as, and what says so: `MySQL 8.0 (databaseEngine)`; null for Postgres. */
  readonly readAs: string | null;
  /** The version afterwards; the current one where nothing runs. */
  readonly target: number | null;
  readonly outcome: Plan["kind"];
  /** Why nothing would run, or what to know of it; null if all is plain. */
  readonly note: string | null;
  readonly files: readonly PlanFile[];
  /** What the checkout's other files are found with: a late file, an edit. Only of `up`. */
  readonly findings: readonly PlanFinding[];
  /** What the deploy does with the stack's services; empty if it has none, or the operation is no deploy's. */
  readonly services: readonly PlannedService[];
  /** What is in the way already: to be looked at before the first statement. */
  readonly warnings: readonly string[];
  /** What the plan does not know, and why. */
  readonly unknown: readonly string[];
}

interface MakePlanInput extends PlanInput, CheckSettings {
  readonly stack: string;
  /** What the database said it is; null when no run did. */
  readonly database?: KnownDatabase | null;
  /** What `inspect` found in the database; null when it was not looked at. */
  readonly inspection?: Inspection | null;
  /** The clock, UTC. */
  readonly now: Date;
}

/** What the report of `inspect` holds for a plan; nothing of another operation's. */
export function inspectedIn(report: { readonly inspection?: unknown }): Pick<MakePlanInput, "inspection"> {
  return { inspection: readInspection(report.inspection) };
}

export async function makePlan(input: MakePlanInput): Promise<PlanReport> {
  const { stack, operation, current } = input;
  const plan = planOf(input);
  const steps = plan.kind === "steps" ? plan.steps : [];
  const sql = lintTarget(input, input.files, input.database);
  const findings = operation.name === "up" ? await findingsOf(input) : [];
  const dialect = await loadDialect(sql);
  const estimates = await estimatesOf(input, steps, dialect);
  const live = liveOf(input, sql);
  const files: PlanFile[] = [];
  for (const step of steps) files.push(await describe(step, { estimates, findings, dialect, live }));
  const planned = new Set(files.map(({ file }) => file));
  return {
    schema: PLAN_SCHEMA,
    stack,
    operation,
    current,
    readAs: sql.dialect === "postgres" ? null : readAs(sql),
    target: steps.length > 0 ? (steps.at(-1)?.target ?? null) : current.version,
    outcome: plan.kind,
    note: noteOf(plan, operation),
    files,
    services: [],
    findings: findings.filter(({ file }) => !planned.has(file)).map((found) => sizedFinding(found, [])),
    warnings: live
      ? liveWarnings(
          live.inspection,
          files.flatMap(({ statements }) => statements),
        )
      : [],
    unknown: live
      ? live.inspection.unknown.map(({ what, why }) => `${what}: ${why}`)
      : files.length > 0
        ? [NOT_LOOKED]
        : [],
  };
}

const NOT_LOOKED = "the database was not looked at: sizes, times and who is in the way are not known";

function liveOf({ inspection }: MakePlanInput, { dialect }: LintTarget): LiveDatabase | null {
  if (!inspection || dialect === "other") return null;
  return { inspection, engine: dialect === "postgres" ? "postgres" : "mysql" };
}

function noteOf(plan: Plan, operation: Operation): string | null {
  if (plan.kind === "refused") return `${operationText(operation)} would run nothing: ${plan.reason}`;
  return plan.kind === "steps" ? plan.note : null;
}

/** What the deploy would find, by the same settings. */
async function findingsOf(input: MakePlanInput): Promise<Finding[]> {
  const { files, stack, now, database = null } = input;
  const records = [{ holder: `stack ${stack}`, migrations: mayHaveRun(input) }];
  return checkFolder({ files, records, settings: input, database, now, fixCommand: fixCommand([stack]) });
}

/** A file above the database's version has not run, so it may be another by now: the deploy lets it through as well. */
function mayHaveRun({ migrations, current }: MakePlanInput): readonly ShippedMigration[] {
  return current.dirty ? migrations : migrations.filter(({ version }) => version <= (current.version ?? -1));
}

/** Up files are read in their order, those that ran already included: a table made by one is empty for the next. */
async function estimatesOf(
  { files, current }: MakePlanInput,
  steps: readonly PlannedStep[],
  dialect: SqlDialect | undefined,
): Promise<ReadonlyMap<string, FileEstimate>> {
  const up = steps.filter(({ direction }) => direction === "up");
  if (dialect === undefined || up.length === 0) return new Map();
  const pending = new Set(up.map(({ version }) => version));
  const upFiles = [...groupByVersion(files).values()]
    .flatMap((group) => group.filter(({ parsed }) => parsed.direction === "up").slice(0, 1))
    .filter(({ parsed }) => pending.has(Number(parsed.version)) || ran(parsed.version, current));
  return dialect.estimateFiles(
    upFiles.map((entry: NamedMigrationFile) => ({
      file: entry.file,
      sql: textOf(entry.bytes),
      pending: pending.has(Number(entry.parsed.version)),
    })),
  );
}

function ran(version: bigint, current: DatabaseVersion): boolean {
  return current.version !== null && version <= BigInt(current.version);
}

interface Known {
  readonly estimates: ReadonlyMap<string, FileEstimate>;
  readonly findings: readonly Finding[];
  readonly dialect: SqlDialect | undefined;
  readonly live: LiveDatabase | null;
}

async function describe(step: PlannedStep, { estimates, findings, dialect, live }: Known): Promise<PlanFile> {
  const { version, direction, file, state, bytes } = step;
  // Of a file that differs from the image's, nothing that it says is true of what runs.
  const runs = bytes !== null && (state === "shipped" || state === "new");
  const sql = runs ? textOf(bytes) : null;
  const estimate = sql === null ? undefined : (estimates.get(file ?? "") ?? (await alone(sql, dialect)));
  const statements = (estimate?.statements ?? []).map((one) => planStatement(one, live));
  return {
    version,
    direction,
    file,
    state,
    sql: sql === null ? [] : firstLines(withoutTimeouts(sql), SHOWN_LINES),
    lock: file === null ? "none" : (estimate?.lock ?? null),
    duration: file === null ? "none" : (estimate?.duration ?? null),
    reasons: reasonsOf(estimate),
    drops: file === null ? [] : sql === null ? null : ((await dialect?.droppedBy(sql)) ?? null),
    findings: findings
      .filter((finding) => finding.file === file)
      .map((finding) => sizedFinding(finding, statements)),
    statements: statements.filter(({ tables, time }) => tables.length > 0 || time !== null),
    ...fileTimes(estimate, statements),
  };
}

/** Locks are held from the statement that takes the first one on, until the file ends. */
function fileTimes(
  estimate: FileEstimate | undefined,
  statements: readonly PlanStatement[],
): Pick<PlanFile, "time" | "waiting"> {
  const first = statements.findIndex(({ tables }) =>
    tables.some(({ waits }) => waits === "all" || waits === "writes"),
  );
  return {
    time: totalTime(estimate?.statements ?? [], statements),
    waiting: first < 0 ? null : totalTime(estimate?.statements.slice(first) ?? [], statements.slice(first)),
  };
}

function totalTime(
  estimates: readonly StatementEstimate[],
  statements: readonly PlanStatement[],
): TimeRange | null {
  const known = statements.flatMap(({ time }) => time ?? []);
  const due = estimates.filter(({ duration }) => duration !== "none");
  return due.length > 0 && known.length === due.length ? sumOf(known) : null;
}

/** The estimate of one file by itself: of a down file. */
async function alone(sql: string, dialect: SqlDialect | undefined): Promise<FileEstimate | undefined> {
  return (await dialect?.estimateFiles([{ file: "", sql, pending: true }]))?.get("");
}

/** Every careful file begins with them, and they say nothing of what it does. */
function withoutTimeouts(sql: string): string {
  return sql.replace(
    /^[ \t]*SET\s+(?:LOCAL\s+|SESSION\s+)?(?:lock|statement|(?:innodb_)?lock_wait)_timeout\b[^;\n]*;[ \t]*$/gim,
    "",
  );
}

/** Of the statements that cost something; where none does, of all. */
function reasonsOf(estimate: FileEstimate | undefined): string[] {
  const statements = estimate?.statements ?? [];
  const costly = statements.filter(({ lock, duration }) => lock !== "none" || duration !== "none");
  const reasons = (costly.length > 0 ? costly : statements).map(({ reason }) => reason);
  return [...new Set(reasons)].filter((reason) => reason !== "");
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
