import assert from "node:assert/strict";
import { test } from "node:test";
import { tlsOnlyPolicy } from "../../../infra/policies/bucket.ts";
import {
  type CodeBuildRoleArgs,
  codeBuildRolePolicy,
  codeBuildTrustPolicy,
} from "../../../infra/policies/build.ts";
import { type PolicyDocument, UNSCOPED_ACTIONS } from "../../../infra/policies/document.ts";
import { onCallPolicy } from "../../../infra/policies/onCall.ts";
import {
  type ExecutionRoleArgs,
  executionRolePolicy,
  secretArn,
  taskRolePolicy,
  taskTrustPolicy,
} from "../../../infra/policies/task.ts";
import { notifierRolePolicy, ruleTrustPolicy, startBuildPolicy } from "../../../infra/policies/trigger.ts";

const PLACE = { partition: "aws", region: "ap-northeast-1", accountId: "111122223333" };
const CHINA = { partition: "aws-cn", region: "cn-north-1", accountId: "111122223333" };
const REPOSITORY = "arn:aws:ecr:ap-northeast-1:111122223333:repository/stage-shop";
const BUCKET = "arn:aws:s3:::stage-shop-builds-0a1b";
const KEY = "arn:aws:kms:ap-northeast-1:111122223333:key/0a1b";
const CLUSTER = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/stage-shop-migration";
const EXECUTION_ROLE = "arn:aws:iam::111122223333:role/stage-shop-migration-execution";
const TASK_ROLE = "arn:aws:iam::111122223333:role/stage-shop-migration-task";
const CONNECTION = "arn:aws:codeconnections:ap-northeast-1:111122223333:connection/0a1b";

const EXECUTION: ExecutionRoleArgs = {
  ...PLACE,
  repositoryArn: REPOSITORY,
  logGroup: "/ecs/migration/shop/stage",
  database: { connection: { kind: "url", secret: "/stage/migration" }, secretKmsKeyArn: undefined },
};

const BUILD: CodeBuildRoleArgs = {
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
