import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../../automation/contract/errors.ts";
import { CHECKOUT, SMALLEST } from "../../support/stackConfig.ts";
import { parse, problemsOf } from "./parse.ts";

test("a problem is one sentence: key, value, rule, mend", () => {
  assert.throws(
    () => parse({ ...SMALLEST, memory: 300 }),
    new ConfigError([
      "ecs-migrate:memory is 300, but Fargate with cpu 256 takes 512, 1024, 2048; set it in Pulumi.stage.yaml",
    ]),
  );
});

test("all problems are listed at once", () => {
  assert.deepEqual(
    problemsOf({
      "aws:region": "tokyo",
      application: "Shop",
      appPath: join(CHECKOUT, "app"),
      migrate: "sometimes",
      production: "yes",
      platform: "amd64",
      cpu: 300,
      logRetentionDays: 42,
      subnets: ["subnet-0a", "10.0.0.0/24"],
      buildArgs: ["A=1"],
    }),
    [
      'ecs-migrate:application is "Shop", but it must be 2 to 24 lower-case letters, digits and single hyphens, starting with a letter',
      'aws:region is "tokyo", but it must be a region like ap-northeast-1',
      'ecs-migrate:production is "yes", but it must be true or false',
      'ecs-migrate:migrate is "sometimes", but it must be one of auto, always, manual',
      "ecs-migrate:cpu is 300, but Fargate takes 256, 512, 1024, 2048, 4096, 8192, 16384",
      'ecs-migrate:buildArgs is ["A=1"], but it must be a map of texts',
      'ecs-migrate:platform is "amd64", but it must be one of linux/amd64, linux/arm64',
      'ecs-migrate:subnets is "10.0.0.0/24", but each item must be a subnet\'s id like subnet-0a1b2c3d',
      "ecs-migrate:securityGroups is not set, but with vpcId or subnets either it or databaseSecurityGroup or databaseCidr is needed",
      "ecs-migrate:logRetentionDays is 42, but CloudWatch Logs takes 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
    ],
  );
});

test("a key that is no key is named, so that a slip of the pen is no silent default", () => {
  assert.deepEqual(problemsOf({ ...SMALLEST, memmory: 1024 }), [
    "ecs-migrate:memmory is not a key of this project; remove it, or see Pulumi.yaml for the keys",
  ]);
});

test("the keys that a deploy's check reads are checked here as well", () => {
  assert.deepEqual(
    problemsOf({ ...SMALLEST, checkDialect: "oracle", checkDisable: ["alone", "lone", "late"] }),
    [
      'ecs-migrate:checkDialect is "oracle", but it must be one of auto, postgres, mysql, mariadb, other',
      'ecs-migrate:checkDisable is "lone", but there is no such rule; docs/check.md lists them all',
      'ecs-migrate:checkDisable is "late", but a deploy always looks for it, since such a file never does what it says',
    ],
  );
  assert.deepEqual(problemsOf({ ...SMALLEST, checkDialect: "other", checkDisable: ["down-edited"] }), []);
});

test("what is missing is named", () => {
  assert.deepEqual(problemsOf({ appPath: join(CHECKOUT, "app"), assignPublicIp: true }), [
    "ecs-migrate:application is not set, but it must be 2 to 24 lower-case letters, digits and single hyphens, starting with a letter",
    "aws:region is not set, but it must be a region like ap-northeast-1",
  ]);
});

test("an application without Dockerfile or migrations: the value as it was written, and the path that it means", () => {
  const infra = join(CHECKOUT, "infra");
  assert.deepEqual(problemsOf({ ...SMALLEST, appPath: "./infra" }), [
    `ecs-migrate:dockerfile is "Dockerfile", but there is no file ${infra}/Dockerfile`,
    `ecs-migrate:migrationsPath is "resources/db/migrations", but there is no folder ${infra}/resources/db/migrations`,
  ]);
  assert.deepEqual(problemsOf({ ...SMALLEST, appPath: "no-app" }), [
    `ecs-migrate:appPath is "no-app", but there is no folder ${join(CHECKOUT, "no-app")}`,
  ]);
});

test("a stack's name that cannot start a resource's name", () => {
  assert.deepEqual(problemsOf(SMALLEST, "Stage"), [
    "the stack's name is \"Stage\", but it starts every resource's name and must be 2 to 16 lower-case letters, digits and single hyphens, starting with a letter; make one with `pulumi stack init <name>`",
  ]);
});

test("names that AWS refuses for one kind of resource are refused up front", () => {
  const ec2 = { ...SMALLEST, assignPublicIp: false, launchType: "EC2" };
  assert.deepEqual(problemsOf(SMALLEST, "sg"), [
    "the stack's name is \"sg\", but it starts the security group's name, and EC2 refuses names that start with sg-; make another stack with `pulumi stack init <name>`",
  ]);
  assert.deepEqual(problemsOf(ec2, "ecs1"), [
    'the names of this stack start with "ecs1-shop", but ECS refuses capacity providers whose name starts with ecs; make a stack of another name with `pulumi stack init <name>`, or name an existing cluster as ecs-migrate:cluster',
  ]);
  assert.deepEqual(problemsOf({ ...ec2, cluster: "main" }, "ecs1"), []);
  assert.deepEqual(problemsOf(SMALLEST, "ecs1"), []);
  assert.match(problemsOf({ ...SMALLEST, application: "shop--web" })[0] ?? "", /single hyphens/);
});

test("what is missing of a database's parts is named at once", () => {
  assert.deepEqual(problemsOf({ ...SMALLEST, databaseHost: "db.internal", databaseAuth: "iam" }), [
    "ecs-migrate:databaseName is not set, but it must be the name of the database",
    "ecs-migrate:databaseUser is not set, but it must be the name of the database user that signs in with IAM",
    "ecs-migrate:databaseResourceId is not set, but it must be the resource id of the RDS instance, cluster or proxy, like db-ABCDEFGHIJKL01234",
  ]);
});

test("what a secret's name may look like", () => {
  const names = [
    "/prod/migration",
    "migration",
    "arn:aws:ssm:ap-northeast-1:111122223333:parameter/prod/migration",
    "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod/db-AbCdEf",
    "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:prod/db-AbCdEf:url::",
  ];
  for (const databaseSecret of names) {
    const { connection } = parse({ ...SMALLEST, databaseSecret }).database;
    assert.deepEqual(connection, { kind: "url", secret: databaseSecret });
  }
});
