import assert from "node:assert/strict";
import { test } from "node:test";
import { tlsOnlyPolicy } from "../../../infra/policies/bucket.ts";
import { codeBuildRolePolicy, codeBuildTrustPolicy } from "../../../infra/policies/build.ts";
import { UNSCOPED_ACTIONS } from "../../../infra/policies/document.ts";
import { onCallPolicy } from "../../../infra/policies/onCall.ts";
import { executionRolePolicy, taskTrustPolicy } from "../../../infra/policies/task.ts";
import { ruleTrustPolicy, startBuildPolicy } from "../../../infra/policies/trigger.ts";
import {
  BUCKET,
  BUILD,
  CLUSTER,
  CONNECTION,
  EXECUTION,
  EXECUTION_ROLE,
  KEY,
  PLACE,
  REPOSITORY,
  TASK_ROLE,
} from "./policySamples.ts";

const CHINA = { partition: "aws-cn", region: "cn-north-1", accountId: "111122223333" };

const ON_CALL = {
  ...PLACE,
  clusterArn: CLUSTER,
  taskDefinitionFamily: "stage-shop-migration",
  executionRoleArn: EXECUTION_ROLE,
  taskRoleArn: TASK_ROLE,
  migrationLogGroup: "/ecs/migration/shop/stage",
  repositoryArn: REPOSITORY,
  slackWebhookParameter: "/stage/slack-webhook",
  stateBucket: "shop-state",
  stateKeyArn: KEY,
};

test("no action has a wildcard, and a resource is * only if the reason is written down", () => {
  const policies = [
    codeBuildRolePolicy({ ...BUILD, slackWebhookKmsKeyArn: KEY }),
    executionRolePolicy({ ...EXECUTION, database: { ...EXECUTION.database, secretKmsKeyArn: KEY } }),
    onCallPolicy(ON_CALL),
    startBuildPolicy("arn:aws:codebuild:ap-northeast-1:111122223333:project/stage-shop-deploy"),
  ];
  const statements = policies.flatMap(({ Statement }) => Statement);
  assert.deepEqual(
    statements.flatMap(({ Action }) => Action).filter((action) => action.includes("*")),
    [],
  );
  const unscoped = statements
    .filter(({ Resource }) => Resource?.includes("*"))
    .flatMap(({ Action }) => Action);
  assert.deepEqual([...new Set(unscoped)].sort(), Object.keys(UNSCOPED_ACTIONS).sort());
});

test("only this account's tasks, this project's builds and this stack's rule take the roles on", () => {
  assert.deepEqual(taskTrustPolicy(PLACE).Statement, [
    {
      Effect: "Allow",
      Action: ["sts:AssumeRole"],
      Principal: { Service: ["ecs-tasks.amazonaws.com"] },
      Condition: {
        ArnLike: { "aws:SourceArn": "arn:aws:ecs:ap-northeast-1:111122223333:*" },
        StringEquals: { "aws:SourceAccount": "111122223333" },
      },
    },
  ]);
  assert.deepEqual(ruleTrustPolicy(PLACE, "stage-shop-deploy-push").Statement[0]?.Condition, {
    StringEquals: {
      "aws:SourceArn": "arn:aws:events:ap-northeast-1:111122223333:rule/stage-shop-deploy-push",
      "aws:SourceAccount": "111122223333",
    },
  });
  assert.deepEqual(codeBuildTrustPolicy(PLACE, "stage-shop-deploy").Statement, [
    {
      Effect: "Allow",
      Action: ["sts:AssumeRole"],
      Principal: { Service: ["codebuild.amazonaws.com"] },
      Condition: {
        StringEquals: {
          "aws:SourceArn": "arn:aws:codebuild:ap-northeast-1:111122223333:project/stage-shop-deploy",
        },
      },
    },
  ]);
});

test("another partition is in every ARN that is made", () => {
  const inChina = JSON.stringify([
    codeBuildRolePolicy({ ...BUILD, ...CHINA, slackWebhookKmsKeyArn: "KEY" }),
    executionRolePolicy({ ...EXECUTION, ...CHINA }),
    taskTrustPolicy(CHINA),
    codeBuildTrustPolicy(CHINA, "stage-shop-deploy"),
  ]);
  const given = [
    REPOSITORY,
    KEY,
    CLUSTER,
    EXECUTION_ROLE,
    TASK_ROLE,
    CONNECTION,
    BUCKET,
    CLUSTER.replace(":cluster/", ":task/"),
  ];
  const made = given.reduce((text, arn) => text.replaceAll(arn, ""), inChina);
  assert.deepEqual(made.match(/arn:aws:[^"]*/g), null);
  assert.match(inChina, /"kms:ViaService":"ssm\.cn-north-1\.amazonaws\.com\.cn"/);
});

test("the bucket of the builds refuses what does not come over TLS", () => {
  assert.deepEqual(tlsOnlyPolicy(BUCKET).Statement, [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [BUCKET, `${BUCKET}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
});
