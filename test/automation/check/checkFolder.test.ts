import assert from "node:assert/strict";
import { test } from "node:test";
import { MYSQL_RULES } from "../../../automation/check/mysql/ruleTable.ts";
import { RULES } from "../../../automation/check/rules.ts";
import { CASES } from "./cases.ts";
import { check, type Files, findingsOf, recordFrom } from "./folders.ts";

const SET = "SET LOCAL lock_timeout = '5s';\n";
const UP = "20261124_x.up.sql";
const DOWN = "20261124_x.down.sql";

/** Folders of one pair: the up file as given, a way back that says why there is none. */
const pair = (up: string): Files => ({ [UP]: up, [DOWN]: "-- nothing to undo\n" });
/** The same with a lock_timeout in its first line. */
const timed = (up: string): Files => pair(SET + up);

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
      "20261103_c.up.sql": `${SET}ALTER TABLE t ALTER a SET NOT NULL, ALTER b SET NOT NULL, DROP CONSTRAINT c;`,
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

const TEXTS: Files = {
  "20261101_a.up.sql":
    "CREATE TABLE public.t (a varchar(10), b varchar(10), c text, d varchar(10), e varchar(10)[], f int);",
  "20261101_a.down.sql": "--",
};

const BAD: [string, Files, string[]][] = [
  [
    "a label that is used in the file that adds it",
    timed("ALTER TYPE mood ADD VALUE 'sad';\nSELECT 'sad'::mood;"),
    [`${UP}:3 error enum-value-used`],
  ],
  [
    "a table that is altered with a deferred constraint open",
    {
      "20261101_a.up.sql":
        "CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES t DEFERRABLE INITIALLY DEFERRED);",
      "20261101_a.down.sql": "--",
      ...timed("INSERT INTO t VALUES (1, 1);\nALTER TABLE t ADD c int;"),
    },
    [`${UP}:3 error pending-trigger-events`],
  ],
  [
    "no name that golang-migrate reads",
    { "20261124-x.up.sql": "", "users.sql": "" },
    ["20261124-x.up.sql:1 error broken-name", "users.sql:1 error broken-name"],
  ],
  [
    "two files for a version",
    { ...pair("SELECT 1;"), "20261124_y.up.sql": "SELECT 1;" },
    ["20261124_y.up.sql:1 error duplicate-version"],
  ],
  [
    "a backup beside",
    { ...pair("SELECT 1;"), "20261124_x.up.sql.bak": "SELECT 1;" },
    ["20261124_x.up.sql.bak:1 error duplicate-version", "20261124_x.up.sql.bak:1 error extension"],
  ],
  [
    "a number that has lost a digit among dates",
    { ...pair("SELECT 1;"), "2026112_x.up.sql": "SELECT 1;", "2026112_x.down.sql": "SELECT 1;" },
    ["2026112_x.down.sql:1 warning version-format"],
  ],
  [
    "31 November, 29 February and hour 24",
    {
      "20261131_a.up.sql": "SELECT 1;",
      "20261131_a.down.sql": "--",
      "20250229_b.up.sql": "SELECT 1;",
      "20250229_b.down.sql": "--",
      "202611242400_c.up.sql": "SELECT 1;",
      "202611242400_c.down.sql": "--",
    },
    ["20250229_b.down.sql:1 warning impossible-date"],
  ],
  [
    "a date far ahead",
    { "20621124_x.up.sql": "SELECT 1;", "20621124_x.down.sql": "--" },
    ["20621124_x.down.sql:1 warning future-date", "20621124_x.up.sql:1 warning future-date"],
  ],
  [
    "a day after a minute, whose number is lower",
    { "202611230900_a.up.sql": "SELECT 1;", "202611230900_a.down.sql": "--", ...pair("SELECT 1;") },
    [`${DOWN}:1 warning mixed-widths`],
  ],
  [
    "capitals, spaces and no name",
    {
      "20261124_Add User.up.sql": "SELECT 1;",
      "20261124_Add User.down.sql": "--",
      "20261123_.up.sql": "SELECT 1;",
      "20261123_.down.sql": "--",
    },
    ["20261123_.down.sql:1 warning file-name"],
  ],
  ["no way back", { [UP]: "SELECT 1;" }, [`${UP}:1 warning missing-down`]],
  ["a way back from nothing", { [DOWN]: "SELECT 1;" }, [`${DOWN}:1 error missing-up`]],
  [
    "two names for a pair",
    { [UP]: "SELECT 1;", "20261124_y.down.sql": "--" },
    ["20261124_y.down.sql:1 warning pair-name"],
  ],
  [
    "files of no bytes, of blanks, of comments",
    { [UP]: "", [DOWN]: " \n\t\n", "20261123_c.up.sql": "-- todo\n/* more */", "20261123_c.down.sql": "--" },
    [`${UP}:1 error empty`],
  ],
  ["a template left as it was", { [UP]: SET, [DOWN]: SET }, [`${UP}:1 error empty`]],
  ["a byte-order mark", pair("\uFEFFSELECT 1;"), [`${UP}:1 error byte-order-mark`]],
  ["CRLF, at its first line", pair("SELECT 1;\n\nSELECT 2;\r\n"), [`${UP}:3 warning crlf`]],
  [
    "Latin-1, at its line",
    { [UP]: Buffer.from("SELECT 1;\n-- caf\xe9", "latin1"), [DOWN]: "--" },
    [`${UP}:2 error encoding`],
  ],
  ["UTF-16", { [UP]: Buffer.from("\uFEFFSELECT 1;", "utf16le"), [DOWN]: "--" }, [`${UP}:1 error encoding`]],
  ["a NUL byte", pair("SELECT 1;\nSELECT '\0';"), [`${UP}:2 error encoding`]],
  [
    "a comment for a rule that is none",
    pair("-- ecs-migrate:disable lock_timeout, no-such\nSELECT 1;"),
    [`${UP}:1 warning unknown-rule`],
  ],
  [
    "SQL that is none, after wide letters",
    pair("-- é 漢 😀\nSELECT 1;\n\nSELEKT 2;"),
    [`${UP}:4 error syntax`],
  ],
  ["a way back that is none", { [UP]: "SELECT 1;", [DOWN]: "DROP TABEL t;" }, [`${DOWN}:1 error syntax`]],
  ["psql's commands", pair("SELECT 1;\n\\copy t FROM 'x'"), [`${UP}:2 error syntax`]],
  [
    "a COMMIT in the middle",
    timed("ALTER TABLE t ADD a int;\nCOMMIT;\nALTER TABLE t ADD b int;"),
    [`${UP}:3 error transaction-control`],
  ],
  ["a BEGIN that nothing ends", pair("BEGIN;\nSELECT 1;"), [`${UP}:1 error transaction-control`]],
  [
    "a ROLLBACK at the end",
    pair("BEGIN;\nSELECT 1;\nROLLBACK;"),
    [`${UP}:1 error transaction-control`, `${UP}:3 error transaction-control`],
  ],
  [
    "BEGIN and COMMIT around all",
    pair("BEGIN;\nSELECT 1;\nCOMMIT;"),
    [`${UP}:1 warning transaction-wrapped`],
  ],
  ["CONCURRENTLY beside a SET", timed("CREATE INDEX CONCURRENTLY i ON t (x);"), [`${UP}:2 error alone`]],
  [
    "all else that must be alone",
    pair(
      "VACUUM t;\nDROP INDEX CONCURRENTLY i;\nREINDEX INDEX CONCURRENTLY j;\nCREATE DATABASE d;\nALTER SYSTEM SET a = 1;\nDO $$ BEGIN COMMIT; END $$;\nALTER TABLE p DETACH PARTITION q CONCURRENTLY;",
    ),
    [1, 2, 3, 4, 5, 6, 7].map((line) => `${UP}:${line} error alone`),
  ],
  ["data from nowhere", pair("COPY t FROM STDIN;"), [`${UP}:1 error copy-stdin`]],
  [
    "a limit of 0, and one that comes late",
    {
      ...pair("SET lock_timeout = '0s';\nALTER TABLE t ADD a int;\nSET lock_timeout = '1s';"),
      "20261123_y.up.sql": "SET lock_timeout = 0;\nTRUNCATE t;",
      "20261123_y.down.sql": "--",
    },
    [
      "20261123_y.up.sql:2 warning drop-table",
      "20261123_y.up.sql:2 warning lock-timeout",
      `${UP}:2 warning lock-timeout`,
    ],
  ],
  [
    "a limit that is taken away, in each way",
    {
      ...pair("SET LOCAL lock_timeout = '10min';\nALTER TABLE t ADD a int;"),
      "20261121_v.up.sql": "RESET lock_timeout;\nALTER TABLE t ADD b int;",
      "20261122_w.up.sql": "RESET ALL;\nALTER TABLE t ADD c int;",
      "20261123_y.up.sql": "SELECT set_config('lock_timeout', '0', true);\nALTER TABLE t ADD d int;",
    },
    [
      "20261121_v.up.sql:2 warning lock-timeout",
      "20261122_w.up.sql:2 warning lock-timeout",
      "20261123_y.up.sql:2 warning lock-timeout",
      `${UP}:2 warning lock-timeout`,
      "20261121_v.up.sql:1 warning missing-down",
    ].sort(),
  ],
  [
    "values that differ from row to row",
    timed(
      "ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid();\nALTER TABLE t ADD b bigserial;\nALTER TABLE t ADD c int GENERATED ALWAYS AS IDENTITY;\nALTER TABLE t ADD d int GENERATED ALWAYS AS (x) STORED;\nALTER TABLE t ADD e timestamptz NOT NULL DEFAULT now() + random() * interval '1 s';\nALTER TABLE t ADD f int DEFAULT my.own();",
    ),
    [2, 3, 4, 5, 6, 7].map((line) => `${UP}:${line} error volatile-default`),
  ],
  [
    "NOT NULL without a value",
    timed("ALTER TABLE t\n  ADD a int NOT NULL;"),
    [`${UP}:2 error not-null-without-default`],
  ],
  [
    "SET NOT NULL, by either name",
    timed("ALTER TABLE t ALTER a SET NOT NULL;\nALTER TABLE t ADD CONSTRAINT n NOT NULL b;"),
    [`${UP}:2 error set-not-null`, `${UP}:3 error set-not-null`],
  ],
  [
    "SET NOT NULL after a check that nobody validated",
    {
      "20261101_a.up.sql": `${SET}ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;`,
      "20261101_a.down.sql": "--",
      ...timed("ALTER TABLE t ALTER a SET NOT NULL;"),
    },
    [`${UP}:2 error set-not-null`],
  ],
  [
    "SET NOT NULL after its check was dropped",
    {
      "20261101_a.up.sql": `${SET}ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;`,
      "20261101_a.down.sql": "--",
      "20261102_b.up.sql": "ALTER TABLE t VALIDATE CONSTRAINT c;",
      "20261102_b.down.sql": "--",
      ...timed("ALTER TABLE t DROP CONSTRAINT c, ALTER a SET NOT NULL;"),
    },
    [`${UP}:2 error set-not-null`],
  ],
  [
    "an index that blocks writes",
    timed("CREATE INDEX i\n  ON t (x);\nCREATE UNIQUE INDEX ON t (y);"),
    [`${UP}:2 error index-not-concurrent`, `${UP}:4 error index-not-concurrent`],
  ],
  [
    "an index on a table of an earlier file, where no record says that it is not shipped",
    {
      "20261101_a.up.sql": "CREATE TABLE t (x int);",
      "20261101_a.down.sql": "--",
      ...timed("CREATE INDEX i ON t (x);"),
    },
    [`${UP}:2 error index-not-concurrent`],
  ],
  ["an index dropped under a lock", timed("DROP INDEX i;"), [`${UP}:2 warning drop-index-not-concurrent`]],
  [
    "constraints that build an index",
    timed(
      "ALTER TABLE t ADD UNIQUE (a);\nALTER TABLE t ADD PRIMARY KEY (a);\nALTER TABLE t ADD c int UNIQUE;\nALTER TABLE t ADD EXCLUDE USING gist (a WITH =);",
    ),
    [2, 3, 4, 5].map((line) => `${UP}:${line} error constraint-builds-index`),
  ],
  ["another type", timed("ALTER TABLE t ALTER a TYPE bigint;"), [`${UP}:2 error column-type`]],
  [
    "a varchar that shrinks, one with USING, an array, a text that gets a bound, a number",
    {
      ...TEXTS,
      ...timed(
        "ALTER TABLE t ALTER a TYPE varchar(9);\nALTER TABLE t ALTER b TYPE text USING lower(b);\nALTER TABLE t ALTER e TYPE text[];\nALTER TABLE t ALTER c TYPE varchar(99);\nALTER TABLE t ALTER f TYPE text;",
      ),
    },
    [2, 3, 4, 5, 6].map((line) => `${UP}:${line} error column-type`),
  ],
  [
    "a foreign key at once",
    timed(
      "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o (id);\nALTER TABLE t ADD b int DEFAULT 1 REFERENCES o (id);",
    ),
    [`${UP}:2 error foreign-key-validated`, `${UP}:3 error foreign-key-validated`],
  ],
  [
    "a check at once",
    timed("ALTER TABLE t ADD CHECK (a > 0);\nALTER TABLE t ADD b int CHECK (b > 0);"),
    [`${UP}:2 error check-validated`, `${UP}:3 error check-validated`],
  ],
  [
    "a constraint validated where it is added",
    timed("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT c;"),
    [`${UP}:3 error validate-in-same-file`],
  ],
  [
    "rebuilds under a lock",
    timed("REINDEX TABLE t;\nREFRESH MATERIALIZED VIEW m;\nCLUSTER t;\nALTER TABLE t SET UNLOGGED;"),
    [2, 3, 4, 5].map((line) => `${UP}:${line} error heavy-lock`),
  ],
  ["VACUUM FULL, even alone", pair("VACUUM FULL t;"), [`${UP}:1 error heavy-lock`]],
  [
    "rows changed while the table is locked",
    timed("ALTER TABLE t ADD a int;\nUPDATE t SET a = 1 WHERE a IS NULL;"),
    [`${UP}:3 error backfill-under-lock`],
  ],
  [
    "all rows changed or deleted",
    pair("UPDATE t SET a = 1;\nDELETE FROM t;"),
    [`${UP}:1 warning update-all-rows`, `${UP}:2 warning update-all-rows`],
  ],
  [
    "what the old code may still read",
    timed(
      "DROP TABLE a, b;\nDROP SCHEMA s CASCADE;\nALTER TABLE t DROP c;\nALTER TABLE t RENAME d TO e;\nALTER TABLE t SET SCHEMA s2;",
    ),
    [
      `${UP}:2 warning drop-table`,
      `${UP}:2 warning drop-table`,
      `${UP}:3 warning cascade`,
      `${UP}:3 warning drop-table`,
      `${UP}:4 warning drop-column`,
      `${UP}:5 warning rename`,
      `${UP}:6 warning rename`,
    ],
  ],
  [
    "a lock on the way back, as a warning",
    { [UP]: "SELECT 1;", [DOWN]: "CREATE INDEX i ON t (x);" },
    [`${DOWN}:1 warning index-not-concurrent`],
  ],
];

