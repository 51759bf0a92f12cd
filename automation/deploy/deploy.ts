/**
 * What CodeBuild does on a push: look at the migrations and at the change before anything moves, bring the stack up, run the
 * migration where there is something to run, and hand back the report of it.
 */
import { findingLine } from "../check/finding.ts";
import { DEFAULT_CHECK } from "../check/settings.ts";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { stateOf } from "../contract/source.ts";
import { refuseBelow } from "../guard/below.ts";
import {
  CheckoutRefusedError,
  checkCheckout,
  overtaken,
  type Released,
  type StackRecord,
} from "../guard/checkout.ts";
import { changesNothing, findInfraChanges, InfraGuardError } from "../guard/infra.ts";
import type { RunReport } from "../report/report.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { checkBaseline } from "./baseline.ts";
import type { DeployDeps, Deployed } from "./deps.ts";
import { migrate, overtakenSkip, PREPARATION_MS, skipped, withoutTask } from "./migration.ts";
import { guardOldCode } from "./oldCode.ts";
import { newerCommit } from "./overtaken.ts";
import { rollAfter } from "./rollout.ts";
import { sayDialect } from "./sayDialect.ts";
import { inTurn, type TurnDeps } from "./turn.ts";

/**
 * @throws {EcsMigrateError} of exit code 2 for what is wrong with the command or its configuration; all else is a report
 */
export async function deploy(deps: DeployDeps): Promise<Deployed> {
  const startedAt = deps.clock.now();
  let before: Outputs | undefined;
  let ready: Ready;
  try {
    ready = await inTurn(await turnOf(deps), async () => {
      before = await deps.findOutputs();
      const newer = await newerCommit(deps, before);
      if (newer !== undefined) return { newer };
      const record = await guardMigrations(deps, before);
      const { released, unrecorded } = record;
      await guardOldCode(deps, before, record);
      await updateStack(deps, before);
      return { outputs: await readNewOutputs(deps), released, unrecorded };
    });
  } catch (error) {
    return { report: notDeployed(deps, before, error, startedAt), outputs: before };
  }
  if ("newer" in ready)
    return { report: skipped(deps, before, overtakenSkip(deps, ready.newer), startedAt), outputs: before };
  const { outputs, released } = ready;
  let asked: RunReport | undefined;
  try {
    if (ready.unrecorded) asked = await checkBaseline(deps, outputs);
  } catch (error) {
    return { report: notDeployed(deps, outputs, error, startedAt), outputs };
  }
  const report = await migrate(deps, outputs, startedAt, asked);
  const warnings = [...report.warnings, ...overtaken(released, report.verdict)];
  return { report: await rollAfter(deps, outputs, { ...report, warnings }), outputs };
}

type Ready =
  | { readonly outputs: Outputs; readonly released: readonly Released[]; readonly unrecorded: boolean }
  | { readonly newer: string };

async function turnOf(deps: DeployDeps): Promise<TurnDeps> {
  const { stack, clock, signal, terminal, settings } = deps;
  return {
    ...{ stack, clock, signal },
    say: (line) => terminal.say(line),
    patienceMs: Math.min(settings.timeoutMs, PREPARATION_MS),
    breakLock: deps.breakLock ? async () => (await deps.openStack()).cancel() : undefined,
  };
}

/** The stack is up, yet what it says of itself cannot be read; no migration was started. */
class OutputsLostError extends EcsMigrateError {
  readonly code = "outputsLost";
  readonly exitCode = EXIT.notStarted;
}

/** @throws {OutputsLostError} if the stack that has just come up cannot be read: the deploy is half done then, no usage error */
async function readNewOutputs({ findOutputs, stack }: DeployDeps): Promise<Outputs> {
  const said = `Stack ${stack} is up, but its outputs could not be read, so no migration was started`;
  try {
    const outputs = await findOutputs();
    if (outputs) return outputs;
  } catch (error) {
    if (!(error instanceof EcsMigrateError)) throw error;
    throw new OutputsLostError(`${said}: ${error.message}`, { cause: error });
  }
  throw new OutputsLostError(`${said}: it has none`);
}

async function guardMigrations(deps: DeployDeps, outputs: Outputs | undefined): Promise<StackRecord> {
  const settings = (await deps.checkSettings?.()) ?? DEFAULT_CHECK;
  const checkout = await deps.readCheckout();
  const now = new Date(deps.clock.now());
  const orderOnly = deps.checkContent !== true;
  const { record, findings } = await checkCheckout({ ...deps, outputs, checkout, now, settings, orderOnly });
  if (!orderOnly && !record.unrecorded) sayDialect(deps.terminal, settings, checkout, record.database);
  for (const { text } of record.released) deps.terminal.say(text);
  if (record.doubt !== null) deps.terminal.warn(record.doubt);
  for (const found of findings) deps.terminal.warn(findingLine(found));
  if (runsMigration(deps, outputs)) refuseBelow(record.known, deps.stack);
  return record;
}

/** By the setting that the stack had so far: a new one shows in its outputs only after `up`. */
function runsMigration({ migrate }: DeployDeps, outputs: Outputs | undefined): boolean {
  const mode = migrate ?? outputs?.migrate;
  return mode === "auto" || mode === "always";
}

async function updateStack(
  { openStack, terminal, stack, allowInfra }: DeployDeps,
  before: Outputs | undefined,
): Promise<void> {
  const opened = await openStack();
  if (!allowInfra) {
    terminal.say(`Looking at what pulumi up would change in stack ${stack}`);
    const preview = await opened.preview();
    const changes = findInfraChanges(preview, stack);
    if (changes.length > 0) throw new InfraGuardError(stack, changes);
    if (changesNothing(preview))
      return terminal.say(`Stack ${stack} is as this checkout says; nothing to bring up`);
  }
  terminal.say(`Building the image and bringing stack ${stack} up`);
  await opened.up(stateOf(before));
}

/** A deploy that ended before its migration is a verdict as well: the database is untouched, and Slack is told. */
function notDeployed(
  deps: DeployDeps,
  outputs: Outputs | undefined,
  error: unknown,
  startedAt: number,
): RunReport {
  if (!(error instanceof EcsMigrateError)) throw error;
  if (error.exitCode === EXIT.usage) throw error;
  const verdict = verdictOf(error);
  // A list in full: the verdict's one sentence, and Slack's, has no room for it. One sentence is in the report.
  if (error.message.includes("\n")) deps.terminal.say(error.message);
  return withoutTask(deps, outputs, verdict, startedAt);
}

function verdictOf(error: EcsMigrateError): Verdict {
  const { exitCode } = error;
  const isList = error instanceof InfraGuardError || error instanceof CheckoutRefusedError;
  const message = isList ? error.summary : error.message;
  if (exitCode === EXIT.interrupted) {
    return { kind: "interrupted", cause: "deployStopped", from: null, to: null, files: [], detail: message };
  }
  return { kind: "notStarted", reason: exitCode === EXIT.refused ? "refused" : "deploy", detail: message };
}
