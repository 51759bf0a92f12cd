/** One task of a run, with what the terminal shows of it and the journal keeps of it. */
import { randomUUID } from "node:crypto";
import type { EcsApi, LogsApi } from "../aws/clients.ts";
import { type Operation, operationText } from "../contract/operations.ts";
import type { Origin } from "../contract/origin.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { Activity, Terminal } from "../report/terminal.ts";
import type { Clock } from "../task/clock.ts";
import type { Resumed } from "../task/find.ts";
import { type EcsTaskRun, runEcsTask } from "../task/taskRun.ts";
import type { RunJournal } from "./journal.ts";
import { runningFile } from "./runningFile.ts";

export interface RunSettings {
  readonly timeoutMs: number;
  /** Waits for another running migration to end instead of refusing, at most so many milliseconds. */
  readonly waitMs: number;
  readonly stopOnCancel: boolean;
  /** A start for which there is no room yet is tried again for so long, in milliseconds. */
  readonly capacityWaitMs?: number;
}

/** What a run needs of the process, and of the command that asked for it. */
export interface RunBase {
  readonly stack: string;
  /** The options that the same operation needs once more, such as `--revision 41`. */
  readonly flags?: string;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly origin: Origin;
  readonly env: NodeJS.ProcessEnv;
  readonly settings: RunSettings;
  readonly signal: AbortSignal;
  /** Whom AWS takes the caller for; asked if a person runs the command. */
  readonly askCaller?: (region: string, signal: AbortSignal) => Promise<string | null>;
}

export interface RunDeps extends RunBase {
  readonly outputs: Outputs;
  readonly ecs: EcsApi;
  readonly logs: LogsApi;
}

/** What is run, and under which name. */
export interface FollowedRun {
  readonly operation: Operation;
  /** With its revision. */
  readonly taskDefinition: string;
  readonly runId: string;
  readonly resumed?: Resumed | undefined;
  /** Not of a question: it starts anew each time. */
  readonly journal?: RunJournal | undefined;
}

/** Runs an operation as a task, to the verdict of that task. */
export async function followRun(deps: RunDeps, run: FollowedRun): Promise<EcsTaskRun> {
  const { ecs, logs, clock, terminal, outputs, origin, signal, settings } = deps;
  const { operation, taskDefinition, runId, resumed, journal } = run;
  const activity = terminal.activity(`${operationText(operation)} on ${deps.stack}`);
  try {
    return await runEcsTask(
      { ecs, logs, clock, ...watchedBy(activity, operation, outputs, journal) },
      {
        ...settings,
        ...{ outputs, taskDefinition, operation, origin, signal, runId, resumed },
        ...(journal ? { renew: () => journal.renew() } : {}),
      },
    );
  } finally {
    activity.end();
  }
}

/** What the terminal shows of a task, and the journal keeps of it. */
export function watchedBy(
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

/** Asks the database for its version: the question changes nothing, and is a run of its own. */
export async function askVersion(deps: RunDeps, taskDefinition: string): Promise<EcsTaskRun> {
  const settings = { ...deps.settings, waitMs: 0 };
  const runId = newRunId();
  return followRun({ ...deps, settings }, { operation: { name: "version" }, taskDefinition, runId });
}

/** The identity of a question. */
export function newRunId(): string {
  return randomUUID().replaceAll("-", "");
}
