/** One operation from its start to the report that everyone is told from. */
import type { EcsApi, LogsApi } from "./aws.ts";
import type { Clock } from "./clock.ts";
import { type EcsTaskRun, runEcsTask } from "./ecsTask.ts";
import { makeReport } from "./makeReport.ts";
import { isReadOnly, type Operation, operationText } from "./operations.ts";
import type { Outputs } from "./outputs.ts";
import type { Origin, RunReport } from "./report.ts";
import { findRevisionWith } from "./revisions.ts";
import { RunJournal } from "./runJournal.ts";
import { runIdentity } from "./startTask.ts";
import type { Terminal } from "./terminal.ts";
import { establish, type Verdict, wantsProbe } from "./verdict.ts";

export interface RunSettings {
  readonly timeoutMs: number;
  readonly waitMs: number;
  readonly stopOnCancel: boolean;
}

export interface RunDeps {
  readonly stack: string;
  readonly outputs: Outputs;
  readonly ecs: EcsApi;
  readonly logs: LogsApi;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly origin: Origin;
  readonly env: NodeJS.ProcessEnv;
  readonly settings: RunSettings;
  readonly signal: AbortSignal;
}

/**
 * Runs an operation by its task definition, and looks at the database once more where the task's end does not tell.
 *
 * @param taskDefinition with its revision
 */
export async function runOperation(
  deps: RunDeps,
  operation: Operation,
  taskDefinition: string,
): Promise<RunReport> {
  const startedAt = deps.clock.now();
  const journal = new RunJournal(
    deps.env,
    `${deps.outputs.clusterArn} ${taskDefinition} ${operationText(operation)}`,
    deps.clock.now,
  );
  // A build's id is the run's own name; a person's command has none, so one is made and written down.
  const nonce = deps.origin.build ?? (await journal.begin()).nonce;
  const run = await runTask(deps, operation, taskDefinition, nonce);
  const verdict = await settle(deps, run.verdict, taskDefinition, nonce);
  if (isOver(verdict)) await journal.end();
  return makeReport({
    ...deps,
    operation,
    taskDefinition,
    verdict,
    run,
    revisionWithVersion: await findHolder(deps, verdict),
    startedAt,
    endedAt: deps.clock.now(),
  });
}

async function runTask(
  deps: RunDeps,
  operation: Operation,
  taskDefinition: string,
  nonce: string,
): Promise<EcsTaskRun> {
  const { terminal, outputs, stack } = deps;
  const runId = runIdentity(stack, taskDefinition, operation, nonce);
  const activity = terminal.activity(`${operationText(operation)} on ${stack}`);
  try {
    return await runEcsTask(
      {
        ...deps,
        onLine: (line) => activity.logLine(line),
        say: (line) => activity.say(line),
        onStatus: (status) => activity.status(status),
        onTask: (arn, logStream, attached) => {
          activity.say(`${attached ? "Attached to" : "Started"} task ${arn}`);
          activity.say(`Its log: ${logStream} in ${outputs.logGroup}`);
        },
      },
      {
        ...deps.settings,
        outputs,
        taskDefinition,
        operation,
        origin: deps.origin,
        runId,
        signal: deps.signal,
      },
    );
  } finally {
    activity.end();
  }
}

/** Asks the database for its version where the verdict leaves it open. The question changes nothing. */
async function settle(
  deps: RunDeps,
  verdict: Verdict,
  taskDefinition: string,
  nonce: string,
): Promise<Verdict> {
  if (!wantsProbe(verdict) || deps.signal.aborted) return verdict;
  deps.terminal.say("The task's end does not tell how it left the database; asking it for its version.");
  const probe = await runTask(deps, { name: "version" }, taskDefinition, `${nonce} probe`);
  return establish(verdict, probe.result ?? undefined);
}

/** A run whose task may still be running, or was never seen, is the same run when the command is given again. */
function isOver(verdict: Verdict): boolean {
  if (verdict.kind === "interrupted") return verdict.cause !== "cancelled";
  return verdict.kind !== "unknown";
}

/** For "no migration found for version N": the revision whose image has that version's files. */
async function findHolder(
  deps: RunDeps,
  verdict: Verdict,
): Promise<number | null> {
  if (verdict.kind !== "failed") return null;
  const version = Number(/no migration found for version (\d+)/.exec(verdict.error)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(version)) return null;
  return (await findRevisionWith(deps.ecs, deps.outputs.taskDefinitionFamily, version)) ?? null;
}

/** True where Slack is told without being asked: whenever something may have changed. */
export function isNews(operation: Operation): boolean {
  return !isReadOnly(operation);
}
