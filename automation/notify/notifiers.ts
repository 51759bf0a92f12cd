/** Everyone who is to be notified for a stack. A second service is one more line here. */
import type { Outputs } from "../contract/outputs.ts";
import type { Notifier } from "./notifier.ts";
import { type SlackEnvironment, slackUrl } from "./slack/webhookUrl.ts";

/** @param outputs undefined if the stack has none */
export async function findNotifiers(
  environment: SlackEnvironment,
  outputs: Outputs | undefined,
): Promise<Notifier[]> {
  const url = await slackUrl(environment, outputs);
  // Loaded only if there is somebody to notify: a rerun without Slack loads nothing of it.
  return url === undefined ? [] : [(await import("./slack/notifier.ts")).slackNotifier(url)];
}
