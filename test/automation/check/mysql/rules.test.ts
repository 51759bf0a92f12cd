import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MYSQL_RULES } from "../../../../automation/check/mysql/ruleTable.ts";
import { lint, rulesOf } from "./lint.ts";
import { BOTH_WAYS } from "./ruleCases.ts";

describe("each rule both ways", () => {
  for (const [rule, { breaks, keeps }] of Object.entries(BOTH_WAYS)) {
    test(rule, async () => {
      for (const sql of breaks)
        assert.ok(
          (await lint(sql)).some((one) => one.rule === rule),
          `breaks: ${sql}`,
        );
      for (const sql of keeps)
        assert.ok(!(await lint(sql)).some((one) => one.rule === rule), `keeps: ${sql}`);
    });
  }
});

test("no rule is without its cases", () => {
  const rules = Object.keys(MYSQL_RULES).filter((rule) => rule !== "lock-wait-timeout");
  assert.deepEqual(
    rules.filter((rule) => !(rule in BOTH_WAYS)),
    [],
  );
});

test("the wait for a metadata lock: the migrator limits it, so only a file that lifts the limit is named", async () => {
  const raised = await lint("SET SESSION lock_wait_timeout = 31536000;\nALTER TABLE users ADD COLUMN c INT;");
  assert.deepEqual(
    raised.map(({ rule, line, message, fix }) => ({ rule, line, message, fix })),
    [
      {
        rule: "lock-wait-timeout",
        line: 2,
        message:
          "behind a long query the statement waits for the metadata lock on users, and every query on users waits behind it: the file sets lock_wait_timeout to 31536000",
        fix: "put SET SESSION lock_wait_timeout = 5; before it",
      },
    ],
  );
  assert.deepEqual(await rulesOf("ALTER TABLE users ADD COLUMN c INT;"), []);
  assert.deepEqual(await rulesOf("SET lock_wait_timeout = DEFAULT;\nDROP INDEX age_idx ON users;"), [
    "2 warning lock-wait-timeout",
  ]);
  assert.deepEqual(await rulesOf("SET SESSION lock_wait_timeout = 60;\nDROP INDEX age_idx ON users;"), []);
});

test("the wait for a metadata lock where lockTimeout is 0, one a file", async () => {
  const waits = async (sql: string) =>
    (await lint(sql, { lockLimit: false })).filter(({ rule }) => rule === "lock-wait-timeout").length;
  assert.equal(await waits("ALTER TABLE users ADD COLUMN c INT;\nALTER TABLE users ADD COLUMN d INT;"), 1);
  assert.equal(await waits("SET SESSION lock_wait_timeout = 5;\nALTER TABLE users ADD COLUMN c INT;"), 0);
  assert.equal(await waits("SET lock_wait_timeout = 31536000;\nALTER TABLE users ADD COLUMN c INT;"), 1);
  assert.equal(await waits("ALTER TABLE users WAIT 5 ADD COLUMN c INT;"), 0);
  assert.equal(await waits("SET STATEMENT lock_wait_timeout=1 FOR DROP TABLE users;"), 0);
  assert.equal(await waits("CREATE TABLE x (id INT PRIMARY KEY);"), 0);
  assert.equal(await waits("UPDATE users SET age = 1 WHERE id = 1;"), 0);
});

test("three cases of the first users", async () => {
  assert.deepEqual(await rulesOf("DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;\n"), [
    "1 error delimiter",
  ]);
  assert.deepEqual(
    await rulesOf(
      "CREATE TABLE x (id int PRIMARY KEY);\nALTER TABLE users ADD COLUMN c int;\nINSERT INTO nosuch VALUES (1);\n",
    ),
    ["2 warning half-applied"],
  );
  const [copy] = (await lint("ALTER TABLE users MODIFY age VARCHAR(10);\n")).filter(
    ({ rule }) => rule === "writes-blocked",
  );
  assert.equal(
    copy?.message,
    "the statement changes the type of column age from INT to VARCHAR(10): it copies the table, and writes to users wait until it ends",
  );
});

