/**
 * A verdict in words: did the database change, why, and what now. Pure; every message of the terminal, Slack and the
 * reports comes from here.
 */

import { EXIT, type ExitCode } from "../contract/errors.ts";
import { isReadOnly, type Operation } from "../contract/operations.ts";
import type { RanFile } from "../contract/resultLine.ts";
import { clip } from "../text/clip.ts";
import { redact } from "../text/redact.ts";
import { countText, versionSpan, versionText } from "../text/version.ts";
import { explainError } from "./databaseError.ts";
import { dirtyMark } from "./dirty.ts";
import {
  type DatabaseChanged,
  databaseChanged,
  type NextStep,
  type VerdictContext,
  wasDirtyBefore,
} from "./facts.ts";
import { nextSteps } from "./nextSteps.ts";
import type { InterruptCause, NotStartedReason, UnknownCause, Verdict } from "./verdict.ts";

export interface VerdictText {
  /** One line, without the stack: `Applied 3 migrations: 20261120 → 20261124`. */
  readonly headline: string;
  readonly databaseChanged: DatabaseChanged;
  /** The cause; null where all went well. */
  readonly why: string | null;
  /** In the order in which a person takes them; empty where nothing is to be done. */
  readonly next: readonly NextStep[];
}

/** As much of AWS's words as a sentence can bear, in characters. */
const DETAIL = 400;

export type { DatabaseChanged, NextStep, VerdictContext } from "./facts.ts";

/** Says what a verdict means. Secrets of a known shape are masked; nothing else is taken out. */
export function describeVerdict(verdict: Verdict, context: VerdictContext): VerdictText {
  const why = whyOf(verdict, context);
  return {
    headline: redact(headlineOf(verdict, context)),
    databaseChanged: databaseChanged(verdict, context.operation),
    why: why === null ? null : redact(why),
    next: nextSteps(verdict, context),
  };
}

/** The script's exit code for a verdict. A guard that refused has its own: nothing is wrong with AWS then. */
export function exitCodeOf(verdict: Verdict): ExitCode {
  if (verdict.kind === "notStarted" && verdict.reason === "refused") return EXIT.refused;
  switch (verdict.kind) {
    case "applied":
    case "unchanged":
      return EXIT.ok;
    default:
      return EXIT[verdict.kind];
  }
}

function headlineOf(verdict: Verdict, context: VerdictContext): string {
  switch (verdict.kind) {
    case "applied":
      return appliedHeadline(verdict, context.operation);
    case "unchanged":
      return unchangedHeadline(verdict, context.operation);
    case "notStarted":
      return `Not started (${NOT_STARTED[verdict.reason].short}): the database is untouched`;
    case "failed":
      return failedHeadline(verdict, databaseChanged(verdict, context.operation));
    case "dirty":
      return dirtyHeadline(verdict, context);
    case "interrupted":
      return interruptedHeadline(verdict, databaseChanged(verdict, context.operation));
    case "unknown":
      return `Unknown (${UNKNOWN[verdict.cause].short}): ${changedClause(databaseChanged(verdict, context.operation))}`;
  }
}

type Applied = Extract<Verdict, { kind: "applied" }>;

function appliedHeadline({ from, to, files }: Applied, operation: Operation): string {
  const span = versionSpan(from, to);
  if (span === "" && files.length === 0)
    return `Succeeded (${operation.name}), but the log does not say what ran`;
  if (operation.name === "force") return `Set the version without running any file: ${span}`;
  const at = span === "" ? "" : `: ${span}`;
  return `${ranText(files)}${at}`;
}

function ranText(files: readonly RanFile[]): string {
  const down = files.filter((file) => file.direction === "down").length;
  const up = files.length - down;
  if (down === 0) return `Applied ${countText(up, "migration")}`;
  const undone = countText(down, "migration");
  return up === 0 ? `Undid ${undone}` : `Undid ${undone} and applied ${up}`;
}

