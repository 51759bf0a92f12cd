/**
 * What became of a run, told from the evidence alone. Pure: no clock, no AWS, no text for people (`verdictText.ts` has it).
 *
 * The order of the checks: RunTask's `failures[]`, no task, the task failed to start, the named container is missing, its
 * exit code is null or not 0, the result line. The exit code judges and the log informs: a result line can make a
 * verdict worse or richer, and never better than the exit code says.
 */
import type { Container, Failure, Task } from "@aws-sdk/client-ecs";
import {
  CONTAINER_EXIT,
  type DatabaseVersion,
  type RanFile,
  type ResultLine,
} from "../contract/resultLine.ts";

/** Why no SQL can have run. Each means: the database is untouched. */
export type NotStartedReason =
  | "capacity"
  | "agent"
  | "cluster"
  | "taskDefinition"
  | "invalid"
  | "denied"
  | "image"
  | "secret"
  | "logging"
  | "network"
  | "entrypoint"
  | "usage"
  | "busy"
  /** An earlier process of this run took its step, and the database has changed since. */
  | "changedSince"
  | "stopped"
  /** `pulumi up` failed or could not begin. */
  | "deploy"
  /** The guard refused the migrations or the change to the infrastructure. */
  | "refused"
  | "other";

/** What ended a run that should have gone on. */
export type InterruptCause =
  | "outOfMemory"
  | "killed"
  | "crashed"
  | "terminated"
  | "spot"
  | "host"
  | "stopTask"
  /** This command was stopped while its task ran; the task goes on. */
  | "cancelled"
  /** This command was stopped while `pulumi up` ran; no task was started. */
  | "deployStopped"
  /** This command was stopped before it called RunTask. */
  | "stoppedBeforeStart";

/** Why nobody can say what happened. */
export type UnknownCause =
  | "lost"
  | "timeout"
  | "contradiction"
  | "noExitCode"
  | "noContainer"
  | "credentials"
  | "unreadable";

export type Verdict =
  | {
      readonly kind: "applied";
      /** null where the log could not be read: the exit code said success, nothing said what ran. */
      readonly from: DatabaseVersion | null;
      readonly to: DatabaseVersion | null;
      readonly files: readonly RanFile[];
    }
  | {
      readonly kind: "unchanged";
      readonly version: DatabaseVersion | null;
      /** `status` only. */
      readonly pending?: readonly { readonly version: number; readonly name: string }[];
      /** Set if no task was run: the last run applied this set of migrations, somebody asked for none, or a newer commit is deployed. */
      readonly skipped?: "applied" | "asked" | "overtaken";
    }
  | {
      readonly kind: "notStarted";
      readonly reason: NotStartedReason;
      readonly detail: string;
      /** `busy` only: the task that is running in its place. */
      readonly taskArn?: string;
    }
  | {
      readonly kind: "failed";
      readonly from: DatabaseVersion | null;
      readonly to: DatabaseVersion | null;
      readonly files: readonly RanFile[];
      /** golang-migrate's own words, masked, or what the exit code tells. */
      readonly error: string;
    }
  | {
      readonly kind: "dirty";
      /** The version at which the database is dirty; null where only the exit code tells. */
      readonly version: number | null;
      readonly from: DatabaseVersion | null;
      readonly files: readonly RanFile[];
      /** null: the operation only asked. */
      readonly error: string | null;
    }
  | {
      readonly kind: "interrupted";
      readonly cause: InterruptCause;
      readonly from: DatabaseVersion | null;
      readonly to: DatabaseVersion | null;
      readonly files: readonly RanFile[];
      readonly detail: string;
    }
  | { readonly kind: "unknown"; readonly cause: UnknownCause; readonly detail: string };

export type VerdictKind = Verdict["kind"];

/** All that is known of a run when it is judged. */
export interface Evidence {
  /** The container whose exit code judges, from the stack's outputs. */
  readonly containerName: string;
  /** RunTask's `failures[]`. */
  readonly failures?: readonly Failure[];
  /** The task as DescribeTasks last showed it; undefined where RunTask gave none or ECS forgot it. */
  readonly task?: Task | undefined;
  /** True where the task was seen and ECS later answered MISSING: stopped tasks are listed for about an hour. */
  readonly forgotten?: boolean;
  /** The last result line in the task's log stream, where it could be read. */
  readonly result?: ResultLine | undefined;
}

