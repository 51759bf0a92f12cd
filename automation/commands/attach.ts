/** The command `attach`: follows a task that is already there to its verdict. */
import { connectEcs, connectLogs, type EcsApi } from "../aws/clients.ts";
import { awsErrorText } from "../aws/errors.ts";
import type { CommandContext } from "../cli/context.ts";
import type { RunOptions } from "../cli/options.ts";
import { originOf } from "../cli/origin.ts";
import { ConfigError } from "../contract/errors.ts";
import { parseOperation } from "../contract/operations.ts";
import type { Outputs } from "../contract/outputs.ts";
import { makeReport } from "../report/makeReport.ts";
import type { RunReport } from "../report/report.ts";
import { systemClock } from "../task/clock.ts";
import { attachToTask } from "../task/taskRun.ts";
import { commandFor } from "../text/commandLine.ts";
import { finishRun } from "./finishRun.ts";
import { locate, readOutputsAndLoad } from "./locate.ts";
import { runSettings } from "./runBase.ts";

export async function attachCommand(
  context: CommandContext,
  task: string,
  options: RunOptions,
): Promise<void> {
  const location = locate(context, options);
  const outputs = await readOutputsAndLoad(location);
  const report = await follow(context, location.stack, outputs, task, options);
  await finishRun(context, options, report, outputs, options.slack ?? true);
}

/** Follows a task that somebody else started; its operation is read from its overrides. */
async function follow(
  context: CommandContext,
  stack: string,
  outputs: Outputs,
  taskName: string,
  options: RunOptions,
): Promise<RunReport> {
  const startedAt = systemClock.now();
  const ecs = await connectEcs(outputs.region);
  const task = await findTask(ecs, outputs, stack, taskName);
  const override = task.overrides?.containerOverrides?.find(({ name }) => name === outputs.containerName);
  const operation = parseOperation(override?.command ?? ["up"]);
  const activity = context.terminal.activity(`attach to ${task.taskArn ?? taskName}`);
  try {
    const run = await attachToTask(
      {
        ecs,
        logs: await connectLogs(outputs.region),
        clock: systemClock,
        onLine: (line) => activity.logLine(line),
        say: (line) => activity.say(line),
        onStatus: (status) => activity.status(status),
      },
      {
        ...runSettings(options),
        outputs,
        taskDefinition: task.taskDefinitionArn ?? outputs.taskDefinitionArn,
        signal: context.signal,
      },
      task,
    );
    return makeReport({
      stack,
      outputs,
      operation,
      taskDefinition: task.taskDefinitionArn ?? null,
      verdict: run.verdict,
      run,
      origin: originOf(context.env),
      startedAt,
      endedAt: systemClock.now(),
    });
  } finally {
    activity.end();
  }
}

async function findTask(ecs: EcsApi, outputs: Outputs, stack: string, task: string) {
  try {
    const { tasks } = await ecs.describeTasks({ cluster: outputs.clusterArn, tasks: [task] });
    if (tasks?.[0]) return tasks[0];
  } catch (error) {
    throw new ConfigError([`Task ${task} could not be looked up: ${awsErrorText(error)}`], { cause: error });
  }
  throw new ConfigError([
    `ECS knows no task ${task} in ${outputs.clusterArn}; it lists a stopped one for about an hour. \`${commandFor("history", stack)}\` reads the results that its log group has`,
  ]);
}
