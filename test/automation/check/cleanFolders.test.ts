import assert from "node:assert/strict";
import { test } from "node:test";
import { DOWN, type Files, findingsOf, pair, SET, timed, UP } from "./folders.ts";

const GOOD: [string, Files][] = [
  ["a new table", pair("CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);")],
  [
    "a table with its index and rows in one file",
    pair(
      "CREATE TABLE t (id int);\nCREATE INDEX i ON t (id);\nINSERT INTO t VALUES (1);\nUPDATE t SET id = 2;\nALTER TABLE t ALTER id SET NOT NULL;\nDROP TABLE t;",
    ),
  ],
  [
    "a schema's own table by its public name",
    pair("CREATE TABLE public.t (id int);\nCREATE INDEX ON t (id);"),
  ],
  ["an index built concurrently, alone", pair("CREATE INDEX CONCURRENTLY i ON t (x);")],
  ["a constant default", timed("ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 0;")],
  [
    "a default that is one value for all rows",
    timed("ALTER TABLE t ADD COLUMN c timestamptz NOT NULL DEFAULT now();"),
  ],
  [
    "a virtual generated column",
    timed("ALTER TABLE t ADD COLUMN c int GENERATED ALWAYS AS (a + 1) VIRTUAL;"),
  ],
  ["a nullable column with a foreign key", timed("ALTER TABLE t ADD COLUMN c int REFERENCES o (id);")],
  [
    "constraints that are not validated yet",
    timed(
      "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o (id) NOT VALID, ADD CHECK (a > 0) NOT VALID, ADD CONSTRAINT n NOT NULL a NOT VALID;",
    ),
  ],
  ["a constraint over an index that is there", timed("ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i;")],
  [
    "a table of the schema that set_config puts first",
    pair(
      "SELECT pg_catalog.set_config('search_path', 'app, public', true);\nCREATE TABLE t (id int);\nCREATE INDEX i ON app.t (id);",
    ),
  ],
  [
    "a lock_timeout by set_config",
    pair("SELECT set_config('lock_timeout', '5s', true);\nALTER TABLE t ADD COLUMN c int;"),
  ],
  [
    "a session's lock_timeout in milliseconds",
    pair("SET lock_timeout = 5000;\nALTER TABLE t ADD COLUMN c int;"),
  ],
  ["rows changed by a condition", pair("UPDATE t SET a = 1 WHERE a IS NULL;")],
  [
    "a rule off by comment",
    timed("-- ecs-migrate:disable rename nothing deployed reads it\nALTER TABLE a RENAME TO b;"),
  ],
  [
    "two rules off by one comment",
    pair(
      "  -- ecs-migrate:disable lock-timeout, drop-column the column is a week old\nALTER TABLE a DROP c;",
    ),
  ],
  ["a semicolon and a keyword in a string", timed("INSERT INTO t VALUES ('BEGIN; COMMIT;');")],
  [
    "a function whose body says BEGIN",
    pair("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;"),
  ],
  [
    "functions that return, and name their parameters",
    pair(
      "CREATE FUNCTION f(a int, OUT b int) LANGUAGE plpgsql AS $$ BEGIN b := a; END $$;\nCREATE FUNCTION g(a int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN a := 2; RETURN a::text; END $$;",
    ),
  ],
  ["a block that commits, alone", pair("DO $$ BEGIN COMMIT; END $$;")],
  [
    "minutes and seconds",
    {
      "202611241159_a.up.sql": "SELECT 1;",
      "202611241159_a.down.sql": "SELECT 1;",
      "20261124115901_b.up.sql": "SELECT 1;",
      "20261124115901_b.down.sql": "SELECT 1;",
    },
  ],
  ["29 February of a leap year", { "20240229_a.up.sql": "SELECT 1;", "20240229_a.down.sql": "SELECT 1;" }],
  ["tomorrow's date", { "20261125_a.up.sql": "SELECT 1;", "20261125_a.down.sql": "SELECT 1;" }],
  ["files of other kinds beside", { ...pair("SELECT 1;"), "README.md": "\r\n", "atlas.sum": "" }],
  [
    "SET NOT NULL after a check that an earlier file validated",
    {
      "20261101_a.up.sql": `${SET}ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL AND b IS NOT NULL) NOT VALID;`,
      "20261101_a.down.sql": "-- none",
      "20261102_b.up.sql": "ALTER TABLE t VALIDATE CONSTRAINT c;",
      "20261102_b.down.sql": "-- none",
      "20261103_c.up.sql": `${SET}ALTER TABLE t ALTER a SET NOT NULL, ALTER b SET NOT NULL; ALTER TABLE t DROP CONSTRAINT c;`,
      "20261103_c.down.sql": "-- none",
    },
  ],
  [
    "a varchar that grows, becomes text and back to one without a length",
    {
      "20261101_a.up.sql": "CREATE TABLE t (a varchar(10));",
      "20261101_a.down.sql": "--",
      ...timed(
        "ALTER TABLE t ALTER a TYPE varchar(20);\nALTER TABLE t ALTER a TYPE text, ALTER a TYPE varchar;",
      ),
    },
  ],
  [
    "a way back that drops and renames",
    { [UP]: "SELECT 1;", [DOWN]: `${SET}DROP TABLE a; ALTER TABLE b DROP c; ALTER TABLE d RENAME TO e;` },
  ],
  [
    "a down file that drops the index of its own up file's table",
    { [UP]: "CREATE TABLE t (id int);\nCREATE INDEX i ON t (id);", [DOWN]: "DROP INDEX i;\nDROP TABLE t;" },
  ],
];

for (const [what, files] of GOOD) {
  test(`nothing to say of ${what}`, async () => assert.deepEqual(await findingsOf(files), []));
}
