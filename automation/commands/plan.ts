/** The command `plan`: asks the database for its version, and says what an operation would run. */

import { connectEcs, connectLogs } from "../aws/clients.ts";
import { checkSettings } from "../check/settings.ts";
import type { CommandContext } from "../cli/context.ts";
import type { PlanCommandOptions } from "../cli/programLook.ts";
import { ConfigError, EXIT, type ExitCode } from "../contract/errors.ts";
import type { Operation } from "../contract/operations.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { DatabaseVersion } from "../contract/resultLine.ts";
import { isNewer } from "../deploy/overtaken.ts";
import { readMigrationFiles } from "../migrations/folder.ts";
import { deliver } from "../notify/deliver.ts";
import { inspectedIn, makePlan, type PlanReport } from "../plan/makePlan.ts";
import { planMarkdown } from "../plan/markdown.ts";
import { planLines } from "../plan/text.ts";
import { type RunReport, versionOf } from "../report/report.ts";
import { askDatabase } from "../run/askDatabase.ts";
import { type PulumiLocation, readOutputs, readStackConfig } from "../stack/pulumiCli.ts";
import { systemClock } from "../task/clock.ts";
import { jsonText } from "../text/json.ts";
import { redact } from "../text/redact.ts";
import { questionDeps } from "./askStatus.ts";
import { readCommit } from "./commit.ts";
import { findFolder } from "./folder.ts";
import { locate } from "./locate.ts";
import { printReport } from "./printReport.ts";

/** Exit 0 with a plan, whatever it says; where the database could not be asked, the exit code of that. */
export async function planCommand(
  context: CommandContext,
  operation: Operation,
  options: PlanCommandOptions,
): Promise<void> {
  const location = locate(context, options);
  const [outputs, config] = await Promise.all([readOutputs(location), readStackConfig(location)]);
  const migrations = await planOperation(context, { location, outputs, config }, operation, options);
  if ("verdict" in migrations) {
    await deliver(migrations, { ...context, json: options.json, reportFiles: [], notifiers: undefined });
    context.finish(migrations.exitCode as ExitCode);
    return;
  }
  const plan = operation.name === "up" ? await planned(context, location, outputs, migrations) : migrations;
  const human = () => `${planLines(plan).join("\n")}\n`;
  const report = options.json ? jsonText(plan) : options.markdown ? planMarkdown(plan) : human();
  await printReport(context, options.output, report, human);
  context.finish(EXIT.ok);
}

/** With what the next deploy of this checkout would do with the services; its image is not built yet. */
async function planned(
  context: CommandContext,
  location: PulumiLocation,
  { services, region, repositoryUrl }: Outputs,
  plan: PlanReport,
): Promise<PlanReport> {
  if (!services) return plan;
  const { planServices, withServices } = await import("../service/planned.ts");
  const { connectServices } = await import("../service/api.ts");
  const commit = await readCommit(context, location.project);
  return withServices(plan, services.targets, () =>
    planServices(
      {
        ...{ api: connectServices(region), image: null, repositoryUrl, source: commit.source },
        isNewer: (running) => isNewer(commit, running),
        parallel: services.parallel,
      },
      services.targets,
    ),
  );
}

interface PlannedStack {
  readonly location: PulumiLocation;
  readonly outputs: Outputs;
  /** The stack's configuration by full key. */
  readonly config: ReadonlyMap<string, string>;
}

/** The plan, or the report of the question if the database could not be asked. */
async function planOperation(
  context: CommandContext,
  { location, outputs, config }: PlannedStack,
  operation: Operation,
  options: Pick<PlanCommandOptions, "project" | "timeout" | "dialect"> & { readonly database?: boolean },
): Promise<PlanReport | RunReport> {
  const settings = checkSettings({ dialect: options.dialect }, config);
  const files = readMigrationFiles(findFolder(context, options, location.stack).path);
  const base = { stack: location.stack, operation, migrations: outputs.migrations, files, ...settings };
  const now = new Date(systemClock.now());
  if (options.database === false) return makePlan({ ...base, now, current: await lastVersion(outputs) });
  const report = await askDatabase(
    await questionDeps(context, location.stack, outputs, options.timeout),
    outputs.taskDefinitionArn,
  );
  const current = versionOf(report);
  return current === null
    ? report
    : makePlan({ ...base, now, current, database: report.database, ...inspectedIn(report) });
}

/** @throws {ConfigError} if no run on record tells the version */
async function lastVersion(outputs: Outputs): Promise<DatabaseVersion> {
  const { readKnownVersion } = await import("../history/knownVersion.ts");
  const known = await readKnownVersion({ connectEcs, connectLogs, clock: systemClock }, outputs);
  if (known.kind === "known") return known.version;
  throw new ConfigError([
    `The database's version is not known without asking it: ${known.why}; leave out --no-database`,
  ]);
}

/** What a person sees before a production stack asks for its name. What goes wrong is a line that says so. */
export async function previewLines(
  context: CommandContext,
  location: PulumiLocation,
  outputs: Outputs,
  operation: Operation,
  options: Pick<PlanCommandOptions, "project" | "timeout">,
): Promise<string[]> {
  try {
    const config = await readStackConfig(location);
    const plan = await planOperation(context, { location, outputs, config }, operation, options);
    return "verdict" in plan ? [`No preview: ${plan.headline}`] : planLines(plan);
  } catch (error) {
    return [`No preview: ${redact(error instanceof Error ? error.message : String(error))}`];
  }
}
