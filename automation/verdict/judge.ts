/**
 * Decides what became of a run, from the evidence alone. Pure: no clock, no AWS, no text for people (describe.ts has it).
 *
 * The order of the checks: RunTask's `failures[]`, no task, the task failed to start, the named container is missing, its
 * exit code is null or not 0, the result line. The exit code judges and the log informs: a result line can make a
 * verdict worse or richer, and never better than the exit code says.
 */
import type { Container, Failure, Task } from "@aws-sdk/client-ecs";
import { CONTAINER_EXIT } from "../contract/container.ts";
import type { ResultLine } from "../contract/resultLine.ts";
import { causeOfExit, causeOfStop, causesInText, type InterruptCause } from "./interruptCauses.ts";
import type { VerdictOf } from "./kind.ts";
import { type NotStartedReason, reasonOf } from "./notStartedReasons.ts";
import type { UnknownCause } from "./unknownCauses.ts";
import type { Verdict } from "./verdict.ts";

/** All that is known of a run when it is judged. */
export interface Evidence {
  /** The container whose exit code judges, from the stack's outputs. */
  readonly containerName: string;
  /** RunTask's `failures[]`. */
  readonly failures?: readonly Failure[];
  /** The task as DescribeTasks last showed it; undefined if RunTask gave none or ECS forgot it. */
  readonly task?: Task | undefined;
  /** True if the task was seen and ECS later answered MISSING: stopped tasks are listed for about an hour. */
  readonly forgotten?: boolean;
  /** The last line of the task's log stream, if it is a result line. */
  readonly result?: ResultLine | undefined;
  /** The last lines of the log, without the result line. */
  readonly logTail?: readonly string[];
}

/** Judges a run that is over. See the head of this file for the order. */
export function judge(evidence: Evidence): Verdict {
  const { task, result } = evidence;
  const failure = evidence.failures?.[0];
  if (failure && !task) return judgeFailures(failure);
  if (!task) return judgeWithoutTask(evidence);
  const container = namedContainer(task, evidence.containerName);
  if (neverRan(task, container, result)) return judgeFailedStart(task, container);
  if (!container) {
    const names = task.containers?.map((candidate) => candidate.name).join(", ") || "none";
    return unknown("noContainer", `the task has no container ${evidence.containerName} (it has: ${names})`);
  }
  if (container.exitCode === undefined || container.exitCode === null)
    return judgeNullExit(task, container, result);
  if (container.exitCode === 0) return judgeSuccess(task, result);
  const notRun = entrypointLine(evidence);
  if (notRun !== undefined) return notStarted("entrypoint", notRun);
  return judgeFailure(container.exitCode, task, container, result);
}

/** RunTask's answer that it started nothing. */
export function judgeFailures(failure: Failure): VerdictOf<"notStarted"> {
  const detail = [failure.reason, failure.detail, failure.arn].filter(Boolean).join(": ");
  return detail === ""
    ? notStarted("other", "RunTask failed without a reason")
    : notStarted(reasonOf(detail), detail);
}

/** The container that judges: a task may have others, in any order. */
export function namedContainer(task: Task, name: string): Container | undefined {
  return task.containers?.find((candidate) => candidate.name === name);
}

/** ECS forgot the task, or never gave one: only a result line can tell, and it carries the exit code that it ended with. */
function judgeWithoutTask({ forgotten, result }: Evidence): Verdict {
  if (result)
    return result.exitCode === 0 ? fromResultLine(result) : judgeFailure(result.exitCode, {}, {}, result);
  if (forgotten) return unknown("lost", "ECS no longer knows the task, and its log holds no result line");
  return notStarted("other", "RunTask answered with no task and no failure");
}

/**
 * True if the container's process cannot have run: no exit code, no runtime id, no result line, and ECS says that the
 * start failed or never saw the task RUNNING. A task stopped while it was pending counts as well.
 */
function neverRan(task: Task, container: Container | undefined, result: ResultLine | undefined): boolean {
  if (result || isNumber(container?.exitCode)) return false;
  if (task.stopCode === "TaskFailedToStart") return true;
  // A host that was lost may have started the container without telling anybody.
  const cause = causeOfStop(task.stopCode, task.stoppedReason ?? "");
  if (cause === "spot" || cause === "host") return false;
  return task.startedAt === undefined && container !== undefined && container.runtimeId === undefined;
}

function judgeFailedStart(task: Task, container: Container | undefined): Verdict {
  const detail = [task.stoppedReason, container?.reason].filter((text) => text && text.length > 0);
  const text = [...new Set(detail)].join("; ") || "ECS gave no reason";
  // Whoever calls StopTask may give any text as its reason.
  const stopped = causeOfStop(task.stopCode, "") === "stopTask";
  return notStarted(stopped ? "stopped" : reasonOf(text), text);
}

/**
 * The kernel could not run the entrypoint, and the container runtime says so as the container's only line: the image is
 * for another architecture, a script has CRLF line ends, the interpreter or the file does not exist.
 */
function entrypointLine({ result, logTail = [] }: Evidence): string | undefined {
  const lines = logTail.filter((line) => line.trim() !== "");
  const [line = ""] = lines;
  const isRefusal =
    /^exec \S+: (?:exec format error|no such file or directory|permission denied|not a directory)$/.test(
      line.trim(),
    );
  return result === undefined && lines.length === 1 && isRefusal ? line.trim() : undefined;
}

