/** The command `plan`: asks the database for its version, and says what an operation would run. */

import { checkSettings } from "../check/settings.ts";
import { type CommandContext, jsonText } from "../cli/context.ts";
import type { PlanCommandOptions } from "../cli/programLook.ts";
import { EXIT, type ExitCode } from "../contract/errors.ts";
import type { Operation } from "../contract/operations.ts";
import { readMigrationFiles } from "../migrations/folder.ts";
import { tell } from "../notify/deliver.ts";
import { makePlan } from "../plan/makePlan.ts";
import { planLines } from "../plan/text.ts";
import { versionOf } from "../report/report.ts";
import { readOutputs, readStackConfig } from "../stack/pulumiCli.ts";
import { systemClock } from "../task/clock.ts";
import { askStatus } from "./askStatus.ts";
import { findFolder } from "./folder.ts";
import { locate } from "./locate.ts";

/** Exit 0 with a plan, whatever it says; where the database could not be asked, the exit code of that. */
export async function planCommand(
  context: CommandContext,
  operation: Operation,
  options: PlanCommandOptions,
): Promise<void> {
  const location = locate(context, options);
  const [outputs, config] = await Promise.all([readOutputs(location), readStackConfig(location)]);
  const settings = checkSettings({ dialect: options.dialect }, config);
  const files = readMigrationFiles(findFolder(context, options, location.stack).path);
  const report = await askStatus(context, location.stack, outputs, options.timeout);
  const current = versionOf(report);
  if (current === null) {
    await tell(report, { ...context, json: options.json, reportFile: undefined, slack: undefined });
    context.finish(report.exitCode as ExitCode);
    return;
  }
  const plan = await makePlan({
    stack: location.stack,
    current,
    operation,
    migrations: outputs.migrations,
    files,
    ...settings,
    now: new Date(systemClock.now()),
  });
  context.print(options.json ? jsonText(plan) : `${planLines(plan).join("\n")}\n`);
  context.finish(EXIT.ok);
}
