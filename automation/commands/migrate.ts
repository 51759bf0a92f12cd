/** The command `migrate`: one operation on the database, from the stack's outputs alone. */
import { connectEcs, connectLogs } from "../aws/clients.ts";
import type { CommandContext } from "../cli/context.ts";
import type { MigrateOptions } from "../cli/program.ts";
import type { Operation } from "../contract/operations.ts";
import type { Outputs } from "../contract/outputs.ts";
import { askOnTerminal, confirm } from "../guard/confirmation.ts";
import { isNews, runOperation } from "../run/runOperation.ts";
import { chooseRevision } from "../task/revisions.ts";
import { finishRun } from "./finishRun.ts";
import { locate, readOutputsAndLoad } from "./locate.ts";
import { runBase, runSettings } from "./runBase.ts";

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
