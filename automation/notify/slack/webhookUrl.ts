/** Where Slack is told: the webhook. */
import { connectParameters } from "../../aws/clients.ts";
import { awsErrorText } from "../../aws/errors.ts";
import type { Outputs } from "../../contract/outputs.ts";

/** What the lookup needs of the process. */
interface SlackEnvironment {
  readonly env: NodeJS.ProcessEnv;
  /** Masks a secret from now on. */
  readonly keepSecret: (secret: string) => void;
  readonly terminal: { warn(line: string): void };
}

/** The webhook's URL is a secret: SLACK_WEBHOOK_URL, or the parameter whose name the outputs give. */
export async function slackUrl(
  context: SlackEnvironment,
  outputs: Outputs | undefined,
): Promise<string | undefined> {
  const { SLACK_WEBHOOK_URL: url } = context.env;
  if (url) return url;
  const name = outputs?.slackWebhookParameter;
  if (!outputs || !name) return undefined;
  try {
    const parameters = await connectParameters(outputs.region);
    const found = await parameters.getParameter(name);
    if (found !== undefined) context.keepSecret(found);
    return found;
  } catch (error) {
    context.terminal.warn(
      `Slack was not told: its parameter ${name} could not be read (${awsErrorText(error)})`,
    );
    return undefined;
  }
}
