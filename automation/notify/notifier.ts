/** Who is notified of a run: one implementation a service. Slack is the first; see slack/notifier.ts. */
import type { Origin } from "../contract/origin.ts";
import type { PlanReport } from "../plan/makePlan.ts";
import type { RunReport } from "../report/report.ts";
import type { RollbackReport } from "../report/rollback.ts";

/** A warning says in one sentence why a message was not sent; it holds no secret. */
export type Delivery = { readonly sent: true } | { readonly sent: false; readonly warning: string };

export interface PlanNotice {
  readonly plan: PlanReport;
  readonly application: string;
  readonly origin: Origin;
}

/** Neither call rejects, and neither changes the result of a run. */
export interface Notifier {
  /** The service's name. */
  readonly name: string;
  sendRun(report: RunReport): Promise<Delivery>;
  sendRollback(report: RollbackReport): Promise<Delivery>;
  sendPlan(notice: PlanNotice): Promise<Delivery>;
}
