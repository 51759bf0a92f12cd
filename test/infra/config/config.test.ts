import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { CONFIG_KEYS, type StackConfig } from "../../../infra/config/config.ts";
import { earlierDefault } from "../../../infra/config/database.ts";
import { CHECKOUT, configOf, declaredKeys, SMALLEST, stackFile } from "../../support/stackConfig.ts";
import { parse, problemsOf, RDS } from "./parse.ts";

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
    services: { created: undefined, targets: [], parallel: false, timeout: 900 },
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
    created: undefined,
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

test("an image of the migrations alone needs no Dockerfile", () => {
  const settings = { ...SMALLEST, image: "migrations", dockerfile: "none.Dockerfile" };
  assert.deepEqual(problemsOf(settings), []);
  assert.equal(parse(settings).image.kind, "migrations");
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
