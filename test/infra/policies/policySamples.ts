import type { CodeBuildRoleArgs } from "../../../infra/policies/build.ts";
import type { PolicyDocument } from "../../../infra/policies/document.ts";
import type { ExecutionRoleArgs } from "../../../infra/policies/task.ts";

export const PLACE = { partition: "aws", region: "ap-northeast-1", accountId: "111122223333" };

export const REPOSITORY = "arn:aws:ecr:ap-northeast-1:111122223333:repository/stage-shop";
export const BUCKET = "arn:aws:s3:::stage-shop-builds-0a1b";
export const KEY = "arn:aws:kms:ap-northeast-1:111122223333:key/0a1b";
export const CLUSTER = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/stage-shop-migration";
export const EXECUTION_ROLE = "arn:aws:iam::111122223333:role/stage-shop-migration-execution";
export const TASK_ROLE = "arn:aws:iam::111122223333:role/stage-shop-migration-task";
export const CONNECTION = "arn:aws:codeconnections:ap-northeast-1:111122223333:connection/0a1b";

export const EXECUTION = {
  ...PLACE,
  repositoryArn: REPOSITORY,
  logGroup: "/ecs/migration/shop/stage",
  database: { connection: { kind: "url", secret: "/stage/migration" }, secretKmsKeyArn: undefined },
} satisfies ExecutionRoleArgs;

export const BUILD: CodeBuildRoleArgs = {
  ...PLACE,
  buildLogGroup: "/aws/codebuild/stage-shop-deploy",
  buildBucketArn: BUCKET,
  buildKeyArn: undefined,
  repositoryArn: REPOSITORY,
  pullRepositories: [],
  clusterArn: CLUSTER,
  looksUpCluster: true,
  taskDefinitionFamily: "stage-shop-migration",
  executionRoleArn: EXECUTION_ROLE,
  taskRoleArn: TASK_ROLE,
  migrationLogGroup: "/ecs/migration/shop/stage",
  slackWebhookParameter: "/stage/slack-webhook",
  slackWebhookKmsKeyArn: undefined,
  stateBucket: "shop-state",
  stateKeyArn: KEY,
  looksUpNetwork: "defaultVpc",
  source: { kind: "connection", connectionArn: CONNECTION },
  services: [],
};

export function statement(policy: PolicyDocument, sid: string) {
  return policy.Statement.find(({ Sid }) => Sid === sid);
}
