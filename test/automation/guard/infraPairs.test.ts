/**
 * The guard over the real stack program: two configurations that differ in one key, as a preview of the second over the
 * first. Each key of Pulumi.yaml is changed once; only what the image is built from may pass.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { findInfraChanges } from "../../../automation/guard/infra.ts";
import type { Preview, StepEvent } from "../../../automation/stack/preview.ts";
import { parseConfig } from "../../../infra/config/config.ts";
import { createStack } from "../../../infra/stack.ts";
import { ACCOUNT_ID, type DeclaredResource, installMocks, resolveInput } from "../../support/pulumiMocks.ts";
import { CHECKOUT, configOf, declaredKeys, SMALLEST } from "../../support/stackConfig.ts";

type Settings = Readonly<Record<string, unknown>>;

const CONNECTION = `arn:aws:codeconnections:ap-northeast-1:${ACCOUNT_ID}:connection/0a1b2c3d-0000-4000-8000-000000000000`;
const KEY = `arn:aws:kms:ap-northeast-1:${ACCOUNT_ID}:key/0a1b2c3d-0000-4000-8000-000000000000`;

/** A pipeline, and a network of one's own, so that each key has something to act on. */
const BASE: Settings = {
  ...SMALLEST,
  assignPublicIp: false,
  vpcId: "vpc-0a1b2c3d",
  subnets: ["subnet-0a1b2c3d"],
  securityGroups: ["sg-0a1b2c3d"],
  slackWebhookParameter: "/stage/slack-webhook",
  sourceType: "GITLAB",
  sourceLocation: "https://gitlab.com/acme/shop.git",
  connectionArn: CONNECTION,
  stateBucket: "state-bucket",
  stateKeyArn: KEY,
};

interface Pair {
  /** What the key becomes; a list has further keys that must change with it. */
  readonly to: unknown;
  readonly from?: Settings;
  /** Settings that must change with it. */
  readonly with?: Settings;
  /** True for what the image alone is built from, and for what the program makes nothing of. */
  readonly passes?: true;
}

/** A second application's folder, beside the first. */
let other = "";
before(() => {
  other = mkdtempSync(join(tmpdir(), "ecs-migrate-pairs-"));
  cpSync(join(CHECKOUT, "app"), other, { recursive: true });
  cpSync(join(other, "resources/db/migrations"), join(other, "sql"), { recursive: true });
  writeFileSync(join(other, "Second.Dockerfile"), "FROM scratch\n");
  writeFileSync(join(other, "resources/db/migrations/20261201_new.up.sql"), "SELECT 1;\n");
  writeFileSync(join(other, "resources/db/migrations/20261201_new.down.sql"), "SELECT 1;\n");
});
after(() => rmSync(other, { recursive: true, force: true }));

const SERVICE = { cluster: "shop", service: "web" };
const SECRET = `arn:aws:secretsmanager:ap-northeast-1:${ACCOUNT_ID}:secret:rds!db-0a1b-AbCdEf`;
/** A database by its parts. */
const IN_PARTS: Settings = {
  databaseHost: "db.internal",
  databaseName: "shop",
  databaseCredentialsSecret: SECRET,
};
const WITH_IAM: Settings = {
  databaseHost: "db.internal",
  databaseName: "shop",
  databaseAuth: "iam",
  databaseUser: "migrator",
  databaseResourceId: "db-ABC",
};

const EC2: Settings = { launchType: "EC2" };
const EC2_CLUSTER: Settings = { ...EC2, cluster: "shared" };

