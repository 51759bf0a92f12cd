/** The first deploy onto a database asks it what it has run, and checks what lies above that. */
import { findingLine } from "../check/finding.ts";
import { DEFAULT_CHECK } from "../check/settings.ts";
import type { Outputs } from "../contract/outputs.ts";
import { checkAboveBaseline } from "../guard/baseline.ts";
import { type RunReport, versionOf } from "../report/report.ts";
import { askDatabase } from "../run/askDatabase.ts";
import { runOperation } from "../run/runOperation.ts";
import type { DeployDeps } from "./deps.ts";
import { sayDialect } from "./sayDialect.ts";

/**
 * A database that cannot be asked is left to the run, which says why. A dirty one too.
 *
 * @returns the database's answer, which a plan takes as well; undefined if it was not asked
 * @throws {CheckoutRefusedError} if a file above the database's version would fail or keep others waiting
 */
export async function checkBaseline(deps: DeployDeps, outputs: Outputs): Promise<RunReport | undefined> {
  const mode = deps.migrate ?? outputs.migrate;
  if (deps.checkContent !== true || mode === "skip" || mode === "manual") return undefined;
  const [ecs, logs] = await Promise.all([deps.connectEcs(outputs.region), deps.connectLogs(outputs.region)]);
  deps.terminal.say("No run on this database is on record: asking it what it has run");
  const run = { ...deps, outputs, ecs, logs };
  const revision = outputs.taskDefinitionArn;
  const report = deps.beforeUp
    ? await askDatabase(run, revision)
    : await runOperation(run, { name: "version" }, revision);
  const version = versionOf(report);
  if (version === null || version.dirty) return report;
  const settings = (await deps.checkSettings?.()) ?? DEFAULT_CHECK;
  const checkout = await deps.readCheckout();
  const now = new Date(deps.clock.now());
  const { stack } = deps;
  const { database } = report;
  const { findings, text } = await checkAboveBaseline({ stack, checkout, settings, database, now }, version);
  sayDialect(deps.terminal, settings, checkout, database);
  if (text !== null) deps.terminal.say(text);
  for (const found of findings) deps.terminal.warn(findingLine(found));
  return report;
}
