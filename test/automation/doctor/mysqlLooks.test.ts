import assert from "node:assert/strict";
import { test } from "node:test";
import type { LintTarget } from "../../../automation/check/lintTarget.ts";
import {
  DEFAULT_MARIADB,
  DEFAULT_MYSQL,
  type ServerVersion,
} from "../../../automation/check/mysql/serverVersion.ts";
import { readSql } from "../../../automation/check/mysql/statements.ts";
import type { Failure } from "../../../automation/contract/resultLine.ts";
import { dirtyGuide } from "../../../automation/doctor/dirtyGuide.ts";
import { guidedStatements } from "../../../automation/doctor/guidedStatements.ts";
import { mysqlLooks } from "../../../automation/doctor/mysqlLooks.ts";
import { doctorLines } from "../../../automation/doctor/text.ts";
import { parseMigrationFileName, recordOf } from "../../../automation/migrations/folder.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

const TARGET: LintTarget = { dialect: "mysql", server: DEFAULT_MYSQL, from: "choice" };

function queriesOf(sql: string): (string | null)[] {
  return readSql(sql, DEFAULT_MYSQL).statements.flatMap((one) => mysqlLooks(one).map(({ query }) => query));
}

test("a query of information_schema for what a statement leaves", () => {
  assert.deepEqual(
    queriesOf(
      "CREATE TABLE shop.`it's` (id INT); ALTER TABLE t ADD COLUMN c INT, ADD KEY (c); DROP INDEX i ON t; SET @a = 1;",
    ),
    [
      "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'shop' AND table_name = 'it''s';",
      "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't' AND column_name = 'c';",
      "SELECT COUNT(DISTINCT index_name) FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 't' AND index_name = 'i';",
      null,
    ],
  );
});

// Each was asked before and after the statement on MySQL 8.0.33 and MariaDB 10.11.19: the answers differ as the text says.
test("names with dots, quotes and reserved words are asked for as the server has them", () => {
  assert.deepEqual(
    queriesOf(
      "CREATE TABLE `a.c` (id INT); CREATE TABLE `b``q`.`d.e` (id INT); ALTER TABLE `order` ADD INDEX (`my.col`);",
    ),
    [
      "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'a.c';",
      "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'b`q' AND table_name = 'd.e';",
      "SHOW CREATE TABLE `order`;",
    ],
  );
  assert.deepEqual(queriesOf("ALTER TABLE `x.b``q` FORCE, ADD INDEX (a);"), ["SHOW CREATE TABLE `x.b``q`;"]);
});

test("a name that is there before and after is not asked for", () => {
  for (const actions of [
    "DROP KEY i, ADD KEY i (a, b)",
    "DROP PRIMARY KEY, ADD PRIMARY KEY (a, b)",
    "DROP COLUMN c, ADD COLUMN c INT",
    "RENAME COLUMN c TO C",
    "RENAME COLUMN b TO c, RENAME COLUMN c TO b",
    "RENAME INDEX i TO I",
    "CHANGE c C INT",
    "MODIFY c INT COMMENT 'x'",
    "MODIFY c INT FIRST",
    "ALTER CHECK ck NOT ENFORCED",
    "PARTITION BY KEY (a) PARTITIONS 4",
  ])
    assert.deepEqual(queriesOf(`ALTER TABLE t ${actions};`), ["SHOW CREATE TABLE `t`;"], actions);
});

const TABLES =
  "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name =";
const ROUTINES =
  "SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = DATABASE() AND routine_name =";

for (const [sql, ...queries] of [
  ["ALTER TABLE t ADD COLUMN z INT, RENAME TO u", `${TABLES} 'u';`],
  ["RENAME TABLE x TO old, px TO x", `${TABLES} 'old';`],
  ["RENAME TABLE `order` TO x1, x TO `order`", `${TABLES} 'x1';`],
  ["RENAME TABLE x TO tmp, px TO x, tmp TO px", "SHOW CREATE TABLE `px`;"],
  ["DROP TEMPORARY TABLE t", null],
  ["ALTER TABLE p TRUNCATE PARTITION p0", "SELECT EXISTS (SELECT 1 FROM `p` PARTITION (`p0`));"],
  ["ALTER TABLE p TRUNCATE PARTITION ALL", "SELECT EXISTS (SELECT 1 FROM `p`);"],
  ["ALTER TABLE p EXCHANGE PARTITION p0 WITH TABLE px", "SELECT COUNT(*) FROM `p` PARTITION (`p0`);"],
  ["ALTER TABLE t FORCE", null],
  ["CREATE PROCEDURE p() SELECT 1", `${ROUTINES} 'p' AND routine_type = 'PROCEDURE';`],
  ["DROP FUNCTION f", `${ROUTINES} 'f' AND routine_type = 'FUNCTION';`],
  ["CREATE OR REPLACE VIEW `v.x` AS SELECT 1", "SHOW CREATE VIEW `v.x`;"],
  [
    "ALTER EVENT e RENAME TO e2",
    "SELECT COUNT(*) FROM information_schema.events WHERE event_schema = DATABASE() AND event_name = 'e2';",
  ],
  ["ALTER EVENT e DO ALTER TABLE t RENAME TO u", "SHOW CREATE EVENT `e`;"],
  ["SET GLOBAL max_connections = 150, @a = 1", "SELECT @@GLOBAL.max_connections;"],
  ["CREATE DATABASE d", "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'd';"],
  [
    "ALTER DATABASE CHARACTER SET latin1",
    "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name = DATABASE();",
  ],
  ["TRUNCATE `order`", "SELECT EXISTS (SELECT 1 FROM `order`);"],
  ["DELETE FROM t", "SELECT EXISTS (SELECT 1 FROM `t`);"],
  [
    "DELETE FROM t WHERE a = 1\n  AND b = ABS(2) ORDER BY a",
    "SELECT EXISTS (SELECT 1 FROM `t` WHERE a = 1 AND b = ABS(2));",
  ],
  ["DELETE FROM t WHERE a = 1 LIMIT 5", "SELECT COUNT(*) FROM `t`;"],
  ["DELETE FROM t WHERE a = 1 -- x\n AND b = 2", "SELECT COUNT(*) FROM `t`;"],
  ["UPDATE t SET b = 7 WHERE id = 1", "SELECT COUNT(*) FROM `t` WHERE (id = 1) AND NOT (`b` <=> 7);"],
  ["UPDATE t SET b = 'x', c = c + 1", "SELECT COUNT(*) FROM `t` WHERE NOT (`b` <=> 'x');"],
  ["UPDATE t SET c = c + 1 WHERE id = 1", "SELECT COUNT(*) FROM `t`;"],
  ["INSERT INTO t (id, b) VALUES (1, 'x'), (2, 'y')", "SELECT COUNT(*) FROM `t` WHERE `id` IN (1, 2);"],
  ["INSERT INTO t (b) VALUES ('x')", "SELECT COUNT(*) FROM `t`;"],
  ["DELETE w FROM t AS q JOIN u AS w ON q.id = w.id", "SELECT COUNT(*) FROM `u`;"],
  ["DELETE FROM w USING t AS q JOIN u AS w ON q.id = w.id", "SELECT COUNT(*) FROM `u`;"],
  ["UPDATE t AS q JOIN u AS w ON q.id = w.id SET w.c = 'k'", "SELECT COUNT(*) FROM `u`;"],
  ["WITH r AS (SELECT 1 AS n) UPDATE t JOIN r SET c = 'k'", "SELECT COUNT(*) FROM `t`;"],
] as const)
  test(`what to ask after ${sql}`, () => assert.deepEqual(queriesOf(`${sql};`), queries));