for (const [what, files, expected] of BAD) {
  test(`finds ${what}`, async () => assert.deepEqual(await findingsOf(files), expected));
}

const UNLIMITED: [string, Files, string[]][] = [
  [
    "a lock, at the first",
    pair("SELECT 1;\nALTER TABLE t ADD a int;\nALTER TABLE t ADD b int;"),
    [`${UP}:2: set ecs-migrate:lockTimeout, or put SET LOCAL lock_timeout = '5s'; first in the file`],
  ],
  [
    "a new table that refers to one in use",
    pair("CREATE TABLE n (\n  o int REFERENCES orders (id)\n);"),
    [`${UP}:1: set ecs-migrate:lockTimeout, or put SET LOCAL lock_timeout = '5s'; first in the file`],
  ],
  [
    "a statement that must be alone",
    pair("VACUUM FULL t;"),
    [`${UP}:1: set ecs-migrate:lockTimeout: nothing may stand beside the statement in its file`],
  ],
  ["nothing for a file that has a limit of its own", timed("ALTER TABLE t ADD a int;"), []],
  ["nothing for what nobody waits for", pair("CREATE INDEX CONCURRENTLY i ON t (x);"), []],
];

for (const [what, files, expected] of UNLIMITED) {
  test(`a stack without a lock timeout: ${what}`, async () => {
    const found = (await check(files, { lockLimit: false })).filter(({ rule }) => rule === "lock-timeout");
    assert.deepEqual(
      found.map(({ file, line, fix }) => `${file}:${line}: ${fix}`),
      expected,
    );
  });
}

