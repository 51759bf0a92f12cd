/** The checkout must follow from what the stack has shipped and its database may have run, before anything is built. */

import { findGuardProblems, type GuardProblem } from "../check/shippedRules.ts";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import type { Outputs, ShippedMigration } from "../contract/outputs.ts";
import { findStanding, mayHaveRun, type Standing, type StandingDeps } from "../history/knownVersion.ts";
import type { MigrationFile } from "../migrations/folder.ts";
import { COMMAND, commandFor } from "../text/commandLine.ts";
import { versionText } from "../text/version.ts";
import type { Verdict } from "../verdict/verdict.ts";

export interface GuardDeps extends StandingDeps {
  readonly stack: string;
  /** Of the stack; undefined before its first deploy. */
  readonly outputs: Outputs | undefined;
  readonly checkout: readonly MigrationFile[];
  /** The clock, UTC. */
  readonly now: Date;
  /** Rules that are off. */
  readonly disabled: ReadonlySet<string>;
}

export interface Released {
  readonly file: string;
  readonly version: number;
  /** One sentence without a full stop. */
  readonly text: string;
}

export interface Guarded {
  /** Of both severities, in order of version. */
  readonly problems: readonly GuardProblem[];
  /** What the stack has shipped, without the files that have not run where some of them are others now. */
  readonly shipped: readonly ShippedMigration[];
  /** What the record alone would have refused, and was let through because it has not run. */
  readonly released: readonly Released[];
  /** How a file that failed, or has not run yet, gets past; null where nothing is refused for that reason. */
  readonly hint: string | null;
}

/** Compares the checkout with the record, and asks the history only where the record alone would refuse. */
export async function compareWithStack(deps: GuardDeps): Promise<Guarded> {
  const { outputs, stack } = deps;
  const shipped = outputs?.migrations ?? [];
  const problems = findProblems(deps, shipped);
  if (!outputs || !errorsOf(problems).some(isOfRecord))
    return { problems, shipped, released: [], hint: null };
  const standing = await findStanding(deps, outputs);
  const ran = mayHaveRun(shipped, standing);
  const left = findProblems(deps, ran);
  const hint = errorsOf(left).some(isOfRecord) ? hintOf(standing, stack) : null;
  return { problems: left, shipped: ran, released: releasedBy(problems, left, standing), hint };
}

/** @throws {GuardRefusedError} naming every problem of severity `error` */
export async function guardCheckout(deps: GuardDeps): Promise<Guarded> {
  const guarded = await compareWithStack(deps);
  const errors = errorsOf(guarded.problems);
  if (errors.length > 0) throw new GuardRefusedError(errors, guarded.hint);
  return guarded;
}

function findProblems({ checkout, stack, now, disabled }: GuardDeps, shipped: readonly ShippedMigration[]) {
  return findGuardProblems({ checkout, shipped, stack, now, disabled });
}

function errorsOf(problems: readonly GuardProblem[]): GuardProblem[] {
  return problems.filter(({ severity }) => severity === "error");
}

function releasedBy(
  problems: readonly GuardProblem[],
  left: readonly GuardProblem[],
  standing: Standing,
): Released[] {
  if (standing.kind === "unknown") return [];
  const still = new Set(left.map(({ rule, file }) => `${rule} ${file}`));
  const at = versionText(standing.version);
  return errorsOf(problems)
    .filter(({ rule, file }) => !still.has(`${rule} ${file}`))
    .map(({ rule, file, version }) => ({
      ...{ file, version: version ?? Number.MAX_SAFE_INTEGER },
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

/** The other rules look at the folder alone. */
function isOfRecord({ rule }: GuardProblem): boolean {
  return rule !== "broken-name" && rule !== "duplicate-version";
}

function hintOf(standing: Standing, stack: string): string | null {
  if (standing.kind === "unknown") {
    const command = commandFor("version", stack);
    return `Where such a file has not run to its end, it may change: ${command} lets the history say so (${standing.why}); then deploy again.`;
  }
  if (!standing.version.dirty) return null;
  const guide = commandFor("doctor", stack);
  return `The database is ${versionText(standing.version)}: a file that has not run to its end may change once \`${COMMAND} migrate force\` has said so; ${guide} --database shows how. Then deploy again.`;
}

/** The checkout's migrations do not follow from what the stack has shipped; nothing was started. */
export class GuardRefusedError extends EcsMigrateError {
  readonly code = "guard";
  readonly exitCode = EXIT.refused;
  readonly problems: readonly GuardProblem[];

  /**
   * @param problems at least one, of severity `error`
   * @param hint a way out beside the mends, in whole sentences
   */
  constructor(problems: readonly GuardProblem[], hint: string | null = null, options?: ErrorOptions) {
    const list = problems.map(
      ({ file, rule, message, mend }) => `  - ${file}: ${rule}: ${message}\n    ${mend}`,
    );
    const stacks = [...new Set(problems.map(({ stack }) => stack))].join(", ");
    super(
      `The migrations do not fit what stack ${stacks} has shipped; nothing was run:\n${list.join("\n")}${hint === null ? "" : `\n${hint}`}`,
      options,
    );
    this.problems = problems;
  }
}
