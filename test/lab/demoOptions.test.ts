/** What the demo says of words that it cannot take: one sentence, exit code 2, and no lab was started. And what it plays. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { readMigrationFiles, recordOf } from "../../automation/migrations/folder.ts";
import { MYSQL_STACK } from "./database/ofLab.ts";
import { MYSQL_ACTS, POSTGRES_ACTS } from "./demoActs.ts";

const DEMO = resolve(import.meta.dirname, "demo.ts");

function demo(...args: string[]) {
  return spawnSync(process.execPath, [DEMO, ...args], { encoding: "utf8" });
}

test("a folder that is no application", () => {
  const { status, stdout, stderr } = demo("--app", "/nowhere");
  assert.equal(status, 2, stderr);
  assert.equal(
    stdout,
    "There is no Dockerfile in /nowhere; name with --app an application's folder that has one.\n",
  );
});

test("an application without migrations", () => {
  const folder = resolve(import.meta.dirname, "fixtures", "noMigrations");
  const { status, stdout, stderr } = demo("--app", folder);
  assert.equal(status, 2, stderr);
  assert.match(
    stdout,
    /^There is no migration in resources\/db\/migrations of .*noMigrations; name the folder of migrations with --migrations, such as --migrations db\/migrate\.$/m,
  );
});

test("the folder above the migrations, and one that is not the example's", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-app-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "sql", "pg"), { recursive: true });
  writeFileSync(join(folder, "Dockerfile"), "");
  writeFileSync(join(folder, "sql", "pg", "000001_a.up.sql"), "SELECT 1;");
  for (const given of [[], ["--migrations", "sql"]]) {
    const { status, stdout } = demo("--app", folder, ...given);
    assert.equal(status, 2, stdout);
    assert.match(
      stdout,
      /name the folder of migrations with --migrations, such as --migrations sql\/pg\.\n$/,
    );
  }
});

test("an option that there is not", () => {
  const { status, stdout, stderr } = demo("--fast");
  assert.equal(status, 2, stderr);
  assert.match(
    stdout,
    /^Unknown option '--fast'.*The demo takes --mysql, --app FOLDER, --migrations PATH and --keep\.\n$/,
  );
});

test("--help shows the options, and nothing is started", () => {
  const { status, stdout, stderr } = demo("--help");
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^Usage: npm run demo -- \[options\]\n/);
  for (const option of ["--mysql", "--app <folder>", "--migrations <path>", "--keep", "--help"])
    assert.ok(stdout.includes(option), option);
});

test("each deploy of the example says what becomes of its service", () => {
  for (const { args, service } of [...POSTGRES_ACTS, ...MYSQL_ACTS])
    assert.equal(service !== undefined, args[0] === "deploy", args.join(" "));
});

test("the way out on MariaDB ends at the highest of the example's own versions", () => {
  const folder = resolve(import.meta.dirname, "../../app", MYSQL_STACK["ecs-migrate:migrationsPath"]);
  const highest = recordOf(readMigrationFiles(folder)).migrations.at(-1)?.version;
  const forced = MYSQL_ACTS.find(({ args }) => args.includes("force"));
  assert.deepEqual(forced?.args, ["migrate", "force", String(highest)]);
});