/** No exit code although the container was created: what stopped the task is the best that is known. */
function judgeNullExit(task: Task, container: Container, result: ResultLine | undefined): Verdict {
  const detail = stopText(task, container);
  if (result && result.exitCode !== 0) return judgeFailure(result.exitCode, task, container, result);
  const cause = stopCause(task, container);
  return cause ? interrupted(cause, detail, result) : unknown("noExitCode", detail);
}

/** Exit code 0 is a success only with a stop that an ended container explains, or with a result line that agrees. */
function judgeSuccess(task: Task, result: ResultLine | undefined): Verdict {
  if (result && result.exitCode !== 0) return contradiction(result);
  if (result) return fromResultLine(result);
  if (task.stopCode !== "EssentialContainerExited") {
    const detail = `exit code 0, yet the task stopped as ${task.stopCode ?? "nothing that ECS names"} and no result line was read`;
    return unknown("contradiction", detail);
  }
  return { kind: "applied", from: null, to: null, files: [] };
}

/** A result line that contradicts exit code 0 is believed if it is worse: dirty and failed are facts of the database. */
function contradiction(result: ResultLine): Verdict {
  if (result.outcome === "applied" || result.outcome === "unchanged") {
    return unknown("contradiction", `the container ended with 0, its result line says ${result.exitCode}`);
  }
  return judgeFailure(result.exitCode, {}, {}, result);
}

function judgeFailure(
  exitCode: number,
  task: Task,
  container: Container,
  result: ResultLine | undefined,
): Verdict {
  const dirty =
    result?.to?.dirty === true || result?.outcome === "dirty" || exitCode === CONTAINER_EXIT.dirty;
  if (dirty) return dirtyVerdict(result);
  const detail = stopText(task, container);
  const stop = stopCause(task, container);
  if (stop === "outOfMemory" || (stop && exitCode >= 128)) return interrupted(stop, detail, result);
  const signal = causeOfExit(exitCode);
  if (signal) return interrupted(stop ?? signal, detail, result);
  // Without the line 2 says nothing: a shell that cannot fork ends with it too, in the middle of a run.
  if (exitCode === CONTAINER_EXIT.usage && result?.outcome === "usage") {
    return notStarted("usage", result.error ?? "the container refused its arguments or its environment");
  }
  return {
    kind: "failed",
    from: result?.from ?? null,
    to: result?.to ?? null,
    files: result?.files ?? [],
    error: result?.error ?? `the container ended with exit code ${exitCode}${detail ? ` (${detail})` : ""}`,
    ...failureOf(result),
  };
}

function dirtyVerdict(result: ResultLine | undefined): Verdict {
  return {
    kind: "dirty",
    version: result?.to?.version ?? result?.from?.version ?? null,
    from: result?.from ?? null,
    files: result?.files ?? [],
    error: result?.error ?? null,
    ...failureOf(result),
  };
}

/** Schema 2 only: an older image's verdicts stay as they were. */
function failureOf(result: ResultLine | undefined): Pick<VerdictOf<"failed">, "failure"> {
  return result?.failed ? { failure: result.failed } : {};
}

/** A result line with exit code 0, taken at its word. */
function fromResultLine(result: ResultLine): Verdict {
  if (result.to?.dirty) return dirtyVerdict(result);
  if (result.outcome === "applied") {
    const { from, to, files, retries = 0, waitedMs = 0 } = result;
    return { kind: "applied", from, to, files, ...(retries > 0 ? { retries, waitedMs } : {}) };
  }
  if (result.outcome === "unchanged") {
    const version = result.to ?? result.from;
    return result.pending
      ? { kind: "unchanged", version, pending: result.pending }
      : { kind: "unchanged", version };
  }
  return unknown("contradiction", `the container ended with 0, its result line says ${result.outcome}`);
}

/** What ECS says about the stop: memory in the container's own reason, the rest in the task's. */
function stopCause(task: Task, container: Container): InterruptCause | undefined {
  const memory = causesInText(`${container.reason ?? ""} ${task.stoppedReason ?? ""}`);
  if (memory[0] === "outOfMemory") return "outOfMemory";
  return causeOfStop(task.stopCode, task.stoppedReason ?? "");
}

function stopText(task: Task, container: Container): string {
  const exit = isNumber(container.exitCode) ? `exit code ${container.exitCode}` : "no exit code";
  return [exit, task.stopCode, task.stoppedReason, container.reason].filter(Boolean).join(", ");
}

function interrupted(cause: InterruptCause, detail: string, result: ResultLine | undefined): Verdict {
  return {
    kind: "interrupted",
    cause,
    from: result?.from ?? null,
    to: result?.to ?? null,
    files: result?.files ?? [],
    detail: result?.error ? `${detail}: ${result.error}` : detail,
  };
}

function notStarted(reason: NotStartedReason, detail: string): VerdictOf<"notStarted"> {
  return { kind: "notStarted", reason, detail };
}

function unknown(cause: UnknownCause, detail: string): Verdict {
  return { kind: "unknown", cause, detail };
}

function isNumber(value: number | null | undefined): value is number {
  return value !== undefined && value !== null;
}