test("x-multi-statement: one transaction as well, unless a statement cannot run in one", async () => {
  const together = timed("ALTER TABLE t ADD a int;\nUPDATE t SET a = 1 WHERE a IS NULL;");
  assert.deepEqual(await findingsOf(together, { multiStatement: true }), [
    `${UP}:3 error backfill-under-lock`,
  ]);
  const apart = timed("CREATE INDEX CONCURRENTLY i ON t (x);\nUPDATE t SET a = 1 WHERE a IS NULL;");
  assert.deepEqual(await findingsOf(apart, { multiStatement: true }), [`${UP}:1 warning session-setting`]);
});

const SHIPPED: Files = {
  "0001_Old.up.sql": "CREATE TABLE t (x int);\nALTER TABLE u RENAME TO v;\r\n",
  "0002_b.up.sql": "SELECT 1;",
  "0002_b.down.sql": "SELECT 2;",
};
const prod = recordFrom("stack prod", SHIPPED);

const AGAINST: [string, Files, string[]][] = [
  ["nothing of files that are shipped as they are", SHIPPED, []],
  [
    "an edited and a vanished file",
    { "0001_Old.up.sql": "SELECT 3;" },
    [
      "0001_Old.up.sql:1 warning file-name",
      "0001_Old.up.sql:1 warning missing-down",
      "0001_Old.up.sql:1 error up-edited",
      "0002_b.up.sql:1 error vanished",
    ],
  ],
  [
    "an edited down file",
    { ...SHIPPED, "0002_b.down.sql": "SELECT 4;" },
    ["0002_b.down.sql:1 error down-edited"],
  ],
  [
    "a changed name",
    {
      "0001_Old.up.sql": SHIPPED["0001_Old.up.sql"] ?? "",
      "0002_c.up.sql": "SELECT 1;",
      "0002_c.down.sql": "SELECT 2;",
    },
    ["0002_c.up.sql:1 warning renamed"],
  ],
  [
    "a late file",
    { ...SHIPPED, "0000_a.up.sql": "SELECT 1;", "0000_a.down.sql": "--" },
    ["0000_a.up.sql:1 error late"],
  ],
  [
    "an index on a shipped table, not on one that is not shipped yet",
    {
      ...SHIPPED,
      "20261101_n.up.sql": "CREATE TABLE n (x int);",
      "20261101_n.down.sql": "--",
      ...timed("CREATE INDEX i ON t (x);\nCREATE INDEX j ON n (x);"),
    },
    [`${UP}:2 error index-not-concurrent`],
  ],
];

