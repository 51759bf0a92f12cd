import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../../automation/contract/errors.ts";
import { CONFIG_KEYS, parseConfig, type StackConfig } from "../../../infra/config/config.ts";
import { earlierDefault } from "../../../infra/config/database.ts";
import { CHECKOUT, configOf, declaredKeys, SMALLEST, stackFile } from "../../support/stackConfig.ts";

function parse(settings: Readonly<Record<string, unknown>>, stack = "stage"): StackConfig {
  const values = new Map(Object.entries(configOf(settings)));
  return parseConfig(values, { stack, rootDirectory: CHECKOUT });
}

/** Every problem, without the command that all of them end with. */
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
      kind: "application",
      appPath: join(CHECKOUT, "app"),
      migrationsPath: join(CHECKOUT, "app", "resources", "db", "migrations"),
      dockerfile: join(CHECKOUT, "app", "Dockerfile"),
      target: undefined,
      buildArgs: {},
      pullRepositories: [],
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
    database: {
      connection: { kind: "url", secret: "/shop/stage/migration" },
      secretKmsKeyArn: undefined,
      port: 5432,
      lockTimeout: 5,
      lockBudget: 120,
      connectTimeout: 60,
      showErrorDetails: false,
    },
    task: {
      cpu: 256,
      memory: 512,
      user: "65534:65534",
      readonlyRootFilesystem: true,
      ulimits: [],
      environment: {},
      timeout: 3600,
    },
    logs: { group: "/ecs/migration/shop/stage", retentionDays: 365, kmsKeyArn: undefined },
    services: { targets: [], parallel: false, timeout: 900 },
    slack: undefined,
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
      launchType: "LAMBDA",
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
      'ecs-migrate:launchType is "LAMBDA", but it must be one of FARGATE, EC2',
      "ecs-migrate:cpu is 300, but Fargate takes 256, 512, 1024, 2048, 4096, 8192, 16384",
      'ecs-migrate:buildArgs is ["A=1"], but it must be a map of texts',
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

