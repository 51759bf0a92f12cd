/** `deploy --plan`: says what will run before it runs. It never keeps the migration from running. */

import type { CheckSettings } from "../check/settings.ts";
import { sendToSlack } from "../notify/slack/client.ts";
import { planMessage } from "../notify/slack/planMessage.ts";
import { makePlan, type PlanReport } from "../plan/makePlan.ts";
import { planLines } from "../plan/text.ts";
import type { RunReport } from "../report/report.ts";
import { versionOf } from "../report/report.ts";
import { runOperation } from "../run/runOperation.ts";
import { redact } from "../text/redact.ts";
import type { PlanDeps } from "./deps.ts";

/**
 * Asks the database, and tells the terminal and, where there is a URL, Slack. What goes wrong is a warning.
 *
 * @param slackUrl reads the webhook's URL; undefined where Slack is not told
 */
export async function announce(
  deps: PlanDeps,
  settings: CheckSettings,
  slackUrl: (() => Promise<string | undefined>) | undefined,
  fetch?: typeof globalThis.fetch,
): Promise<void> {
  const { terminal, stack, outputs, origin } = deps;
  try {
    const plan = await askAndPlan(deps, settings);
    if ("verdict" in plan) {
      terminal.warn(`no plan could be made: ${plan.headline}`);
      return;
    }
    for (const line of planLines(plan)) terminal.say(line);
    const url = await slackUrl?.();
    if (url === undefined) return;
    const message = planMessage(plan, outputs.application, origin);
    const answer = await sendToSlack({ url, message, ...(fetch ? { fetch } : {}) });
    if (!answer.sent) terminal.warn(answer.warning);
  } catch (error) {
    terminal.warn(
      `no plan could be made for ${stack}: ${redact(error instanceof Error ? error.message : String(error))}`,
    );
  }
}

async function askAndPlan(deps: PlanDeps, settings: CheckSettings): Promise<PlanReport | RunReport> {
  const report = await runOperation(deps, { name: "status" }, deps.outputs.taskDefinitionArn);
  const current = versionOf(report);
  if (current === null) return report;
  return makePlan({
    stack: deps.stack,
    current,
    operation: { name: "up" },
    migrations: deps.outputs.migrations,
    files: deps.files,
    ...settings,
    now: new Date(deps.clock.now()),
  });
}
