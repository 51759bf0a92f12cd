import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CodeBuildRoleArgs,
  codeBuildRolePolicy,
  codeBuildTrustPolicy,
  type ExecutionRoleArgs,
  executionRolePolicy,
  type PolicyDocument,
  secretArn,
  startBuildPolicy,
  taskTrustPolicy,
  UNSCOPED_ACTIONS,
} from "../../infra/policies.ts";

const PLACE = { partition: "aws", region: "ap-northeast-1", accountId: "111122223333" };
const CHINA = { partition: "aws-cn", region: "cn-north-1", accountId: "111122223333" };
const REPOSITORY = "arn:aws:ecr:ap-northeast-1:111122223333:repository/stage-shop";
const KEY = "arn:aws:kms:ap-northeast-1:111122223333:key/0a1b";
const CLUSTER = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/stage-shop-migration";
const EXECUTION_ROLE = "arn:aws:iam::111122223333:role/stage-shop-migration-execution";
const TASK_ROLE = "arn:aws:iam::111122223333:role/stage-shop-migration-task";
const CONNECTION = "arn:aws:codeconnections:ap-northeast-1:111122223333:connection/0a1b";

const EXECUTION: ExecutionRoleArgs = {
  ...PLACE,
  repositoryArn: REPOSITORY,
  logGroup: "/ecs/migration/shop/stage",
  databaseSecret: "/stage/migration",
  databaseSecretKmsKeyArn: undefined,
};

const BUILD: CodeBuildRoleArgs = {
  ...PLACE,
  projectName: "stage-shop-deploy",
  buildLogGroup: "/aws/codebuild/stage-shop-deploy",
  repositoryArn: REPOSITORY,
  clusterArn: CLUSTER,
  taskDefinitionFamily: "stage-shop-migration",
  executionRoleArn: EXECUTION_ROLE,
  taskRoleArn: TASK_ROLE,
  migrationLogGroup: "/ecs/migration/shop/stage",
  slackWebhookParameter: "/stage/slack-webhook",
  slackWebhookKmsKeyArn: undefined,
  stateBucket: "shop-state",
  stateKeyArn: KEY,
  looksUpNetwork: true,
  source: { kind: "connection", connectionArn: CONNECTION },
};

function statement(policy: PolicyDocument, sid: string) {
  return policy.Statement.find(({ Sid }) => Sid === sid);
}

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
        Sid: "ReadDatabaseUrl",
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