test("the version decides", async () => {
  const first = "ALTER TABLE users ADD COLUMN c INT FIRST, ALGORITHM=INSTANT;";
  assert.deepEqual(await rulesOf(first, { version: "8.0.28" }), ["1 error algorithm-refused"]);
  assert.deepEqual(await rulesOf(first, { version: "8.0.29" }), []);
  const nocopy = "ALTER TABLE users ADD INDEX i (email), ALGORITHM=NOCOPY;";
  assert.deepEqual(await rulesOf(nocopy, { version: "mariadb-10.11" }), []);
  const check = "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0);";
  assert.deepEqual(await rulesOf(check, { version: "mariadb-10.11" }), ["1 warning writes-blocked"]);
  assert.deepEqual(await rulesOf(check, { version: "mariadb-11.4" }), []);
});

test("a new DATE without a default is refused by MySQL where there are rows, by MariaDB filled with zeros", async () => {
  const sql = "ALTER TABLE users ADD COLUMN born DATE NOT NULL;";
  const message = async (version: string) => (await lint(sql, { version })).map((one) => one.message);
  assert.deepEqual(await message("8.0"), [
    "column born is NOT NULL without a default: a table that has rows refuses it (errors 1292 and 1138), and an INSERT of the running code that does not name it fails (error 1364)",
  ]);
  assert.deepEqual(await message("mariadb-10.11"), [
    "column born is NOT NULL without a default: rows that exist get 0 or '' without a word, and an INSERT of the running code that does not name it fails (error 1364)",
  ]);
});

test("half-applied names the server that commits each", async () => {
  const sql = "CREATE TABLE x (id INT PRIMARY KEY);\nALTER TABLE users ADD COLUMN c INT;";
  const [one] = (await lint(sql, { version: "mariadb-10.11" })).filter(({ rule }) => rule === "half-applied");
  assert.equal(
    one?.message,
    "MariaDB 10.11 commits each of the 2 statements by itself: if one fails, those before it stay, the version is dirty and the file cannot run again",
  );
});

test("a WHERE that is always true is told as one", async () => {
  const [one] = await lint("DELETE FROM users WHERE 1=1;");
  assert.equal(
    one?.message,
    "DELETE with a WHERE that is always true changes every row of users, and keeps all of them locked until it ends",
  );
});

test("a down file may drop and rename", async () => {
  const sql = "ALTER TABLE users DROP COLUMN age, RENAME COLUMN note TO notes;";
  assert.deepEqual(await rulesOf(sql, { direction: "down" }), []);
  assert.deepEqual(await rulesOf("DELIMITER //", { direction: "down" }), ["1 error delimiter"]);
  assert.deepEqual(await rulesOf("-- the data are gone", { direction: "down" }), []);
});

test("messages name the place, and none of the SQL's values", async () => {
  const found = await lint(
    "SET SESSION lock_wait_timeout = 5;\nUPDATE users\nSET email = 'secret@example.org';\n",
  );
  assert.deepEqual(
    found.map(({ line, message, fix }) => ({ line, message, fix })),
    [
      {
        line: 2,
        message:
          "UPDATE without WHERE changes every row of users, and keeps all of them locked until it ends",
        fix: "change them in parts by primary key, or disable this rule in the file when the table is small",
      },
    ],
  );
});

test("what is refused ends the knowledge of its table, so that nothing is told twice", async () => {
  const text =
    "ALTER TABLE users ADD COLUMN c INT AFTER age, ADD KEY age_idx (email);\nALTER TABLE users DROP COLUMN nope;\n";
  assert.deepEqual(
    (await rulesOf(text)).filter((one) => one.includes("error")),
    ["1 error refused"],
  );
});

test("no value of a row is told", async () => {
  const text =
    "INSERT INTO users (email, age) VALUES ('anna@example.org', 'ninety'), (NULL, 99999999999), ('bo's, 1);";
  const found = await lint(text);
  assert.ok(found.length > 0);
  assert.doesNotMatch(JSON.stringify(found), /anna|ninety|99999|bo's/);
  const strict = await lint("INSERT INTO users (email, age) VALUES ('anna@example.org', 'ninety');");
  assert.doesNotMatch(JSON.stringify(strict), /anna|ninety/);
  assert.equal(strict.length, 1);
});