function pairs(): Readonly<Record<string, Pair>> {
  return {
    // The image: what docker build reads, and where.
    appPath: { to: other, passes: true },
    migrationsPath: { from: { appPath: other }, to: "sql", passes: true },
    dockerfile: { from: { appPath: other }, to: "Second.Dockerfile", passes: true },
    dockerTarget: { to: "runtime", passes: true },
    buildArgs: { to: { RUNTIME_IMAGE: "mirror/alpine:3" }, passes: true },
    // The program makes nothing of it yet.
    image: { to: "migrations", passes: true },
    imageCacheFrom: { to: ["mirror/shop:cache"], passes: true },
    // The deploy reads these itself; the program declares nothing from them.
    checkDialect: { to: "other", passes: true },
    checkDisable: { to: ["renamed"], passes: true },
    postgresVersion: { to: 16, passes: true },
    multiStatement: { to: true, passes: true },
    mysqlVersion: { to: "8.4", passes: true },
    searchPaths: { to: ["app/server"], passes: true },

    application: { to: "store" },
    production: { to: true },
    migrate: { to: "manual" },
    tags: { to: { team: "payments" } },
    platform: { to: "linux/arm64" },
    imageRetention: { to: 40 },
    imageKmsKeyArn: { to: KEY },
    cluster: { to: "shared" },
    launchType: { to: "EC2" },
    capacityProvider: { from: EC2_CLUSTER, to: "spot" },
    instanceType: { from: EC2, to: "t3.large" },
    instanceMaxCount: { from: EC2, to: 2 },
    containerInsights: { to: "enhanced" },
    networkMode: { from: EC2, to: "host" },
    vpcId: { to: "vpc-0ffffff0", from: { securityGroups: [], databaseCidr: "10.0.0.0/8" } },
    subnets: { to: ["subnet-0ffffff0"] },
    securityGroups: { to: ["sg-0ffffff0"] },
    assignPublicIp: { to: true },
    databaseSecurityGroup: { from: { securityGroups: [], databaseCidr: "10.0.0.0/8" }, to: "sg-0ffffff0" },
    databaseCidr: { from: { securityGroups: [], databaseCidr: "10.0.0.0/8" }, to: "10.0.0.0/16" },
    openDatabaseSecurityGroup: {
      from: { securityGroups: [], databaseSecurityGroup: "sg-0ffffff0" },
      to: true,
    },
    pullRepositories: { to: [`arn:aws:ecr:ap-northeast-1:${ACCOUNT_ID}:repository/mirror/alpine`] },
    migrationTimeout: { to: "2h" },
    services: { to: [{ cluster: "shop", service: "web" }] },
    createService: {
      from: { createService: { desiredCount: 2, port: 8080 } },
      to: { desiredCount: 2, port: 9090 },
    },
    servicesParallel: { from: { services: [SERVICE] }, to: true },
    serviceTimeout: { from: { services: [SERVICE] }, to: "5m" },
    databaseHost: { from: IN_PARTS, to: "other.internal" },
    databaseName: { from: IN_PARTS, to: "orders" },
    databaseEngine: { from: IN_PARTS, to: "mysql" },
    databaseParams: { from: IN_PARTS, to: "sslmode=disable" },
    databaseAuth: {
      from: IN_PARTS,
      to: "iam",
      with: { databaseCredentialsSecret: "", databaseUser: "migrator", databaseResourceId: "db-ABC" },
    },
    databaseCredentialsSecret: { from: IN_PARTS, to: `${SECRET}2` },
    databaseUser: { from: WITH_IAM, to: "other" },
    databaseResourceId: { from: WITH_IAM, to: "db-OTHER" },
    lockTimeout: { to: "9s" },
    lockBudget: { to: "9m" },
    connectTimeout: { to: "9s" },
    showErrorDetails: { to: true },
    projectPath: { to: "tools/ecs-migrate" },
    triggerPaths: { to: ["services/shop"] },
    databasePort: { from: { securityGroups: [], databaseCidr: "10.0.0.0/8" }, to: 3306 },
    cpu: { to: 512, with: { memory: 1024 }, from: { memory: 1024 } },
    memory: { to: 1024 },
    user: { to: "1000:1000" },
    readonlyRootFilesystem: { to: false },
    ulimits: { to: [{ name: "nofile", softLimit: 1024, hardLimit: 2048 }] },
    environmentVariables: { to: { TZ: "Asia/Tokyo" } },
    databaseSecret: { to: "/stage/other" },
    databaseSecretKmsKeyArn: { to: KEY },
    slackWebhookParameter: { to: "/stage/other-webhook" },
    slackWebhookKmsKeyArn: { to: KEY },
    logGroup: { to: "/ecs/other" },
    logRetentionDays: { to: 30 },
    logKmsKeyArn: { to: KEY },
    sourceType: { to: "GITHUB" },
    sourceLocation: { to: "https://gitlab.com/acme/other.git" },
    branchPrefix: { to: "release/" },
    connectionArn: { to: CONNECTION.replace("0a1b2c3d", "0ffffff0") },
    createConnection: {
      from: { connectionArn: "", createConnection: true },
      to: false,
      with: { connectionArn: CONNECTION },
    },
    webhook: { to: false },
    buildImage: { to: "aws/codebuild/standard:7.0" },
    buildComputeType: { to: "BUILD_GENERAL1_LARGE" },
    buildTimeoutMinutes: { to: 240 },
    buildQueuedTimeoutMinutes: { to: 60 },
    reportRetentionDays: { to: 30 },
    stateUrl: { to: "s3://other-bucket?region=eu-west-1" },
    stateBucket: { to: "other-bucket" },
    stateKeyArn: { to: KEY.replace("0a1b2c3d", "0ffffff0") },
    permissionsBoundaryArn: { to: `arn:aws:iam::${ACCOUNT_ID}:policy/boundary` },
  };
}

/** Keys that end in the container's definition, and what they are called there. */
const IN_CONTAINER: Readonly<Record<string, string>> = {
  user: "user",
  readonlyRootFilesystem: "readonlyRootFilesystem",
  ulimits: "ulimits.nofile.softLimit",
  environmentVariables: "environment.TZ",
  databaseSecret: "secrets.MIGRATION_DB",
  logGroup: "awslogs-group",
};

