/** A success that the container reported is compared with what is known: the stack's migrations, and the last run. */
import { awsErrorText } from "../aws/errors.ts";
import type { Operation } from "../contract/operations.ts";
import type { EcsTaskRun } from "../task/taskRun.ts";
import type { Expected } from "../verdict/versionCheck.ts";
import { verifySuccess } from "../verdict/versionCheck.ts";
import type { RunDeps } from "./follow.ts";

/**
 * The run with its verdict as it stands after the comparison.
 *
 * @param startedAt milliseconds since the epoch: runs from then on are this one's own
 */
export async function verifyResult(
  deps: RunDeps,
  operation: Operation,
  taskDefinition: string,
  run: EcsTaskRun,
  startedAt: number,
): Promise<EcsTaskRun> {
  const { outputs } = deps;
  const versions = outputs.migrations.map(({ version }) => version);
  const expected = {
    operation,
    // Another revision's image may hold less on purpose.
    shipped: taskDefinition === outputs.taskDefinitionArn ? versions : null,
    holds: run.result?.holds ?? null,
  };
  const lastRun = await findLastRun(deps, run, versions.at(-1) ?? null, startedAt);
  return { ...run, verdict: verifySuccess(run.verdict, { ...expected, lastRun }) };
}

/** Looked for only if the version is suspicious: a run with nothing to do at the highest version costs no call more. */
async function findLastRun(
  deps: RunDeps,
  { verdict }: EcsTaskRun,
  highest: number | null,
  startedAt: number,
): Promise<Expected["lastRun"]> {
  if (verdict.kind !== "unchanged" || verdict.skipped || verdict.version === null) return null;
  if (highest === null || (verdict.version.version ?? -1) >= highest) return null;
  try {
    // Not loaded for most runs.
    const [{ lastChange }, { readBack }] = await Promise.all([
      import("../history/knownVersion.ts"),
      import("../history/record.ts"),
    ]);
    for await (const record of readBack(deps, deps.clock.now())) {
      const last = lastChange(record, deps.outputs, startedAt);
      if (last) return last === "unclear" ? null : last;
    }
  } catch (error) {
    deps.terminal.warn(
      `the version could not be compared with that of the last run: the history could not be read (${awsErrorText(error)})`,
    );
  }
  return null;
}
