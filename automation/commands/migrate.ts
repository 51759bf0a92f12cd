/** The command `migrate`: one operation on the database, from the stack's outputs alone. */
import { connectEcs, connectLogs, type EcsApi } from "../aws/clients.ts";
import type { CommandContext } from "../cli/context.ts";
import type { MigrateOptions } from "../cli/program.ts";
import type { Operation } from "../contract/operations.ts";
import type { Outputs } from "../contract/outputs.ts";
import { askOnTerminal, confirm } from "../guard/confirmation.ts";
import { isNews, runOperation } from "../run/runOperation.ts";
import type { PulumiLocation } from "../stack/pulumiCli.ts";
import { chooseRevision, findRevisionWith } from "../task/revisions.ts";
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
  if (operation.name === "goto" || operation.name === "force")
    (await import("../guard/version.ts")).requireVersion({
      stack: location.stack,
      operation,
      inImage: revision.versions,
      shipped: outputs.migrations.map(({ version }) => version),
      unknownVersion: options.unknownVersion ?? false,
      revisionWith: await revisionFor(ecs, outputs, operation, revision.versions),
    });
  await confirmed(context, location, outputs, operation, options, revision.versions);
  const report = await runOperation(
    {
      ...runBase(context, location.stack, runSettings(options)),
      flags: flagsOf(options),
      outputs,
      ecs,
      logs: await connectLogs(outputs.region),
    },
    operation,
    revision.taskDefinition,
  );
  await finishRun(context, options, report, outputs, options.slack ?? isNews(operation));
}

/** The options that change the operation itself; how it is watched is chosen anew each time. */
function flagsOf({ revision, unknownVersion }: MigrateOptions): string {
  const flags = [revision && `--revision ${revision}`, unknownVersion && "--unknown-version"];
  return flags.filter(Boolean).join(" ");
}

/** For a `goto` that the image cannot take: the revision that can. It is a help, so what fails here is not told. */
async function revisionFor(
  ecs: EcsApi,
  outputs: Outputs,
  operation: Operation,
  versions: readonly number[] | null,
): Promise<number | undefined> {
  if (operation.name !== "goto" || versions === null || versions.includes(operation.version))
    return undefined;
  try {
    return await findRevisionWith(ecs, outputs.taskDefinitionFamily, operation.version);
  } catch {
    return undefined;
  }
}

async function confirmed(
  context: CommandContext,
  location: PulumiLocation,
  outputs: Outputs,
  operation: Operation,
  options: MigrateOptions,
  versions: readonly number[] | null,
): Promise<void> {
  const { production } = outputs;
  const { stack } = location;
  const highest = versions?.at(-1) ?? null;
  const ask = async (question: string): Promise<string> => {
    if (operation.name === "down" || operation.name === "goto") {
      const { previewLines } = await import("./plan.ts");
      for (const line of await previewLines(context, location, outputs, operation, options))
        context.terminal.say(line);
    }
    return askOnTerminal(question);
  };
  await confirm(
    { stack, production, operation, highest, yes: options.yes },
    context.interactive ? ask : undefined,
  );
}
