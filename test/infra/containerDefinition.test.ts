import assert from "node:assert/strict";
import { test } from "node:test";
import type { DatabaseConfig } from "../../infra/config/database.ts";
import {
  type ContainerDefinitionArgs,
  containerDefinitions,
  migrationContainer,
} from "../../infra/containerDefinition.ts";

const IMAGE = `111122223333.dkr.ecr.ap-northeast-1.amazonaws.com/stage-shop@sha256:${"a".repeat(64)}`;

const DATABASE: DatabaseConfig = {
  connection: { kind: "url", secret: "/stage/migration" },
  secretKmsKeyArn: undefined,
  port: 5432,
  lockTimeout: 5,
  lockBudget: 120,
  connectTimeout: 60,
  showErrorDetails: false,
};

const ARGS: ContainerDefinitionArgs = {
  image: IMAGE,
  environment: "stage",
  extraEnvironment: { ZONE: "a", DB_HINT: "primary" },
  database: DATABASE,
  user: "65534:65534",
  readonlyRootFilesystem: true,
  ulimits: [],
  logGroup: "/ecs/migration/shop/stage",
  region: "ap-northeast-1",
  migrations: [
    { version: 20261102, name: "create_catalogue", up: "b".repeat(64), down: null },
    { version: 20261105, name: "create_orders", up: "c".repeat(64), down: null },
  ],
  migrationsSha256: "d".repeat(64),
};

test("the migration container, whole", () => {
  assert.deepEqual(migrationContainer(ARGS), {
    name: "db-migration",
    image: IMAGE,
    essential: true,
    entryPoint: ["/app/migrator"],
    command: ["up"],
    user: "65534:65534",
    readonlyRootFilesystem: true,
    stopTimeout: 120,
    environment: [
      { name: "CONNECT_TIMEOUT", value: "60s" },
      { name: "DATABASE_SECRET", value: "/stage/migration" },
      { name: "DB_HINT", value: "primary" },
      { name: "ENV", value: "stage" },
      { name: "IMAGE", value: IMAGE },
      { name: "LOCK_BUDGET", value: "120s" },
      { name: "LOCK_TIMEOUT", value: "5s" },
      { name: "MIGRATIONS_SHA256", value: "d".repeat(64) },
      { name: "STOP_TIMEOUT", value: "120s" },
      { name: "ZONE", value: "a" },
    ],
    secrets: [{ name: "MIGRATION_DB", valueFrom: "/stage/migration" }],
    dockerLabels: {
      "ecs-migrate.migrations": "20261102,20261105",
      "ecs-migrate.migrations-sha256": "d".repeat(64),
    },
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": "/ecs/migration/shop/stage",
        "awslogs-region": "ap-northeast-1",
        "awslogs-stream-prefix": "stage",
        mode: "blocking",
      },
    },
  });
});

const PARTS = {
  kind: "parts",
  host: "shop.cluster-0a.ap-northeast-1.rds.amazonaws.com",
  port: 5432,
  name: "shop",
  engine: "postgres",
  params: "search_path=shop",
} as const;

/** The container's variables of a database, and its secrets. */
function databaseOf(database: DatabaseConfig) {
  const { environment, secrets } = migrationContainer({ ...ARGS, database });
  const variables = environment.filter(
    ({ name }) => name.startsWith("DATABASE_") || name.startsWith("SHOW_"),
  );
  return { variables: Object.fromEntries(variables.map(({ name, value }) => [name, value])), secrets };
}

const IN_PARTS = {
  DATABASE_HOST: PARTS.host,
  DATABASE_PORT: "5432",
  DATABASE_NAME: "shop",
  DATABASE_ENGINE: "postgres",
  DATABASE_PARAMS: "search_path=shop",
};

test("a database by its parts: only the two keys of the RDS-managed secret are secrets", () => {
  const secretArn = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:rds!db-0a1b-AbCdEf";
  const connection = { ...PARTS, credentials: { kind: "password", secretArn } } as const;
  assert.deepEqual(databaseOf({ ...DATABASE, connection }), {
    variables: { ...IN_PARTS, DATABASE_AUTH: "password", DATABASE_SECRET: secretArn },
    secrets: [
      { name: "DATABASE_USER", valueFrom: `${secretArn}:username::` },
      { name: "DATABASE_PASSWORD", valueFrom: `${secretArn}:password::` },
    ],
  });
});

test("a database user that signs in with IAM: no secret at all", () => {
  const credentials = { kind: "iam", user: "migrator", resourceId: "db-ABCDEFGHIJKL01234" } as const;
  const connection = { ...PARTS, params: "", credentials } as const;
  const { DATABASE_PARAMS: _, ...inParts } = IN_PARTS;
  assert.deepEqual(databaseOf({ ...DATABASE, connection, showErrorDetails: true }), {
    variables: { ...inParts, DATABASE_AUTH: "iam", DATABASE_USER: "migrator", SHOW_ERROR_DETAILS: "true" },
    secrets: undefined,
  });
});

test("ulimits are named only if there are any", () => {
  const ulimits = [{ name: "nofile", softLimit: 1024, hardLimit: 4096 }];
  assert.deepEqual(migrationContainer({ ...ARGS, ulimits }).ulimits, ulimits);
  assert.equal("ulimits" in migrationContainer(ARGS), false);
});

test("the order in which variables are configured makes no new revision", () => {
  const turned = { ...ARGS, extraEnvironment: { DB_HINT: "primary", ZONE: "a" } };
  assert.equal(containerDefinitions(turned), containerDefinitions(ARGS));
});
