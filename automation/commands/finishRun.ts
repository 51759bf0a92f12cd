/** The end of each command that runs an operation: the report is delivered, then the exit code is set. */
import { resolve } from "node:path";
import type { CommandContext } from "../cli/context.ts";
import type { RunOptions } from "../cli/options.ts";
import type { ExitCode } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { deliver } from "../notify/deliver.ts";
import { findNotifiers } from "../notify/notifiers.ts";
import type { RunReport } from "../report/report.ts";

/**
 * @param outputs undefined if the stack has none
 * @param slack whether the notifiers are used
 */
export async function finishRun(
  context: CommandContext,
  options: RunOptions,
  report: RunReport,
  outputs: Outputs | undefined,
  slack: boolean,
): Promise<void> {
  await deliver(report, {
    terminal: context.terminal,
    print: context.print,
    color: context.color,
    json: options.json,
    reportFiles: options.report.map((file) => resolve(context.cwd, file)),
    notifiers: slack ? () => findNotifiers(context, outputs) : undefined,
  });
  context.finish(report.exitCode as ExitCode);
}
