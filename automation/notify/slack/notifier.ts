/** Slack as a notifier: messages of blocks, sent to a webhook. */
import type { Delivery, Notifier, PlanNotice } from "../notifier.ts";
import type { SlackMessage } from "./blocks.ts";
import { sendToSlack } from "./client.ts";

/** @param url the webhook's URL, which is a secret */
export function slackNotifier(url: string, fetch?: typeof globalThis.fetch): Notifier {
  const send = (message: SlackMessage): Promise<Delivery> =>
    sendToSlack({ url, message, ...(fetch ? { fetch } : {}) });
  return {
    name: "Slack",
    sendRun: async (report) => send((await import("./runMessage.ts")).slackMessage(report)),
    sendRollback: async (report) => send((await import("./rollbackMessage.ts")).rollbackMessage(report)),
    sendPlan: async ({ plan, application, origin }: PlanNotice) =>
      send((await import("./planMessage.ts")).planMessage(plan, application, origin)),
  };
}