for (const [what, files, expected] of AGAINST) {
  test(`says against a record: ${what}`, async () => {
    assert.deepEqual(await findingsOf(files, { records: [prod] }), expected);
  });
}

test("line ends that git has converted are one finding, and the files count as shipped", async () => {
  const text = "CREATE TABLE t (x int);\nALTER TABLE u RENAME TO v;\n";
  const shipped = { "000001_a.up.sql": text, "000001_a.down.sql": "--\n", "000002_b.up.sql": text };
  const converted = Object.fromEntries(
    Object.entries(shipped).map(([file, lf]) => [file, lf.replaceAll("\n", "\r\n")]),
  );
  const [only, ...others] = await check(converted, { records: [recordFrom("stack prod", shipped)] });
  assert.deepEqual(others, []);
  assert.deepEqual(
    [only?.rule, only?.file, only?.message, only?.fix],
    [
      "line-ends",
      "000001_a.down.sql",
      "only the line ends differ from what stack prod has shipped: this checkout has CRLF (and 2 more files)",
      "put `*.sql text eol=lf` into .gitattributes, run git add --renormalize ., and check the files out again",
    ],
  );
});

test("two stacks that lack the same file each say so, what no stack is needed for is said once", async () => {
  const stage = recordFrom("stack stage", SHIPPED);
  const files = { "0001_Old.up.sql": SHIPPED["0001_Old.up.sql"] ?? "", "x.sql": "" };
  assert.deepEqual(await findingsOf(files, { records: [prod, stage] }), [
    "0002_b.up.sql:1 error vanished",
    "0002_b.up.sql:1 error vanished",
    "x.sql:1 error broken-name",
  ]);
});

