import assert from "node:assert/strict";
import { test } from "node:test";
import { SMALLEST } from "../../support/stackConfig.ts";
import { problemsOf, RDS } from "./parse.ts";

/** One wrong setting on top of the smallest configuration, and the only problem it makes. */
const REFUSED: [string, Readonly<Record<string, unknown>>, string][] = [
  [
    "Fargate in bridge mode",
    { networkMode: "bridge" },
    'ecs-migrate:networkMode is "bridge", but Fargate only knows awsvpc',
  ],
  [
    "a public address on EC2",
    { launchType: "EC2" },
    "ecs-migrate:assignPublicIp is true, but ECS gives a task a public address only on Fargate",
  ],
  [
    "the default VPC without a public address",
    { assignPublicIp: false },
    "ecs-migrate:assignPublicIp is false, but the default VPC's subnets reach ECR, SSM and the logs only with a public address: make it true, or give vpcId or subnets",
  ],
  [
    "two ways to a security group",
    { subnets: ["subnet-0a"], vpcId: "vpc-0a", securityGroups: ["sg-0a"], databaseCidr: "10.0.0.0/16" },
    'ecs-migrate:securityGroups is ["sg-0a"], but databaseSecurityGroup or databaseCidr makes a group in their place: keep one of the two',
  ],
  [
    "a group to be made, and no VPC to make it in",
    { subnets: ["subnet-0a"], databaseSecurityGroup: "sg-0db" },
    "ecs-migrate:vpcId is not set, but the security group for the database is made in it",
  ],
  [
    "a CIDR block out of range",
    { databaseCidr: "10.0.0.0/33" },
    'ecs-migrate:databaseCidr is "10.0.0.0/33", but it must be an IPv4 CIDR block like 10.0.0.0/16',
  ],
  ["root", { user: "0:0" }, 'ecs-migrate:user is "0:0", but the container must not run as root'],
  ["root by name", { user: "root" }, 'ecs-migrate:user is "root", but the container must not run as root'],
  [
    "a limit that Fargate does not take",
    { ulimits: [{ name: "core", softLimit: 0, hardLimit: 0 }] },
    'ecs-migrate:ulimits is "core", but Fargate only takes nofile',
  ],
  [
    "a soft limit above the hard one",
    { ulimits: [{ name: "nofile", softLimit: 2, hardLimit: 1 }] },
    'ecs-migrate:ulimits is {"name":"nofile","softLimit":2,"hardLimit":1}, but softLimit must not be above hardLimit',
  ],
  [
    "a limit of another shape",
    { ulimits: [{ name: "nofile", soft: 2 }] },
    'ecs-migrate:ulimits is [{"name":"nofile","soft":2}], but it must be a list of {name, softLimit, hardLimit}',
  ],
  [
    "a variable that the program sets",
    { environmentVariables: { MIGRATION_DB: "postgres://" } },
    'ecs-migrate:environmentVariables is "MIGRATION_DB", but the program sets that one itself',
  ],
  [
    "a tag key of AWS's own",
    { tags: { "aws:team": "x" } },
    'ecs-migrate:tags has "aws:team": "x", but AWS keeps tag keys that start with aws: to itself',
  ],
  [
    "a capacity provider of no cluster",
    { launchType: "EC2", assignPublicIp: false, capacityProvider: "spot" },
    'ecs-migrate:capacityProvider is "spot", but only an existing cluster has one: give its name as cluster',
  ],
  [
    "a capacity provider on Fargate",
    { cluster: "main", capacityProvider: "spot" },
    'ecs-migrate:capacityProvider is "spot", but launchType FARGATE takes none',
  ],
  [
    "a database URL in place of its name",
    { databaseSecret: "postgres://u:p@h/d" },
    'ecs-migrate:databaseSecret is "postgres://***@h/d", but it must be an SSM parameter\'s name or ARN, or a Secrets Manager ARN (with `:<json key>::` for one key of it)',
  ],
  [
    "a source without location",
    { sourceType: "S3" },
    "ecs-migrate:sourceLocation is not set, but it must be an S3 object as bucket/key.zip",
  ],
  [
    "a forge without connection",
    { sourceType: "GITHUB", sourceLocation: "https://github.com/shop/shop.git" },
    "ecs-migrate:connectionArn is not set, but sourceType GITHUB needs a CodeConnections connection (or createConnection: true)",
  ],
  [
    "a connection to a self-managed GitLab",
    {
      sourceType: "GITLAB_SELF_MANAGED",
      sourceLocation: "https://git.shop.example/shop.git",
      createConnection: true,
    },
    "ecs-migrate:createConnection is true, but a self-managed GitLab's connection needs a host: make it in the console",
  ],
  [
    "trigger paths of CodeCommit",
    {
      sourceType: "CODECOMMIT",
      sourceLocation: "https://git-codecommit.ap-northeast-1.amazonaws.com/v1/repos/shop",
      triggerPaths: ["services/shop"],
    },
    'ecs-migrate:triggerPaths is ["services/shop"], but CodeCommit\'s events do not name the changed files: leave it empty',
  ],
  [
    "a project's path that leaves the repository",
    { sourceType: "S3", sourceLocation: "source/shop.zip", projectPath: "../tools" },
    'ecs-migrate:projectPath is "../tools", but it must be a folder from the repository\'s root like tools/ecs-migrate, each part of letters, digits and . _ - @ +',
  ],
  [
    "a build that ends before its migration",
    {
      sourceType: "S3",
      sourceLocation: "source/shop.zip",
      migrationTimeout: "2h",
      buildTimeoutMinutes: 120,
    },
    "ecs-migrate:buildTimeoutMinutes is 120, but the CLI waits 120 minutes for the migration and the services (migrationTimeout, serviceTimeout) and must report before the build ends: make it 135 or more, or 0 to have it computed",
  ],
  [
    "a migration that no build can wait for",
    { sourceType: "S3", sourceLocation: "source/shop.zip", migrationTimeout: "36h" },
    'ecs-migrate:migrationTimeout is "36h", but a build may take 2160 minutes, so the migration in it 2130: make it 2130m or less',
  ],
  [
    "a migrator that waits for longer than the CLI",
    { lockBudget: "2h" },
    'ecs-migrate:migrationTimeout is "60m", but the migrator itself may wait 7260 s (connectTimeout and lockBudget): make it longer than that',
  ],
  [
    "a time that is none",
    { lockTimeout: "soon" },
    'ecs-migrate:lockTimeout is "soon", but it must be a time like 90s, 45m or 2h, from 0 s to 3600 s',
  ],
  [
    "more tags than AWS takes",
    { tags: Object.fromEntries(Array.from({ length: 46 }, (_, index) => [`key${index}`, "x"])) },
    "ecs-migrate:tags has 46 tags, but AWS takes 50 on a resource and this project sets 5 of them: name 45 at most",
  ],
  [
    "a tag with a character that AWS refuses",
    { tags: { team: "a&b" } },
    'ecs-migrate:tags has "team": "a&b", but tags may only hold letters, digits, spaces and the characters _ . : / = + - @',
  ],
  [
    "a log group of AWS's own",
    { logGroup: "aws/ecs/shop" },
    'ecs-migrate:logGroup is "aws/ecs/shop", but it must be a log group\'s name: letters, digits and _ / . # -, and not starting with aws/',
  ],
  [
    "more subnets than RunTask takes",
    {
      assignPublicIp: false,
      securityGroups: ["sg-0a"],
      subnets: Array.from({ length: 17 }, (_, index) => `subnet-${index}a`),
    },
    "ecs-migrate:subnets has 17 items, but RunTask takes 16: name one or two in each availability zone",
  ],
  [
    "a group to be opened that is not named",
    { openDatabaseSecurityGroup: true },
    "ecs-migrate:databaseSecurityGroup is not set, but openDatabaseSecurityGroup adds a rule to it",
  ],
  [
    "a database by its URL and by its parts",
    { ...RDS, databaseSecret: "/stage/migration" },
    'ecs-migrate:databaseSecret is "/stage/migration", but databaseHost gives the database by its parts: keep one of the two',
  ],
  [
    "parts of a database without its host",
    { databaseName: "shop" },
    'ecs-migrate:databaseName is "shop", but it only counts together with databaseHost',
  ],
  [
    "a password and IAM",
    { ...RDS, databaseAuth: "iam", databaseUser: "migrator", databaseResourceId: "db-ABCDEFGHIJKL01234" },
    `ecs-migrate:databaseCredentialsSecret is "${RDS.databaseCredentialsSecret}", but it only counts with databaseAuth password`,
  ],
  [
    "a repository's name in place of its ARN",
    { pullRepositories: ["mirror/alpine"] },
    'ecs-migrate:pullRepositories is "mirror/alpine", but each item must be the ARN of an ECR repository',
  ],
  [
    "a clone URL with a token, which is not shown",
    { sourceType: "CODECOMMIT", sourceLocation: "https://oauth2:glpat-1@gitlab.com/a/b.git" },
    'ecs-migrate:sourceLocation is "https://***@gitlab.com/a/b.git", but it must be the repository\'s HTTPS clone URL, without a user or a token',
  ],
  [
    "a number in another form",
    { cpu: "1e3" },
    'ecs-migrate:cpu is "1e3", but it must be a whole number from 128 to 16384',
  ],
  [
    "a build without end",
    { sourceType: "S3", sourceLocation: "source/shop.zip", buildTimeoutMinutes: 4000 },
    'ecs-migrate:buildTimeoutMinutes is "4000", but it must be a whole number from 0 to 2160',
  ],
];

for (const [name, settings, problem] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.deepEqual(problemsOf({ ...SMALLEST, ...settings }), [problem]);
  });
}
