import assert from "node:assert/strict";
import { test } from "node:test";
import type { LintTarget } from "../../../automation/check/lintTarget.ts";
import { DEFAULT_MYSQL } from "../../../automation/check/mysql/serverVersion.ts";
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
