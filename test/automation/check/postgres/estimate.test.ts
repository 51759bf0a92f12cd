import assert from "node:assert/strict";
import { test } from "node:test";
import { droppedBy, estimate, estimateFiles } from "../../../../automation/check/postgres/estimate.ts";

/** `lock/duration` of the whole file. */
async function impactOf(sql: string): Promise<string> {
  const { lock, duration } = await estimate(sql);
  return `${lock}/${duration}`;
}

test("a file is as heavy as its heaviest statement", async () => {
  const cases: [string, string][] = [
    ["", "none/none"],
    ["CREATE TABLE t (id int);\nCREATE INDEX ON t (id);", "none/none"],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';", "none/none"],
    ["ALTER TABLE t ADD COLUMN c int;", "some/some"],
    ["DROP TABLE t;", "some/some"],
    ["INSERT INTO t VALUES (1);", "none/some"],
    ["CREATE INDEX CONCURRENTLY i ON t (c);", "none/long"],
    ["ALTER TABLE t VALIDATE CONSTRAINT c;", "none/long"],
    ["INSERT INTO t SELECT * FROM u;", "none/long"],
    ["UPDATE t SET a = 1 WHERE b;", "some/long"],
    ["UPDATE t SET a = 1;", "long/long"],
    ["ALTER TABLE t ADD a int;\nALTER TABLE t ALTER b TYPE bigint;", "long/long"],
    ["CREATE INDEX i ON t (c);", "long/long"],
    ["SELEKT", "null/null"],
  ];
  for (const [sql, expected] of cases) assert.equal(await impactOf(sql), expected, sql);
});

test("each statement has its line and its reasons", async () => {
  const sql =
    "SET lock_timeout = '5s';\n\n-- why\nALTER TABLE a ADD b int, DROP c;\nUPDATE u SET x = 1 WHERE y;";
  const said = (await estimate(sql)).statements.map(({ line, lock, duration, reason }) => ({
    ...{ line, lock, duration, reason },
  }));
  assert.deepEqual(said, [
    { line: 1, lock: "none", duration: "none", reason: "locks no table that is in use" },
    { line: 4, lock: "some", duration: "some", reason: "drops column a.c; adds column a.b" },
    { line: 5, lock: "some", duration: "long", reason: "changes rows of u" },
  ]);
});

// The modes are those of Postgres's manual: 13.3.1, ALTER TABLE and CREATE INDEX.
test("each statement's locks and work, by table", async () => {
  const cases: [sql: string, touched: string[]][] = [
    ["ALTER TABLE t ADD c int;", ["t ACCESS EXCLUSIVE all -"]],
    ["ALTER TABLE t ALTER c TYPE bigint;", ["t ACCESS EXCLUSIVE all rewrite"]],
    ["ALTER TABLE t ALTER c SET NOT NULL;", ["t ACCESS EXCLUSIVE all scan"]],
    ["ALTER TABLE t VALIDATE CONSTRAINT c;", ["t SHARE UPDATE EXCLUSIVE definitions scan"]],
    [
      "ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES r;",
      ["t SHARE ROW EXCLUSIVE writes foreignKey", "r SHARE ROW EXCLUSIVE writes -"],
    ],
    ["CREATE INDEX i ON t (c);", ["t SHARE writes index"]],
    ["CREATE INDEX CONCURRENTLY i ON t (c);", ["t SHARE UPDATE EXCLUSIVE definitions index"]],
    ["CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f();", ["t SHARE ROW EXCLUSIVE writes -"]],
    ["LOCK TABLE t IN SHARE MODE;", ["t SHARE writes -"]],
    ["DROP TABLE t;", ["t ACCESS EXCLUSIVE all -"]],
    ["UPDATE t SET a = 1 WHERE b;", ["t ROW EXCLUSIVE rows change"]],
    ["INSERT INTO t VALUES (1);", ["t ROW EXCLUSIVE rows -"]],
    ["SELECT 1;", []],
  ];
  for (const [sql, touched] of cases) {
    const [statement] = (await estimate(sql)).statements;
    const said = statement?.tables.map(
      ({ table, mode, waits, rows }) => `${table} ${mode} ${waits} ${rows ?? "-"}`,
    );
    assert.deepEqual(said, touched, sql);
    assert.equal(statement?.waitsForTransactions, /CONCURRENTLY/.test(sql), sql);
  }
});

test("the key of an index is text or not, where the files tell", async () => {
  const table = { file: "1.sql", sql: "CREATE TABLE t (id int, name text);", pending: false };
  const work = async (sql: string) =>
    (await estimateFiles([table, { file: "2.sql", sql, pending: true }])).get("2.sql")?.statements[0]
      ?.tables[0]?.rows;
  assert.equal(await work("CREATE INDEX ON t (id);"), "indexFixed");
  assert.equal(await work("CREATE INDEX ON t (id, name);"), "indexText");
  assert.equal(await work("CREATE INDEX ON t (lower(name));"), "index");
  assert.equal(await work("ALTER TABLE t ADD UNIQUE (name);"), "indexText");
});

test("a table that an earlier pending file makes is used by nobody, one that ran already is", async () => {
  const files = [
    { file: "1.sql", sql: "CREATE TABLE old (x int);", pending: false },
    { file: "2.sql", sql: "CREATE TABLE new (x int);", pending: true },
    { file: "3.sql", sql: "CREATE INDEX ON old (x);", pending: true },
    { file: "4.sql", sql: "CREATE INDEX ON new (x);", pending: true },
  ];
  const locks = [...(await estimateFiles(files))].map(([file, { lock }]) => `${file} ${lock}`);
  assert.deepEqual(locks, ["2.sql none", "3.sql long", "4.sql none"]);
});

test("what a file drops is listed in order", async () => {
  const sql = `DROP INDEX CONCURRENTLY IF EXISTS a.i; DROP TABLE public.t, "U" CASCADE; ALTER TABLE v DROP COLUMN c, ADD d int,
    DROP CONSTRAINT k CASCADE; DROP VIEW w; DROP TYPE mood; DROP FUNCTION f(int); DROP SCHEMA s; TRUNCATE x; DELETE FROM y WHERE z;`;
  assert.deepEqual(await droppedBy(sql), [
    { kind: "index", name: "a.i", cascade: false },
    { kind: "table", name: "t", cascade: true },
    { kind: "table", name: "U", cascade: true },
    { kind: "column", name: "v.c", cascade: false },
    { kind: "constraint", name: "v.k", cascade: true },
    { kind: "view", name: "w", cascade: false },
    { kind: "type", name: "mood", cascade: false },
    { kind: "function", name: "f", cascade: false },
    { kind: "schema", name: "s", cascade: false },
    { kind: "rows", name: "x", cascade: false },
    { kind: "rows", name: "y", cascade: false },
  ]);
  assert.deepEqual(await droppedBy("CREATE TABLE t (id int);"), []);
  assert.equal(await droppedBy("DROP TABEL t;"), undefined);
});
