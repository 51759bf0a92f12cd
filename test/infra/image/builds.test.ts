import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { ImageConfig } from "../../../infra/config/image.ts";
import { buildsOf, takesMigrator } from "../../../infra/image/builds.ts";

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "builds-"));
  mkdirSync(join(project, "app/sql"), { recursive: true });
  mkdirSync(join(project, "migrator"));
  write("app/Dockerfile", "ARG MIGRATOR_IMAGE=x\nFROM $MIGRATOR_IMAGE AS migrator\nFROM scratch\n");
  write("app/server.go", "package main\n");
  write("app/sql/1_a.up.sql", "SELECT 1;\n");
  write("migrator/Dockerfile", "FROM scratch AS migrator\n");
  write("migrator/main.go", "package main\n");
  write(
    "migrator/migrations.Dockerfile",
    "ARG MIGRATOR_IMAGE=x\nFROM $MIGRATOR_IMAGE\nCOPY . /app/migrations/\n",
  );
});
afterEach(() => rmSync(project, { recursive: true }));

const write = (path: string, text: string) => writeFileSync(join(project, path), text);

function builds(more: Partial<ImageConfig> = {}) {
  return buildsOf(
    {
      kind: "application",
      appPath: join(project, "app"),
      migrationsPath: join(project, "app/sql"),
      dockerfile: join(project, "app/Dockerfile"),
      target: undefined,
      buildArgs: {},
      pullRepositories: [],
      platform: "linux/arm64",
      cacheFrom: [],
      retention: 30,
      kmsKeyArn: undefined,
      ...more,
    },
    project,
  );
}

/** The tags before and after a change. */
function change(make: () => void, more: Partial<ImageConfig> = {}): { migrator: boolean; carrier: boolean } {
  const before = builds(more);
  make();
  const after = builds(more);
  return {
    migrator: before.migrator?.tag !== after.migrator?.tag,
    carrier: before.carrier.tag !== after.carrier.tag,
  };
}

describe("an application's image", () => {
  test("takes the migrator, which is built first from the project's own folder", () => {
    const { migrator, carrier } = builds({
      target: "run",
      buildArgs: { RUNTIME_IMAGE: "r", BUILDER_IMAGE: "b" },
    });
    assert.match(migrator?.tag ?? "", /^migrator-[0-9a-f]{40}$/);
    assert.deepEqual(
      { ...migrator, tag: "" },
      {
        appPath: join(project, "migrator"),
        dockerfile: join(project, "migrator/Dockerfile"),
        target: "migrator",
        buildArgs: { BUILDER_IMAGE: "b" },
        platform: "linux/arm64",
        tag: "",
      },
    );
    assert.match(carrier.tag, /^[0-9a-f]{40}$/);
    assert.deepEqual(
      { ...carrier, tag: "" },
      {
        appPath: join(project, "app"),
        dockerfile: join(project, "app/Dockerfile"),
        target: "run",
        buildArgs: { RUNTIME_IMAGE: "r", BUILDER_IMAGE: "b" },
        platform: "linux/arm64",
        tag: "",
      },
    );
  });

  test("is new with the application, the SQL or the migrator; the migrator is new with itself only", () => {
    assert.deepEqual(
      change(() => write("app/server.go", "")),
      { migrator: false, carrier: true },
    );
    assert.deepEqual(
      change(() => write("app/sql/2_b.up.sql", "")),
      { migrator: false, carrier: true },
    );
    assert.deepEqual(
      change(() => write("migrator/main.go", "")),
      { migrator: true, carrier: true },
    );
  });

  test("whose Dockerfile takes no migrator, or gets one by a build argument, has none built", () => {
    const given = builds({ buildArgs: { MIGRATOR_IMAGE: "mirror/migrator:1" } });
    assert.equal(given.migrator, undefined);
    assert.deepEqual(given.carrier.buildArgs, { MIGRATOR_IMAGE: "mirror/migrator:1" });
    write("app/Dockerfile", "FROM scratch\n");
    assert.equal(builds().migrator, undefined);
  });
});

describe("a migrations image", () => {
  const kind = "migrations" as const;

  test("is made of the migrator and the folder of SQL, by a Dockerfile of the project's own", () => {
    const { migrator, carrier } = builds({ kind, target: "run", buildArgs: { RUNTIME_IMAGE: "r" } });
    assert.match(migrator?.tag ?? "", /^migrator-/);
    assert.deepEqual(
      { ...carrier, tag: "" },
      {
        appPath: join(project, "app/sql"),
        dockerfile: join(project, "migrator/migrations.Dockerfile"),
        target: undefined,
        buildArgs: {},
        platform: "linux/arm64",
        tag: "",
      },
    );
  });

  test("needs no Dockerfile of the application", () => {
    rmSync(join(project, "app/Dockerfile"));
    assert.match(builds({ kind }).carrier.tag, /^[0-9a-f]{40}$/);
  });

  test("is not new with the application", () => {
    assert.deepEqual(
      change(() => write("app/server.go", ""), { kind }),
      { migrator: false, carrier: false },
    );
    assert.deepEqual(
      change(() => write("app/sql/2_b.up.sql", ""), { kind }),
      { migrator: false, carrier: true },
    );
    assert.deepEqual(
      change(() => write("migrator/main.go", ""), { kind }),
      { migrator: true, carrier: true },
    );
  });

  test("takes the migrator that a build argument names", () => {
    const { migrator, carrier } = builds({ kind, buildArgs: { MIGRATOR_IMAGE: "m", RUNTIME_IMAGE: "r" } });
    assert.equal(migrator, undefined);
    assert.deepEqual(carrier.buildArgs, { MIGRATOR_IMAGE: "m" });
  });
});

test("a Dockerfile takes the migrator where it declares the argument", () => {
  assert.equal(takesMigrator("FROM x\n  arg MIGRATOR_IMAGE\n"), true);
  assert.equal(takesMigrator("ARG MIGRATOR_IMAGE=ecs-migrate/migrator\n"), true);
  assert.equal(takesMigrator("# ARG MIGRATOR_IMAGE=x\nARG MIGRATOR_IMAGES\n"), false);
});
