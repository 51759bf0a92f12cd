/** A printed command reaches the same checkout and project when it is pasted where the person stands. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { standpoint } from "../../../automation/cli/context.ts";
import { fromThere, type Standpoint } from "../../../automation/text/commandLine.ts";
import { runCommand } from "../../support/commandProcess.ts";
import { temporaryHome } from "../../support/runFixture.ts";

const HOME: Standpoint = { prefix: undefined, project: undefined, pulumi: undefined };
const OUTSIDE: Standpoint = { prefix: "tools/ecs-migrate", project: "infra's", pulumi: "infra's" };

const LINES: [string, Standpoint, string][] = [
  ["run `npx ecs-migrate deploy --stack prod`", HOME, "run `npx ecs-migrate deploy --stack prod`"],
  [
    "npx ecs-migrate migrate force 7 --stack prod, then npx ecs-migrate deploy --stack prod",
    { ...HOME, project: "../b" },
    "npx ecs-migrate migrate force -C ../b 7 --stack prod, then npx ecs-migrate deploy -C ../b --stack prod",
  ],
  [
    "once `npx ecs-migrate migrate force` has said so",
    { ...HOME, project: "b" },
    "once `npx ecs-migrate migrate force -C b` has said so",
  ],
  [
    "run `pulumi up -s prod` or `npm run bootstrap -- --stack prod`; `pulumi up` failed",
    OUTSIDE,
    "run `pulumi -C 'infra'\\''s' up -s prod` or `npm --prefix tools/ecs-migrate run bootstrap -- --stack prod`; `pulumi up` failed",
  ],
  [
    "npx ecs-migrate new NAME --dir db",
    OUTSIDE,
    "npx --prefix tools/ecs-migrate ecs-migrate new -C 'infra'\\''s' NAME --dir db",
  ],
];

describe("a printed command", () => {
  test("names npm's root and the project where they are not found", () => {
    for (const [text, place, expected] of LINES) {
      assert.equal(fromThere(text, place), expected);
      assert.equal(fromThere(expected, place), expected, "once is enough");
    }
  });

  test("in JSON leaves it JSON", () => {
    const text = JSON.stringify({ command: "npx ecs-migrate deploy --stack prod" });
    assert.deepEqual(JSON.parse(fromThere(text, OUTSIDE, true)), {
      command: "npx --prefix tools/ecs-migrate ecs-migrate deploy -C 'infra'\\''s' --stack prod",
    });
  });
});

describe("where a person stands", () => {
  const files = new Set([
    ...["/mono/package.json", "/mono/tools/ecs-migrate/package.json", "/mono/tools/ecs-migrate/Pulumi.yaml"],
    ...["/mono/tools/ecs-migrate/app/package.json", "/mono/copy/Pulumi.yaml"],
    ...["/demo/package.json", "/demo/automation/main.ts", "/demo/Pulumi.yaml"],
  ]);
  const home = "/mono/tools/ecs-migrate";
  const at = (cwd: string, project?: string) =>
    standpoint({ cwd, home, exists: (path) => files.has(path) }, project);

  test("needs nothing in the project, and in a folder of it", () => {
    assert.deepEqual(at(home), HOME);
    assert.deepEqual(at(`${home}/docs`), HOME);
  });

  test("needs nothing in a copy of the project whose program is a link", () => {
    assert.deepEqual(at("/demo"), HOME);
  });

  test("needs npm's root above it, beside it, and in a package of its own", () => {
    assert.deepEqual(at("/mono"), { ...HOME, prefix: "tools/ecs-migrate", pulumi: "tools/ecs-migrate" });
    assert.deepEqual(at("/mono/copy"), { ...HOME, prefix: "../tools/ecs-migrate" });
    assert.deepEqual(at(`${home}/app`), { ...HOME, prefix: ".." });
  });

  test("needs the project that was named", () => {
    assert.deepEqual(at(home, "../b"), { prefix: undefined, project: "../b", pulumi: "../b" });
  });
});

test("pasted at the root of a monorepo, the command of a finding does what it says", async (t) => {
  const root = await temporaryHome(t);
  const [project, folder] = [join(root, "infra"), join(root, "infra/app/resources/db/migrations")];
  for (const path of [project, folder]) mkdirSync(path, { recursive: true });
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  writeFileSync(join(root, "package.json"), "{}\n");
  writeFileSync(join(project, "Pulumi.yaml"), "name: ecs-migrate\n");
  const up = "SET lock_timeout = '5s';\nCREATE TABLE users (id bigint PRIMARY KEY);\n";
  for (const name of ["20261102_users", "20261102_other"]) {
    writeFileSync(join(folder, `${name}.up.sql`), up.replace("users", name.slice(9)));
    writeFileSync(
      join(folder, `${name}.down.sql`),
      `SET lock_timeout = '5s';\nDROP TABLE ${name.slice(9)};\n`,
    );
  }
  const refused = await runCommand(t, ["check", "--project", "infra"], { cwd: root });
  assert.equal(refused.code, 3, refused.stderr);
  await runCommand(t, ["check", "--project", "infra", "--json", "--output", "report.json"], { cwd: root });
  assert.match(
    readFileSync(join(root, "report.json"), "utf8"),
    /npx ecs-migrate check --fix/,
    "a file has readers elsewhere",
  );
  const [, command = ""] = /\((npx .*? --fix)\)/.exec(refused.stdout) ?? [];
  assert.match(command, /^npx --prefix \S+ ecs-migrate check -C infra --fix$/);
  const pasted = execFileSync("sh", ["-c", command], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, npm_config_offline: "true", npm_config_cache: join(root, "npm") },
  });
  assert.match(pasted, /renamed/);
  assert.equal((await runCommand(t, ["check", "--project", "infra"], { cwd: root })).code, 0);
});
