/** What is advised for a client's commands, by the dialect that the folder is in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { check, type Files } from "../folders.ts";

const FILE = "each file as it is, and no client reads such a command";
const CASES: [string, string][] = [
  ["\\i users.sql", `put what that file holds in its place: the server gets ${FILE}`],
  ["\\ir schema/users.sql", `put what that file holds in its place: the server gets ${FILE}`],
  [
    "CREATE TYPE a AS ENUM ('x');\nsource users.sql",
    `put what that file holds in its place: the server gets ${FILE}`,
  ],
  [
    "\\copy a FROM 'a.csv' CSV",
    "the client would read that file, and there is none: write the rows as INSERT, or load them by another way",
  ],
  ["\\c shop", "leave the line out: it is a command of psql's"],
  ["\\set ON_ERROR_STOP on", "leave the line out: it is a command of psql's"],
  ["\\restrict 4f2a", "leave the line out: it is a command of psql's"],
  ["SELECT 1 \\gexec", "end the statement with a semicolon: the rest of the line is psql's"],
  [
    "COPY a (id, b) FROM stdin;\n1\tx\n\\.\n",
    "write the rows as INSERT (pg_dump --inserts): only psql sends what follows COPY",
  ],
  [
    "CREATE TABLE :schema.a (id int);",
    "write the value in its place: variables are filled in by psql, and there is none",
  ],
  ["CREATE TYPE a AS ENUM ('x');\nUSE shop;", "leave the line out: the database is that of the URL"],
  [`INSERT INTO a VALUES ('{"a":"b"}';`, "correct the SQL"],
  [
    "COPY a FROM stdin;\n1\n\\.\nCREATE TABEL b ();",
    "write the rows as INSERT (pg_dump --inserts): only psql sends what follows COPY",
  ],
  ["CREATE TABEL a ();", "correct the SQL"],
];

const syntax = async (files: Files, dialect: "postgres" | "mysql" | "auto") =>
  (await check(files, { dialect })).filter(({ rule }) => rule === "syntax").map(({ fix }) => fix);

for (const [sql, fix] of CASES)
  test(sql, async () => assert.deepEqual(await syntax({ "1_a.up.sql": sql }, "auto"), [fix]));

const MYSQL = "correct the SQL; the mysql client's commands (source, \\.) are none";
const GIVE = (what: string, name: string) =>
  `the folder's SQL looks like that of ${what}: give --dialect ${name}, or set ecs-migrate:checkDialect`;

test("no other dialect is named where nothing but the syntax error speaks", async () => {
  assert.deepEqual(await syntax({ "1_a.up.sql": "FETCHED a;" }, "mysql"), [MYSQL]);
  assert.deepEqual(await syntax({ "1_a.up.sql": "source a.sql" }, "mysql"), [MYSQL]);
  assert.deepEqual(await syntax({ "1_a.up.sql": "source a.sql" }, "auto"), [MYSQL]);
});

test("the dialect is named that the client's command is of", async () => {
  assert.deepEqual(await syntax({ "1_a.up.sql": "\\i a.sql" }, "mysql"), [GIVE("Postgres", "postgres")]);
  assert.deepEqual(await syntax({ "1_a.up.sql": "source a.sql" }, "postgres"), [
    GIVE("MySQL or MariaDB", "mysql"),
  ]);
});
