/** What goes wrong in one deploy of a soak. Pure: the same seed and number give the same plan. */
import type { SlackBehaviour } from "../../test/lab/slack/receiver.ts";
import { FAULTS, type Fault } from "../proxy.ts";
import { type Random, randomFrom } from "../random.ts";

/** Where the script is killed: `runTask` as RunTask is called, so that its answer reaches nobody; `running` in the SQL. */
export const SCRIPT_MOMENTS = ["preview", "up", "runTask", "running"] as const;
export type ScriptMoment = (typeof SCRIPT_MOMENTS)[number];

export type Interruption =
  | { readonly kind: "none" }
  | {
      readonly kind: "killScript";
      readonly moment: ScriptMoment;
      readonly afterMs: number;
      /** True: with all that it has started, as a build's container ends; false: alone, as the kernel kills for want of memory. */
      readonly whole: boolean;
    }
  | { readonly kind: "killContainer"; readonly moment: "start" | "running"; readonly afterMs: number }
  /** Somebody stops the task by hand. */
  | { readonly kind: "stopTask"; readonly afterMs: number }
  /** The migration's last statement fails until somebody mends the file. */
  | { readonly kind: "badSql" }
  /** The database lets nobody in from RunTask on, until the command has ended. */
  | { readonly kind: "databaseShut" }
  | {
      readonly kind: "slackDown" | "slackSlow" | "slackLimited";
      /** What the next requests meet, one each. */
      readonly answers: readonly SlackBehaviour[];
    };

export interface DeployPlan {
  readonly interruption: Interruption;
  /** How long the migration's SQL takes. */
  readonly sqlSeconds: number;
  /** After a kill: the next command comes at once, while a task may still run. */
  readonly atOnce: boolean;
  /** True if the first command after the deploy meets faults as well. */
  readonly faultsAgain: boolean;
  /** What is tried first where the migration is not there yet. */
  readonly rerun: "up" | "deploy" | "attach";
  /** What the next call of this operation meets; undefined lets it pass. */
  readonly nextFault: (operation: string) => Fault | undefined;
}

/** The day of the bench's last migration, in UTC; the soak's come after it, a day each. */
const FIRST_DAY = Date.UTC(2026, 10, 23);
const DAY_MS = 24 * 3600 * 1000;

/** The version of the deploy with this number, 1 the first: a date, since `check` refuses what is none. */
export function soakVersion(number: number): number {
  return Number(new Date(FIRST_DAY + number * DAY_MS).toISOString().slice(0, 10).replaceAll("-", ""));
}

/** The script's own calls of AWS. */
const SCRIPT_CALLS: ReadonlySet<string> = new Set([
  ...["RunTask", "ListTasks", "DescribeTasks", "DescribeTaskDefinition", "ListTaskDefinitions"],
  ...["GetLogEvents", "FilterLogEvents", "DescribeLogStreams", "GetParameter", "StartLiveTail"],
]);
/** One call in so many meets a fault. Of Pulumi's far fewer: it makes many, and one that fails ends the deploy before its task. */
const FAULT_SHARE = { script: 1 / 6, pulumi: 1 / 150 };
/** How long after the beginning of `pulumi preview` or `pulumi up` a kill comes at most, in milliseconds. */
const PULUMI_MS = { preview: 6_000, up: 12_000 };
const KINDS = [
  ...["none", "killScript", "killScript", "killScript", "killContainer", "killContainer", "stopTask"],
  ...["badSql", "databaseShut", "slackDown", "slackSlow", "slackLimited"],
] as readonly Interruption["kind"][];

export function planDeploy(seed: number, number: number): DeployPlan {
  const random = randomFrom(seed * 1_000_003 + number);
  // One in six long enough for Live Tail.
  const sqlSeconds = random.next() < 1 / 6 ? 7 + random.next() * 3 : 1 + random.next() * 2;
  const interruption = planInterruption(random, sqlSeconds * 1_000);
  const atOnce = random.next() < 0.6;
  const faultsAgain = random.next() < 0.5;
  const rerun = random.pick(["up", "deploy", "attach"] as const);
  const faults = randomFrom(seed * 1_000_003 + number + 500_000);
  const nextFault = (operation: string) => {
    const share = SCRIPT_CALLS.has(operation) ? FAULT_SHARE.script : FAULT_SHARE.pulumi;
    return faults.next() < share ? faults.pick(FAULTS) : undefined;
  };
  return { interruption, sqlSeconds, atOnce, faultsAgain, rerun, nextFault };
}

function planInterruption(random: Random, sqlMs: number): Interruption {
  const kind = random.pick(KINDS);
  const within = (ms: number) => Math.round(random.next() * ms);
  switch (kind) {
    case "killScript": {
      const moment = random.pick(SCRIPT_MOMENTS);
      const most = { ...PULUMI_MS, runTask: 0, running: sqlMs * 0.8 }[moment];
      return { kind, moment, afterMs: within(most), whole: random.next() < 0.5 };
    }
    case "killContainer": {
      const moment = random.pick(["start", "running"] as const);
      return { kind, moment, afterMs: within(moment === "start" ? 150 : sqlMs * 0.8) };
    }
    case "stopTask":
      return { kind, afterMs: within(sqlMs * 0.8) };
    case "slackDown":
    case "slackSlow":
    case "slackLimited":
      return { kind, answers: planAnswers(random, kind) };
    default:
      return { kind };
  }
}

/** One to eight bad answers; the script asks four times at most, so some of these plans still let the message through. */
function planAnswers(random: Random, kind: "slackDown" | "slackSlow" | "slackLimited"): SlackBehaviour[] {
  return Array.from({ length: 1 + Math.floor(random.next() * 8) }, (): SlackBehaviour => {
    if (kind === "slackDown") return { kind: "error", status: random.pick([500, 502, 503]), body: "no" };
    if (kind === "slackLimited")
      return { kind: "rateLimited", retryAfterSeconds: random.pick([1, 2, 5, 60]) };
    // The webhook's timeout is 8 s (automation/slack.ts).
    return random.next() < 0.25 ? { kind: "hang" } : { kind: "late", ms: Math.round(random.next() * 14_000) };
  });
}

/** `killScript up`: the name under which interruptions are counted. */
export function interruptionName(interruption: Interruption): string {
  return "moment" in interruption ? `${interruption.kind} ${interruption.moment}` : interruption.kind;
}