test("one key of a Secrets Manager secret under a customer's KMS key: the secret alone, the key through it alone", () => {
  const databaseSecret = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod/db-AbCdEf:url::";
  const policy = executionRolePolicy({ ...EXECUTION, databaseSecret, databaseSecretKmsKeyArn: KEY });
  assert.deepEqual(statement(policy, "ReadDatabaseUrl"), {
    Sid: "ReadDatabaseUrl",
    Effect: "Allow",
    Action: ["secretsmanager:GetSecretValue"],
    Resource: ["arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod/db-AbCdEf"],
  });
  assert.deepEqual(statement(policy, "DecryptDatabaseUrl"), {
    Sid: "DecryptDatabaseUrl",
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

test("CodeBuild's role: what a routine deploy needs, and nothing else", () => {
  const task = "arn:aws:ecs:ap-northeast-1:111122223333:task/stage-shop-migration/*";
  const family = "arn:aws:ecs:ap-northeast-1:111122223333:task-definition/stage-shop-migration:*";
  const log = "arn:aws:logs:ap-northeast-1:111122223333:log-group:/ecs/migration/shop/stage";
  const onCluster = { ArnEquals: { "ecs:cluster": CLUSTER } };
  const rows = codeBuildRolePolicy(BUILD).Statement.map(({ Sid, Action, Resource, Condition }) => [
    Sid,
    Action.join(" "),
    Resource?.join(" "),
    Condition,
  ]);
  assert.deepEqual(rows, [
    [
      "UseConnection",
      "codeconnections:GetConnection codeconnections:GetConnectionToken codeconnections:UseConnection " +
        "codestar-connections:GetConnection codestar-connections:GetConnectionToken codestar-connections:UseConnection",
      CONNECTION,
      undefined,
    ],
    [
      "WriteBuildLog",
      "logs:CreateLogStream logs:PutLogEvents",
      "arn:aws:logs:ap-northeast-1:111122223333:log-group:/aws/codebuild/stage-shop-deploy:*",
      undefined,
    ],
    ["LogInToRegistry", "ecr:GetAuthorizationToken", "*", undefined],
    [
      "PushImage",
      "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:CompleteLayerUpload ecr:DescribeImages " +
        "ecr:GetDownloadUrlForLayer ecr:InitiateLayerUpload ecr:PutImage ecr:UploadLayerPart",
      REPOSITORY,
      undefined,
    ],
    ["RegisterTaskDefinition", "ecs:RegisterTaskDefinition", family, undefined],
    ["ReadTaskDefinition", "ecs:DescribeTaskDefinition ecs:ListTaskDefinitions", "*", undefined],
    [
      "TagNewRevision",
      "ecs:TagResource",
      family,
      { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
    ],
    [
      "PassTaskRoles",
      "iam:PassRole",
      `${EXECUTION_ROLE} ${TASK_ROLE}`,
      { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    ],
    ["RunMigration", "ecs:RunTask", family, onCluster],
    ["WatchTask", "ecs:DescribeTasks ecs:StopTask", task, onCluster],
    ["ListTasks", "ecs:ListTasks", "*", onCluster],
    ["TagNewTask", "ecs:TagResource", task, { StringEquals: { "ecs:CreateAction": "RunTask" } }],
    ["ReadCluster", "ecs:DescribeClusters", CLUSTER, undefined],
    [
      "ReadMigrationLog",
      "logs:DescribeLogStreams logs:FilterLogEvents logs:GetLogEvents logs:StartLiveTail",
      `${log} ${log}:*`,
      undefined,
    ],
    [
      "ReadSlackWebhook",
      "ssm:GetParameter ssm:GetParameters",
      "arn:aws:ssm:ap-northeast-1:111122223333:parameter/stage/slack-webhook",
      undefined,
    ],
    ["ListState", "s3:GetBucketLocation s3:ListBucket", "arn:aws:s3:::shop-state", undefined],
    ["KeepState", "s3:DeleteObject s3:GetObject s3:PutObject", "arn:aws:s3:::shop-state/*", undefined],
    ["UseStateKey", "kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey", KEY, undefined],
    ["LookUpNetwork", "ec2:DescribeSubnets ec2:DescribeVpcs", "*", undefined],
  ]);
});

test("what a stack does not have, its build is not let to", () => {
  const bare = {
    ...BUILD,
    slackWebhookParameter: undefined,
    stateBucket: undefined,
    stateKeyArn: undefined,
    looksUpNetwork: false,
  };
  const all = codeBuildRolePolicy(BUILD).Statement.map(({ Sid }) => Sid);
  const left = codeBuildRolePolicy(bare).Statement.map(({ Sid }) => Sid);
  assert.deepEqual(
    all.filter((sid) => !left.includes(sid)),
    ["ReadSlackWebhook", "ListState", "KeepState", "UseStateKey", "LookUpNetwork"],
  );
});

test("each kind of source is let to be fetched, and no other", () => {
  const objectArn = "arn:aws:s3:::source/shop.zip";
  const repositoryArn = "arn:aws:codecommit:ap-northeast-1:111122223333:shop";
  const [s3] = codeBuildRolePolicy({ ...BUILD, source: { kind: "s3", objectArn } }).Statement;
  const [git] = codeBuildRolePolicy({ ...BUILD, source: { kind: "codecommit", repositoryArn } }).Statement;
  assert.deepEqual([s3?.Action, s3?.Resource], [["s3:GetObject", "s3:GetObjectVersion"], [objectArn]]);
  assert.deepEqual([git?.Action, git?.Resource], [["codecommit:GitPull"], [repositoryArn]]);
});

test("the build cannot read the database's URL", () => {
  const reads = codeBuildRolePolicy(BUILD).Statement.filter(({ Action }) =>
    Action.some((action) => action.startsWith("ssm:") || action.startsWith("secretsmanager:")),
  );
  assert.deepEqual(
    reads.flatMap(({ Resource }) => Resource),
    ["arn:aws:ssm:ap-northeast-1:111122223333:parameter/stage/slack-webhook"],
  );
});

test("no action has a wildcard, and a resource is * only where the reason is written down", () => {
  const policies = [
    codeBuildRolePolicy({ ...BUILD, slackWebhookKmsKeyArn: KEY }),
    executionRolePolicy({ ...EXECUTION, databaseSecretKmsKeyArn: KEY }),
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

test("only this account's tasks, and only this project's builds, take the roles on", () => {
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
    CLUSTER.replace(":cluster/", ":task/"),
  ];
  const made = given.reduce((text, arn) => text.replaceAll(arn, ""), inChina);
  assert.deepEqual(made.match(/arn:aws:[^"]*/g), null);
  assert.match(inChina, /"kms:ViaService":"ssm\.cn-north-1\.amazonaws\.com\.cn"/);
});
