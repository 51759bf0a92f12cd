/** The migrator's binary against a real Postgres. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { CONTAINER_EXIT } from "../../../automation/contract/container.ts";
import { digestOfMigrations, readMigrations } from "../../../automation/migrations/folder.ts";
import { type Postgres, startPostgres } from "../database/postgres.ts";
import { migratorBinary } from "../docker/baseImages.ts";
import { thisMachine } from "../machine.ts";
import { clean, type OnOutput, runMigrator, SHIPPED, STOPPABLE } from "./support.ts";

const VERSIONS = [20261102, 20261105, 20261110, 20261112, 20261113, 20261117, 20261118, 20261120];

const folder = mkdtempSync(join(tmpdir(), "migrator-lab-"));
const none = { version: null, dirty: false };

let postgres: Postgres;
let binary: string;

before(async () => {
  binary = await migratorBinary(thisMachine(), { report: () => undefined });
  postgres = await startPostgres({ folder, gateway: "127.0.0.1" });
});

after(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A folder of migrations: file name to SQL. */
function migrations(files: Record<string, string>): string {
  const made = mkdtempSync(join(folder, "migrations-"));
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(made, name), sql);
  return made;
}

let databases = 0;

/** A database of its own and a way to run the migrator on it. */
async function fresh(path: string) {
  databases += 1;
  const name = `migrator_${databases}`;
  const { fromHost } = await postgres.createDatabase(name);
  const run = (args: string[], env: Record<string, string> = {}, onOutput?: OnOutput) =>
    runMigrator({ binary, password: postgres.password, onOutput }, args, {
      MIGRATION_DB: fromHost,
      MIGRATIONS_PATH: path,
      ...env,
    });
  return { name, url: fromHost, run };
}

