/** The checkout must follow from what the stack has shipped and its database may have run, before anything is built. */

import { checkFolder } from "../check/checkFolder.ts";
import { errorsOf, type Finding, findingLine } from "../check/finding.ts";
import { fixCommand } from "../check/fixCommand.ts";
import type { KnownDatabase } from "../check/lintTarget.ts";
import { isOrderRule } from "../check/rules.ts";
import type { CheckSettings } from "../check/settings.ts";
import { checkOrder, type ShippedRecord } from "../check/shippedRules.ts";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import type { Outputs, ShippedMigration } from "../contract/outputs.ts";
import {
  changedSinceRun,
  type KnownVersion,
  type KnownVersionDeps,
  mayHaveRun,
  readKnownVersion,
} from "../history/knownVersion.ts";
import { type MigrationFile, parseMigrationFileName } from "../migrations/folder.ts";
import { COMMAND, commandFor } from "../text/commandLine.ts";
import { versionText } from "../text/version.ts";
import type { Verdict } from "../verdict/verdict.ts";

interface RecordDeps extends KnownVersionDeps {
  readonly stack: string;
  /** Of the stack; undefined before its first deploy. */
  readonly outputs: Outputs | undefined;
  readonly checkout: readonly MigrationFile[];
  /** The clock, UTC. */
  readonly now: Date;
  /** Rules that are off. */
  readonly disabled: ReadonlySet<string>;
}

interface CheckoutDeps extends Omit<RecordDeps, "disabled"> {
  readonly settings: CheckSettings;
  /** Whether only order and edits are looked at (`deploy --no-check`). */
  readonly orderOnly: boolean;
}

export interface Released {
  readonly file: string;
  readonly version: number;
  /** One sentence without a full stop. */
  readonly text: string;
}

/** What a stack has shipped, without the files that have not run if some of them are others now. */
export interface StackRecord extends ShippedRecord {
  /** What all that was shipped would have refused, and what is let through because it has not run. */
  readonly released: readonly Released[];
  /** How a file that failed, or has not run yet, is let through; null if nothing is refused for that reason. */
  readonly hint: string | null;
  /** What differs from the last run and cannot be named file by file; null if nothing does. */
  readonly doubt: string | null;
  /** The version that the database is known to be at, not dirty (-1: none yet); null if it is not known. */
  readonly ranUpTo: number | null;
  /** Nothing is on record of this database, so only the database itself knows what it has run. */
  readonly unrecorded: boolean;
  readonly known: KnownVersion;
  /** What the last run on record said of the database; null if none did. */
  readonly database: KnownDatabase | null;
}

interface Checked {
  /** The warnings: an error is thrown. In order of file and line. */
  readonly findings: readonly Finding[];
  readonly record: StackRecord;
}

/** The checkout's migrations are refused, by the rules of order and edits or by those of content; nothing was started. */
export class CheckoutRefusedError extends EcsMigrateError {
  readonly code = "guard";
  readonly exitCode = EXIT.refused;
  readonly findings: readonly Finding[];
  /** One sentence that names the findings; the message has them whole. */
  readonly summary: string;

  /**
   * @param findings at least one, of severity `error`
   * @param hint a way out beside the fixes, in whole sentences
   */
  constructor(
    stack: string,
    findings: readonly Finding[],
    hint: string | null = null,
    options?: ErrorOptions,
  ) {
    const ways = findings.some(({ rule }) => !isOrderRule(rule)) ? [OVERRIDE] : [];
    const lines = [
      `The check refuses the migrations for stack ${stack}; nothing was run:`,
      ...findings.map((found) => `  ${findingLine(found)}`),
      ...(hint === null ? [] : [hint]),
      ...ways,
    ];
    super(lines.join("\n"), options);
    this.findings = findings;
    this.summary = `The check refuses the migrations for stack ${stack}: ${placesText(findings)}`;
  }
}

const PLACES_SHOWN = 5;

