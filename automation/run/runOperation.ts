/** One operation from its start to the report that everyone reads. */
import { awsErrorText } from "../aws/errors.ts";
import { isReadOnly, type Operation } from "../contract/operations.ts";
import type { Origin } from "../contract/origin.ts";
import { makeReport } from "../report/makeReport.ts";
import type { RunReport } from "../report/report.ts";
import { findRevisionWith } from "../task/revisions.ts";
import type { EcsTaskRun } from "../task/taskRun.ts";
import { isStillOpen } from "../verdict/facts.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { followRun, newRunId, type RunDeps } from "./follow.ts";
import { askerOf, runKey } from "./identity.ts";
import { type BegunRun, RunJournal } from "./journal.ts";
import { verifyResult } from "./verifyResult.ts";
import { answerBesideTasks, ownDirt, resolveUnknown } from "./versionCheck.ts";

export type { RunBase, RunDeps, RunSettings } from "./follow.ts";

/** An earlier run that proves nothing is followed by another so often; more are a loop. */
const MOST_RENEWALS = 20;

/**
 * Runs an operation by its task definition, and looks at the database once more if the task's end does not say how it was
 * left.
 *
 * @param taskDefinition with its revision
 */
export async function runOperation(
  deps: RunDeps,
  operation: Operation,
  taskDefinition: string,
): Promise<RunReport> {
  const startedAt = deps.clock.now();
  const named = { ...deps, origin: await nameCaller(deps) };
  const ended = isReadOnly(operation)
    ? await ask(named, operation, taskDefinition)
    : await change(named, operation, taskDefinition);
  const run = await verifyResult(named, operation, taskDefinition, ended, startedAt);
  const own = run.task?.attached === true ? run.times : null;
  return makeReport({
    ...named,
    operation,
    taskDefinition,
    verdict: run.verdict,
    run,
    revisionWithVersion: await findSourceRevision(deps, run.verdict),
    startedAt: own?.startedAt ?? startedAt,
    endedAt: own?.endedAt ?? deps.clock.now(),
  });
}

/** A shell's user name is empty in a container and says little elsewhere, so AWS's name for the caller is added. */
async function nameCaller({ origin, askCaller, outputs, signal }: RunDeps): Promise<Origin> {
  if (origin.build !== null || !askCaller) return origin;
  const caller = await askCaller(outputs.region, signal);
  if (caller === null) return { ...origin, by: origin.by ?? "unknown" };
  return { ...origin, by: origin.by === null ? caller : `${origin.by} (${caller})` };
}

/** A question is never resumed: an old answer is none. */
async function ask(deps: RunDeps, operation: Operation, taskDefinition: string): Promise<EcsTaskRun> {
  const question = { operation, taskDefinition };
  const askedAt = deps.clock.now();
  const run = await followRun(deps, { ...question, runId: newRunId() });
  return answerBesideTasks(deps, question, run, askedAt);
}

async function change(deps: RunDeps, operation: Operation, taskDefinition: string): Promise<EcsTaskRun> {
  const journal = openJournal(deps, operation);
  const begun = await journal.begin();
  const run = await followToResult(deps, operation, taskDefinition, journal, begun);
  const verdict = await ownDirt(deps, run, await resolveUnknown(deps, run.verdict, taskDefinition));
  if (isReported(verdict, run, begun)) await journal.end();
  return { ...run, verdict };
}

function openJournal({ outputs, env, origin, clock, terminal }: RunDeps, operation: Operation): RunJournal {
  const asker = askerOf(env, origin.build);
  return new RunJournal({
    env,
    key: runKey(outputs, operation, asker),
    asker: asker.kind,
    now: () => clock.now(),
    warn: (line) => terminal.warn(line),
  });
}

/** Follows the run's task; begins anew if an earlier process had one that proves nothing by now. */
async function followToResult(
  deps: RunDeps,
  operation: Operation,
  taskDefinition: string,
  journal: RunJournal,
  begun: BegunRun,
): Promise<EcsTaskRun> {
  const base = { operation, taskDefinition, journal };
  let run = await followRun(deps, {
    ...base,
    runId: begun.runId,
    resumed: begun.resumed ? begun : undefined,
  });
  if (!run.endedBefore) return run;
  // Not loaded for most runs.
  const { besideEarlier, judgeEarlier } = await import("./earlierRun.ts");
  const ended: EcsTaskRun[] = [];
  while (run.endedBefore && ended.length < MOST_RENEWALS) {
    const earlier = await judgeEarlier(deps, operation, taskDefinition, run);
    if (earlier.kind === "report") return earlier.run;
    ended.push(run);
    run = await followRun(deps, { ...base, runId: await journal.renew() });
  }
  return besideEarlier(run, ended);
}

/**
 * A run whose task may still be running, or may yet come to light, is the same run if the command is given again. One
 * whose task ECS forgot is over: nothing more can be learnt of it.
 */
function isReported(verdict: Verdict, { task }: EcsTaskRun, { mayBeForgotten }: BegunRun): boolean {
  if (isStillOpen(verdict)) return false;
  return verdict.kind !== "unknown" || verdict.cause !== "lost" || task !== null || mayBeForgotten;
}

/** For "no migration found for version N": the revision whose image has that version's files. A help, and no more. */
async function findSourceRevision(deps: RunDeps, verdict: Verdict): Promise<number | null> {
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

/** True if Slack hears of it without being asked: whenever something may have changed. */
export function isNews(operation: Operation): boolean {
  return !isReadOnly(operation);
}