test("another database's files are not parsed", async () => {
  const files = pair("RENAME TABLE a TO b;\nCREATE INDEX i ON t (x) LOCK=NONE;");
  assert.deepEqual(await findingsOf(files, { dialect: "other" }), []);
  assert.deepEqual(await findingsOf(files), [`${UP}:1 error syntax`]);
});

test("a rule that is off is off for every file, the guard's included", async () => {
  const disable = ["vanished", "file-name", "missing-down", "version-format", "up-edited"];
  assert.deepEqual(await findingsOf({ "0001_Old.up.sql": "SELECT 3;" }, { records: [prod], disable }), []);
});

test("no comment in a file switches the guard off", async () => {
  const files = {
    ...SHIPPED,
    "0002_b.up.sql": "-- ecs-migrate:disable up-edited, version-format\nSELECT 9;",
  };
  assert.deepEqual(await findingsOf(files, { records: [prod] }), ["0002_b.up.sql:1 error up-edited"]);
});

test("each rule of the catalogue is found by some folder of these tables", () => {
  const seen = new Set([
    ...[...BAD, ...AGAINST].flatMap(([, , expected]) => expected.map((line) => line.split(" ").at(-1))),
    "line-ends",
    // Of a deploy alone: test/automation/deploy/oldCode.test.ts.
    "still-used",
    ...Object.values(CASES).flatMap((expected) => expected.map((line) => line.split(" ").at(-1))),
  ]);
  assert.deepEqual(
    // MySQL's have theirs in mysql/rules.test.ts.
    [...Object.keys(RULES)].filter((rule) => !seen.has(rule) && !(rule in MYSQL_RULES)),
    [],
  );
});

