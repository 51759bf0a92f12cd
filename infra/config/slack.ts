/** Where the Slack webhook's URL is kept. */
import { ARN, FORMS } from "./forms.ts";
import { type ConfigReader, optional } from "./reader.ts";

export const SLACK_KEYS = ["slackWebhookParameter", "slackWebhookKmsKeyArn"] as const;

export interface SlackConfig {
  /** Name of the SSM parameter. */
  readonly webhookParameter: string;
  readonly kmsKeyArn: string | undefined;
}

/** @returns undefined if the stack has no Slack */
export function readSlack(reader: ConfigReader): SlackConfig | undefined {
  const webhookParameter = reader.text("slackWebhookParameter", FORMS.parameterName);
  const kmsKeyArn = optional(reader.text("slackWebhookKmsKeyArn", ARN.kms));
  return webhookParameter === "" ? undefined : { webhookParameter, kmsKeyArn };
}
