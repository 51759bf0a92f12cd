import assert from "node:assert/strict";
import { test } from "node:test";
import { codeBuildRolePolicy } from "../../../infra/policies/build.ts";
import {
  BUCKET,
  BUILD,
  CLUSTER,
  CONNECTION,
  EXECUTION_ROLE,
  KEY,
  REPOSITORY,
  statement,
  TASK_ROLE,
} from "./policySamples.ts";

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
      "codeconnections:GetConnection codeconnections:GetConnectionToken codeconnections:UseConnection",
      CONNECTION,
      undefined,
    ],
    [
      "WriteBuildLog",
      "logs:CreateLogStream logs:PutLogEvents",
      "arn:aws:logs:ap-northeast-1:111122223333:log-group:/aws/codebuild/stage-shop-deploy:*",
      undefined,
    ],
    ["FindBuildBucket", "s3:GetBucketAcl s3:GetBucketLocation s3:ListBucket", BUCKET, undefined],
    ["KeepReports", "s3:PutObject", `${BUCKET}/builds/*`, undefined],
    ["KeepCache", "s3:GetObject s3:PutObject", `${BUCKET}/cache/*`, undefined],
    ["LogInToRegistry", "ecr:GetAuthorizationToken", "*", undefined],
    [
      "PushImage",
      "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:CompleteLayerUpload ecr:DescribeImages " +
        "ecr:GetDownloadUrlForLayer ecr:InitiateLayerUpload ecr:PutImage ecr:UploadLayerPart",
      REPOSITORY,
      undefined,
    ],
    ["RegisterTaskDefinition", "ecs:RegisterTaskDefinition", family, undefined],
    [
      "TagNewRevision",
      "ecs:TagResource",
      family,
      { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
    ],
    ["ReadTaskDefinition", "ecs:DescribeTaskDefinition ecs:ListTaskDefinitions", "*", undefined],
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
    ["LookUpCluster", "ecs:DescribeClusters", CLUSTER, undefined],
    [
      "ReadMigrationLog",
      "logs:FilterLogEvents logs:GetLogEvents logs:StartLiveTail",
      `${log} ${log}:*`,
      undefined,
    ],
    [
      "ReadSlackWebhook",
      "ssm:GetParameter",
      "arn:aws:ssm:ap-northeast-1:111122223333:parameter/stage/slack-webhook",
      undefined,
    ],
    ["ListState", "s3:ListBucket", "arn:aws:s3:::shop-state", undefined],
    [
      "KeepState",
      "s3:DeleteObject s3:GetObject s3:PutObject",
      "arn:aws:s3:::shop-state/.pulumi/*",
      undefined,
    ],
    ["UseStateKey", "kms:Decrypt kms:GenerateDataKey", KEY, undefined],
    ["LookUpNetwork", "ec2:DescribeRouteTables ec2:DescribeSubnets ec2:DescribeVpcs", "*", undefined],
    ["ReadVpc", "ec2:DescribeVpcAttribute", "arn:aws:ec2:ap-northeast-1:111122223333:vpc/*", undefined],
  ]);
});

test("what a stack does not have, its build is not let to", () => {
  const bare = {
    ...BUILD,
    slackWebhookParameter: undefined,
    stateBucket: undefined,
    stateKeyArn: undefined,
    looksUpNetwork: "nothing" as const,
    looksUpCluster: false,
  };
  const all = codeBuildRolePolicy(BUILD).Statement.map(({ Sid }) => Sid);
  const left = codeBuildRolePolicy(bare).Statement.map(({ Sid }) => Sid);
  assert.deepEqual(
    all.filter((sid) => !left.includes(sid)),
    [
      "LookUpCluster",
      "ReadSlackWebhook",
      "ListState",
      "KeepState",
      "UseStateKey",
      "LookUpNetwork",
      "ReadVpc",
    ],
  );
});

test("a connection made under the service's old name is used by actions of the old name", () => {
  const connectionArn = CONNECTION.replace("codeconnections", "codestar-connections");
  const [use] = codeBuildRolePolicy({ ...BUILD, source: { kind: "connection", connectionArn } }).Statement;
  assert.deepEqual(use?.Action, [
    "codestar-connections:GetConnection",
    "codestar-connections:GetConnectionToken",
    "codestar-connections:UseConnection",
  ]);
});

test("base images may be pulled from the repositories that the stack names, and nothing pushed there", () => {
  const mirror = "arn:aws:ecr:ap-northeast-1:444455556666:repository/mirror/alpine";
  const policy = codeBuildRolePolicy({ ...BUILD, pullRepositories: [mirror] });
  assert.deepEqual(statement(policy, "PullBaseImages"), {
    Sid: "PullBaseImages",
    Effect: "Allow",
    Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    Resource: [mirror],
  });
  assert.equal(statement(codeBuildRolePolicy(BUILD), "PullBaseImages"), undefined);
});

test("a given VPC is not looked up itself, only its subnets and their routes", () => {
  const policy = codeBuildRolePolicy({ ...BUILD, looksUpNetwork: "subnets" });
  assert.deepEqual(statement(policy, "LookUpNetwork")?.Action, [
    "ec2:DescribeRouteTables",
    "ec2:DescribeSubnets",
  ]);
  assert.equal(statement(policy, "ReadVpc"), undefined);
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

test("the build uses the key of its bucket through S3 only", () => {
  assert.equal(statement(codeBuildRolePolicy(BUILD), "UseBuildKey"), undefined);
  assert.deepEqual(statement(codeBuildRolePolicy({ ...BUILD, buildKeyArn: KEY }), "UseBuildKey"), {
    Sid: "UseBuildKey",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: [KEY],
    Condition: { StringEquals: { "kms:ViaService": "s3.ap-northeast-1.amazonaws.com" } },
  });
});

test("the build rolls the services that are named, and no other", () => {
  const services = [
    { cluster: "shop", service: "web", family: "shop-web", roles: [TASK_ROLE] },
    { cluster: "shop", service: "worker", family: "worker", roles: [TASK_ROLE, EXECUTION_ROLE] },
  ];
  const policy = codeBuildRolePolicy({ ...BUILD, services });
  const place = "arn:aws:ecs:ap-northeast-1:111122223333";
  assert.deepEqual(statement(policy, "RollServices"), {
    Sid: "RollServices",
    Effect: "Allow",
    Action: ["ecs:DescribeServices", "ecs:ListServiceDeployments", "ecs:UpdateService"],
    Resource: [`${place}:service/shop/web`, `${place}:service/shop/worker`],
  });
  assert.deepEqual(statement(policy, "WatchServiceDeployments"), {
    Sid: "WatchServiceDeployments",
    Effect: "Allow",
    Action: ["ecs:DescribeServiceDeployments"],
    Resource: [`${place}:service-deployment/shop/web/*`, `${place}:service-deployment/shop/worker/*`],
  });
  const families = [`${place}:task-definition/shop-web:*`, `${place}:task-definition/worker:*`];
  assert.deepEqual(statement(policy, "RegisterServiceRevision")?.Resource, families);
  assert.deepEqual(statement(policy, "TagServiceRevision")?.Resource, families);
  assert.deepEqual(statement(policy, "PassServiceRoles"), {
    Sid: "PassServiceRoles",
    Effect: "Allow",
    Action: ["iam:PassRole"],
    Resource: [TASK_ROLE, EXECUTION_ROLE],
    Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
  });
  assert.equal(statement(codeBuildRolePolicy(BUILD), "RollServices"), undefined);
});