for (const [file, fix] of [
  ["99999999999999999999_a.up.sql", "take a number of at most 18 digits: this one is too large"],
  ["20261123_a.UP.sql", "write the direction in small letters: 20261123_a.up.sql"],
  ["a.up.up.sql", "put a version before the name: <version>_a.up.sql, or move it out of the folder"],
  ["0001-make-t.down.sql", "rename to 0001_make_t.down.sql"],
  ["V7__Add users.UP.sql", "rename to 7_add_users.up.sql"],
  ["20261123.up.sql", "name it <version>_<name>.up.sql or .down.sql, or move it out of the folder"],
  ["20261123_a.sql", "name it <version>_<name>.up.sql or .down.sql, or move it out of the folder"],
] as const) {
  test(`${file} is passed over, and the fix says why`, async () => {
    const [found] = await check({ [file]: "SELECT 1;" });
    assert.deepEqual([found?.rule, found?.fix], ["broken-name", fix]);
  });
}

test("UTF-16 is called by its name", async () => {
  const [found] = await check({ "20261123_a.up.sql": Buffer.from("\uFEFFSELECT 1;", "utf16le") });
  assert.equal(found?.message, "the file is UTF-16, as PowerShell's > writes it");
});

test("SQL that looks like MySQL's names --dialect where Postgres's parser refuses it", async () => {
  const found = await check(
    { "20261123_a.up.sql": "CREATE TABLE `t` (id int) ENGINE=InnoDB;" },
    { dialect: "postgres" },
  );
  const syntax = found.filter(({ rule }) => rule === "syntax");
  assert.deepEqual(
    syntax.map(({ fix }) => fix),
    [
      "the folder's SQL looks like that of MySQL or MariaDB: give --dialect mysql, or set ecs-migrate:checkDialect",
    ],
  );
});
