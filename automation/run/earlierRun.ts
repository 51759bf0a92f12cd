/**
 * What to make of a run whose task had ended before this process looked: an earlier process of the same run began it and
 * never reported it. Its result is reported only as what it is, and only if the database is still as it left it.
 */
import type { Operation } from "../contract/operations.ts";
import type { EcsTaskRun } from "../task/taskRun.ts";
import { versionText } from "../text/version.ts";
import type { DatabaseChanged } from "../verdict/context.ts";
import { changedByVersions, isStillOpen } from "../verdict/facts.ts";
import type { Verdict } from "../verdict/verdict.ts";
import type { RunDeps } from "./follow.ts";
import { isSameVersion, reliableVersion } from "./versionCheck.ts";

type Earlier =
  /** Begin anew: the operation is safe to repeat, or the earlier task changed nothing. */
  { readonly kind: "again" } | { readonly kind: "report"; readonly run: EcsTaskRun };

export async function judgeEarlier(
  deps: RunDeps,
  operation: Operation,
  taskDefinition: string,
  run: EcsTaskRun,
): Promise<Earlier> {
  if (isStillOpen(run.verdict)) return { kind: "report", run };
  if (deps.signal.aborted) return { kind: "report", run: unconfirmed(run) };
  if (changedNothing(run)) return { kind: "again" };
  const isStep = operation.name === "down";
  const { verdict, result } = run;
  const isFinal = verdict.kind === "applied" || verdict.kind === "unchanged" || verdict.kind === "dirty";
  if (!isFinal || !result?.to)
    return isStep ? { kind: "report", run: labelled(run, null) } : { kind: "again" };
  deps.terminal.say(
    "An earlier process of this run had its task; asking the database whether its result still holds.",
  );
  const now = await reliableVersion(deps, taskDefinition);
  if (deps.signal.aborted) return { kind: "report", run: unconfirmed(run) };
  if (isSameVersion(now?.to, result.to))
    return { kind: "report", run: labelled(run, versionText(result.to)) };
  if (!isStep) return { kind: "again" };
  return { kind: "report", run: { ...labelled(run, null), verdict: notConfirmed(run, now?.to ?? null) } };
}

/** No SQL took effect: another start takes no second step. */
function changedNothing({ verdict, result }: EcsTaskRun): boolean {
  if (verdict.kind === "notStarted") return true;
  if (verdict.kind !== "failed" && verdict.kind !== "interrupted") return false;
  if (!result || result.files.length > 0 || result.to?.dirty) return false;
  return isSameVersion(result.from, result.to) || result.failed?.tookEffect === "nothing";
}

/** Says in every place where the report is read that it is an earlier run's. */
function labelled(run: EcsTaskRun, stillAt: string | null): EcsTaskRun {
  const ended = run.times === null ? "" : ` at ${new Date(run.times.endedAt).toISOString()}`;
  const now = stillAt === null ? "" : `, and the database is still at ${stillAt}`;
  const label = `This is the result of an earlier process of this run: its task ended${ended} and was never reported${now}. Nothing was run now.`;
  return { ...run, warnings: [label, ...run.warnings] };
}

/** This command was stopped before it could ask whether the earlier result still holds: the next one asks. */
function unconfirmed(run: EcsTaskRun): EcsTaskRun {
  const detail = `task ${run.task?.arn ?? ""} of an earlier process has ended; give the same command again for its result`;
  const verdict = {
    kind: "interrupted",
    cause: "unconfirmed",
    from: null,
    to: null,
    files: [],
    detail,
  } as const;
  return { ...run, verdict };
}

/** The database is not as the earlier step left it, or does not answer: neither its result nor another step is right. */
function notConfirmed(run: EcsTaskRun, now: { version: number | null; dirty: boolean } | null): Verdict {
  const left = versionText(run.result?.to ?? null);
  const taskArn = run.task?.arn ?? "";
  if (now === null) {
    const detail = `an earlier process of this run brought the database to ${left} by task ${taskArn}, and the database could not be asked whether it is still there`;
    return { kind: "unknown", cause: "unreadable", detail };
  }
  const detail = `an earlier process of this run brought the database to ${left} by task ${taskArn}, and it is at ${versionText(now)} by now. Nothing was run; give the command again to take a step from there`;
  return { kind: "notStarted", reason: "changedSince", detail, taskArn, changedBefore: changedBy(run) };
}

/** A run that could not begin anew says what its earlier task did: nobody was told of that yet. Pure. */
export function besideEarlier(run: EcsTaskRun, earlier: readonly EcsTaskRun[]): EcsTaskRun {
  const changes = earlier.map(changedBy);
  const changedBefore = (["yes", "maybe"] as const).find((changed) => changes.includes(changed));
  const { verdict } = run;
  if (changedBefore === undefined) return run;
  if (verdict.kind === "notStarted") return { ...run, verdict: { ...verdict, changedBefore } };
  const isStopped = verdict.kind === "interrupted" && verdict.cause === "stoppedBeforeStart";
  return isStopped ? { ...run, verdict: { ...verdict, cause: "unconfirmed" } } : run;
}

/** Whether a task changed the database. */
function changedBy({ verdict, result }: EcsTaskRun): DatabaseChanged {
  if (verdict.kind === "notStarted") return "no";
  return result === null ? "maybe" : changedByVersions(result);
}
