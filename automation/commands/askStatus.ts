/** Asks a stack's database for its version and what is pending, by a task that changes nothing. */
import { connectEcs, connectLogs } from "../aws/clients.ts";
import type { CommandContext } from "../cli/context.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { RunReport } from "../report/report.ts";
import { runOperation } from "../run/runOperation.ts";
import { runBase } from "./runBase.ts";

/** @param timeoutMs milliseconds */
export async function askStatus(
  context: CommandContext,
  stack: string,
  outputs: Outputs,
  timeoutMs: number,
): Promise<RunReport> {
  return runOperation(
    {
      ...runBase(context, stack, { timeoutMs, waitMs: 0, stopOnCancel: false }),
      outputs,
      ecs: await connectEcs(outputs.region),
      logs: await connectLogs(outputs.region),
    },
    { name: "status" },
    outputs.taskDefinitionArn,
  );
}