describe("the migrator with Postgres", () => {
  it("applies the shop's files, undoes each and applies them again", async () => {
    const { run, name } = await fresh(SHIPPED);
    const { result: up } = await run(["up"]);
    assert.deepEqual([up.outcome, up.from, up.to], ["applied", none, clean(20261120)]);
    assert.deepEqual(
      up.files.map((file) => file.version),
      VERSIONS,
    );
    const last = await schemaOf(name);
    assert.deepEqual((await run(["down", "--all"])).result.to, none);
    // Up one by one, then down one by one: each down file must leave what its up file found.
    const found: Record<string, unknown>[][] = [];
    for (const version of VERSIONS) {
      found.push(await schemaOf(name));
      const { result } = await run(["goto", String(version)]);
      assert.deepEqual([result.outcome, result.to, result.files.length], ["applied", clean(version), 1]);
    }
    assert.deepEqual(await schemaOf(name), last);
    for (const version of VERSIONS.toReversed()) {
      const { files } = (await run(["down", "1"])).result;
      assert.deepEqual(
        files.map((file) => [file.version, file.direction]),
        [[version, "down"]],
      );
      assert.deepEqual(await schemaOf(name), found.pop(), `after ${version} down`);
    }
    await run(["up"]);
    assert.equal((await run(["up"])).result.outcome, "unchanged");
  });

  it("reports which migrations it holds by the digest that the stack exports", async () => {
    const { run } = await fresh(SHIPPED);
    const shipped = readMigrations(SHIPPED);
    assert.deepEqual((await run(["status"])).result.holds, {
      count: 8,
      first: 20261102,
      last: 20261120,
      sha256: digestOfMigrations(shipped),
    });
  });

  it("leaves no timeout of one of the shop's files to the next", async () => {
    const show =
      "CREATE TABLE seen AS SELECT current_setting('lock_timeout') l, current_setting('statement_timeout') s;";
    const path = migrations({ "99990101_show.up.sql": show });
    cpSync(SHIPPED, path, { recursive: true });
    const { run, name } = await fresh(path);
    assert.equal((await run(["up"], { LOCK_TIMEOUT: "7s" })).result.outcome, "applied");
    assert.deepEqual(await postgres.query(name, "SELECT l, s FROM seen"), [{ l: "7s", s: "0" }]);
  });

  it("leaves nothing of a file that fails, and no dirty mark", async () => {
    const { run } = await fresh(
      migrations({ "1_one.up.sql": "SELECT 1;", "2_bad.up.sql": "CREATE TABLE t ();\nSELEC 1;" }),
    );
    const { code, result } = await run(["up"]);
    assert.equal(code, CONTAINER_EXIT.failed);
    assert.deepEqual([result.outcome, result.from, result.to], ["failed", none, clean(1)]);
    assert.equal(
      result.error,
      '2_bad.up.sql, statement 2 of 2, line 2: syntax error at or near "SELEC" (SQLSTATE 42601); nothing of this file took effect',
    );
    assert.equal(result.failed?.tookEffect, "nothing");
  });

  it("calls a file dirty whose first transaction took effect, and clears it with force", async () => {
    const path = migrations({
      "1_one.up.sql": "SELECT 1;",
      "1_one.down.sql": "CREATE TABLE kept (); COMMIT; SELECT 1/0;",
    });
    const { run } = await fresh(path);
    await run(["up"]);
    const down = await run(["down", "--all"]);
    assert.equal(down.code, CONTAINER_EXIT.dirty);
    assert.deepEqual(down.result.to, { version: null, dirty: true });
    assert.deepEqual(down.result.failed?.completed, [{ n: 1, line: 1, kind: "CREATE TABLE" }]);
    assert.equal((await run(["version"])).code, CONTAINER_EXIT.dirty);
    const refused = await run(["up"]);
    assert.deepEqual(
      [refused.result.outcome, refused.result.error],
      ["dirty", "Dirty database version -1. Fix and force version."],
    );
    const { result } = await run(["force", "-1"]);
    assert.deepEqual(
      [result.outcome, result.from, result.to],
      ["applied", { version: null, dirty: true }, none],
    );
  });

  it("says that an older image lacks the database's version", async () => {
    const { run } = await fresh(migrations({ "1_one.up.sql": "SELECT 1;" }));
    await run(["force", "9"]);
    const old = await run(["up"]);
    assert.equal(old.code, CONTAINER_EXIT.failed);
    assert.match(old.result.error ?? "", /^no migration found for version 9: [^\n]*file does not exist$/);
    assert.equal(old.result.failed?.kind, "version");
  });

  it("keeps the password to itself if the database refuses it, does not answer, or the URL does not read", async () => {
    const { run, url } = await fresh(SHIPPED);
    const raw = url.replace(encodeURIComponent(postgres.password), postgres.password);
    for (const [bad, code, kind] of [
      [url.replace("@", "x@"), CONTAINER_EXIT.failed, "password"],
      [url.replace(/:\d+\//, ":1/"), CONTAINER_EXIT.failed, "unreachable"],
      [raw, CONTAINER_EXIT.usage, "settings"],
      [`${url}\n`, CONTAINER_EXIT.usage, "settings"],
    ] as const) {
      const ended = await run(["up"], { MIGRATION_DB: bad, CONNECT_TIMEOUT: "1s" });
      assert.deepEqual([ended.code, ended.result.failed?.kind], [code, kind], ended.lines.join("\n"));
      assert.deepEqual([ended.result.from, ended.result.to], [null, null]);
      assert.equal(ended.result.failed?.tookEffect, "nothing");
    }
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`lets the running file end after ${signal}, and starts no other`, async () => {
      const { run, name } = await fresh(migrations(STOPPABLE));
      let sent = false;
      const stopped = await run(["up"], {}, (text, kill) => {
        if (sent || !text.includes("2_slow.up.sql: ")) return;
        sent = true;
        kill(signal);
      });
      assert.equal(stopped.code, CONTAINER_EXIT.interrupted, stopped.lines.join("\n"));
      assert.ok(stopped.lines.includes(`${signal}: Stopping after this running migration ...`));
      assert.deepEqual([stopped.result.outcome, stopped.result.to], ["interrupted", clean(2)]);
      const tables = await postgres.query(name, "SELECT to_regclass('slow') IS NOT NULL AS made");
      assert.deepEqual(tables, [{ made: true }]);
      assert.deepEqual((await run(["up"])).result.to, clean(3));
    });
  }
});

/** Every table's columns, indexes and constraints but golang-migrate's own, in a fixed order. */
async function schemaOf(database: string): Promise<Record<string, unknown>[]> {
  return await postgres.query(
    database,
    `SELECT 'column' AS kind, table_name || '.' || column_name || ' ' || is_nullable AS text
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_migrations'
     UNION ALL SELECT 'index', indexdef FROM pg_indexes
       WHERE schemaname = 'public' AND tablename <> 'schema_migrations'
     UNION ALL SELECT 'constraint', conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND conrelid <> to_regclass('schema_migrations')
     ORDER BY 1, 2`,
  );
}
