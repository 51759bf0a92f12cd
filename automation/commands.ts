/** The commands of `program.ts`: each reads its stack, does its work and tells the result. */
import { resolve } from "node:path";
import { readMigrationFiles } from "../infra/migrations.ts";
import { awsErrorText, connectEcs, connectLogs, connectParameters, type EcsApi } from "./aws.ts";
import { systemClock } from "./clock.ts";
import { askOnTerminal, confirm } from "./confirm.ts";
import { type Deployed, deploy } from "./deploy.ts";
import { attachToTask } from "./ecsTask.ts";
import { ConfigError, type ExitCode } from "./errors.ts";
import { makeReport } from "./makeReport.ts";
import { type Operation, parseOperation } from "./operations.ts";
import { originOf, stackOfBranch } from "./origin.ts";
import type { Outputs } from "./outputs.ts";
import {
  type Commands,
  type CommonOptions,
  type MigrateOptions,
  type RunOptions,
  requireStack,
} from "./program.ts";
import type { RunReport } from "./report.ts";
import { chooseRevision } from "./revisions.ts";
import { isNews, type RunSettings, runOperation } from "./runOperation.ts";
import { findOutputs, type PulumiLocation, readOutputs, readStackConfig } from "./stackOutputs.ts";
import { tell } from "./tell.ts";
import type { Terminal } from "./terminal.ts";

/** What the commands need of the process; `main.ts` gives it. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv;
  /** The folder of package.json. */
  readonly home: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** True where a person can answer a question. */
  readonly interactive: boolean;
  readonly color: boolean;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
  readonly finish: (exitCode: ExitCode) => void;
}

/** As long as `--wait` waits for another migration, in milliseconds. */
const WAIT_MS = 60 * 60 * 1000;

export function createCommands(context: CommandContext): Commands {
  return {
    deploy: async (options) => {
      const location = locate(context, options);
      const origin = originOf(context.env);
      const deployed: Deployed = await deploy({
        stack: location.stack,
        // Loaded here and nowhere else: the Automation API takes longer to load than a rerun takes to start its task.
        openStack: async () =>
          (await import("./stack.ts")).openStack(location, stackProgress(context, options)),
        findOutputs: () => findOutputs(location),
        readCheckout: async () => readMigrationFiles(await migrationsFolder(location)),
        connectEcs,
        connectLogs,
        clock: systemClock,
        terminal: context.terminal,
        origin,
        env: context.env,
        settings: settingsOf(options),
        signal: context.signal,
        allowInfra: options.allowInfra,
        migrate: migrateVariable(context.env),
      });
      await finish(context, options, deployed.report, deployed.outputs, options.slack ?? true);
    },

    migrate: async (operation, options) => {
      const location = locate(context, options);
      const outputs = await readOutputs(location);
      const ecs = await connectEcs(outputs.region);
      const revision = await chooseRevision(ecs, outputs, options.revision);
      await confirmed(context, location.stack, outputs, operation, options, revision.versions);
      const report = await runOperation(
        {
          stack: location.stack,
          outputs,
          ecs,
          logs: await connectLogs(outputs.region),
          clock: systemClock,
          terminal: context.terminal,
          origin: originOf(context.env),
          env: context.env,
          settings: settingsOf(options),
          signal: context.signal,
        },
        operation,
        revision.taskDefinition,
      );
      await finish(context, options, report, outputs, options.slack ?? isNews(operation));
    },

    attach: async (task, options) => {
      const location = locate(context, options);
      const outputs = await readOutputs(location);
      const report = await attach(context, location.stack, outputs, task, options);
      await finish(context, options, report, outputs, options.slack ?? true);
    },
  };
}

function locate(context: CommandContext, options: CommonOptions): PulumiLocation {
  const { branch } = originOf(context.env);
  const stack = requireStack(options.stack, stackOfBranch(branch), branch);
  const project = resolve(options.project ?? context.home);
  return { stack, project, env: context.env, signal: context.signal };
}