test("services: names, roles, each once, and only with an image of the application", () => {
  const role = "arn:aws:iam::111122223333:role/web-task";
  const web = { cluster: "shop", service: "web" };
  const { services } = parse({
    ...SMALLEST,
    services: [web, { ...web, service: "worker", container: "app", family: "shop-worker", roles: [role] }],
    servicesParallel: true,
    serviceTimeout: "5m",
  });
  assert.deepEqual(services, {
    targets: [
      { ...web, container: null, family: "web", roles: [] },
      { cluster: "shop", service: "worker", container: "app", family: "shop-worker", roles: [role] },
    ],
    parallel: true,
    timeout: 300,
  });
  assert.deepEqual(
    problemsOf({ ...SMALLEST, services: [{ ...web, roles: ["web-task"] }, web, { ...web, service: "a/b" }] }),
    [
      'ecs-migrate:services is "web-task", but each of roles must be the ARN of an IAM role',
      'ecs-migrate:services is "a/b", but each name must be up to 255 letters, digits, hyphens and underscores (a name, not an ARN)',
      'ecs-migrate:services is "shop/web", but each service may be named once',
    ],
  );
  const misspelt = { cluster: "shop", name: "web" };
  assert.deepEqual(problemsOf({ ...SMALLEST, services: [misspelt] }), [
    'ecs-migrate:services is [{"cluster":"shop","name":"web"}], but it must be a list of {cluster, service} with container, family and roles as you need them',
  ]);
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

test("an image of the migrations alone needs no Dockerfile", () => {
  const settings = { ...SMALLEST, image: "migrations", dockerfile: "none.Dockerfile" };
  assert.deepEqual(problemsOf(settings), []);
  assert.equal(parse(settings).image.kind, "migrations");
});

/** A database by its parts, with the secret that RDS makes. */
const RDS = {
  databaseHost: "shop.cluster-0a.ap-northeast-1.rds.amazonaws.com",
  databaseName: "shop",
  databaseCredentialsSecret: "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:rds!db-0a1b-AbCdEf",
};

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
    'ecs-migrate:projectPath is "../tools", but it must be a folder from the repository\'s root like tools/ecs-migrate',
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

test("a build takes longer than the migration that it waits for", () => {
  const s3 = { ...SMALLEST, sourceType: "S3", sourceLocation: "source/shop.zip" };
  assert.equal(parse(s3).pipeline?.timeoutMinutes, 90);
  assert.equal(parse({ ...s3, migrationTimeout: "4h" }).pipeline?.timeoutMinutes, 270);
  assert.equal(
    parse({ ...s3, migrationTimeout: "10m", buildTimeoutMinutes: 45 }).pipeline?.timeoutMinutes,
    45,
  );
});

test("a database by its parts, with the port of its engine", () => {
  const { database, network } = parse({
    ...SMALLEST,
    ...RDS,
    databaseEngine: "mysql",
    databaseCidr: "10.0.0.0/16",
  });
  assert.deepEqual(database.connection, {
    kind: "parts",
    host: RDS.databaseHost,
    port: 3306,
    name: "shop",
    engine: "mysql",
    params: "",
    credentials: { kind: "password", secretArn: RDS.databaseCredentialsSecret },
  });
  assert.equal(network.databaseEgress?.port, 3306);
  const { databaseCredentialsSecret: _, ...host } = RDS;
  const iam = { databaseAuth: "iam", databaseUser: "migrator", databaseResourceId: "cluster-ABCDEF01" };
  const { connection } = parse({ ...SMALLEST, ...host, ...iam, databasePort: 6432 }).database;
  assert.deepEqual(connection.kind === "parts" && [connection.port, connection.credentials], [
    6432,
    { kind: "iam", user: "migrator", resourceId: "cluster-ABCDEF01" },
  ]);
});

test("what is missing of a database's parts is named at once", () => {
  assert.deepEqual(problemsOf({ ...SMALLEST, databaseHost: "db.internal", databaseAuth: "iam" }), [
    "ecs-migrate:databaseName is not set, but it must be the name of the database",
    "ecs-migrate:databaseUser is not set, but it must be the name of the database user that signs in with IAM",
    "ecs-migrate:databaseResourceId is not set, but it must be the resource id of the RDS instance, cluster or proxy, like db-ABCDEFGHIJKL01234",
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
  "ecs-migrate:slackWebhookParameter": "/shop/stage/slack-webhook",
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

test("a webhook for each source that has one, unless it is off", () => {
  const github = { ...SMALLEST, sourceType: "GITHUB", sourceLocation: "https://github.com/shop/shop.git" };
  const { "ecs-migrate:connectionArn": connectionArn } = FILLED_IN;
  assert.equal(parse({ ...github, createConnection: true }).pipeline?.webhook, true);
  assert.equal(parse({ ...github, connectionArn, webhook: false }).pipeline?.webhook, false);
  const s3 = { ...SMALLEST, sourceType: "S3", sourceLocation: "source/shop.zip" };
  assert.equal(parse(s3).pipeline?.webhook, false);
});

test("two applications of an account have two secrets by default; a stack that reads the earlier default goes on", () => {
  const secretOf = (settings: Record<string, unknown>) =>
    parse({ ...SMALLEST, ...settings }).database.connection;
  assert.deepEqual(secretOf({}), { kind: "url", secret: "/shop/stage/migration" });
  assert.deepEqual(secretOf({ application: "blog" }), { kind: "url", secret: "/blog/stage/migration" });

  const kept = (settings: Record<string, unknown>, databaseSecret: unknown) =>
    earlierDefault(new Map(Object.entries(configOf(settings))), "stage", { databaseSecret });
  assert.equal(kept({}, "/stage/migration"), "/stage/migration");
  assert.equal(kept({}, "/shop/stage/migration"), undefined);
  assert.equal(kept({}, "/prod/migration"), undefined);
  assert.equal(kept({}, undefined), undefined);
  assert.equal(kept({ databaseSecret: "/shop/stage/migration" }, "/stage/migration"), undefined);
  assert.equal(kept({ databaseHost: "db.internal" }, "/stage/migration"), undefined);
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
