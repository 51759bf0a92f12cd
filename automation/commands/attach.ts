/** The command `attach`: follows a task that is already there to its verdict. */
import { connectEcs, connectLogs } from "../aws/clients.ts";
import type { CommandContext } from "../cli/context.ts";
import type { RunOptions } from "../cli/options.ts";
import { attachRun } from "../run/attach.ts";
import { finishRun } from "./finishRun.ts";
import { locate, readOutputsAndLoad } from "./locate.ts";
import { runBase, runSettings } from "./runBase.ts";

export async function attachCommand(
  context: CommandContext,
  task: string,
  options: RunOptions,
): Promise<void> {
  const location = locate(context, options);
  const outputs = await readOutputsAndLoad(location);
  const deps = {
    ...runBase(context, location.stack, runSettings(options)),
    outputs,
    ecs: await connectEcs(outputs.region),
    logs: await connectLogs(outputs.region),
  };
  const report = await attachRun(deps, task);
  await finishRun(context, options, report, outputs, options.slack ?? true);
}
