/** The end of each command that runs an operation: everyone is told, then the exit code is set. */
import { resolve } from "node:path";
import type { CommandContext } from "../cli/context.ts";
import type { RunOptions } from "../cli/options.ts";
import type { ExitCode } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { tell } from "../notify/deliver.ts";
import { slackUrl } from "../notify/slack/webhookUrl.ts";
import type { RunReport } from "../report/report.ts";

/**
 * @param outputs undefined where the stack has none
 * @param slack whether Slack is told
 */
export async function finishRun(
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
    reportFile: options.report === undefined ? undefined : resolve(context.cwd, options.report),
    slack: slack ? () => slackUrl(context, outputs) : undefined,
  });
  context.finish(report.exitCode as ExitCode);
}
