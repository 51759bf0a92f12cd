/** Follows a task that is already there to its verdict, and ends this machine's entry of its run. */
import type { Task } from "@aws-sdk/client-ecs";
import { awsErrorText } from "../aws/errors.ts";
import { ConfigError } from "../contract/errors.ts";
import { isReadOnly, type Operation, parseOperation } from "../contract/operations.ts";
import type { Outputs } from "../contract/outputs.ts";
import { makeReport } from "../report/makeReport.ts";
import type { RunReport } from "../report/report.ts";
import { attachToTask, type EcsTaskRun } from "../task/taskRun.ts";
import { commandFor } from "../text/commandLine.ts";
import { familyOf } from "../text/image.ts";
import { isStillOpen } from "../verdict/facts.ts";
import { type RunDeps, watchedBy } from "./follow.ts";
import { endRunOfTask } from "./journal.ts";
import { answerBesideTasks, resolveUnknown } from "./versionCheck.ts";

/**
 * @param taskName its ARN or id
 * @throws {ConfigError} if there is no such task, or it is another stack's
 */
export async function attachRun(deps: RunDeps, taskName: string): Promise<RunReport> {
  const startedAt = deps.clock.now();
  const task = await findTask(deps, taskName);
  const { taskDefinitionArn = deps.outputs.taskDefinitionArn, taskArn = taskName, startedBy } = task;
  const operation = operationOf(task, deps.outputs);
  const run = await resolve(deps, operation, taskDefinitionArn, await follow(deps, operation, task));
  // The same command given again is a new run now.
  if (!isStillOpen(run.verdict)) await endRunOfTask(deps.env, taskArn, startedBy);
  return makeReport({
    ...deps,
    operation,
    taskDefinition: taskDefinitionArn,
    verdict: run.verdict,
    run,
    startedAt: run.times?.startedAt ?? startedAt,
    endedAt: run.times?.endedAt ?? deps.clock.now(),
  });
}

async function follow(deps: RunDeps, operation: Operation, task: Task): Promise<EcsTaskRun> {
  const { ecs, logs, clock, outputs, settings, signal, terminal } = deps;
  const activity = terminal.activity(`attach to ${task.taskArn ?? ""}`);
  const { onLine, say, onStatus } = watchedBy(activity, operation, outputs, undefined);
  const taskDefinition = task.taskDefinitionArn ?? outputs.taskDefinitionArn;
  try {
    return await attachToTask(
      { ecs, logs, clock, onLine, say, onStatus },
      { ...settings, outputs, taskDefinition, signal },
      task,
    );
  } finally {
    activity.end();
  }
}

async function resolve(
  deps: RunDeps,
  operation: Operation,
  taskDefinition: string,
  run: EcsTaskRun,
): Promise<EcsTaskRun> {
  if (isReadOnly(operation))
    return answerBesideTasks(deps, { operation, taskDefinition }, run, run.times?.startedAt ?? 0);
  return { ...run, verdict: await resolveUnknown(deps, run.verdict, taskDefinition) };
}

/** A task that was started without a command runs the task definition's, which is `up`. */
function operationOf(task: Task, { containerName }: Outputs): Operation {
  const override = task.overrides?.containerOverrides?.find(({ name }) => name === containerName);
  return parseOperation(override?.command ?? ["up"]);
}

async function findTask({ ecs, outputs, stack, signal }: RunDeps, name: string): Promise<Task> {
  const task = await describe({ ecs, outputs, signal }, name);
  if (!task) {
    throw new ConfigError([
      `ECS knows no task ${name} in ${outputs.clusterArn}; it lists a stopped one for about an hour. \`${commandFor("history", stack)}\` reads the results that its log group has`,
    ]);
  }
  const { clusterArn = outputs.clusterArn, taskDefinitionArn = "" } = task;
  const family = familyOf(taskDefinitionArn);
  if (clusterArn !== outputs.clusterArn || family !== outputs.taskDefinitionFamily) {
    throw new ConfigError([
      `Task ${name} is not stack ${stack}'s: it runs ${family} in ${clusterArn}, and the stack's migrations are ${outputs.taskDefinitionFamily} in ${outputs.clusterArn}. Name the task's own stack with --stack`,
    ]);
  }
  return task;
}

async function describe(
  { ecs, outputs, signal }: Pick<RunDeps, "ecs" | "outputs" | "signal">,
  task: string,
): Promise<Task | undefined> {
  try {
    const { tasks } = await ecs.describeTasks({ cluster: outputs.clusterArn, tasks: [task] }, signal);
    return tasks?.[0];
  } catch (error) {
    throw new ConfigError([`Task ${task} could not be looked up: ${awsErrorText(error)}`], { cause: error });
  }
}
