/** What the database itself says of its version, beside what its tasks are doing at that moment. */
import type { Task } from "@aws-sdk/client-ecs";
import { awsErrorText } from "../aws/errors.ts";
import type { DatabaseVersion, ResultLine } from "../contract/resultLine.ts";
import { isQuestion, readFamily, runningChanges } from "../task/family.ts";
import type { EcsTaskRun } from "../task/taskRun.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { applyVersionCheck, wantsVersionCheck } from "../verdict/versionCheck.ts";
import { askVersion, type FollowedRun, followRun, newRunId, type RunDeps } from "./follow.ts";

/** A question that a migration has overtaken is asked again so often. */
const ASKED_AGAIN = 3;

/** Asks the database for its version if the verdict leaves it open. */
export async function resolveUnknown(
  deps: RunDeps,
  verdict: Verdict,
  taskDefinition: string,
): Promise<Verdict> {
  if (!wantsVersionCheck(verdict) || deps.signal.aborted) return verdict;
  deps.terminal.say(
    "The task's end does not say how it left the database; asking the database for its version.",
  );
  const version = await reliableVersion(deps, taskDefinition);
  return applyVersionCheck(verdict, version);
}

/**
 * What a `version` task answers; undefined if there is no answer, or another migration is changing the database, since
 * its file in progress makes a healthy database look dirty.
 */
export async function reliableVersion(
  deps: RunDeps,
  taskDefinition: string,
): Promise<ResultLine | undefined> {
  const asked = await askVersion(deps, taskDefinition);
  const { result } = asked;
  if (!result || !isDirty(result)) return result ?? undefined;
  const beside = await changeBeside(deps, Date.parse(result.startedAt)).catch(() => "unseen" as const);
  return beside === undefined ? result : undefined;
}

/**
 * A question's dirty answer is looked at beside the tasks of that moment: golang-migrate marks the version dirty while a
 * file runs, so the answer says nothing if a migration was running.
 *
 * @param run the question as it was answered
 * @param askedAt when the question was begun, in milliseconds since the epoch; its result line may be lost
 */
export async function answerBesideTasks(
  deps: RunDeps,
  question: Omit<FollowedRun, "runId">,
  run: EcsTaskRun,
  askedAt: number,
): Promise<EcsTaskRun> {
  let current = run;
  let since = askedAt;
  for (let asked = 1; current.verdict.kind === "dirty"; asked++) {
    let beside: Task | undefined;
    try {
      beside = await changeBeside(deps, current.times?.startedAt ?? since);
    } catch (error) {
      const verdict = deps.signal.aborted ? stoppedLooking : unseen(awsErrorText(error));
      return { ...current, verdict };
    }
    if (beside === undefined) return current;
    if (beside.lastStatus !== "STOPPED" || asked > ASKED_AGAIN)
      return { ...current, verdict: inProgress(beside.taskArn ?? "", current.result) };
    since = deps.clock.now();
    current = await followRun(deps, { ...question, runId: newRunId() });
  }
  return current;
}

/**
 * A run that ran no file and met a dirty database may have met the file of another one that was in progress: a task that
 * came up unseen, or was stopped while it waited for the lock.
 */
export async function ownDirt(deps: RunDeps, run: EcsTaskRun, verdict: Verdict): Promise<Verdict> {
  const { result, task, times } = run;
  const ranNothing = result !== null && result.files.length === 0 && result.from?.dirty === true;
  if (verdict.kind !== "dirty" || !ranNothing || deps.signal.aborted) return verdict;
  const since = times?.startedAt ?? 0;
  const beside = await changeBeside(deps, since, task?.arn).catch(() => undefined);
  return beside === undefined ? verdict : inProgress(beside.taskArn ?? "", result);
}

/** A task that may have been changing the database when it was asked: one that runs, or one that has ended since. */
async function changeBeside(deps: RunDeps, askedAt: number, own?: string): Promise<Task | undefined> {
  const { containerName } = deps.outputs;
  const tasks = (await readFamily(deps)).filter(({ taskArn }) => taskArn !== own);
  const [running] = runningChanges(tasks, containerName);
  if (running) return running;
  return tasks.find((task) => !isQuestion(task, containerName) && endOf(task) >= askedAt);
}

/** ECS learns of a container's end some seconds late, never early. */
function endOf(task: Task): number {
  if (task.stopCode === "TaskFailedToStart") return Number.NEGATIVE_INFINITY;
  return (
    (task.executionStoppedAt ?? task.stoppedAt ?? task.stoppingAt)?.getTime() ?? Number.POSITIVE_INFINITY
  );
}

function isDirty({ to, from }: ResultLine): boolean {
  return (to ?? from)?.dirty === true;
}

function inProgress(taskArn: string, result: ResultLine | null): Verdict {
  const version = (result?.to ?? result?.from)?.version;
  const says = version === undefined || version === null ? "dirty" : `${version}, dirty`;
  const detail = `task ${taskArn} is changing the database; until its file has ended, the version table says ${says}`;
  return { kind: "notStarted", reason: "busy", detail, taskArn };
}

const stoppedLooking: Verdict = {
  kind: "interrupted",
  cause: "cancelled",
  ...{ from: null, to: null, files: [] },
  detail:
    "the version is marked dirty, and this command was stopped before it saw whether a migration is running",
};

function unseen(error: string): Verdict {
  const detail = `the version is marked dirty, and whether a migration is running could not be looked up: ${error}`;
  return { kind: "unknown", cause: "unreadable", detail };
}

/** Equal versions, both known. Pure. */
export function isSameVersion(
  a: DatabaseVersion | null | undefined,
  b: DatabaseVersion | null | undefined,
): boolean {
  return !!a && !!b && a.version === b.version && a.dirty === b.dirty;
}
