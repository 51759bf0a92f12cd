/** Where Slack's messages go: the webhook. */
import { connectParameters } from "../../aws/clients.ts";
import { awsErrorText } from "../../aws/errors.ts";
import type { Outputs } from "../../contract/outputs.ts";

/** What the lookup needs of the process. */
export interface SlackEnvironment {
  readonly env: NodeJS.ProcessEnv;
  /** Masks a secret from now on. */
  readonly keepSecret: (secret: string) => void;
  readonly terminal: { warn(line: string): void };
}

/**
 * The webhook's URL is a secret: SLACK_WEBHOOK_URL, or the parameter that the outputs name. A build is given the parameter's
 * name as well (SLACK_WEBHOOK_PARAMETER), so that a deploy that fails before the stack has outputs is reported. A parameter
 * that does not exist is a warning.
 */
export async function slackUrl(
  context: SlackEnvironment,
  outputs: Outputs | undefined,
): Promise<string | undefined> {
  const { SLACK_WEBHOOK_URL: url } = context.env;
  if (url) return url;
  const name = outputs ? outputs.slackWebhookParameter : context.env.SLACK_WEBHOOK_PARAMETER;
  const region = outputs?.region ?? context.env.AWS_REGION;
  if (!name || !region) return undefined;
  try {
    const parameters = await connectParameters(region);
    const found = await parameters.getParameter(name);
    if (found) context.keepSecret(found);
    else context.terminal.warn(`Slack was not notified: its parameter ${name} is empty`);
    return found || undefined;
  } catch (error) {
    context.terminal.warn(
      `Slack was not notified: its parameter ${name} could not be read (${awsErrorText(error)})`,
    );
    return undefined;
  }
}
