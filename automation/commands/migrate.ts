/** The command `migrate`: one operation on the database, from the stack's outputs alone. */
import { connectEcs, connectLogs } from "../aws.ts";
import { systemClock } from "../clock.ts";
import { type CommandContext, locate } from "../commandContext.ts";
import { askOnTerminal, confirm } from "../confirm.ts";
import type { Operation } from "../operations.ts";
import { originOf } from "../origin.ts";
import type { Outputs } from "../outputs.ts";
import type { MigrateOptions } from "../program.ts";
import { chooseRevision } from "../revisions.ts";
import { isNews, runOperation } from "../runOperation.ts";
import { finishRun } from "./finishRun.ts";
import { readOutputsAndLoad } from "./readOutputsAndLoad.ts";
import { runSettings } from "./runSettings.ts";

export async function migrateCommand(
  context: CommandContext,
  operation: Operation,
  options: MigrateOptions,
): Promise<void> {
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
      settings: runSettings(options),
      signal: context.signal,
    },
    operation,
    revision.taskDefinition,
  );
  await finishRun(context, options, report, outputs, options.slack ?? isNews(operation));
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
