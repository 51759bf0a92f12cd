/** Asks a stack's database for its version and what is pending, by a task that changes nothing. */
import { connectEcs, connectLogs } from "./aws.ts";
import { systemClock } from "./clock.ts";
import type { CommandContext } from "./commandContext.ts";
import { originOf } from "./origin.ts";
import type { Outputs } from "./outputs.ts";
import type { RunReport } from "./report.ts";
import type { DatabaseVersion } from "./resultLine.ts";
import { runOperation } from "./runOperation.ts";

/** @param timeoutMs milliseconds */
export async function askStatus(
  context: CommandContext,
  stack: string,
  outputs: Outputs,
  timeoutMs: number,
): Promise<RunReport> {
  return runOperation(
    {
      stack,
      outputs,
      ecs: await connectEcs(outputs.region),
      logs: await connectLogs(outputs.region),
      clock: systemClock,
      terminal: context.terminal,
      origin: originOf(context.env),
      env: context.env,
      settings: { timeoutMs, waitMs: 0, stopOnCancel: false },
      signal: context.signal,
    },
    { name: "status" },
    outputs.taskDefinitionArn,
  );
}

/** The database's version as a run of `status` found it; null where it did not. Pure. */
export function versionOf({ verdict }: RunReport): DatabaseVersion | null {
  if (verdict.kind === "unchanged") return verdict.version;
  if (verdict.kind === "dirty") return { version: verdict.version, dirty: true };
  return null;
}
