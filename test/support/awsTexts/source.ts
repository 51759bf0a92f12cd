/**
 * Texts in which AWS says why a task did not start, each whole as it is printed, with the reason that it must lead to.
 * Account numbers and random ids are replaced; everything else is AWS's.
 */
import type { NotStartedReason } from "../../../automation/verdict/notStartedReasons.ts";

export interface AwsText {
  readonly reason: NotStartedReason;
  readonly text: string;
  readonly source: string;
}

/** Pages of the Amazon ECS Developer Guide, by file name, as read in November 2026. */
export const page = (name: string) => `Amazon ECS Developer Guide, ${name}.html`;
/** github.com/aws/amazon-ecs-agent, which makes these texts on EC2. */
export const AGENT = "aws/amazon-ecs-agent, agent/engine/errormessages/error_messages_test.go";
export const SSM_AGENT = "aws/amazon-ecs-agent, agent/taskresource/ssmsecret";
/** An issue or a pull request on GitHub into which a user of ECS pasted the text; the AWS page has it cut or not at all. */
export const issue = (name: string) => `github.com/${name.replace("#", "/issues/")}`;
/** The same, but nobody wrote down which issue it was. */
export const REPORT = "stopped reason in public repositories";
export const API = "Amazon ECS API Reference, RunTask, Errors";
export const REPOST = "AWS re:Post Knowledge Center, ecs-unable-to-pull-secrets";

export const rows = (reason: NotStartedReason, source: string, ...texts: string[]): AwsText[] =>
  texts.map((text) => ({ reason, text, source }));

export const SSM_PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/stage/migration";
