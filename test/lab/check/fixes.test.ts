/** Each fix that `check` proposes, applied: the check is content with it, the migrator runs it, and no lock is long. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { POSTGRES_RULES } from "../../../automation/check/postgres/ruleTable.ts";
import type { RuleId } from "../../../automation/check/rules.ts";
import { BASE, ROWS } from "../../../bench/lint/corpus.ts";
import { measure } from "../../../bench/lint/measure.ts";
import { check, type Files, recordFrom } from "../../automation/check/folders.ts";
import { type Postgres, startPostgres } from "../database/postgres.ts";
import { migratorBinary } from "../docker/baseImages.ts";
import { thisMachine } from "../machine.ts";
import { FIXES } from "./fixCases.ts";

/** What was written may be anything; the last is run below, by x-multi-statement. */
const WITHOUT_FIX: readonly RuleId[] = ["syntax", "split-inside"];

let postgres: Postgres;
let folder: string;
let migrator: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "check-fixes-"));
  migrator = await migratorBinary(thisMachine(), { report: () => undefined });
  postgres = await startPostgres({ folder, gateway: "127.0.0.1" });
});

after(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the base, fills its tables, and runs the files, each time by the migrator. */
async function migrates(database: string, files: readonly string[], parameters = ""): Promise<void> {
  const { fromHost } = await postgres.createDatabase(database);
  const path = join(folder, database);
  mkdirSync(path);
  const env = { MIGRATIONS_PATH: path, MIGRATION_DB: `${fromHost}${parameters}` };
  const up = () => {
    const { status, stdout } = spawnSync(migrator, ["up"], { env, encoding: "utf8" });
    assert.equal(status, 0, stdout);
  };
  writeFileSync(join(path, name(0)), BASE);
  up();
  await postgres.query(database, ROWS);
  for (const [index, sql] of files.entries()) writeFileSync(join(path, name(index + 1)), sql);
  up();
  const rows = await postgres.query(database, "SELECT version::int, dirty FROM schema_migrations");
  assert.deepEqual(rows, [{ version: files.length + 1, dirty: false }]);
}

const name = (index: number) => `${String(index + 1).padStart(6, "0")}_x.up.sql`;

/** What is a warning only: it may be harmless, which depends on what the file cannot show. */
const WARNED: ReadonlySet<string> = new Set([
  ...Object.entries(POSTGRES_RULES).flatMap(([id, { severity }]) => (severity === "warning" ? [id] : [])),
  // Without a time zone of the session other than UTC, nothing is rewritten.
  "ALTER TABLE users ALTER COLUMN created TYPE timestamptz;",
]);

async function errorsIn(sql: readonly string[]): Promise<string[]> {
  return rulesIn(sql, ["error"]);
}

/** The rules of these severities in the files that follow the base. */
async function rulesIn(sql: readonly string[], severities: readonly string[]): Promise<string[]> {
  const base: Files = { [name(0)]: BASE };
  const files = Object.fromEntries([BASE, ...sql].map((text, index) => [name(index), text]));
  const found = await check(files, { records: [recordFrom("stack lab", base)], postgresVersion: 15 });
  return found.filter(({ severity }) => severities.includes(severity)).map(({ rule }) => rule);
}

for (const [index, [rule, bad, fixed]] of FIXES.entries()) {
  test(`${rule}: ${bad.split("\n")[0]}`, async () => {
    const severities = WARNED.has(rule) || WARNED.has(bad) ? ["warning"] : ["error"];
    assert.ok((await rulesIn([bad], severities)).includes(rule), "the check finds it");
    assert.deepEqual(await errorsIn(fixed), [], "the check is content with the fix");
    assert.ok(!(await rulesIn(fixed, ["warning"])).includes(rule), "the finding itself is gone");
    const database = `fix_${index}`;
    const { fromHost } = await postgres.createDatabase(database);
    await postgres.query(database, BASE);
    await postgres.query(database, ROWS);
    await migrates(`migrated_${index}`, fixed);
    for (const file of fixed) {
      const { refused, blocked, leaks } = await measure(fromHost, [file]);
      assert.deepEqual({ file, refused, blocked, leaks }, { file, refused: null, blocked: [], leaks: false });
    }
  });
}

test("each rule's fix is run here", () => {
  const run = new Set([...FIXES.map(([rule]) => rule), ...WITHOUT_FIX]);
  assert.deepEqual(
    Object.keys(POSTGRES_RULES).filter((rule) => !run.has(rule as RuleId)),
    [],
  );
});

test("x-multi-statement: what must be alone may stand beside others, and dollar quotes stay whole", async () => {
  const files = [
    "CREATE INDEX CONCURRENTLY i ON users (age);\nCREATE INDEX CONCURRENTLY j ON users (org);",
    "ALTER TABLE users ADD COLUMN c int;\nDO $$ BEGIN PERFORM 1; PERFORM 2; END $$;",
  ];
  await migrates("multi", files, "&x-multi-statement=true");
});