/** `20261121_index.up.sql:1 index-not-concurrent; …` */
function placesText(findings: readonly Finding[]): string {
  const places = findings.slice(0, PLACES_SHOWN).map(({ file, line, rule }) => `${file}:${line} ${rule}`);
  const more = findings.length - places.length;
  return `${places.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

const OVERRIDE =
  "If a finding is meant so: `-- ecs-migrate:disable RULE reason` in the file, `--disable RULE` for one deploy, or `--no-check` for all rules of content.";

/** Reads what the stack has shipped, and compares it with what last ran: a file that was shipped may never have run. */
export async function recordOfStack(deps: RecordDeps): Promise<StackRecord> {
  const { outputs, stack } = deps;
  const record = { holder: `stack ${stack}`, migrations: outputs?.migrations ?? [] };
  const errors = recordErrors(deps, record.migrations);
  const undeployed = { kind: "unknown", why: "the stack was never deployed" } as const;
  if (!outputs) {
    const nothing = { released: [], hint: null, doubt: null, ranUpTo: null, unrecorded: true };
    return { ...record, ...nothing, known: undeployed, database: null };
  }
  const known = await readKnownVersion(deps, outputs);
  const { database } = known;
  const { neverRan, isUnclear } = changedSinceRun(record.migrations, known);
  const doubt = isUnclear ? doubtOf(stack) : null;
  const unrecorded = known.kind === "unknown" && known.noRun === true;
  const ranUpTo = known.kind === "known" && !known.version.dirty ? (known.version.version ?? -1) : null;
  const facts = { ...record, doubt, ranUpTo, unrecorded, known, database };
  if (errors.length === 0) {
    const migrations = record.migrations.filter((migration) => !neverRan.includes(migration));
    return { ...facts, migrations, released: [], hint: null };
  }
  const migrations = mayHaveRun(record.migrations, known);
  const left = recordErrors(deps, migrations);
  const hint = left.length > 0 ? hintOf(left, known, stack) : null;
  return { ...facts, migrations, released: releasedBy(errors, left, known), hint };
}

function doubtOf(stack: string): string {
  return `the files that the image of the last run held are not those that stack ${stack} has shipped up to the same version: one was added or edited since, and it will not run; compare with \`${commandFor("migrate status", stack)}\``;
}

/**
 * Checks the checkout against what the stack has shipped, in one pass over order, edits and content.
 *
 * @throws {CheckoutRefusedError} naming every finding of severity `error`
 */
export async function checkCheckout(deps: CheckoutDeps): Promise<Checked> {
  const { stack, outputs, checkout: files, now, settings, orderOnly } = deps;
  const disabled = new Set(settings.disable);
  const record = await recordOfStack({ ...deps, disabled });
  const findings = await checkFolder({
    // What the database has run is known when it can be asked: {@link checkAboveBaseline} reads the files then.
    ...{ files, now, settings, orderOnly: orderOnly || record.unrecorded, fixCommand: fixCommand([stack]) },
    records: outputs ? [record] : [],
    database: record.database,
  });
  const errors = errorsOf(findings);
  if (errors.length > 0) throw new CheckoutRefusedError(stack, errors, record.hint);
  return { findings, record };
}

/** What the record refuses; the other rules of order look at the folder only. */
function recordErrors(
  { checkout: files, stack, now, disabled }: RecordDeps,
  migrations: readonly ShippedMigration[],
): Finding[] {
  const records = [{ holder: `stack ${stack}`, migrations }];
  return errorsOf(checkOrder({ files, records, now, fixCommand: fixCommand([stack]) })).filter(
    ({ rule }) => !disabled.has(rule) && rule !== "broken-name" && rule !== "duplicate-version",
  );
}

function releasedBy(errors: readonly Finding[], left: readonly Finding[], known: KnownVersion): Released[] {
  if (known.kind === "unknown") return [];
  const still = new Set(left.map(({ rule, file }) => `${rule} ${file}`));
  const at = versionText(known.version);
  return errors
    .filter(({ rule, file }) => !still.has(`${rule} ${file}`))
    .map(({ rule, file }) => ({
      ...{ file, version: Number(parseMigrationFileName(file)?.version ?? Number.MAX_SAFE_INTEGER) },
      text: `${file}: ${rule}, and let through: the database is at ${at}`,
    }));
}

/** What another run has made untrue between the look at the history and this run: one warning a file. Pure. */
export function overtaken(released: readonly Released[], verdict: Verdict): string[] {
  const before = "from" in verdict ? verdict.from : verdict.kind === "unchanged" ? verdict.version : null;
  const at = before?.version ?? -1;
  return released
    .filter(({ version }) => version <= at)
    .map(
      ({ file, version }) =>
        `${file} was let through as not run, and another run had brought the database to ${at} by then: what differs in version ${version} is not in it`,
    );
}

function hintOf(left: readonly Finding[], known: KnownVersion, stack: string): string | null {
  const files = [...new Set(left.map(({ file }) => file))];
  const more = files.length > 1 ? ` (and ${files.length - 1} more)` : "";
  const named = `${files[0]}${more}`;
  if (known.kind === "unknown") {
    const command = commandFor("version", stack);
    return `If ${named} has not run to its end, it may change: ${command} lets the history say so (${known.why}); then deploy again.`;
  }
  if (!known.version.dirty) return null;
  const guide = commandFor("doctor", stack);
  return `The database is ${versionText(known.version)}: if ${named} has not run to its end, it may change once \`${COMMAND} migrate force\` has said so; ${guide} --database shows how. Then deploy again.`;
}
