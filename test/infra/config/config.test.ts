import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../../automation/contract/errors.ts";
import { CONFIG_KEYS, parseConfig, type StackConfig } from "../../../infra/config/config.ts";
import { CHECKOUT, configOf, declaredKeys, SMALLEST, stackFile } from "../../support/stackConfig.ts";

function parse(settings: Readonly<Record<string, unknown>>, stack = "stage"): StackConfig {
  const values = new Map(Object.entries(configOf(settings)));
  return parseConfig(values, { stack, rootDirectory: CHECKOUT });
}

/** Every problem, without the mend that all of them end with. */
function problemsOf(settings: Readonly<Record<string, unknown>>, stack = "stage"): string[] {
  try {
    parse(settings, stack);
  } catch (error) {
    assert(error instanceof ConfigError);
    return error.problems.map((problem) => problem.split("; set it in ")[0] ?? "");
  }
  return [];
}

test("Pulumi.yaml declares exactly the keys that are read, each with a type and a description", () => {
  const declared = declaredKeys();
  assert.deepEqual([...declared.keys()].sort(), [...CONFIG_KEYS].sort());
  const wanting = [...declared].filter(([, key]) => !key.type || !key.description?.endsWith("."));
  assert.deepEqual(wanting, []);
});

test("only the application has no default: all other keys may be left out", () => {
  const required = [...declaredKeys()].filter(([, key]) => key.default === undefined).map(([name]) => name);
  assert.deepEqual(required, ["application"]);
});

test("the smallest configuration takes every default", () => {
  assert.deepEqual(parse(SMALLEST), {
    application: "shop",
    environment: "stage",
    region: "ap-northeast-1",
    production: false,
    migrate: "auto",
    tags: {},
    image: {
      appPath: join(CHECKOUT, "app"),
      migrationsPath: join(CHECKOUT, "app", "resources", "db", "migrations"),
      dockerfile: join(CHECKOUT, "app", "Dockerfile"),
      target: undefined,
      buildArgs: {},
      platform: "linux/amd64",
      cacheFrom: [],
      retention: 30,
      kmsKeyArn: undefined,
    },
    cluster: {
      existing: undefined,
      launchType: "FARGATE",
      capacityProvider: undefined,
      instanceType: "t3.small",
      instanceMaxCount: 1,
      containerInsights: "disabled",
    },
    network: {
      mode: "awsvpc",
      vpcId: undefined,
      subnets: [],
      securityGroups: [],
      assignPublicIp: true,
      databaseEgress: undefined,
    },
    task: {
      cpu: 256,
      memory: 512,
      user: "65534:65534",
      readonlyRootFilesystem: true,
      ulimits: [],
      environment: {},
      databaseSecret: "/stage/migration",
      databaseSecretKmsKeyArn: undefined,
    },
    logs: { group: "/ecs/migration/shop/stage", retentionDays: 365, kmsKeyArn: undefined },
    slackWebhookParameter: undefined,
    slackWebhookKmsKeyArn: undefined,
    pipeline: undefined,
    permissionsBoundaryArn: undefined,
  } satisfies StackConfig);
});

test("paths are relative to the folder of Pulumi.yaml, and inside the application's folder", () => {
  const { image } = parse({ ...SMALLEST, appPath: "./app", dockerfile: "./Dockerfile" });
  assert.equal(image.appPath, join(CHECKOUT, "app"));
  assert.equal(image.dockerfile, join(CHECKOUT, "app", "Dockerfile"));
});

