/** A stack's outputs as the tests use them: three migrations in revision 12 of the task definition. */
import { createHash } from "node:crypto";
import type { Outputs, ShippedMigration } from "../../automation/contract/outputs.ts";
import {
  digestOfMigrations,
  type MigrationFile,
  parseMigrationFileName,
} from "../../automation/migrations/folder.ts";
import type { FakeFile } from "./fakeDatabase.ts";
import type { FakeRevision } from "./fakeRevision.ts";

export const SAMPLE_FILES: readonly FakeFile[] = [
  { version: 20261120, name: "create_users", ms: 3_000 },
  { version: 20261122, name: "add_email", ms: 4_000 },
  { version: 20261124, name: "index_email", ms: 5_000 },
];

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

export function sampleOutputs(changes: Partial<Outputs> = {}, files = SAMPLE_FILES): Outputs {
  return {
    schemaVersion: 1,
    application: "shop",
    environment: "stage",
    production: false,
    migrate: "auto",
    partition: "aws",
    region: "eu-west-1",
    accountId: "123456789012",
    clusterArn: "arn:aws:ecs:eu-west-1:123456789012:cluster/shop-stage",
    launchType: "FARGATE",
    capacityProvider: null,
    network: { subnets: ["subnet-a", "subnet-b"], securityGroups: ["sg-1"], assignPublicIp: false },
    networkPath: null,
    networkToDo: null,
    taskDefinitionFamily: "shop-stage-migration",
    taskDefinitionArn: "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-stage-migration:12",
    container: { name: "migration", user: "65534:65534" },
    containerName: "migration",
    executionRoleArn: "arn:aws:iam::123456789012:role/shop-stage-execution",
    logGroup: "/ecs/migration/shop-stage",
    logStreamPrefix: "stage",
    repositoryUrl: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop",
    image: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop@sha256:${"ab".repeat(32)}`,
    databaseSecret: "/stage/migration",
    slackWebhookParameter: null,
    codeBuildProject: "shop-stage",
    connectionLink: null,
    buildBucket: null,
    source: null,
    migrationsSha256: digestOfMigrations(recordOfFiles(files)),
    migrations: recordOfFiles(files),
    services: null,
    ...changes,
  };
}

/** Some files as a stack ships them. */
export function recordOfFiles(files: readonly FakeFile[]): ShippedMigration[] {
  return files.map(({ version, name }) => ({
    version,
    name,
    up: sha256(`${name} up`),
    down: sha256(`${name} down`),
  }));
}

/** The name of the secret with the database's URL. */
export function secretOf({ databaseSecret }: Outputs): string {
  if (databaseSecret === null) throw new Error("the sample has a secret");
  return databaseSecret;
}

/** The revision that the outputs name. */
export function revisionOf(outputs: Outputs, files = SAMPLE_FILES): FakeRevision {
  const { image, migrationsSha256 } = outputs;
  return { files, image, migrationsSha256, secret: secretOf(outputs) };
}

/** The checkout that those outputs were shipped from. */
export function sampleCheckout(files = SAMPLE_FILES): MigrationFile[] {
  return files.flatMap(({ version, name }) =>
    (["up", "down"] as const).map((direction) => {
      const file = `${version}_${name}.${direction}.sql`;
      return { file, parsed: parseMigrationFileName(file), bytes: Buffer.from(`${name} ${direction}`) };
    }),
  );
}
