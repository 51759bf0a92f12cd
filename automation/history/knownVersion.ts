/**
 * Where a stack's database stands, as far as its history tells. A shipped file that has not run to its end may be mended:
 * golang-migrate runs whatever file then has the version.
 */
import type { EcsApi, LogsApi } from "../aws/clients.ts";
import { awsErrorText } from "../aws/errors.ts";
import type { Outputs, ShippedMigration } from "../contract/outputs.ts";
import type { DatabaseVersion } from "../contract/resultLine.ts";
import { newestEntry } from "./history.ts";

export type Standing =
  | { readonly kind: "known"; readonly version: DatabaseVersion }
  /** `why`: a clause without a full stop. */
  | { readonly kind: "unknown"; readonly why: string };

export interface StandingDeps {
  readonly connectEcs: (region: string) => Promise<EcsApi>;
  readonly connectLogs: (region: string) => Promise<LogsApi>;
}

/** Starts no task. What AWS refuses to tell makes the standing unknown, and says so. */
export async function findStanding(deps: StandingDeps, outputs: Outputs): Promise<Standing> {
  const { clusterArn: cluster, taskDefinitionFamily: family, region } = outputs;
  try {
    const ecs = await deps.connectEcs(region);
    const { taskArns = [] } = await ecs.listTasks({ cluster, family, desiredStatus: "RUNNING" });
    if (taskArns.length > 0) return { kind: "unknown", why: `task ${taskArns[0]} still runs` };
    const newest = await newestEntry(await deps.connectLogs(region), outputs);
    if (!newest?.result.to) return { kind: "unknown", why: "the newest run left no word of the version" };
    return { kind: "known", version: newest.result.to };
  } catch (error) {
    return { kind: "unknown", why: `the history could not be read: ${awsErrorText(error)}` };
  }
}

/**
 * The shipped migrations that may have run: those up to the database's version, and all of them where it is dirty or not
 * known. Pure.
 */
export function mayHaveRun(shipped: readonly ShippedMigration[], standing: Standing): ShippedMigration[] {
  if (standing.kind === "unknown" || standing.version.dirty) return [...shipped];
  const at = standing.version.version ?? -1;
  return shipped.filter(({ version }) => version <= at);
}
