/** What each rule of check says of MySQL, asked of a MariaDB server, or of MySQL 8 by `npm run test:mysql8`: `node --test test/lab/database/rules.test.ts`. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { MYSQL_RULES } from "../../../automation/check/mysql/ruleTable.ts";
import { lint } from "../../automation/check/mysql/lint.ts";
import { isMysql, startMariadb } from "./mariadb.ts";

interface ServerCase {
  readonly rule: keyof typeof MYSQL_RULES;
  /** A session of its own: what the rule finds. `users` is there, with two rows. */
  readonly sql: string;
  /** The server's error number, or what `after` answers in a session after it. */
  readonly errno?: number;
  readonly after?: readonly [sql: string, answer: string];
  /** What differs on MySQL 8. */
  readonly mysql?: Partial<Pick<ServerCase, "sql" | "errno" | "after">>;
}

const USERS =
  "CREATE TABLE users (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, email VARCHAR(50) NOT NULL DEFAULT 'x', age INT, note TEXT, KEY age_idx (age)) CHARSET=utf8mb4; INSERT INTO users (email, age) VALUES ('a', NULL), ('b', 2);";

const CASES: readonly ServerCase[] = [
  // The mysql client would take DELIMITER for itself.
  { rule: "delimiter", sql: "EXECUTE IMMEDIATE 'DELIMITER //'", errno: 1064 },
  {
    rule: "half-applied",
    sql: "CREATE TABLE h (id INT PRIMARY KEY); ALTER TABLE nope ADD COLUMN c INT",
    errno: 1146,
    after: ["SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'h'", "1"],
  },
  { rule: "strict-mode", sql: "INSERT INTO users (age) VALUES ('x')", errno: 1366 },
  {
    rule: "implicit-commit",
    sql: "BEGIN; INSERT INTO users (email) VALUES ('c'); CREATE TABLE i (id INT PRIMARY KEY); ROLLBACK",
    after: ["SELECT COUNT(*) FROM users", "3"],
  },
  {
    rule: "transaction-open",
    sql: "BEGIN; INSERT INTO users (email) VALUES ('c')",
    after: ["SELECT COUNT(*) FROM users", "2"],
  },
  {
    rule: "lock-wait-timeout",
    sql: "SET SESSION lock_wait_timeout = DEFAULT; ALTER TABLE users ADD COLUMN c INT",
    after: ["SELECT @@GLOBAL.lock_wait_timeout", "86400"],
    mysql: { after: ["SELECT @@GLOBAL.lock_wait_timeout", "31536000"] },
  },
  {
    rule: "insert-breaks",
    sql: "ALTER TABLE users ADD COLUMN c INT NOT NULL; INSERT INTO users (email) VALUES ('c')",
    errno: 1364,
  },
  {
    rule: "foreign-key-refused",
    sql: "CREATE TABLE o (id INT PRIMARY KEY, u INT, FOREIGN KEY (u) REFERENCES users (id))",
    errno: 1005,
    mysql: { errno: 3780 },
  },
  {
    rule: "foreign-key-refused",
    sql: "CREATE TABLE o (id INT PRIMARY KEY, u BIGINT UNSIGNED, FOREIGN KEY (u) REFERENCES users (id)); DROP TABLE users",
    errno: 1451,
    mysql: { errno: 3730 },
  },
  {
    rule: "nulls-refused",
    sql: "ALTER TABLE users MODIFY age INT NOT NULL",
    errno: 1265,
    mysql: { errno: 1138 },
  },
  {
    rule: "attributes-lost",
    sql: "ALTER TABLE users MODIFY email VARCHAR(55)",
    after: [
      "SELECT is_nullable, column_default FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'email'",
      "YES NULL",
    ],
  },
  {
    rule: "no-primary-key",
    sql: "SET GLOBAL innodb_force_primary_key = ON; CREATE TABLE n (a INT)",
    errno: 1173,
    after: ["SET GLOBAL innodb_force_primary_key = OFF; SELECT 1", "1"],
    mysql: {
      sql: "SET SESSION sql_require_primary_key = ON; CREATE TABLE n (a INT)",
      errno: 3750,
      after: ["SELECT 1", "1"],
    },
  },
  {
    rule: "not-innodb",
    sql: "CREATE TABLE m (a INT PRIMARY KEY) ENGINE=MyISAM; BEGIN; INSERT INTO m VALUES (1); ROLLBACK",
    after: ["SELECT COUNT(*) FROM m", "1"],
  },
  {
    rule: "three-byte-charset",
    sql: "CREATE TABLE b (a VARCHAR(9) CHARACTER SET utf8 PRIMARY KEY); INSERT INTO b VALUES ('🙂')",
    errno: 1366,
  },
  { rule: "name-too-long", sql: `CREATE INDEX ${"i".repeat(65)} ON users (email)`, errno: 1059 },
  {
    rule: "definer",
    sql: "CREATE DEFINER=ghost@localhost PROCEDURE d() SELECT 1; CALL d()",
    errno: 1449,
  },
  {
    rule: "sql-mode",
    sql: "SET sql_mode = ''; INSERT INTO users (email) VALUES (REPEAT('x', 60))",
    after: ["SELECT MAX(LENGTH(email)) FROM users", "50"],
  },
  {
    rule: "setting-left",
    sql: "SET foreign_key_checks = 0; INSERT INTO users (note) SELECT @@SESSION.foreign_key_checks",
    after: ["SELECT MAX(note) FROM users", "0"],
  },
  {
    rule: "use-database",
    sql: "USE information_schema; INSERT INTO shop.users (note) SELECT DATABASE()",
    after: ["SELECT MAX(note) FROM users", "information_schema"],
  },
];

