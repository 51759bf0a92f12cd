import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ContainerDefinitionArgs,
  containerDefinitions,
  migrationContainer,
} from "../../infra/containerDefinition.ts";

const IMAGE = `111122223333.dkr.ecr.ap-northeast-1.amazonaws.com/stage-shop@sha256:${"a".repeat(64)}`;

const ARGS: ContainerDefinitionArgs = {
  image: IMAGE,
  environment: "stage",
  extraEnvironment: { ZONE: "a", DB_HINT: "primary" },
  databaseSecret: "/stage/migration",
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
    entryPoint: ["/app/entry_point.sh"],
    command: ["up"],
    user: "65534:65534",
    readonlyRootFilesystem: true,
    stopTimeout: 120,
    environment: [
      { name: "DB_HINT", value: "primary" },
      { name: "ENV", value: "stage" },
      { name: "IMAGE", value: IMAGE },
      { name: "MIGRATIONS_SHA256", value: "d".repeat(64) },
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

test("ulimits are named only where there are any", () => {
  const ulimits = [{ name: "nofile", softLimit: 1024, hardLimit: 4096 }];
  assert.deepEqual(migrationContainer({ ...ARGS, ulimits }).ulimits, ulimits);
  assert.equal("ulimits" in migrationContainer(ARGS), false);
});

test("the order in which variables are configured makes no new revision", () => {
  const turned = { ...ARGS, extraEnvironment: { DB_HINT: "primary", ZONE: "a" } };
  assert.equal(containerDefinitions(turned), containerDefinitions(ARGS));
});