function unchangedHeadline(verdict: Extract<Verdict, { kind: "unchanged" }>, operation: Operation): string {
  const at = verdict.version === null ? "" : ` at ${versionText(verdict.version)}`;
  if (verdict.skipped === "asked") return `Skipped as asked${at && `: the database is${at}`}`;
  if (verdict.skipped === "overtaken") return "Skipped: a newer commit is deployed";
  if (verdict.skipped)
    return `Skipped: this very set of migrations was applied before${at && `, the database is${at}`}`;
  if (verdict.pending) {
    const pending = verdict.pending.length;
    return `The database is${at || " readable"}, ${pending === 0 ? "nothing pending" : `${countText(pending, "migration")} pending`}`;
  }
  if (operation.name === "version")
    return at === "" ? "The version could not be read from the log" : `The database is${at}`;
  return at === "" ? "Nothing to do" : `Nothing to do: the database is${at}`;
}

function failedHeadline(verdict: Extract<Verdict, { kind: "failed" }>, changed: DatabaseChanged): string {
  const span = versionSpan(verdict.from, verdict.to);
  if (changed === "yes") {
    const count = verdict.files.length > 0 ? ` after ${countText(verdict.files.length, "migration")}` : "";
    return `Failed${count}: the database changed and is not dirty${span && `, ${span}`}`;
  }
  if (changed === "maybe") return "Failed: nothing says whether the database changed";
  const at = verdict.to ?? verdict.from;
  return `Failed: the database did not change${at === null ? "" : `, it is at ${versionText(at)}`}`;
}

function dirtyHeadline(verdict: Extract<Verdict, { kind: "dirty" }>, context: VerdictContext): string {
  const none = verdict.version === -1 || (verdict.version === null && verdict.from !== null);
  const at = none ? " at no version" : verdict.version === null ? "" : ` at ${verdict.version}`;
  if (wasDirtyBefore(verdict) || isReadOnly(context.operation))
    return `Dirty${at}: a migration stopped half-way before this run, which ran nothing`;
  const count = verdict.files.length > 0 ? `${countText(verdict.files.length, "migration")} ran, then ` : "";
  return `Dirty${at}: ${count}${dirtyMark(verdict, context)?.file ?? "a migration"} stopped half-way`;
}

function interruptedHeadline(
  verdict: Extract<Verdict, { kind: "interrupted" }>,
  changed: DatabaseChanged,
): string {
  const short = INTERRUPTED[verdict.cause].short;
  if (verdict.cause === "cancelled") return `Not waited for (${short}): the migration runs on`;
  const span = versionSpan(verdict.from, verdict.to);
  const known = verdict.from !== null && verdict.to !== null;
  return `Interrupted (${short}): ${changedClause(changed)}${known ? `, ${span}` : ""}`;
}

function changedClause(changed: DatabaseChanged): string {
  switch (changed) {
    case "yes":
      return "the database changed";
    case "no":
      return "the database did not change";
    case "maybe":
      return "the database may have changed and may be dirty";
  }
}

function whyOf(verdict: Verdict, context: VerdictContext): string | null {
  switch (verdict.kind) {
    case "applied":
      return null;
    case "unchanged":
      return null;
    case "notStarted":
      return withDetail(NOT_STARTED[verdict.reason].sentence, verdict.detail);
    case "failed":
      return explainError(verdict.error).sentence;
    case "dirty":
      return dirtyWhy(verdict);
    case "interrupted":
      return withDetail(interruptedSentence(verdict.cause, context.memoryMiB ?? null), verdict.detail);
    case "unknown":
      return withDetail(UNKNOWN[verdict.cause].sentence, verdict.detail);
  }
}

function dirtyWhy(verdict: Extract<Verdict, { kind: "dirty" }>): string {
  if (verdict.error !== null) return explainError(verdict.error).sentence;
  return wasDirtyBefore(verdict) || verdict.files.length === 0
    ? "A migration stopped half-way and golang-migrate left its mark; it runs nothing before the mark is cleared."
    : "A migration stopped half-way, and the log does not say why.";
}

function interruptedSentence(cause: InterruptCause, memoryMiB: number | null): string {
  const { sentence } = INTERRUPTED[cause];
  return cause === "outOfMemory" && memoryMiB !== null
    ? `The container needed more memory than the task's ${memoryMiB} MiB.`
    : sentence;
}

