import assert from "node:assert/strict";
import { test } from "node:test";
import { readServerVersion } from "../../../../automation/check/mysql/serverVersion.ts";
import { readSql } from "../../../../automation/check/mysql/statements.ts";
import { lint, rulesOfServer } from "./lint.ts";
import {
  KEYS_SCHEMA,
  ROW_CASES,
  ROWS_SCHEMA,
  SCHEMA_CASES,
  SERVER_CASES,
  SERVER_SCHEMA,
} from "./serverCases.ts";

/** A syntax error, an unknown variable, function, collation or option, a default or a date that is refused. */
const REFUSALS = new Set("1064 1067 1101 1128 1193 1231 1273 1292 1305 1525 1800 1911 4161".split(" "));
const RULES = [
  "server-lacks",
  "reserved-word",
  "default-refused",
  "zero-date",
  "algorithm-refused",
  "syntax",
  "strict-mode",
];

for (const [version, engine] of [
  ["8.0.33", "mysql"],
  ["mariadb-10.11", "mariadb"],
] as const)
  test(`check refuses for ${version} what the server refused, and nothing else`, async () => {
    for (const { sql, ...answers } of SERVER_CASES) {
      const found = (await rulesOfServer(sql, version)).filter((rule) => RULES.includes(rule));
      const isRefused = REFUSALS.has(answers[engine]);
      assert.equal(found.length > 0, isRefused, `${answers[engine]} ${sql}: ${found.join(", ")}`);
    }
  });

for (const [version, engine] of [
  ["8.0.33", "mysql"],
  ["mariadb-10.11", "mariadb"],
] as const)
  test(`check refuses for ${version} what the tables, keys and values do not allow, and nothing else`, async () => {
    for (const [shipped, cases] of [
      [KEYS_SCHEMA, SCHEMA_CASES],
      [ROWS_SCHEMA, ROW_CASES],
    ] as const)
      for (const { sql, ...answers } of cases) {
        const found = await lint(`${sql};`, { version, shipped });
        const errors = found
          .filter(
            ({ severity, rule }) =>
              severity === "error" || rule === "strict-mode" || rule === "default-charset",
          )
          .map(({ message }) => message);
        assert.equal(
          errors.length > 0,
          answers[engine] !== "ok",
          `${answers[engine]} ${sql}: ${errors.join()}`,
        );
      }
  });

/** Releases as the MySQL 8.0 manual has them; no 5.7 server was asked. */
const CAME_LATER = [
  [
    "CREATE TABLE x (id INT PRIMARY KEY, j JSON DEFAULT (JSON_OBJECT()))",
    "an expression as the DEFAULT of j",
  ],
  ["ALTER TABLE t RENAME COLUMN s TO s2", "does not know RENAME COLUMN, which came with MySQL 8.0.3"],
  [
    "ALTER TABLE t ADD INDEX i ((n + 1))",
    "does not know an index over an expression, which came with MySQL 8.0.13",
  ],
  ["WITH a AS (SELECT 1) SELECT * FROM a", "does not know WITH, which came with MySQL 8.0.1"],
  ["ALTER TABLE t ADD COLUMN c INT, ALGORITHM=INSTANT", "refuses ALGORITHM=INSTANT"],
] as const;

test("MySQL 5.7 lacks what came later, and takes what it has", async () => {
  for (const [sql, words] of CAME_LATER) {
    const [found] = await lint(`${sql};`, { version: "5.7", shipped: SERVER_SCHEMA });
    assert.ok(
      found?.message.startsWith("MySQL 5.7 ") && found.message.includes(words),
      found?.message ?? sql,
    );
  }
  const known = "ALTER TABLE t ADD INDEX i (n), ALGORITHM=INPLACE, LOCK=NONE;";
  assert.deepEqual(await lint(known, { version: "5.7", shipped: SERVER_SCHEMA }), []);
});

test("a statement's text keeps the marks of a versioned comment", () => {
  const server = readServerVersion("8.0.33");
  assert(server);
  for (const text of [
    "/*!40101 SET NAMES utf8 */",
    "CREATE TABLE x (id INT) /*!80023 AUTOEXTEND_SIZE=4M */",
    "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER tr BEFORE INSERT ON x FOR EACH ROW SET NEW.id = 1 */",
  ])
    assert.deepEqual(
      readSql(`-- a note\n${text};\n`, server).statements.map((one) => one.text),
      [text],
    );
});

test("there are many statements, and both answers of each server", () => {
  assert.ok(SERVER_CASES.length > 250, `${SERVER_CASES.length}`);
  for (const engine of ["mysql", "mariadb"] as const) {
    const ok = SERVER_CASES.filter((one) => one[engine] === "ok").length;
    assert.ok(ok > 90 && ok < SERVER_CASES.length - 60, `${engine}: ${ok}`);
  }
});