interface Declared {
  readonly resources: readonly DeclaredResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

async function declare(settings: Settings): Promise<Declared> {
  const { resources } = await installMocks("stage");
  // Pulumi's SDK keeps a stack trace of each promise, which takes half of the time and is no use here.
  Error.stackTraceLimit = 0;
  const values = new Map(Object.entries(configOf({ ...BASE, ...settings })));
  const outputs = await resolveInput(
    createStack(parseConfig(values, { stack: "stage", rootDirectory: CHECKOUT })),
  );
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  return { resources, outputs: structuredClone(outputs) as Record<string, unknown> };
}

const declared = new Map<string, Promise<Declared>>();

/** What most pairs begin with is declared once. */
function declaredOnce(settings: Settings): Promise<Declared> {
  const key = JSON.stringify(settings);
  const known = declared.get(key) ?? declare(settings);
  declared.set(key, known);
  return known;
}

/** The second configuration over the first, as the engine would report it. */
function previewOf(first: Declared, second: Declared): Preview {
  const old = new Map(first.resources.map((resource) => [urnOf(resource), resource]));
  const after = builds(first, second) ? second.resources.map(withUnknownImage) : second.resources;
  const next = new Map(after.map((resource) => [urnOf(resource), resource]));
  const steps: StepEvent[] = [
    ...[...next].map(([urn, resource]) => stepOf(urn, resource, old.get(urn))),
    ...[...old]
      .filter(([urn]) => !next.has(urn))
      .map(([urn, { type, inputs }]) => ({ op: "delete", urn, type, old: { inputs } })),
  ];
  const summary: Record<string, number> = {};
  for (const { op } of steps) summary[op] = (summary[op] ?? 0) + 1;
  return { steps, outputs: { before: first.outputs, after: second.outputs }, summary };
}

function builds(first: Declared, second: Declared): boolean {
  const image = ({ resources }: Declared) =>
    resources.find(({ type }) => type === "ecs-migrate-image:index:ContentImage")?.inputs;
  return !isDeepStrictEqual(image(first), image(second));
}

/** A preview does not build the image, so what its digest is part of is not known. */
function withUnknownImage(resource: DeclaredResource): DeclaredResource {
  if (!("containerDefinitions" in resource.inputs)) return resource;
  const containerDefinitions = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  return { ...resource, inputs: { ...resource.inputs, containerDefinitions } };
}

function urnOf({ type, name }: DeclaredResource): string {
  return `urn:pulumi:stage::ecs-migrate::${type}::${name}`;
}

function stepOf(urn: string, resource: DeclaredResource, old: DeclaredResource | undefined): StepEvent {
  const { type, inputs } = resource;
  if (!old) return { op: "create", urn, type, new: { inputs } };
  const names = [...new Set([...Object.keys(old.inputs), ...Object.keys(inputs)])];
  const diffs = names.filter((name) => !isDeepStrictEqual(old.inputs[name], inputs[name]));
  const op = diffs.length === 0 ? "same" : type.includes("TaskDefinition") ? "replace" : "update";
  return { op, urn, type, diffs, old: { inputs: old.inputs }, new: { inputs } };
}

describe("the infra guard over the stack program", () => {
  test("has a pair for each key of Pulumi.yaml", () => {
    assert.deepEqual(Object.keys(pairs()).sort(), [...declaredKeys().keys()].sort());
  });

  test("the same configuration twice changes nothing", async () => {
    assert.deepEqual(findInfraChanges(previewOf(await declare({}), await declare({})), "stage"), []);
  });

  for (const key of Object.keys(pairs())) {
    test(key, async () => {
      const { from = {}, to, with: others = {}, passes } = pairs()[key] as Pair;
      const first = await declaredOnce(from);
      const second = await declare({ ...from, ...others, [key]: to });
      const changes = findInfraChanges(previewOf(first, second), "stage");
      const text = changes.map(({ what, values }) => `${what}: ${values.join(", ")}`).join("\n");
      if (passes) assert.equal(text, "");
      else {
        assert.notEqual(text, "", `${key} passed`);
        for (const { what, values } of changes)
          if (/^(update|replace|outputs)/.test(what)) assert.match(values.join(), / -> /, what);
      }
      assert.equal(new Set(changes.map(({ what }) => what)).size, changes.length, "one line a resource");
    });
  }

  for (const key of Object.keys(IN_CONTAINER)) {
    test(`${key} beside a new image`, async () => {
      const first = await declaredOnce({});
      const second = await declare({ appPath: other, [key]: pairs()[key]?.to });
      const preview = previewOf(first, second);
      const task = findInfraChanges(preview, "stage").find(({ what }) => what.includes("TaskDefinition"));
      assert.match(String(task?.values), new RegExp(`${IN_CONTAINER[key]}.* -> `));
    });
  }
});
