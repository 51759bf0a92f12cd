/** The checkout must follow from what the stack has shipped and its database may have run, before anything is built. */
import type { MigrationFile } from "../infra/migrations.ts";
import { findGuardProblems, type GuardProblem } from "./guard.ts";
import { GuardRefusedError } from "./guardError.ts";
import type { Outputs, ShippedMigration } from "./outputs.ts";
import { findStanding, mayHaveRun, type Standing, type StandingDeps } from "./standing.ts";
import { versionText } from "./verdictFacts.ts";
import { COMMAND, commandFor } from "./verdictNext.ts";

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

export interface Guarded {
  readonly warnings: readonly GuardProblem[];
  /** What the stack has shipped, without the files that have not run and are others now. */
  readonly shipped: readonly ShippedMigration[];
  /** What was let through because it has not run, one sentence without a full stop each. */
  readonly released: readonly string[];
}

/**
 * The history is asked only where the record alone would refuse.
 *
 * @throws {GuardRefusedError} naming every problem of severity `error`
 */
export async function guardCheckout(deps: GuardDeps): Promise<Guarded> {
  const { outputs, stack } = deps;
  const shipped = outputs?.migrations ?? [];
  const problems = findProblems(deps, shipped);
  const refused = errorsOf(problems);
  if (refused.length === 0) return { warnings: problems, shipped, released: [] };
  if (!outputs) throw new GuardRefusedError(refused);
  const standing = await findStanding(deps, outputs);
  const ran = mayHaveRun(shipped, standing);
  const left = findProblems(deps, ran);
  const errors = errorsOf(left);
  if (errors.length > 0) throw new GuardRefusedError(errors, hintOf(errors, standing, stack));
  return { warnings: left, shipped: ran, released: releasedTexts(problems, left, standing) };
}

function findProblems({ checkout, stack, now, disabled }: GuardDeps, shipped: readonly ShippedMigration[]) {
  return findGuardProblems({ checkout, shipped, stack, now, disabled });
}

function errorsOf(problems: readonly GuardProblem[]): GuardProblem[] {
  return problems.filter(({ severity }) => severity === "error");
}

function releasedTexts(
  problems: readonly GuardProblem[],
  left: readonly GuardProblem[],
  standing: Standing,
): string[] {
  if (standing.kind === "unknown") return [];
  const still = new Set(left.map(({ rule, file }) => `${rule} ${file}`));
  const at = versionText(standing.version);
  return errorsOf(problems)
    .filter(({ rule, file }) => !still.has(`${rule} ${file}`))
    .map(({ rule, file }) => `${file}: ${rule}, and let through: the database is at ${at}`);
}

/** How a file that failed, or has not run yet, gets past the guard; null where that cannot be what is wrong. */
function hintOf(errors: readonly GuardProblem[], standing: Standing, stack: string): string | null {
  const ofRecord = errors.some(({ rule }) => rule !== "broken-name" && rule !== "duplicate-version");
  if (!ofRecord) return null;
  if (standing.kind === "unknown") {
    const command = commandFor("version", stack);
    return `Where such a file has not run to its end, it may change: ${command} lets the history say so (${standing.why}); then deploy again.`;
  }
  if (!standing.version.dirty) return null;
  const guide = commandFor("doctor", stack);
  return `The database is ${versionText(standing.version)}: a file that has not run to its end may change once \`${COMMAND} migrate force\` has said so; ${guide} --database shows how. Then deploy again.`;
}