function settingsOf(options: RunOptions): RunSettings {
  return {
    timeoutMs: options.timeout,
    waitMs: options.wait ? WAIT_MS : 0,
    stopOnCancel: options.stopOnCancel,
  };
}

function stackProgress({ terminal }: CommandContext, { verbose }: CommonOptions) {
  return {
    onStep: (line: string) => terminal.say(`  ${line}`),
    ...(verbose ? { onOutput: (text: string) => terminal.say(text.trimEnd()) } : {}),
  };
}

/**
 * The checkout's folder of migrations, from the same two keys that `infra/config.ts` reads.
 */
async function migrationsFolder(location: PulumiLocation): Promise<string> {
  const config = await readStackConfig(location);
  const app = config.get("ecs-migrate:appPath") || "app";
  return resolve(
    location.project,
    app,
    config.get("ecs-migrate:migrationsPath") || "resources/db/migrations",
  );
}

/** @throws {ConfigError} for any value but `skip` and `auto` */
function migrateVariable(env: NodeJS.ProcessEnv): "skip" | "auto" | undefined {
  const value = env.MIGRATE;
  if (value === undefined || value === "") return undefined;
  if (value === "skip" || value === "auto") return value;
  throw new ConfigError([`MIGRATE is ${value}; it must be skip or auto, or not set`]);
}

async function confirmed(
  { interactive }: CommandContext,
  stack: string,
  outputs: Outputs,
  operation: Operation,
  options: MigrateOptions,
  versions: readonly number[] | null,
): Promise<void> {
  const { production } = outputs;
  const highest = versions?.at(-1) ?? null;
  await confirm(
    { stack, production, operation, highest, yes: options.yes },
    interactive ? askOnTerminal : undefined,
  );
}

/** Follows a task that somebody else started; its operation is read from its overrides. */
async function attach(
  context: CommandContext,
  stack: string,
  outputs: Outputs,
  taskName: string,
  options: RunOptions,
): Promise<RunReport> {
  const startedAt = systemClock.now();
  const ecs = await connectEcs(outputs.region);
  const task = await findTask(ecs, outputs, taskName);
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
        ...settingsOf(options),
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

async function findTask(ecs: EcsApi, outputs: Outputs, task: string) {
  try {
    const { tasks } = await ecs.describeTasks({ cluster: outputs.clusterArn, tasks: [task] });
    if (tasks?.[0]) return tasks[0];
  } catch (error) {
    throw new ConfigError([`Task ${task} could not be looked up: ${awsErrorText(error)}`], { cause: error });
  }
  throw new ConfigError([
    `ECS knows no task ${task} in ${outputs.clusterArn}; it lists a stopped one for about an hour. Its result may still be in the log group ${outputs.logGroup}`,
  ]);
}

/** Tells everyone, in an order in which a failure to tell the one keeps nothing from the other. */
async function finish(
  context: CommandContext,
  options: RunOptions,
  report: RunReport,
  outputs: Outputs | undefined,
  slack: boolean,
): Promise<void> {
  await tell(report, {
    terminal: context.terminal,
    print: context.print,
    color: context.color,
    json: options.json,
    reportFile: options.report,
    slack: slack ? await slackUrl(context, outputs) : undefined,
  });
  context.finish(report.exitCode as ExitCode);
}

/** The webhook's URL is a secret: SLACK_WEBHOOK_URL, or the parameter whose name the outputs give. */
async function slackUrl(context: CommandContext, outputs: Outputs | undefined): Promise<string | undefined> {
  const { SLACK_WEBHOOK_URL: url } = context.env;
  if (url) return url;
  const name = outputs?.slackWebhookParameter;
  if (!outputs || !name) return undefined;
  try {
    const parameters = await connectParameters(outputs.region);
    return await parameters.getParameter(name);
  } catch (error) {
    context.terminal.warn(
      `Slack was not told: its parameter ${name} could not be read (${awsErrorText(error)})`,
    );
    return undefined;
  }
}
