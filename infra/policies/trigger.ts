/** What starts a build, and what reports one that ended without a report. Pure. */
import {
  allow,
  arn,
  decryptThrough,
  document,
  type Place,
  type PolicyDocument,
  parameterArn,
  trustPolicy,
  writeLog,
} from "./document.ts";

/** Only for that rule: EventBridge acts on behalf of many accounts. */
export function ruleTrustPolicy(place: Place, ruleName: string): PolicyDocument {
  return trustPolicy("events.amazonaws.com", {
    StringEquals: {
      "aws:SourceArn": arn(place, "events", `rule/${ruleName}`),
      "aws:SourceAccount": place.accountId,
    },
  });
}

/** What EventBridge needs to start the build on a push to CodeCommit. */
export function startBuildPolicy(projectArn: string): PolicyDocument {
  return document([allow("StartBuild", ["codebuild:StartBuild"], [projectArn])]);
}

export interface NotifierRoleArgs extends Place {
  readonly logGroup: string;
  readonly webhookParameter: string;
  readonly kmsKeyArn: string | undefined;
}

/** What the function needs that reports a dead build: the webhook's URL and its own log. */
export function notifierRolePolicy(args: NotifierRoleArgs): PolicyDocument {
  return document([
    allow("ReadSlackWebhook", ["ssm:GetParameter"], [parameterArn(args, args.webhookParameter)]),
    ...decryptThrough("DecryptSlackWebhook", "ssm", args, args.kmsKeyArn),
    writeLog("WriteLog", args, args.logGroup),
  ]);
}
