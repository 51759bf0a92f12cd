/** The migration of a deploy, once its stack is up: whether a task is due, and when it is its turn. */
import { awsErrorText } from "../aws/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { lastUpToDate } from "../history/knownVersion.ts";
import { type EndedRun, readBack } from "../history/record.ts";
import { makeReport } from "../report/makeReport.ts";
import type { RunReport } from "../report/report.ts";
import { type RunDeps, runOperation } from "../run/runOperation.ts";
import { backoffMs } from "../task/clock.ts";
import { readFamily } from "../task/family.ts";
import { commandFor } from "../text/commandLine.ts";
import type { Verdict } from "../verdict/verdict.ts";
import type { DeployDeps, PlanDeps } from "./deps.ts";
import { newerCommit } from "./overtaken.ts";
import { plannedServices } from "./rollout.ts";

/**
 * Runs the migration, or says why no task is due.
 *
 * @param asked the database's answer, if this deploy has asked it already
 */
export async function migrate(
  deps: DeployDeps,
  outputs: Outputs,
  startedAt: number,
  asked?: RunReport,
): Promise<RunReport> {
  const logs = await deps.connectLogs(outputs.region);
  const run: RunDeps = { ...deps, outputs, logs, ecs: await deps.connectEcs(outputs.region) };
  const skip = await reasonToSkip(deps, run);
  const known = skip?.version ?? undefined;
  if (skip?.kind === "applied" && outputs.services && known) await announced(deps, run, { known });
  if (skip !== undefined) return skipped(deps, outputs, skip, startedAt);
  const verdict = await announced(deps, run, { asked });
  if (verdict) return withoutTask(deps, outputs, verdict, startedAt);
  return runWhenFree(deps, run, startedAt);
}

/** @param answer `known` if no task is due: the services roll all the same, so the plan is made without asking the database */
async function announced(
  deps: DeployDeps,
  run: RunDeps,
  answer: Pick<PlanDeps, "known" | "asked">,
): Promise<Verdict | undefined> {
  if (!deps.beforeUp) return undefined;
  const planServices = () => plannedServices(deps, run.outputs);
  return deps.beforeUp({ ...run, ...answer, files: await deps.readCheckout(), planServices });
}

/**
 * Milliseconds that a deploy may take besides its migration: waiting for another deploy, the image, `up`. A build is
 * longer by more than this (infra/config/pipeline.ts), so that the deploy reports before CodeBuild ends it.
 */
export const PREPARATION_MS = 20 * 60_000;
/** A migration is watched at least this long, however late it began. */
const LEAST_WATCH_MS = 60_000;

/** Milliseconds between two looks whether the other migration has ended. */
const LOOK_FIRST_MS = 2_000;
const LOOK_MOST_MS = 10_000;

/** Runs the migration once no other runs on the same database, unless a newer commit was deployed while this one waited. */
async function runWhenFree(deps: DeployDeps, run: RunDeps, startedAt: number): Promise<RunReport> {
  const { clock, settings, signal, terminal } = deps;
  const { outputs } = run;
  const endsAt = startedAt + settings.timeoutMs + PREPARATION_MS;
  for (let tries = 0; ; tries++) {
    if (tries > 0 || deps.beforeUp) {
      const newer = await newerCommit(deps, await deps.findOutputs());
      if (newer !== undefined) return skipped(deps, outputs, overtakenSkip(deps, newer), startedAt);
    }
    const report = await runOperation(
      {
        ...run,
        settings: { ...settings, timeoutMs: watchMs(settings.timeoutMs, endsAt - clock.now()), waitMs: 0 },
      },
      { name: "up" },
      outputs.taskDefinitionArn,
    );
    const { verdict } = report;
    const isBusy = verdict.kind === "notStarted" && verdict.reason === "busy";
    if (!isBusy || signal.aborted || clock.now() >= endsAt - LEAST_WATCH_MS) return report;
    if (tries === 0)
      terminal.say(`Waiting for the migration that runs on the same database: ${verdict.detail}`);
    await clock.sleep(backoffMs(tries, LOOK_FIRST_MS, LOOK_MOST_MS, clock.random()), signal);
  }
}

function watchMs(timeoutMs: number, leftMs: number): number {
  return Math.max(LEAST_WATCH_MS, Math.min(timeoutMs, leftMs));
}

interface Skip {
  readonly kind: "applied" | "asked" | "overtaken";
  readonly text: string;
  readonly version: { readonly version: number | null; readonly dirty: boolean } | null;
}

export function overtakenSkip({ source, stack }: DeployDeps, newer: string): Skip {
  const ours = source?.commit.slice(0, 7);
  const command = commandFor("deploy --allow-older", stack);
  const text = `Nothing to do: commit ${newer.slice(0, 7)} is deployed, which is newer than ${ours}; \`${command}\` deploys ${ours} all the same`;
  return { kind: "overtaken", text, version: null };
}

/** Files that no run has applied are a warning: a reader must know of them. */
export function skipped(
  deps: DeployDeps,
  outputs: Outputs | undefined,
  skip: Skip,
  startedAt: number,
): RunReport {
  deps.terminal.say(skip.text);
  const verdict = { kind: "unchanged", version: skip.version, skipped: skip.kind } as const;
  const warnings = skip.kind === "asked" ? [skip.text] : [];
  return withoutTask(deps, outputs, verdict, startedAt, warnings);
}

/** The report of a deploy that ran no task of its own. */
export function withoutTask(
  deps: DeployDeps,
  outputs: Outputs | undefined,
  verdict: Verdict,
  startedAt: number,
  warnings: readonly string[] = [],
): RunReport {
  const hasRevision = verdict.kind === "unchanged" && verdict.skipped !== "overtaken";
  return makeReport({
    ...{ stack: deps.stack, origin: deps.origin, operation: { name: "up" }, outputs, verdict, warnings },
    taskDefinition: hasRevision ? (outputs?.taskDefinitionArn ?? null) : null,
    startedAt,
    endedAt: deps.clock.now(),
  });
}

/** Why no task is run; undefined if one is. */
async function reasonToSkip(deps: DeployDeps, run: RunDeps): Promise<Skip | undefined> {
  const mode = deps.migrate ?? run.outputs.migrate;
  const by = deps.migrate === undefined ? "the stack's setting `migrate: manual`" : "MIGRATE=skip";
  if (mode === "skip" || mode === "manual") {
    const text = `No migration was run, by ${by}; \`npx ecs-migrate migrate up --stack ${deps.stack}\` runs it`;
    return { kind: "asked", text, version: null };
  }
  if (mode === "always") return undefined;
  try {
    const last = await findUpToDate(run);
    if (!last) return undefined;
    return {
      kind: "applied",
      text: `No migration to run: task ${last.taskId} brought the database to this very set of files at ${last.result.startedAt}`,
      version: last.result.to,
    };
  } catch (error) {
    if (!deps.signal.aborted)
      deps.terminal.warn(`the history could not be read (${awsErrorText(error)}), so the migration runs`);
    return undefined;
  }
}

/** The tasks are read first: one that starts after that leaves its line behind what is read. */
async function findUpToDate(run: RunDeps): Promise<EndedRun | undefined> {
  const tasks = await readFamily(run);
  for await (const record of readBack(run, run.clock.now())) {
    const found = lastUpToDate(record, tasks, run.outputs);
    if (found) return found === "due" ? undefined : found;
  }
  return undefined;
}
