/** Asks a stack's database for its version and what is pending, by a task that changes nothing. */
import { connectEcs, connectLogs } from "../aws/clients.ts";
import type { CommandContext } from "../cli/context.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { RunReport } from "../report/report.ts";
import { type RunDeps, runOperation } from "../run/runOperation.ts";
import { runBase } from "./runBase.ts";

/** @param timeoutMs milliseconds */
export async function askStatus(
  context: CommandContext,
  stack: string,
  outputs: Outputs,
  timeoutMs: number,
): Promise<RunReport> {
  const deps = await questionDeps(context, stack, outputs, timeoutMs);
  return runOperation(deps, { name: "status" }, outputs.taskDefinitionArn);
}

/** What a task that only asks needs. @param timeoutMs milliseconds */
export async function questionDeps(
  context: CommandContext,
  stack: string,
  outputs: Outputs,
  timeoutMs: number,
): Promise<RunDeps> {
  return {
    ...runBase(context, stack, { timeoutMs, waitMs: 0, stopOnCancel: false }),
    outputs,
    ecs: await connectEcs(outputs.region),
    logs: await connectLogs(outputs.region),
  };
}
