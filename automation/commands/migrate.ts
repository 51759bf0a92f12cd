/** The command `migrate`: one operation on the database, from the stack's outputs alone. */
import { connectEcs, connectLogs } from "../aws.ts";
import { type CommandContext, locate } from "../commandContext.ts";
import { askOnTerminal, confirm } from "../confirm.ts";
import type { Operation } from "../operations.ts";
import type { Outputs } from "../outputs.ts";
import type { MigrateOptions } from "../program.ts";
import { chooseRevision } from "../revisions.ts";
import { runBase, runSettings } from "../runBase.ts";
import { isNews, runOperation } from "../runOperation.ts";
import { finishRun } from "./finishRun.ts";
import { readOutputsAndLoad } from "./readOutputsAndLoad.ts";

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
      ...runBase(context, location.stack, runSettings(options)),
      outputs,
      ecs,
      logs: await connectLogs(outputs.region),
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