test("MariaDB's OR REPLACE may have found one of the same name", () => {
  for (const sql of ["CREATE OR REPLACE TABLE t (id INT)", "CREATE OR REPLACE INDEX i ON t (a)"])
    assert.deepEqual(
      readSql(sql, DEFAULT_MARIADB).statements.flatMap((one) => mysqlLooks(one).map(({ query }) => query)),
      ["SHOW CREATE TABLE `t`;"],
    );
});

test("one answer tells of a drop and of the CREATE after it", async () => {
  const sql = "DROP PROCEDURE IF EXISTS p;\nCREATE PROCEDURE p() SELECT 1;\n";
  const read = await guidedStatements(TARGET, sql, null);
  const tells =
    "0: statement 1 took effect and statement 2 did not; 1: statement 2 took effect, or neither did";
  assert.deepEqual(
    read?.statements.map(({ looks }) => looks.map((look) => look.tells)),
    [[tells], [tells]],
  );
});

// Tried: `DROP TABLE x, nosuch` leaves x on MySQL 8.0.33 and drops it on MariaDB 10.11.19.
test("MariaDB drops the tables of a list one by one", async () => {
  const whole = async (server: ServerVersion, sql: string) =>
    (await guidedStatements({ ...TARGET, server }, sql, null))?.oneTransaction;
  assert.equal(await whole(DEFAULT_MARIADB, "DROP TABLE x, y;"), false);
  assert.equal(await whole(DEFAULT_MARIADB, "DROP TABLE x;"), true);
  assert.equal(await whole(DEFAULT_MYSQL, "DROP TABLE x, y;"), true);
});

test("a guide without a run of the history has the queries of the database alone", async () => {
  const files = [
    { file: "1_a.up.sql", parsed: parseMigrationFileName("1_a.up.sql"), bytes: Buffer.from("SELECT 1;") },
  ];
  const outputs = sampleOutputs({ migrations: recordOf(files).migrations });
  const dirty = await dirtyGuide({
    ...{ version: 1, run: undefined, outputs, stack: "stage", files, target: TARGET },
  });
  const text = doctorLines({ schema: 1, stack: "stage", exitCode: 12, checks: [], dirty }, false).join("\n");
  assert.match(text, /SHOW PROCESSLIST/);
  // Tried on both servers: DATABASE() is NULL in a client that chose no database.
  assert.match(text, /Ask in the database of the URL \(mysql --database\): without one, each count is 0\./);
  assert.doesNotMatch(text, /Postgres|pg_stat_activity/);
});

test("what the migrator reported of each statement, and nothing without its report", async () => {
  const sql = "CREATE TABLE x (id INT);\nALTER TABLE nosuch ADD COLUMN c INT;\nDROP TABLE y;\n";
  const failure: Failure = {
    kind: "statement",
    file: "1_a.up.sql",
    version: 1,
    direction: "up",
    statement: { n: 2, of: 3, line: 2 },
    code: "1146",
    message: "Table 'shop.nosuch' doesn't exist",
    tookEffect: "some",
    completed: [{ n: 1, line: 1, kind: "CREATE TABLE" }],
    blockers: [],
  };
  const outcomes = async (report: Failure | null) =>
    (await guidedStatements(TARGET, sql, report))?.statements.map(({ outcome }) => outcome);
  assert.deepEqual(await outcomes(failure), ["completed", "failed", "notStarted"]);
  assert.deepEqual(await outcomes(null), ["unknown", "unknown", "unknown"]);
  assert.deepEqual(await outcomes({ ...failure, statement: { n: 2, of: 4, line: 2 } }), [
    "unknown",
    "unknown",
    "unknown",
  ]);
  assert.equal((await guidedStatements(TARGET, sql, null))?.oneTransaction, false);
});
