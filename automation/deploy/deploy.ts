/**
 * What CodeBuild does on a push: look at the migrations and at the change before anything moves, bring the stack up, run the
 * migration where there is something to run, and hand back the report of it.
 */

import type { EcsApi, LogsApi } from "../aws/clients.ts";
import { awsErrorText } from "../aws/errors.ts";
import { findingLine } from "../check/finding.ts";
import { type CheckSettings, DEFAULT_CHECK } from "../check/settings.ts";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { checkCheckout, overtaken, type Released } from "../guard/checkout.ts";
import { changesNothing, findInfraChanges, InfraGuardError } from "../guard/infra.ts";
import { isUpToDate, lastChange } from "../history/history.ts";
import type { MigrationFile } from "../migrations/folder.ts";
import { makeReport } from "../report/makeReport.ts";
import type { RunReport } from "../report/report.ts";
import { type RunBase, type RunDeps, runOperation } from "../run/runOperation.ts";
import type { DeployableStack } from "../stack/update.ts";
import type { Verdict } from "../verdict/verdict.ts";

export interface DeployDeps extends RunBase {
  readonly openStack: () => Promise<DeployableStack>;
  readonly findOutputs: () => Promise<Outputs | undefined>;
  /** The checkout's folder of migrations. */
  readonly readCheckout: () => Promise<readonly MigrationFile[]>;
  readonly connectEcs: (region: string) => Promise<EcsApi>;
  readonly connectLogs: (region: string) => Promise<LogsApi>;
  /** The operator's way past the infra guard. */
  readonly allowInfra: boolean;
  /** `MIGRATE=skip` or `MIGRATE=auto`: for this one build, over the stack's setting. */
  readonly migrate: "skip" | "auto" | undefined;
  /** How the migrations are looked at; undefined: as for Postgres, every rule on. */
  readonly checkSettings?: (() => Promise<CheckSettings>) | undefined;
  /** Whether files that the stack has not shipped are read for what they hold; if not, only order and edits are checked. */
  readonly checkContent?: boolean | undefined;
  /** Called before the migration is run, with what the stack has shipped by then; it does not throw. */
  readonly beforeUp?: ((deps: PlanDeps) => Promise<void>) | undefined;
}

export interface PlanDeps extends RunDeps {
  /** The checkout's folder of migrations. */
  readonly files: readonly MigrationFile[];
}

export interface Deployed {
  readonly report: RunReport;
  /** undefined where the stack has none: its first deploy failed. */
  readonly outputs: Outputs | undefined;
}

/**
 * @throws {EcsMigrateError} of exit code 2 for what is wrong with the command or its configuration; all else is a report
 */
export async function deploy(deps: DeployDeps): Promise<Deployed> {
  const startedAt = deps.clock.now();
  const before = await deps.findOutputs();
  let outputs: Outputs;
  let released: readonly Released[];
  try {
    released = await guardMigrations(deps, before);
    await updateStack(deps);
    outputs = await readNewOutputs(deps);
  } catch (error) {
    return { report: notDeployed(deps, before, error, startedAt), outputs: before };
  }
  const report = await migrate(deps, before, outputs, startedAt);
  const warnings = [...report.warnings, ...overtaken(released, report.verdict)];
  return { report: { ...report, warnings }, outputs };
}

/** The stack is up, yet what it says of itself cannot be read; no migration was started. */
export class OutputsLostError extends EcsMigrateError {
  readonly code = "outputsLost";
  readonly exitCode = EXIT.notStarted;
}

/** @throws {OutputsLostError} where the stack that has just come up cannot be read: the deploy is half done then, no usage error */
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

async function guardMigrations(deps: DeployDeps, outputs: Outputs | undefined): Promise<readonly Released[]> {
  const settings = (await deps.checkSettings?.()) ?? DEFAULT_CHECK;
  const checkout = await deps.readCheckout();
  const now = new Date(deps.clock.now());
  const orderOnly = deps.checkContent !== true;
  const { record, findings } = await checkCheckout({ ...deps, outputs, checkout, now, settings, orderOnly });
  for (const { text } of record.released) deps.terminal.say(text);
  for (const found of findings) deps.terminal.warn(findingLine(found));
  return record.released;
}

async function updateStack({ openStack, terminal, stack, allowInfra }: DeployDeps): Promise<void> {
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
  await opened.up();
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
  return makeReport({
    ...facts(deps),
    outputs,
    taskDefinition: null,
    verdict,
    startedAt,
    endedAt: deps.clock.now(),
  });
}

function verdictOf(error: EcsMigrateError): Verdict {
  const { exitCode } = error;
  const message = error instanceof InfraGuardError ? error.summary : error.message;
  if (exitCode === EXIT.interrupted) {
    return { kind: "interrupted", cause: "deployStopped", from: null, to: null, files: [], detail: message };
  }
  return { kind: "notStarted", reason: exitCode === EXIT.refused ? "refused" : "deploy", detail: message };
}

async function migrate(
  deps: DeployDeps,
  before: Outputs | undefined,
  outputs: Outputs,
  startedAt: number,
): Promise<RunReport> {
  const logs = await deps.connectLogs(outputs.region);
  const skip = await reasonToSkip(deps, before, outputs, logs);
  if (skip === undefined) {
    const ecs = await deps.connectEcs(outputs.region);
    await deps.beforeUp?.({ ...deps, outputs, ecs, logs, files: await deps.readCheckout() });
    return runOperation({ ...deps, outputs, ecs, logs }, { name: "up" }, outputs.taskDefinitionArn);
  }
  deps.terminal.say(skip.text);
  const verdict: Verdict = {
    kind: "unchanged",
    version: skip.version,
    skipped: skip.warning ? "asked" : "applied",
  };
  return makeReport({
    ...facts(deps),
    outputs,
    taskDefinition: outputs.taskDefinitionArn,
    verdict,
    startedAt,
    endedAt: deps.clock.now(),
    warnings: skip.warning === undefined ? [] : [skip.warning],
  });
}

interface Skip {
  readonly text: string;
  readonly version: { readonly version: number | null; readonly dirty: boolean } | null;
  /** What a reader of the report must know: files that no run has applied. */
  readonly warning?: string;
}

/** Why no task is run; undefined where one is. */
async function reasonToSkip(
  deps: DeployDeps,
  before: Outputs | undefined,
  outputs: Outputs,
  logs: LogsApi,
): Promise<Skip | undefined> {
  const mode = deps.migrate ?? outputs.migrate;
  const by = deps.migrate === undefined ? "the stack's setting `migrate: manual`" : "MIGRATE=skip";
  if (mode === "skip" || mode === "manual") {
    const text = `No migration was run, by ${by}; \`npx ecs-migrate migrate up --stack ${deps.stack}\` runs it`;
    return { text, version: null, warning: text };
  }
  if (mode === "always") return undefined;
  // The history tells of the database behind the old secret.
  if (before?.databaseSecret !== outputs.databaseSecret) return undefined;
  try {
    const last = await lastChange(logs, outputs);
    if (!last || !isUpToDate(last, outputs)) return undefined;
    return {
      text: `No migration to run: task ${last.taskId} brought the database to this very set of files at ${last.result.startedAt}`,
      version: last.result.to,
    };
  } catch (error) {
    deps.terminal.warn(`the history could not be read (${awsErrorText(error)}), so the migration runs`);
    return undefined;
  }
}

function facts({ stack, origin }: DeployDeps) {
  return { stack, origin, operation: { name: "up" } } as const;
}