test("a problem is one sentence: key, value, rule, mend", () => {
  assert.throws(
    () => parse({ ...SMALLEST, memory: 300 }),
    new ConfigError([
      "ecs-migrate:memory is 300, but Fargate with cpu 256 takes 512, 1024, 2048; set it in Pulumi.stage.yaml or with `pulumi config set ecs-migrate:memory <value> -s stage`",
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
      launchType: "LAMBDA",
      cpu: 300,
      logRetentionDays: 42,
      subnets: ["subnet-0a", "10.0.0.0/24"],
      buildArgs: ["A=1"],
    }),
    [
      'ecs-migrate:application is "Shop", but it must be 2 to 24 lower-case letters, digits and hyphens, starting with a letter',
      'ecs-migrate:launchType is "LAMBDA", but it must be one of FARGATE, EC2',
      'aws:region is "tokyo", but it must be a region like ap-northeast-1',
      'ecs-migrate:production is "yes", but it must be true or false',
      'ecs-migrate:migrate is "sometimes", but it must be one of auto, always, manual',
      'ecs-migrate:buildArgs is ["A=1"], but it must be a map of texts',
      'ecs-migrate:subnets is "10.0.0.0/24", but each item must be a subnet\'s id like subnet-0a1b2c3d',
      "ecs-migrate:securityGroups is not set, but with vpcId or subnets either it or databaseSecurityGroup or databaseCidr is needed",
      "ecs-migrate:cpu is 300, but Fargate takes 256, 512, 1024, 2048, 4096, 8192, 16384",
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
    problemsOf({ ...SMALLEST, checkDialect: "mysql", checkDisable: ["alone", "lone", "late"] }),
    [
      'ecs-migrate:checkDialect is "mysql", but it must be one of postgres, other',
      'ecs-migrate:checkDisable is "lone", but there is no such rule; docs/check.md lists them all',
      'ecs-migrate:checkDisable is "late", but a deploy always looks for it, since such a file never does what it says',
    ],
  );
  assert.deepEqual(problemsOf({ ...SMALLEST, checkDialect: "other", checkDisable: ["down-edited"] }), []);
});

test("what is missing is named", () => {
  assert.deepEqual(problemsOf({ appPath: join(CHECKOUT, "app"), assignPublicIp: true }), [
    "ecs-migrate:application is not set, but it must be 2 to 24 lower-case letters, digits and hyphens, starting with a letter",
    "aws:region is not set, but it must be a region like ap-northeast-1",
  ]);
});

test("an application without Dockerfile or migrations", () => {
  const appPath = join(CHECKOUT, "infra");
  assert.deepEqual(problemsOf({ ...SMALLEST, appPath }), [
    `ecs-migrate:dockerfile is "${appPath}/Dockerfile", but there is no such file`,
    `ecs-migrate:migrationsPath is "${appPath}/resources/db/migrations", but there is no such folder`,
  ]);
  assert.deepEqual(problemsOf({ ...SMALLEST, appPath: "no-app" }), [
    `ecs-migrate:appPath is "${join(CHECKOUT, "no-app")}", but there is no such folder`,
  ]);
});

/** One wrong setting on top of the smallest configuration, and the only problem it makes. */
const REFUSED: [string, Readonly<Record<string, unknown>>, string][] = [
  [
    "Fargate in bridge mode",
    { networkMode: "bridge" },
    'ecs-migrate:networkMode is "bridge", but Fargate knows awsvpc alone',
  ],
  [
    "a public address on EC2",
    { launchType: "EC2" },
    "ecs-migrate:assignPublicIp is true, but ECS gives a task a public address on Fargate alone",
  ],
  [
    "the default VPC without a public address",
    { assignPublicIp: false },
    "ecs-migrate:assignPublicIp is false, but the default VPC's subnets reach ECR, SSM and the logs with a public address alone: make it true, or give vpcId or subnets",
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
    'ecs-migrate:ulimits is "core", but Fargate takes nofile alone',
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
    'ecs-migrate:tags is "aws:team", but AWS keeps tag keys that start with aws: to itself',
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
    'ecs-migrate:databaseSecret is "postgres://u:p@h/d", but it must be an SSM parameter\'s name or ARN, or a Secrets Manager ARN (with `:<json key>::` for one key of it)',
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
    "a webhook where there can be none",
    { sourceType: "S3", sourceLocation: "source/shop.zip", webhook: "on" },
    'ecs-migrate:webhook is "on", but sourceType S3 has none',
  ],
  [
    "a build without end",
    { sourceType: "S3", sourceLocation: "source/shop.zip", buildTimeoutMinutes: 4000 },
    'ecs-migrate:buildTimeoutMinutes is "4000", but it must be a whole number from 5 to 2160',
  ],
];

for (const [name, settings, problem] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.deepEqual(problemsOf({ ...SMALLEST, ...settings }), [problem]);
  });
}

test("a stack's name that cannot start a resource's name", () => {
  assert.deepEqual(problemsOf(SMALLEST, "Stage"), [
    'the stack\'s name is "Stage", but it names every resource and must be 2 to 16 lower-case letters, digits and hyphens, starting with a letter; make one with `pulumi stack init <name>`',
  ]);
});

test("the longest role name that two long names make is one that IAM takes", () => {
  const config = parse({ ...SMALLEST, application: `a${"b".repeat(23)}` }, `s${"t".repeat(15)}`);
  assert.equal(`${config.environment}-${config.application}-migration-execution`.length, 61);
});

for (const stack of ["stage", "prod"]) {
  test(`Pulumi.${stack}.yaml: each placeholder is a problem, and nothing else is`, () => {
    const settings = stackFile(stack);
    const placeholders = Object.entries(settings).filter(([, value]) => String(value).includes("<"));
    const problems = problemsOf(settings, stack).filter((problem) => problem.includes("placeholder"));
    assert.deepEqual(
      problems.sort(),
      placeholders
        .map(([key, value]) => `${key} is "${value}", but that is the placeholder it came with`)
        .sort(),
    );
    assert.deepEqual(problemsOf({ ...settings, ...FILLED_IN }, stack), []);
  });
}

const FILLED_IN = {
  "ecs-migrate:application": "shop",
  "ecs-migrate:vpcId": "vpc-0a1b2c3d",
  "ecs-migrate:databaseSecurityGroup": "sg-0a1b2c3d",
  "ecs-migrate:sourceLocation": "https://gitlab.com/shop/shop.git",
  "ecs-migrate:connectionArn":
    "arn:aws:codeconnections:ap-northeast-1:111122223333:connection/0a1b2c3d-0000-4000-8000-000000000000",
  "ecs-migrate:stateBucket": "shop-pulumi-state",
  "ecs-migrate:stateKeyArn":
    "arn:aws:kms:ap-northeast-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000",
};

test("Pulumi.local.yaml is right as it stands", () => {
  assert.deepEqual(problemsOf(stackFile("local"), "local"), []);
});

test("the webhook waits for a connection that is made here, and comes by itself with one that is given", () => {
  const github = { ...SMALLEST, sourceType: "GITHUB", sourceLocation: "https://github.com/shop/shop.git" };
  const { "ecs-migrate:connectionArn": connectionArn } = FILLED_IN;
  assert.equal(parse({ ...github, createConnection: true }).pipeline?.webhook, false);
  assert.equal(parse({ ...github, createConnection: true, webhook: "on" }).pipeline?.webhook, true);
  assert.equal(parse({ ...github, connectionArn }).pipeline?.webhook, true);
  assert.equal(parse({ ...github, connectionArn, webhook: "off" }).pipeline?.webhook, false);
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
    assert.equal(parse({ ...SMALLEST, databaseSecret }).task.databaseSecret, databaseSecret);
  }
});
