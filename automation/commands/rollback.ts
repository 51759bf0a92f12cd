/** The command `rollback`: services back to an earlier revision, from the stack's outputs alone. */
import { resolve } from "node:path";
import { connectEcs, connectLogs } from "../aws/clients.ts";
import { checkSettings } from "../check/settings.ts";
import type { CommandContext } from "../cli/context.ts";
import { originOf } from "../cli/origin.ts";
import type { RollbackOptions } from "../cli/program.ts";
import type { Outputs } from "../contract/outputs.ts";
import { rollback } from "../deploy/rollback.ts";
import { askOnTerminal, confirmEffect } from "../guard/confirmation.ts";
import { readMigrationFiles } from "../migrations/folder.ts";
import { findNotifiers } from "../notify/notifiers.ts";
import { type RollbackReport, rollbackLines } from "../report/rollback.ts";
import { writeWhole } from "../report/write.ts";
import { connectServices } from "../service/api.ts";
import { readStackConfig } from "../stack/pulumiCli.ts";
import { systemClock } from "../task/clock.ts";
import { jsonText } from "../text/json.ts";
import { findFolder } from "./folder.ts";
import { locate, readOutputsAndLoad } from "./locate.ts";

export async function rollbackCommand(context: CommandContext, options: RollbackOptions): Promise<void> {
  const location = locate(context, options);
  const { stack } = location;
  const [outputs, config] = await Promise.all([readOutputsAndLoad(location), readStackConfig(location)]);
  const { terminal, signal } = context;
  const report = await rollback(
    {
      ...{ stack, outputs, connectEcs, connectLogs, terminal, signal, clock: systemClock },
      services: connectServices(outputs.region),
      checkout: readMigrationFiles(findFolder(context, options, stack).path),
      settings: checkSettings({}, config),
      origin: originOf(context.env),
      confirm: async (effect) => {
        if (!outputs.production) return;
        const ask = context.interactive ? askOnTerminal : undefined;
        await confirmEffect({ stack, yes: options.yes, command: "rollback", effect }, ask);
      },
    },
    { service: options.service, revision: options.to },
  );
  await finish(context, options, outputs, report);
}

/** A person reads the result at once; JSON and file come after Slack, whose warnings are in them. */
async function finish(
  context: CommandContext,
  options: RollbackOptions,
  outputs: Outputs,
  report: RollbackReport,
): Promise<void> {
  if (!options.json) context.print(`${rollbackLines(report).join("\n")}\n`);
  const notifiers = (options.slack ?? true) ? await findNotifiers(context, outputs) : [];
  const deliveries = await Promise.all(notifiers.map((notifier) => notifier.sendRollback(report)));
  const warnings = deliveries.flatMap((delivery) => (delivery.sent ? [] : [delivery.warning]));
  for (const warning of warnings) context.terminal.warn(warning);
  const text = jsonText({ ...report, warnings });
  if (options.json) context.print(text);
  if (options.report !== undefined) await writeReport(context, options.report, text);
  context.finish(report.exitCode);
}

/** A report that cannot be written is a warning: the services are back all the same. */
async function writeReport({ cwd, terminal }: CommandContext, file: string, text: string): Promise<void> {
  try {
    await writeWhole(resolve(cwd, file), text);
  } catch (error) {
    terminal.warn(`the report could not be written to ${file}: ${(error as Error).message}`);
  }
}
