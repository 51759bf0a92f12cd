/** The command `deploy`: what it needs of the process, of Pulumi and of the checkout. */
import { connectEcs, connectLogs } from "../aws/clients.ts";
import { type CheckSettings, checkSettings } from "../check/settings.ts";
import type { CommandContext } from "../cli/context.ts";
import type { CommonOptions } from "../cli/options.ts";
import type { DeployOptions } from "../cli/program.ts";
import { ConfigError } from "../contract/errors.ts";
import { SOURCE_VARIABLE, type Source } from "../contract/source.ts";
import { deploy } from "../deploy/deploy.ts";
import type { PlanDeps } from "../deploy/deps.ts";
import { findNotifiers } from "../notify/notifiers.ts";
import type { PlanReport } from "../plan/makePlan.ts";
import type { RunReport } from "../report/report.ts";
import { requireConfig } from "../stack/configProblems.ts";
import { findOutputs, type PulumiLocation, readStackConfig } from "../stack/pulumiCli.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { readCommit } from "./commit.ts";
import { finishRun } from "./finishRun.ts";
import { findFolder } from "./folder.ts";
import { locate } from "./locate.ts";
import { runBase, runSettings } from "./runBase.ts";

export async function deployCommand(context: CommandContext, options: DeployOptions): Promise<void> {
  const location = locate(context, options);
  const config = await readStackConfig(location);
  await requireConfig(location, config);
  const commit = await readCommit(context, location.project);
  let planned: RunReport["planned"];
  const deployed = await deploy({
    ...runBase(context, location.stack, runSettings(options)),
    openStack: once(() => openStack(context, options, withSource(location, commit.source))),
    findOutputs: () => findOutputs(location),
    readCheckout: async () =>
      (await import("../migrations/folder.ts")).readMigrationFiles(
        findFolder(context, options, location.stack).path,
      ),
    connectEcs,
    connectLogs,
    connectServices: async (region) => (await import("../service/api.ts")).connectServices(region),
    allowInfra: options.allowInfra,
    allowOlder: options.allowOlder || context.env.ALLOW_OLDER === "true",
    breakLock: options.breakLock,
    ...commit,
    migrate: migrateVariable(context.env),
    checkSettings: async () => checkSettings(options, config),
    checkContent: options.check,
    codeAt: async (running) => {
      const { searchCode } = await import("./codeSearch.ts");
      return searchCode(findFolder(context, options, location.stack), config, running);
    },
    beforeUp: options.plan
      ? async (deps) =>
          announcePlan(context, options, deps, checkSettings(options, config), ({ files }) => {
            if (files.length > 0)
              planned = files.flatMap(({ file, time }) => (file === null ? [] : [{ file, time }]));
          })
      : undefined,
  });
  const report = planned ? { ...deployed.report, planned } : deployed.report;
  await finishRun(context, options, report, deployed.outputs, options.slack ?? true);
}

function withSource(location: PulumiLocation, source: Source | null): PulumiLocation {
  const { [SOURCE_VARIABLE]: _, ...env } = location.env;
  return { ...location, env: source ? { ...env, [SOURCE_VARIABLE]: JSON.stringify(source) } : env };
}

async function openStack(context: CommandContext, options: DeployOptions, location: PulumiLocation) {
  const { requireDocker } = await import("../stack/docker.ts");
  await requireDocker(context.env, context.signal);
  return (await import("../stack/update.ts")).openStack(location, stackProgress(context, options));
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

/** A plan that cannot be made or sent keeps nothing from running; a database below its last run does. */
async function announcePlan(
  context: CommandContext,
  options: DeployOptions,
  deps: PlanDeps,
  settings: CheckSettings,
  onPlan: (plan: PlanReport) => void,
): Promise<Verdict | undefined> {
  const { announce } = await import("../deploy/announcePlan.ts");
  const { production } = deps.outputs;
  const notifies = production && (options.slack ?? true);
  return announce(deps, settings, notifies ? () => findNotifiers(context, deps.outputs) : undefined, onPlan);
}

/** @throws {ConfigError} for any value but `skip` and `auto` */
function migrateVariable(env: NodeJS.ProcessEnv): "skip" | "auto" | undefined {
  const value = env.MIGRATE;
  if (value === undefined || value === "") return undefined;
  if (value === "skip" || value === "auto") return value;
  throw new ConfigError([`MIGRATE is ${value}; it must be skip or auto, or not set`]);
}