/** Judges a run that is over. See the head of this file for the order. */
export function judge(evidence: Evidence): Verdict {
  const { task, result } = evidence;
  const failure = evidence.failures?.[0];
  if (failure && !task) return notStarted(failureReason(failure.reason ?? ""), failureText(failure));
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
  return judgeFailure(container.exitCode, task, container, result);
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
 * True where the container's process cannot have run: no exit code, no runtime id, no result line, and ECS says that the
 * start failed or never saw the task RUNNING. A task stopped while it was pending counts as well.
 */
function neverRan(task: Task, container: Container | undefined, result: ResultLine | undefined): boolean {
  if (result || isNumber(container?.exitCode)) return false;
  if (task.stopCode === "TaskFailedToStart") return true;
  // A host that was lost may have started the container and told nobody.
  if (task.stopCode === "SpotInterruption" || causeOfStop(task.stopCode) === "host") return false;
  return task.startedAt === undefined && container !== undefined && container.runtimeId === undefined;
}

function judgeFailedStart(task: Task, container: Container | undefined): Verdict {
  const detail = [task.stoppedReason, container?.reason].filter((text) => text && text.length > 0);
  const text = [...new Set(detail)].join("; ") || "ECS gave no reason";
  return notStarted(startFailureReason(task.stopCode, text), text);
}

/**
 * Sorts the stopped reason of a start that failed.
 * Source: "Amazon ECS stopped task error messages" in the Amazon ECS developer guide.
 */
export function startFailureReason(stopCode: string | undefined, text: string): NotStartedReason {
  if (/capacity is unavailable|RESOURCE:|no capacity/i.test(text)) return "capacity";
  if (/logging driver|log group|awslogs/i.test(text)) return "logging";
  if (/unable to pull secrets|retrieve secret|ssm|secretsmanager|asm fetching/i.test(text)) return "secret";
  if (/CannotPull|pull image|registry auth|manifest|image.*(not found|does not exist)/i.test(text))
    return "image";
  if (
    /CannotStartContainer|CannotCreateContainer|exec format|no such file|OCI runtime|executable file/i.test(
      text,
    )
  ) {
    return "entrypoint";
  }
  if (/network interface|ENI|subnet|timeout waiting for network|i\/o timeout/i.test(text)) return "network";
  return stopCode === "UserInitiated" ? "stopped" : "other";
}

/** Sorts a RunTask failure. Source: "API failure reasons" in the Amazon ECS developer guide. */
export function failureReason(reason: string): NotStartedReason {
  if (/^RESOURCE:|capacity|LIMIT|EMPTY CAPACITY PROVIDER/i.test(reason)) return "capacity";
  if (/^AGENT/i.test(reason)) return "agent";
  if (/^(INACTIVE|MISSING)/i.test(reason)) return "cluster";
  if (/^(ATTRIBUTE|MemberOf|PLATFORM|LOCATION)/i.test(reason)) return "taskDefinition";
  if (/access ?denied|not authorized/i.test(reason)) return "denied";
  return "other";
}

function failureText(failure: Failure): string {
  return (
    [failure.reason, failure.detail, failure.arn].filter(Boolean).join(": ") ||
    "RunTask failed without a reason"
  );
}

/** No exit code although the container was created: what stopped the task is the best that is known. */
function judgeNullExit(task: Task, container: Container, result: ResultLine | undefined): Verdict {
  const detail = stopText(task, container);
  if (result && result.exitCode !== 0) return judgeFailure(result.exitCode, task, container, result);
  if (isOutOfMemory(task, container)) return interrupted("outOfMemory", detail, result);
  const cause = causeOfStop(task.stopCode);
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

/** A result line that contradicts exit code 0 is believed where it is worse: dirty and failed are facts of the database. */
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
  if (isOutOfMemory(task, container)) return interrupted("outOfMemory", detail, result);
  const stop = causeOfStop(task.stopCode);
  if (stop && exitCode >= 128) return interrupted(stop, detail, result);
  const signal = causeOfExit(exitCode);
  if (signal) return interrupted(stop ?? signal, detail, result);
  // Without the line 2 says nothing: a shell that cannot fork ends with it too, in the middle of a run.
  if (exitCode === CONTAINER_EXIT.usage && result?.outcome === "usage") {
    return notStarted("usage", result.error ?? "the entrypoint refused its arguments or its environment");
  }
  return {
    kind: "failed",
    from: result?.from ?? null,
    to: result?.to ?? null,
    files: result?.files ?? [],
    error: result?.error ?? `the container ended with exit code ${exitCode}${detail ? ` (${detail})` : ""}`,
  };
}

function dirtyVerdict(result: ResultLine | undefined): Verdict {
  const version = result?.to?.version ?? result?.from?.version ?? null;
  return {
    kind: "dirty",
    version,
    from: result?.from ?? null,
    files: result?.files ?? [],
    error: result?.error ?? null,
  };
}

/** A result line with exit code 0, taken at its word. */
function fromResultLine(result: ResultLine): Verdict {
  if (result.to?.dirty) return dirtyVerdict(result);
  if (result.outcome === "applied")
    return { kind: "applied", from: result.from, to: result.to, files: result.files };
  if (result.outcome === "unchanged") {
    const version = result.to ?? result.from;
    return result.pending
      ? { kind: "unchanged", version, pending: result.pending }
      : { kind: "unchanged", version };
  }
  return unknown("contradiction", `the container ended with 0, its result line says ${result.outcome}`);
}

/** Source: TaskStopCode of the Amazon ECS API reference. */
function causeOfStop(stopCode: string | undefined): InterruptCause | undefined {
  switch (stopCode) {
    case "SpotInterruption":
      return "spot";
    case "TerminationNotice":
    case "InfrastructureHealth":
      return "host";
    case "UserInitiated":
    case "ServiceSchedulerInitiated":
      return "stopTask";
    default:
      return undefined;
  }
}

/** 128 + signal, as every shell and container runtime reports it; 13 is the entrypoint's own word for it. */
function causeOfExit(exitCode: number): InterruptCause | undefined {
  switch (exitCode) {
    case CONTAINER_EXIT.interrupted:
    case 130:
    case 143:
      return "terminated";
    case 137:
      return "killed";
    case 134:
    case 136:
    case 139:
      return "crashed";
    default:
      return undefined;
  }
}

function isOutOfMemory(task: Task, container: Container): boolean {
  return /OutOfMemory/i.test(`${container.reason ?? ""} ${task.stoppedReason ?? ""}`);
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

function notStarted(reason: NotStartedReason, detail: string): Verdict {
  return { kind: "notStarted", reason, detail };
}

function unknown(cause: UnknownCause, detail: string): Verdict {
  return { kind: "unknown", cause, detail };
}

function isNumber(value: number | null | undefined): value is number {
  return value !== undefined && value !== null;
}

/**
 * Adds what a `version` task said after a run that nobody could judge: whether the database is dirty, and at which version
 * it stands. It never turns such a verdict into a success, since nothing tells which files brought it there.
 */
export function establish(verdict: Verdict, probe: ResultLine | undefined): Verdict {
  const now = probe?.to ?? probe?.from;
  if (!now) return verdict;
  if (now.dirty) {
    const error = verdict.kind === "interrupted" || verdict.kind === "unknown" ? verdict.detail : null;
    const before = verdict.kind === "interrupted" ? verdict : { from: null, files: [] };
    return { kind: "dirty", version: now.version, from: before.from, files: before.files, error };
  }
  if (verdict.kind === "interrupted") return { ...verdict, to: now };
  if (verdict.kind !== "unknown") return verdict;
  return {
    ...verdict,
    detail: `${verdict.detail}; the database now stands at ${now.version ?? "no version"}, not dirty`,
  };
}

/** True where the task is over, and only a look at the database can tell what it left behind. */
export function wantsProbe(verdict: Verdict): boolean {
  if (verdict.kind === "interrupted") return verdict.cause !== "cancelled" && verdict.to === null;
  if (verdict.kind === "dirty") return verdict.version === null;
  const over: readonly UnknownCause[] = ["lost", "contradiction", "noExitCode", "noContainer"];
  return verdict.kind === "unknown" && over.includes(verdict.cause);
}