/** Asked elsewhere, or not to be asked of this server: why. */
const ELSEWHERE: Partial<Record<keyof typeof MYSQL_RULES, string>> = {
  "writes-blocked": "onlineDdl.test.ts",
  "algorithm-refused": "onlineDdl.test.ts",
  ...Object.fromEntries(
    ["server-lacks", "reserved-word", "default-refused", "zero-date", "default-charset"].map((rule) => [
      rule,
      "serverWords.test.ts",
    ]),
  ),
  "function-binlog": "error 1418 needs a server that writes a binary log: MySQL 8.4 manual, 27.7",
  "global-setting": "a refusal for want of SUPER or a like privilege, which the lab's user has",
  "load-data-local":
    "a refusal of go-sql-driver, which no server is asked of: its README, LOAD DATA LOCAL INFILE",
};

test("each rule is what a MariaDB server does", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-rules-"));
  const server = await startMariadb({ folder, gateway: "127.0.0.1" });
  context.after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const { rule, sql, errno, after } of CASES.map((one) => (isMysql ? { ...one, ...one.mysql } : one))) {
    await server.query(
      "mysql",
      `DROP DATABASE shop; CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop; ${USERS}`,
    );
    const { errno: said, error } = await server.run("shop", `${sql};`);
    assert.equal(said, errno, `${rule}: ${error}`);
    if (!after) continue;
    const answers = await server.query("shop", `${after[0]};`);
    assert.equal(answers[0]?.join(" "), after[1], rule);
  }
});

test("check finds the same in the statements that the server was asked", async () => {
  for (const { rule, sql } of CASES) {
    const file = `${sql.replace(/^EXECUTE IMMEDIATE '(.*)'$/, "$1")};\n`;
    const found = (await lint(file, { version: "mariadb-10.11" })).map((one) => one.rule);
    assert.ok(found.includes(rule), `${rule}: ${found.join(", ")}`);
  }
});

test("no rule is left unasked without a reason", () => {
  const asked = new Set([...CASES.map(({ rule }) => rule), ...Object.keys(ELSEWHERE)]);
  assert.deepEqual(
    Object.keys(MYSQL_RULES).filter((rule) => !asked.has(rule)),
    [],
  );
});
