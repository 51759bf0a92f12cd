import assert from "node:assert/strict";
import { test } from "node:test";
import { MYSQL_RULES } from "../../../automation/check/mysql/ruleTable.ts";
import { RULES } from "../../../automation/check/rules.ts";
import { CASES } from "./cases.ts";
import { BAD } from "./dangerousFolders.ts";
import { check, type Files, findingsOf, pair, recordFrom, timed, UP } from "./folders.ts";

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

test("what was shipped with CRLF keeps it, and other files their LF", async () => {
  const shipped = { "000001_a.up.sql": "SELECT 1;\r\n", "000001_a.down.sql": "--\n" };
  const checkout = { ...shipped, "000001_a.up.sql": "SELECT 1;\n" };
  const [only, ...others] = await check(checkout, { records: [recordFrom("stack prod", shipped)] });
  assert.deepEqual(others, []);
  assert.deepEqual(
    [only?.message, only?.fix],
    [
      "only the line ends differ from what stack prod has shipped: this checkout has LF",
      "put `000001_a.up.sql text eol=crlf` into .gitattributes, a line for each such file, run git add --renormalize ., and check the files out again",
    ],
  );
});

test("the command is named only where --fix renames the file", async () => {
  const shipped = { "000002_a.up.sql": "SELECT 1;\n", "000002_a.down.sql": "--\n" };
  const fixOf = async (file: string) => {
    const found = await check(
      { ...shipped, [file]: "SELECT 2;\n" },
      { records: [recordFrom("stack prod", shipped)] },
    );
    return found.find(({ rule }) => rule === "late")?.fix;
  };
  assert.equal(await fixOf("000001_b.up.sql"), "rename to 000003_b.up.sql (npx ecs-migrate check --fix)");
  assert.equal(await fixOf("000001_b.up.SQL"), "rename to 000003_b.up.SQL");
});

test("a sequence keeps its zeros in what is said", async () => {
  const shipped = {
    "000001_a.up.sql": "SELECT 1;\n",
    "000002_b.up.sql": "SELECT 2;\n",
    "000002_b.down.sql": "--\n",
  };
  const files = {
    "000000_z.up.sql": "SELECT 0;\n",
    "000002_b.up.sql": "SELECT 3;\n",
    "000002_b.down.sql": "-- x\n",
    "000003_c.up.sql": "SELECT 4;\n",
    "000003_d.up.sql": "SELECT 5;\n",
  };
  const found = await check(files, {
    records: [recordFrom("stack prod", shipped)],
    disable: ["missing-down"],
  });
  assert.deepEqual(found.map(({ message }) => message).sort(), [
    "stack prod has shipped version 000001 (a), and its up file is gone",
    "the down file of version 000002 differs from what stack prod has shipped",
    "version 000000 is not shipped and lies below 000002, the highest that stack prod has; it would never run",
    "version 000002 differs from what stack prod has shipped and will not run again there",
    "version 000003 belongs to 000003_c.up.sql, 000003_d.up.sql",
  ]);
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
  ["99999999999999999999_a.up.sql", "take a number of at most 15 digits: this one is too large"],
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
