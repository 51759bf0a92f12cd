/** The commands of `program.ts`: each reads its stack, does its work and tells the result. */
import { awsErrorText, connectEcs, connectLogs, type EcsApi, loadClients } from "./aws.ts";
import { systemClock } from "./clock.ts";
import { type CommandContext, locate, migrationsFolder } from "./commandContext.ts";
import { askOnTerminal, confirm } from "./confirm.ts";
import type { PlanDeps } from "./deploy.ts";
import type { Dialect } from "./dialect.ts";
import { attachToTask } from "./ecsTask.ts";
import { ConfigError, type ExitCode } from "./errors.ts";
import { makeReport } from "./makeReport.ts";
import { type Operation, parseOperation } from "./operations.ts";
import { originOf } from "./origin.ts";
import type { Outputs } from "./outputs.ts";
import type { Commands, DeployOptions, MigrateOptions } from "./program.ts";
import type { CommonOptions, RunOptions } from "./programOptions.ts";
import type { RunReport } from "./report.ts";
import { chooseRevision } from "./revisions.ts";
import { isNews, type RunSettings, runOperation } from "./runOperation.ts";
import { slackUrl } from "./slackUrl.ts";
import { findOutputs, type PulumiLocation, readOutputs, readStackConfig } from "./stackOutputs.ts";
import { tell } from "./tell.ts";
import { commandFor } from "./verdictNext.ts";

/** As long as `--wait` waits for another migration, in milliseconds. */
const WAIT_MS = 60 * 60 * 1000;

export function createCommands(context: CommandContext): Commands {
  return {
    deploy: async (options) => {
      const location = locate(context, options);
      const origin = originOf(context.env);
      // Loaded here and nowhere else: what deploy needs, the Automation API above all, takes longer to load than a rerun
      // takes to start its task.
      const [{ deploy }, { checkSettings }] = await Promise.all([
        import("./deploy.ts"),
        import("./checkSettings.ts"),
      ]);
      const configuration = once(() => readStackConfig(location));
      const settings = async () => checkSettings(options, await configuration());
      const deployed = await deploy({
        stack: location.stack,
        openStack: async () => {
          const { requireDocker } = await import("./requireDocker.ts");
          await requireDocker(context.env, context.signal);
          return (await import("./stack.ts")).openStack(location, stackProgress(context, options));
        },
        findOutputs: () => findOutputs(location),
        readCheckout: async () =>
          (await import("../infra/migrations.ts")).readMigrationFiles(
            await migrationsFolder(location, await configuration()),
          ),
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
        checkSettings: settings,
        // Where --no-check says so, only the guard looks at the migrations.
        lint: options.check
          ? async (input) => (await import("./deployCheck.ts")).checkBeforeDeploy(input)
          : undefined,
        beforeUp: options.plan
          ? async (deps) => announcePlan(context, options, deps, (await settings()).dialect)
          : undefined,
      });
      await finish(context, options, deployed.report, deployed.outputs, options.slack ?? true);
    },

    migrate: async (operation, options) => {
      const location = locate(context, options);
      const outputs = await readOutputsAndLoad(location);
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

    check: async (options) => (await import("./commands/check.ts")).checkCommand(context, options),
    newMigration: async (name, options) =>
      (await import("./commands/new.ts")).newCommand(context, name, options),
    plan: async (operation, options) =>
      (await import("./commands/plan.ts")).planCommand(context, operation, options),
    history: async (options) => (await import("./commands/history.ts")).historyCommand(context, options),
    doctor: async (options) => (await import("./commands/doctor.ts")).doctorCommand(context, options),

    attach: async (task, options) => {
      const location = locate(context, options);
      const outputs = await readOutputsAndLoad(location);
      const report = await attach(context, location.stack, outputs, task, options);
      await finish(context, options, report, outputs, options.slack ?? true);
    },
  };
}

/** The Pulumi CLI answers while the clients load. */
async function readOutputsAndLoad(location: PulumiLocation): Promise<Outputs> {
  const [outputs] = await Promise.all([readOutputs(location), loadClients()]);
  return outputs;
}

function settingsOf(options: RunOptions): RunSettings {
  return {
    timeoutMs: options.timeout,
    waitMs: options.wait ? WAIT_MS : 0,
    stopOnCancel: options.stopOnCancel,
  };
}

function stackProgress({ terminal, pulumiSignal }: CommandContext, { verbose }: CommonOptions) {
  return {
    onStep: (line: string) => terminal.say(`  ${line}`),
    cancel: pulumiSignal,
    ...(verbose ? { onOutput: (text: string) => terminal.say(text.trimEnd()) } : {}),
  };
}

/** Makes a value when it is first asked for, and keeps it. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** A plan that cannot be made or sent keeps nothing from running. */
async function announcePlan(
  context: CommandContext,
  options: DeployOptions,
  deps: PlanDeps,
  dialect: Dialect,
): Promise<void> {
  const { announce } = await import("./announcePlan.ts");
  const { production } = deps.outputs;
  const toSlack = production && (options.slack ?? true);
  await announce(deps, dialect, toSlack ? () => slackUrl(context, deps.outputs) : undefined);
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
    slack: slack ? () => slackUrl(context, outputs) : undefined,
  });
  context.finish(report.exitCode as ExitCode);
}
