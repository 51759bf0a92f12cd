/** `deploy --plan`: says what will run before it runs. */

import type { CheckSettings } from "../check/settings.ts";
import type { Notifier } from "../notify/notifier.ts";
import { inspectedIn, makePlan, type PlanReport } from "../plan/makePlan.ts";
import { planLines } from "../plan/text.ts";
import type { RunReport } from "../report/report.ts";
import { versionOf } from "../report/report.ts";
import { askDatabase } from "../run/askDatabase.ts";
import { redact } from "../text/redact.ts";
import type { Verdict } from "../verdict/verdict.ts";
import type { PlanDeps } from "./deps.ts";

/**
 * Asks the database, prints the plan and sends it to the notifiers. What goes wrong is a warning.
 *
 * @param notifiers looks up who is to be notified; undefined if nobody is
 * @returns what keeps the migration from running: the database is below its last run
 */
export async function announce(
  deps: PlanDeps,
  settings: CheckSettings,
  notifiers: (() => Promise<readonly Notifier[]>) | undefined,
  onPlan: (plan: PlanReport) => void = () => undefined,
): Promise<Verdict | undefined> {
  const { terminal, stack, outputs, origin } = deps;
  try {
    const plan = await askAndPlan(deps, settings);
    if ("verdict" in plan) {
      terminal.warn(`no plan could be made: ${plan.headline}`);
      return isBelowLastRun(plan.verdict) ? plan.verdict : undefined;
    }
    onPlan(plan);
    for (const line of planLines(plan)) terminal.say(line);
    for (const warning of plan.warnings) terminal.warn(warning);
    const notice = { plan, application: outputs.application, origin };
    for (const notifier of (await notifiers?.()) ?? []) {
      const delivery = await notifier.sendPlan(notice);
      if (!delivery.sent) terminal.warn(delivery.warning);
    }
  } catch (error) {
    terminal.warn(
      `no plan could be made for ${stack}: ${redact(error instanceof Error ? error.message : String(error))}`,
    );
  }
  return undefined;
}

function isBelowLastRun(verdict: Verdict): boolean {
  return verdict.kind === "failed" && verdict.contradicts?.what === "belowLastRun";
}

async function askAndPlan(deps: PlanDeps, settings: CheckSettings): Promise<PlanReport | RunReport> {
  const { known, outputs, files, stack } = deps;
  const report = known ? undefined : (deps.asked ?? (await askDatabase(deps, outputs.taskDefinitionArn)));
  const current = known ?? (report ? versionOf(report) : null);
  if (report && (current === null || isBelowLastRun(report.verdict))) return report;
  const plan = await makePlan({
    ...{ stack, files, operation: { name: "up" }, migrations: outputs.migrations, ...settings },
    current: current ?? { version: null, dirty: false },
    database: report?.database ?? null,
    ...(report ? inspectedIn(report) : {}),
    now: new Date(deps.clock.now()),
  });
  if (!outputs.services) return plan;
  const { withServices } = await import("../service/planned.ts");
  return withServices(plan, outputs.services.targets, deps.planServices);
}
