import assert from "node:assert/strict";
import { test } from "node:test";
import { executionRolePolicy, secretArn, taskRolePolicy } from "../../../infra/policies/task.ts";
import { notifierRolePolicy } from "../../../infra/policies/trigger.ts";
import { EXECUTION, KEY, PLACE, REPOSITORY, statement } from "./policySamples.ts";

test("the execution role: that image, that secret, that log", () => {
  assert.deepEqual(executionRolePolicy(EXECUTION), {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "PullImage",
        Effect: "Allow",
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: [REPOSITORY],
      },
      { Sid: "LogInToRegistry", Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
      {
        Sid: "ReadDatabaseSecret",
        Effect: "Allow",
        Action: ["ssm:GetParameters"],
        Resource: ["arn:aws:ssm:ap-northeast-1:111122223333:parameter/stage/migration"],
      },
      {
        Sid: "WriteLog",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: ["arn:aws:logs:ap-northeast-1:111122223333:log-group:/ecs/migration/shop/stage:*"],
      },
    ],
  });
});

test("the execution role of an application that the stack makes a service for: no secret", () => {
  const { Statement } = executionRolePolicy({ ...EXECUTION, database: undefined });
  assert.deepEqual(
    Statement.map(({ Sid }) => Sid),
    ["PullImage", "LogInToRegistry", "WriteLog"],
  );
});

test("one key of a Secrets Manager secret under a customer's KMS key: only that secret, the key only through it", () => {
  const secret = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod/db-AbCdEf:url::";
  const database = { connection: { kind: "url" as const, secret }, secretKmsKeyArn: KEY };
  const policy = executionRolePolicy({ ...EXECUTION, database });
  assert.deepEqual(statement(policy, "ReadDatabaseSecret"), {
    Sid: "ReadDatabaseSecret",
    Effect: "Allow",
    Action: ["secretsmanager:GetSecretValue"],
    Resource: ["arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod/db-AbCdEf"],
  });
  assert.deepEqual(statement(policy, "DecryptDatabaseSecret"), {
    Sid: "DecryptDatabaseSecret",
    Effect: "Allow",
    Action: ["kms:Decrypt"],
    Resource: [KEY],
    Condition: { StringEquals: { "kms:ViaService": "secretsmanager.ap-northeast-1.amazonaws.com" } },
  });
});

test("the ARN behind valueFrom", () => {
  const ssm = "arn:aws:ssm:us-east-1:444455556666:parameter/shared/db";
  assert.equal(secretArn(PLACE, ssm), ssm);
  assert.equal(secretArn(PLACE, "flat"), "arn:aws:ssm:ap-northeast-1:111122223333:parameter/flat");
});

test("the task's own role: nothing, or to sign in as that one database user", () => {
  const iam = { kind: "iam", user: "migrator", resourceId: "db-ABCDEFGHIJKL01234" } as const;
  const parts = {
    kind: "parts",
    host: "db.internal",
    port: 5432,
    name: "shop",
    engine: "postgres",
    params: "",
  } as const;
  assert.equal(taskRolePolicy(PLACE, EXECUTION.database), undefined);
  const password = { kind: "password", secretArn: "arn:aws:secretsmanager:x:1:secret:s" } as const;
  assert.equal(taskRolePolicy(PLACE, { connection: { ...parts, credentials: password } }), undefined);
  assert.deepEqual(taskRolePolicy(PLACE, { connection: { ...parts, credentials: iam } })?.Statement, [
    {
      Sid: "SignIn",
      Effect: "Allow",
      Action: ["rds-db:connect"],
      Resource: ["arn:aws:rds-db:ap-northeast-1:111122223333:dbuser:db-ABCDEFGHIJKL01234/migrator"],
    },
  ]);
  const database = { connection: { ...parts, credentials: iam }, secretKmsKeyArn: undefined };
  assert.equal(statement(executionRolePolicy({ ...EXECUTION, database }), "ReadDatabaseSecret"), undefined);
});

test("an RDS-managed secret: the execution role reads that secret", () => {
  const secretArn = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:rds!db-0a1b-AbCdEf";
  const credentials = { kind: "password", secretArn } as const;
  const connection = {
    ...({ kind: "parts", host: "h", port: 5432, name: "shop", engine: "postgres", params: "" } as const),
    credentials,
  };
  const policy = executionRolePolicy({ ...EXECUTION, database: { connection, secretKmsKeyArn: undefined } });
  assert.deepEqual(statement(policy, "ReadDatabaseSecret")?.Resource, [secretArn]);
});

test("the function that reports dead builds: the webhook's parameter and its own log", () => {
  const policy = notifierRolePolicy({
    ...PLACE,
    logGroup: "/aws/lambda/stage-shop-build-notifier",
    webhookParameter: "/stage/slack-webhook",
    kmsKeyArn: KEY,
  });
  assert.deepEqual(
    policy.Statement.map(({ Sid, Action, Resource }) => [Sid, Action.join(" "), Resource?.join(" ")]),
    [
      [
        "ReadSlackWebhook",
        "ssm:GetParameter",
        "arn:aws:ssm:ap-northeast-1:111122223333:parameter/stage/slack-webhook",
      ],
      ["DecryptSlackWebhook", "kms:Decrypt", KEY],
      [
        "WriteLog",
        "logs:CreateLogStream logs:PutLogEvents",
        "arn:aws:logs:ap-northeast-1:111122223333:log-group:/aws/lambda/stage-shop-build-notifier:*",
      ],
    ],
  );
});
