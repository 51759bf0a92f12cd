/** Folders with something wrong in them, and what `check` says of each: `file:line severity rule`. */
import { DOWN, type Files, pair, SET, timed, UP } from "./folders.ts";

export const TEXTS: Files = {
  "20261101_a.up.sql":
    "CREATE TABLE public.t (a varchar(10), b varchar(10), c text, d varchar(10), e varchar(10)[], f int);",
  "20261101_a.down.sql": "--",
};

export const BAD: [string, Files, string[]][] = [
  [
    "a name of few letters and many bytes",
    pair(`CREATE TABLE ${"é".repeat(32)} (${"é".repeat(31)} int);`),
    [`${UP}:1 warning identifier-too-long`],
  ],
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
    "a version above what a stack can record",
    { "9007199254740991_a.up.sql": "--", "9007199254740992_a.up.sql": "--" },
    ["9007199254740991_a.up.sql:1 warning missing-down", "9007199254740992_a.up.sql:1 error version-size"],
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
