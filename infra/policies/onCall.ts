/**
 * What a person on call needs for `migrate`, `attach`, `history`, `status` and `doctor`: to run and watch the migration, not
 * to deploy. docs/infrastructure.md shows the document; a test keeps the two alike. Pure.
 */
import {
  allow,
  document,
  logGroupArn,
  type PolicyDocument,
  parameterArn,
  type Statement,
} from "./document.ts";
import { type RunArgs, runMigration } from "./run.ts";

export interface OnCallArgs extends RunArgs {
  readonly migrationLogGroup: string;
  readonly repositoryArn: string;
  readonly slackWebhookParameter: string;
  readonly stateBucket: string;
  readonly stateKeyArn: string;
}

export function onCallPolicy(args: OnCallArgs): PolicyDocument {
  const group = logGroupArn(args, args.migrationLogGroup);
  const bucket = `arn:${args.partition}:s3:::${args.stateBucket}`;
  return document([
    ...runMigration(args),
    allow(
      "ReadMigrationLog",
      ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartLiveTail"],
      [group, `${group}:*`],
    ),
    allow("ReadSlackWebhook", ["ssm:GetParameter"], [parameterArn(args, args.slackWebhookParameter)]),
    allow("ReadState", ["s3:ListBucket", "s3:GetObject"], [bucket, `${bucket}/.pulumi/*`]),
    allow("ReadStateSecrets", ["kms:Decrypt"], [args.stateKeyArn]),
    ...examine(args),
  ]);
}

/** What `doctor` looks at besides. */
function examine(args: OnCallArgs): Statement[] {
  return [
    allow("ExamineImage", ["ecr:DescribeImages"], [args.repositoryArn]),
    allow("ExamineCluster", ["ecs:DescribeClusters"], [args.clusterArn]),
    allow("ExamineLogGroup", ["logs:DescribeLogGroups"], ["*"]),
    allow(
      "ExamineNetwork",
      ["ec2:DescribeRouteTables", "ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints"],
      ["*"],
    ),
    allow("ExamineSecret", ["ssm:DescribeParameters"], ["*"]),
  ];
}
