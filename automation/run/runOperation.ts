/** One operation from its start to the report that everyone is told from. */
import type { EcsApi, LogsApi } from "../aws/clients.ts";
import { awsErrorText } from "../aws/errors.ts";
import { isReadOnly, type Operation, operationText } from "../contract/operations.ts";
import type { Origin } from "../contract/origin.ts";
import type { Outputs } from "../contract/outputs.ts";
import { makeReport } from "../report/makeReport.ts";
import type { RunReport } from "../report/report.ts";
import type { Activity, Terminal } from "../report/terminal.ts";
import type { Clock } from "../task/clock.ts";
import { runIdentity } from "../task/request.ts";
import { findRevisionWith } from "../task/revisions.ts";
import { type EcsTaskRun, runEcsTask } from "../task/taskRun.ts";
import { establish, type Verdict, wantsProbe } from "../verdict/verdict.ts";
import { type BegunRun, RunJournal } from "./journal.ts";
import { runningFile } from "./runningFile.ts";

export interface RunSettings {
  readonly timeoutMs: number;
  readonly waitMs: number;
  readonly stopOnCancel: boolean;
}

/** What a run needs of the process, and of the command that asked for it. */
export interface RunBase {
  readonly stack: string;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly origin: Origin;
  readonly env: NodeJS.ProcessEnv;
  readonly settings: RunSettings;
  readonly signal: AbortSignal;
}

export interface RunDeps extends RunBase {
  readonly outputs: Outputs;
  readonly ecs: EcsApi;
  readonly logs: LogsApi;
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
  const journal = openJournal(deps, operation, taskDefinition);
  const begun = await journal.begin(deps.origin.build ?? undefined);
  const run = await runTask(deps, operation, taskDefinition, begun.nonce, { journal, begun });
  const verdict = await settle(deps, run.verdict, taskDefinition, begun.nonce);
  if (isOver(verdict, run, begun)) await journal.end();
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

/** A build's run is its own: two builds with the same words are two runs. */
function openJournal(deps: RunDeps, operation: Operation, taskDefinition: string): RunJournal {
  const { clock, env, origin, outputs, terminal } = deps;
  const key = `${outputs.clusterArn} ${taskDefinition} ${operationText(operation)} ${origin.build ?? ""}`;
  return new RunJournal(
    env,
    key.trimEnd(),
    () => clock.now(),
    (line) => terminal.warn(line),
  );
}

interface Remembered {
  readonly journal: RunJournal;
  readonly begun: BegunRun;
}

/** @param remembered the run's place in the journal; a mere look at the version has none */
async function runTask(
  deps: RunDeps,
  operation: Operation,
  taskDefinition: string,
  nonce: string,
  remembered?: Remembered,
): Promise<EcsTaskRun> {
  const { terminal, outputs, origin, signal, stack } = deps;
  const identity = (word: string) => runIdentity(stack, taskDefinition, operation, word);
  const activity = terminal.activity(`${operationText(operation)} on ${stack}`);
  try {
    return await runEcsTask(
      { ...deps, ...showing(activity, operation, outputs, remembered?.journal) },
      {
        ...{ ...deps.settings, outputs, taskDefinition, operation, origin, signal },
        runId: identity(nonce),
        ...(remembered?.begun.resumed ? { resumed: remembered.begun } : {}),
        ...(remembered ? { renew: async () => identity(await remembered.journal.renew()) } : {}),
      },
    );
  } finally {
    activity.end();
  }
}

/** What the terminal shows of a task, and the journal keeps of it. */
function showing(
  activity: Activity,
  operation: Operation,
  outputs: Outputs,
  journal: RunJournal | undefined,
) {
  return {
    onLine: (line: string) => {
      activity.logLine(line);
      const file = runningFile(line, operation, outputs.migrations);
      if (file !== undefined) activity.running(file);
    },
    say: (line: string) => activity.say(line),
    onStatus: (status: string) => activity.status(status),
    onAttempt: (attempt: number) => journal?.note({ attempt }),
    onTask: async (arn: string, logStream: string, attached: boolean) => {
      await journal?.note({ taskArn: arn });
      activity.say(`${attached ? "Attached to" : "Started"} task ${arn}`);
      activity.say(`Its log: ${logStream} in ${outputs.logGroup}`);
    },
  };
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

/**
 * A run whose task may still be running, or may yet come to light, is the same run when the command is given again. One
 * whose task ECS forgot is over: nothing more can be learnt of it.
 */
function isOver(verdict: Verdict, { task }: EcsTaskRun, { mayBeForgotten }: BegunRun): boolean {
  if (verdict.kind === "interrupted") return verdict.cause !== "cancelled";
  if (verdict.kind !== "unknown") return true;
  const { cause } = verdict;
  return cause === "lost"
    ? task !== null || mayBeForgotten
    : cause !== "timeout" && cause !== "credentials" && cause !== "unreadable";
}

/** For "no migration found for version N": the revision whose image has that version's files. A help, and no more. */
async function findHolder(deps: RunDeps, verdict: Verdict): Promise<number | null> {
  if (verdict.kind !== "failed") return null;
  const version = Number(/no migration found for version (\d+)/.exec(verdict.error)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(version)) return null;
  try {
    return (await findRevisionWith(deps.ecs, deps.outputs.taskDefinitionFamily, version)) ?? null;
  } catch (error) {
    deps.terminal.warn(
      `the revision that has version ${version} could not be looked for (${awsErrorText(error)})`,
    );
    return null;
  }
}

/** True where Slack is told without being asked: whenever something may have changed. */
export function isNews(operation: Operation): boolean {
  return !isReadOnly(operation);
}
