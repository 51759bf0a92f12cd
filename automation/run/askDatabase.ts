/** Asks a database for what a plan needs: its version, and what `inspect` finds. */
import type { RunReport } from "../report/report.ts";
import { type RunDeps, runOperation } from "./runOperation.ts";

/** The report of `inspect`; of `status`, where the image is older than `inspect` or the server gives no answer to it. */
export async function askDatabase(deps: RunDeps, taskDefinition: string): Promise<RunReport> {
  const report = await runOperation(deps, { name: "inspect" }, taskDefinition);
  if (!isRefusal(report)) return report;
  deps.terminal.warn(`sizes and locks are not known: ${report.why ?? report.headline}`);
  return runOperation(deps, { name: "status" }, taskDefinition);
}

/** Whether the question was refused, and not the session: a wrong password would only be wrong once more. */
function isRefusal({ verdict }: RunReport): boolean {
  if (verdict.kind === "notStarted") return verdict.reason === "usage";
  const kind = verdict.kind === "failed" ? verdict.failure?.kind : undefined;
  return kind === "statement" || kind === "cancelled" || kind === "other" || kind === "settings";
}