/** `Sentence (detail).` Masked before it is cut: half a database URL no longer looks like one. */
function withDetail(sentence: string, detail: string): string {
  const text = clip(redact(detail).replace(/\s+/g, " ").trim(), DETAIL).replace(/\.$/, "");
  return text === "" ? sentence : `${sentence.slice(0, -1)} (${text}).`;
}

interface Words {
  /** For the headline's bracket. */
  readonly short: string;
  readonly sentence: string;
}

const NOT_STARTED: Readonly<Record<NotStartedReason, Words>> = {
  capacity: { short: "no capacity", sentence: "AWS had no room for the task." },
  agent: {
    short: "container agent",
    sentence: "The ECS agent of the container instance does not answer.",
  },
  cluster: { short: "cluster", sentence: "The cluster is not there or not active." },
  taskDefinition: {
    short: "task definition",
    sentence: "The task definition is not there, or nothing in the cluster can place it.",
  },
  invalid: { short: "request refused", sentence: "ECS refused the request." },
  denied: { short: "access denied", sentence: "AWS denied the start of the task." },
  image: { short: "image", sentence: "The image could not be pulled." },
  secret: { short: "secret", sentence: "A secret of the task could not be read." },
  logging: { short: "log group", sentence: "The task's log could not be opened." },
  network: { short: "network", sentence: "The task got no network, or could not reach AWS through it." },
  entrypoint: { short: "entrypoint", sentence: "The container's entrypoint could not be run." },
  usage: {
    short: "configuration",
    sentence: "The container refused its arguments or its environment.",
  },
  busy: { short: "another run is on", sentence: "Another migration of this stack is running." },
  deploy: { short: "deploy failed", sentence: "`pulumi up` failed, so no migration was started." },
  changedSince: {
    short: "changed since",
    sentence: "The database is not as an earlier process of this run left it, so nothing was run.",
  },
  refused: { short: "refused", sentence: "The deploy was refused before anything was started." },
  stopped: { short: "stopped before it ran", sentence: "The task was stopped before it ran." },
  other: { short: "no start", sentence: "ECS did not start the task." },
};

const INTERRUPTED: Readonly<Record<InterruptCause, Words>> = {
  outOfMemory: {
    short: "out of memory",
    sentence: "The container needed more memory than the task has.",
  },
  killed: {
    short: "killed",
    sentence: "The container was killed: SIGKILL, as ECS sends it when stopTimeout is over.",
  },
  crashed: { short: "crashed", sentence: "The process in the container crashed." },
  terminated: { short: "terminated", sentence: "The container was asked to stop and did." },
  spot: { short: "Spot", sentence: "AWS took the Spot capacity back." },
  host: { short: "host", sentence: "AWS took the task's host out of service." },
  stopTask: { short: "stopped", sentence: "Somebody stopped the task." },
  cancelled: {
    short: "this command was stopped",
    sentence:
      "This command was stopped; it left the task running, since killing SQL half-way makes a database dirty.",
  },
  deployStopped: {
    short: "the deploy was stopped",
    sentence: "This command was stopped before it started a migration.",
  },
  stoppedBeforeStart: {
    short: "stopped before it started",
    sentence: "This command was stopped before it started a task; the database is untouched.",
  },
};

const UNKNOWN: Readonly<Record<UnknownCause, Words>> = {
  lost: { short: "result lost", sentence: "ECS no longer tells what became of the task." },
  timeout: {
    short: "time was up",
    sentence: "The task was still running when this command stopped waiting; it was left running.",
  },
  contradiction: { short: "contradiction", sentence: "What ECS and the log say do not agree." },
  noExitCode: { short: "no exit code", sentence: "The task is over and ECS gives no exit code for it." },
  noContainer: {
    short: "no such container",
    sentence: "The task does not have the container whose exit code judges.",
  },
  credentials: {
    short: "access lost",
    sentence: "AWS no longer let this command look at the task; the task itself was left running.",
  },
  unreadable: { short: "unreadable", sentence: "AWS gave no answer about the task that could be read." },
};
