/** The policies of the program under the local AWS's policy simulator: calls that must be allowed, calls that must not. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { codeBuildRolePolicy } from "../../infra/policies/build.ts";
import type { PolicyDocument } from "../../infra/policies/document.ts";
import { executionRolePolicy } from "../../infra/policies/task.ts";
import { type MiniStack, startMiniStack } from "./aws/ministack.ts";

const PLACE = { partition: "aws", region: "ap-northeast-1", accountId: "111122223333" };
const ECS = "arn:aws:ecs:ap-northeast-1:111122223333";
const LOGS = "arn:aws:logs:ap-northeast-1:111122223333:log-group";
const SSM = "arn:aws:ssm:ap-northeast-1:111122223333:parameter";
const IAM = "arn:aws:iam::111122223333:role";
const KMS = "arn:aws:kms:ap-northeast-1:111122223333:key";
const REPOSITORY = "arn:aws:ecr:ap-northeast-1:111122223333:repository/stage-shop";
const CONNECTION = "arn:aws:codeconnections:ap-northeast-1:111122223333:connection";
const BUILDS = "arn:aws:s3:::stage-shop-builds-0a1b";
const CLUSTER = `${ECS}:cluster/stage-shop-migration`;
const FAMILY = `${ECS}:task-definition/stage-shop-migration`;
const TASK = `${ECS}:task/stage-shop-migration/0a1b`;

const BUILD = codeBuildRolePolicy({
  ...PLACE,
  buildLogGroup: "/aws/codebuild/stage-shop-deploy",
  buildBucketArn: BUILDS,
  buildKeyArn: undefined,
  repositoryArn: REPOSITORY,
  pullRepositories: [],
  clusterArn: CLUSTER,
  looksUpCluster: false,
  taskDefinitionFamily: "stage-shop-migration",
  executionRoleArn: `${IAM}/stage-shop-migration-execution`,
  taskRoleArn: `${IAM}/stage-shop-migration-task`,
  migrationLogGroup: "/ecs/migration/shop/stage",
  slackWebhookParameter: "/stage/slack-webhook",
  slackWebhookKmsKeyArn: undefined,
  stateBucket: "shop-state",
  stateKeyArn: `${KMS}/state`,
  looksUpNetwork: "nothing",
  source: { kind: "connection", connectionArn: `${CONNECTION}/0a1b` },
  services: [
    {
      cluster: "stage-shop-migration",
      service: "stage-shop-app",
      family: "stage-shop-app",
      roles: [`${IAM}/stage-shop-app-task`, `${IAM}/stage-shop-app-execution`],
    },
  ],
});

const EXECUTION = executionRolePolicy({
  ...PLACE,
  repositoryArn: REPOSITORY,
  logGroup: "/ecs/migration/shop/stage",
  database: {
    connection: { kind: "url", secret: "/stage/migration" },
    secretKmsKeyArn: `${KMS}/database`,
  },
});

type Call = [
  decision: "allowed" | "implicitDeny",
  action: string,
  resource: string,
  context?: Record<string, string>,
];

const ON_CLUSTER = { "ecs:cluster": CLUSTER };
const TO_TASKS = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };
const THROUGH_SSM = { "kms:ViaService": "ssm.ap-northeast-1.amazonaws.com" };

const BUILD_CALLS: Call[] = [
  ["allowed", "codeconnections:UseConnection", `${CONNECTION}/0a1b`],
  ["implicitDeny", "codeconnections:UseConnection", `${CONNECTION}/0c1d`],
  ["allowed", "ecr:GetAuthorizationToken", "*"],
  ["allowed", "ecr:PutImage", REPOSITORY],
  ["implicitDeny", "ecr:PutImage", `${REPOSITORY}-other`],
  ["implicitDeny", "ecr:BatchDeleteImage", REPOSITORY],
  ["implicitDeny", "ecr:DeleteRepository", REPOSITORY],
  ["allowed", "ecs:RegisterTaskDefinition", `${FAMILY}:8`],
  ["implicitDeny", "ecs:RegisterTaskDefinition", `${ECS}:task-definition/prod-shop-migration:8`],
  ["implicitDeny", "ecs:DeregisterTaskDefinition", `${FAMILY}:7`],
  ["allowed", "ecs:ListTaskDefinitions", "*"],
  ["allowed", "ecs:TagResource", `${FAMILY}:8`, { "ecs:CreateAction": "RegisterTaskDefinition" }],
  ["implicitDeny", "ecs:TagResource", `${FAMILY}:7`],
  ["allowed", "ecs:RunTask", `${FAMILY}:8`, ON_CLUSTER],
  ["implicitDeny", "ecs:RunTask", `${FAMILY}:8`, { "ecs:cluster": `${ECS}:cluster/prod-shop-migration` }],
  ["implicitDeny", "ecs:RunTask", `${ECS}:task-definition/prod-shop-migration:8`, ON_CLUSTER],
  ["allowed", "ecs:DescribeTasks", TASK, ON_CLUSTER],
  ["implicitDeny", "ecs:DescribeTasks", `${ECS}:task/prod-shop-migration/0a1b`, ON_CLUSTER],
  ["allowed", "ecs:StopTask", TASK, ON_CLUSTER],
  ["implicitDeny", "ecs:ListTasks", "*"],
  ["allowed", "ecs:ListTasks", "*", ON_CLUSTER],
  ["implicitDeny", "ecs:UpdateService", `${ECS}:service/stage-shop-migration/web`, ON_CLUSTER],
  ["implicitDeny", "ecs:ExecuteCommand", TASK, ON_CLUSTER],
  ["allowed", "iam:PassRole", `${IAM}/stage-shop-migration-execution`, TO_TASKS],
  [
    "implicitDeny",
    "iam:PassRole",
    `${IAM}/stage-shop-migration-execution`,
    { "iam:PassedToService": "lambda.amazonaws.com" },
  ],
  ["implicitDeny", "iam:PassRole", `${IAM}/admin`, TO_TASKS],
  ["allowed", "ecs:UpdateService", `${ECS}:service/stage-shop-migration/stage-shop-app`],
  ["implicitDeny", "ecs:DeleteService", `${ECS}:service/stage-shop-migration/stage-shop-app`],
  ["allowed", "ecs:RegisterTaskDefinition", `${ECS}:task-definition/stage-shop-app:2`],
  ["implicitDeny", "ecs:RunTask", `${ECS}:task-definition/stage-shop-app:2`, ON_CLUSTER],
  ["allowed", "iam:PassRole", `${IAM}/stage-shop-app-task`, TO_TASKS],
  ["implicitDeny", "iam:PassRole", `${IAM}/stage-shop-app-task`],
  ["implicitDeny", "iam:PutRolePolicy", `${IAM}/stage-shop-deploy-codebuild`],
  ["allowed", "logs:GetLogEvents", `${LOGS}:/ecs/migration/shop/stage:log-stream:stage/db-migration/0a1b`],
  ["allowed", "logs:FilterLogEvents", `${LOGS}:/ecs/migration/shop/stage`],
  ["allowed", "logs:StartLiveTail", `${LOGS}:/ecs/migration/shop/stage`],
  ["implicitDeny", "logs:StartLiveTail", `${LOGS}:/ecs/migration/shop/prod`],
  ["implicitDeny", "logs:FilterLogEvents", `${LOGS}:/ecs/migration/shop/prod`],
  ["implicitDeny", "logs:DeleteLogGroup", `${LOGS}:/ecs/migration/shop/stage`],
  ["allowed", "logs:PutLogEvents", `${LOGS}:/aws/codebuild/stage-shop-deploy:log-stream:0a1b`],
  ["allowed", "ssm:GetParameter", `${SSM}/stage/slack-webhook`],
  ["implicitDeny", "ssm:GetParameter", `${SSM}/stage/migration`],
  ["allowed", "s3:PutObject", "arn:aws:s3:::shop-state/.pulumi/stacks/ecs-migrate/stage.json"],
  ["implicitDeny", "s3:PutObject", "arn:aws:s3:::shop-state/other"],
  ["implicitDeny", "s3:PutObject", "arn:aws:s3:::shop-state-other/.pulumi/x"],
  ["allowed", "s3:PutObject", `${BUILDS}/builds/0a1b/run.html`],
  ["implicitDeny", "s3:GetObject", `${BUILDS}/builds/0a1b/run.html`],
  ["allowed", "s3:GetObject", `${BUILDS}/cache/0a1b`],
  ["implicitDeny", "s3:DeleteObject", `${BUILDS}/builds/0a1b/run.html`],
  ["implicitDeny", "s3:PutObject", `${BUILDS}-other/builds/0a1b/run.html`],
  ["allowed", "kms:Decrypt", `${KMS}/state`],
  ["implicitDeny", "kms:Decrypt", `${KMS}/database`],
];

const EXECUTION_CALLS: Call[] = [
  ["allowed", "ssm:GetParameters", `${SSM}/stage/migration`],
  ["implicitDeny", "ssm:GetParameters", `${SSM}/prod/migration`],
  ["allowed", "kms:Decrypt", `${KMS}/database`, THROUGH_SSM],
  ["implicitDeny", "kms:Decrypt", `${KMS}/database`],
  ["allowed", "ecr:BatchGetImage", REPOSITORY],
  ["implicitDeny", "ecr:PutImage", REPOSITORY],
  ["allowed", "logs:PutLogEvents", `${LOGS}:/ecs/migration/shop/stage:log-stream:stage/db-migration/0a1b`],
  ["implicitDeny", "logs:PutLogEvents", `${LOGS}:/ecs/migration/shop/prod:log-stream:prod/db-migration/0a1b`],
];

let folder: string;
let ministack: MiniStack;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "policies-"));
  ministack = await startMiniStack({ report: () => undefined, folder });
});

after(async () => {
  await ministack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function simulate(policy: PolicyDocument, [, action, resource, context = {}]: Call): Promise<string> {
  const form = new URLSearchParams({
    Action: "SimulateCustomPolicy",
    Version: "2010-05-08",
    "PolicyInputList.member.1": JSON.stringify(policy),
    "ActionNames.member.1": action,
    "ResourceArns.member.1": resource,
  });
  for (const [index, [key, value]] of Object.entries(context).entries()) {
    form.set(`ContextEntries.member.${index + 1}.ContextKeyName`, key);
    form.set(`ContextEntries.member.${index + 1}.ContextKeyType`, "string");
    form.set(`ContextEntries.member.${index + 1}.ContextKeyValues.member.1`, value);
  }
  const response = await fetch(ministack.endpoint, {
    method: "POST",
    body: form,
    headers: {
      // Which service is asked is told by the signature's scope; the local AWS does not check the signature itself.
      authorization:
        "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0",
    },
  });
  const answer = await response.text();
  assert.equal(response.status, 200, answer);
  return /<EvalDecision>(\w+)<\/EvalDecision>/.exec(answer)?.[1] ?? answer;
}

for (const [role, policy, calls] of [
  ["CodeBuild's role", BUILD, BUILD_CALLS],
  ["the execution role", EXECUTION, EXECUTION_CALLS],
] as const) {
  test(`${role}: ${calls.length} calls`, async () => {
    const decided: unknown[] = [];
    for (const call of calls) decided.push([await simulate(policy, call), ...call.slice(1)]);
    assert.deepEqual(decided, calls);
  });
}
