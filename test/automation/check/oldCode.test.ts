/** What migrations do to code that was written before them, and whether that code names it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { runGit } from "../../../automation/check/git.ts";
import { findName, hasCommit } from "../../../automation/check/nameSearch.ts";
import { lookAtOldCode } from "../../../automation/check/oldCode.ts";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import { type MigrationFile, parseMigrationFileName } from "../../../automation/migrations/folder.ts";

function up(version: number, text: string): MigrationFile {
  const file = `${version}_x.up.sql`;
  return { file, parsed: parseMigrationFileName(file), bytes: Buffer.from(text) };
}

const TABLES = up(
  1,
  "CREATE TABLE users (id bigint PRIMARY KEY, email text, nick text); CREATE TABLE old (id int);",
);

async function breaks(text: string, dialect: "postgres" | "mysql" = "postgres"): Promise<string[]> {
  const look = await lookAtOldCode([TABLES, up(2, text)], (version) => version > 1, {
    ...DEFAULT_CHECK,
    dialect,
  });
  assert.deepEqual(look.unread, []);
  return look.breaks.map(({ kind, name, table }) => `${kind} ${name}${table === null ? "" : ` of ${table}`}`);
}

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ["a new table", "CREATE TABLE orders (id int NOT NULL)", []],
  ["a dropped column", "ALTER TABLE users DROP COLUMN nick", ["gone users.nick of users"]],
  ["a dropped table", "DROP TABLE old", ["gone old"]],
  ["a renamed column", "ALTER TABLE users RENAME COLUMN email TO mail", ["renamed users.email of users"]],
  ["a renamed table", "ALTER TABLE old RENAME TO older", ["renamed old"]],
  ["a table under its old name again", "ALTER TABLE old RENAME TO older; CREATE VIEW old AS SELECT 1", []],
  ["rows that go, in a table that stays", "TRUNCATE TABLE old", []],
];

describe("what a file does to old code", () => {
  for (const dialect of ["postgres", "mysql"] as const)
    for (const [what, sql, expected] of CASES)
      test(`${dialect}: ${what}`, async () => assert.deepEqual(await breaks(sql, dialect), expected));

  test("postgres: a column that must be filled", async () => {
    assert.deepEqual(await breaks("ALTER TABLE users ADD COLUMN age int NOT NULL"), [
      "rows users.age of users",
    ]);
    assert.deepEqual(await breaks("ALTER TABLE users ALTER COLUMN nick SET NOT NULL"), [
      "rows users.nick of users",
    ]);
  });

  test("postgres: a table that moves out of its schema is no column", async () => {
    assert.deepEqual(await breaks("ALTER TABLE shop.items RENAME TO goods"), ["renamed shop.items"]);
  });

  test("mysql: a column that must be filled, and CHANGE to another name", async () => {
    assert.deepEqual(await breaks("ALTER TABLE users ADD COLUMN age int NOT NULL", "mysql"), [
      "rows users.age of users",
    ]);
    assert.deepEqual(await breaks("ALTER TABLE users CHANGE nick alias text", "mysql"), [
      "renamed users.nick of users",
    ]);
  });

  test("of another database, and SQL that does not parse, cannot be read", async () => {
    const files = [TABLES, up(2, "DROP TABEL old")];
    const isNew = (version: number) => version > 1;
    for (const dialect of ["other", "postgres"] as const) {
      const look = await lookAtOldCode(files, isNew, { ...DEFAULT_CHECK, dialect });
      assert.deepEqual(look, { breaks: [], unread: ["2_x.up.sql"] });
    }
  });
});

describe("a name in the code of a commit", () => {
  const folder = mkdtempSync(join(tmpdir(), "old-code-"));
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.example", ...args], {
      encoding: "utf8",
    }).trim();
  let commit = "";

  before(() => {
    git("init", "-q");
    const files = {
      "app/db/1_a.up.sql": "CREATE TABLE users (first_name text);",
      "app/server.ts": 'const table = "users";\nconst first = user.firstName;\n',
      "app/orders.ts": "order.first_name = 1;\n",
      "docs/a.md": "users have a first_name\n",
      "tools/job.py": "# users\nrun('DELETE FROM Addresses')\n",
      "app/names.ts": "import { User } from 'x';\nconst name = 1;\nconst label = user.name;\n",
      "app/address.go": "type Address struct { ZipCode string }\n/* zip_code */\n  // zip_code\n",
      "app/users_test.go": "users.first_name\n",
      "app/test/users.ts": "users.first_name\n",
      "app/vendor/lib/users.go": "users.first_name\n",
      "app/other/2_b.down.sql": "DROP TABLE users;\n",
      "app/db/structure.sql": "CREATE TABLE users (first_name text);\n",
      "app/quoted.ts": 'sql`SELECT "createdAt" FROM "users"`;\nuser.created_at;\n',
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    git("add", ".");
    git("commit", "-qm", "one");
    commit = git("rev-parse", "HEAD");
    // What the work tree holds now is not what runs.
    rmSync(join(folder, "app/server.ts"));
    git("commit", "-qam", "two");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const find = (name: string, table: string | null, paths = ["app"]) =>
    findName(runGit, { cwd: join(folder, "app/db"), commit, paths, without: ["app/db"] }, { name, table });

  test("a column is found in files that name its table, as snake_case or camelCase", async () => {
    assert.deepEqual(await find("users.first_name", "users"), ["app/server.ts:2"]);
  });

  test("a table is found as a word, and nowhere is no error", async () => {
    assert.deepEqual(await find("users", null), ["app/quoted.ts:1", "app/server.ts:1"]);
    assert.deepEqual(await find("user", null, ["app/server.ts"]), ["app/server.ts:2"]);
    assert.deepEqual(await find("invoices", null), []);
  });

  test("without paths the whole repository but the migrations is searched", async () => {
    assert.deepEqual(await find("addresses", null, []), ["tools/job.py:2"]);
    assert.deepEqual(await find("users", null, []), ["app/quoted.ts:1", "app/server.ts:1"]);
  });

  test("a name that is everywhere counts beside its table, and the plural in -es has a singular", async () => {
    assert.deepEqual(await find("users.name", "users"), ["app/names.ts:3"]);
    assert.deepEqual(await find("addresses.zip_code", "addresses"), ["app/address.go:1"]);
  });

  test("a quoted name in camelCase is found as a property too", async () => {
    assert.deepEqual(await find("users.createdAt", "users"), ["app/quoted.ts:1", "app/quoted.ts:2"]);
  });

  test("a commit that the clone lacks is known to be missing", async () => {
    assert.equal(await hasCommit(runGit, folder, commit), true);
    assert.equal(await hasCommit(runGit, folder, "1".repeat(40)), false);
    await assert.rejects(
      findName(
        runGit,
        { cwd: folder, commit: "1".repeat(40), paths: [], without: [] },
        { name: "a", table: null },
      ),
    );
  });
});
