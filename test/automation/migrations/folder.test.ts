import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { ShippedMigration } from "../../../automation/contract/outputs.ts";
import {
  digestOfMigrations,
  MigrationsError,
  parseMigrationFileName,
  readMigrationFiles,
  readMigrations,
} from "../../../automation/migrations/folder.ts";

const hash = (text: string) => createHash("sha256").update(text).digest("hex");

/** Makes a folder of files, hands it to `use`, and removes it. */
function withFolder<T>(files: Record<string, string>, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-"));
  try {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The problems that reading the folder throws. */
function problemsOf(files: Record<string, string>): readonly string[] {
  return withFolder(files, (folder) => {
    try {
      readMigrations(folder);
    } catch (error) {
      assert.ok(error instanceof MigrationsError);
      assert.equal(error.exitCode, 2);
      return error.problems;
    }
    return assert.fail("the folder was taken for a good one");
  });
}

test("a folder becomes its record, in ascending order of version and not of name", () => {
  const files = {
    "9_ninth.up.sql": "nine",
    "10_tenth.up.sql": "ten",
    "10_tenth.down.sql": "",
    "README.md": "not a migration",
    "0_empty.up.sql": "",
  };
  assert.deepEqual(withFolder(files, readMigrations), [
    { version: 0, name: "empty", up: hash(""), down: null },
    { version: 9, name: "ninth", up: hash("nine"), down: null },
    { version: 10, name: "tenth", up: hash("ten"), down: hash("") },
  ]);
});

test("file names are read as golang-migrate reads them", () => {
  const cases: [string, [bigint, string, string, string] | undefined][] = [
    ["20261124_users.up.sql", [20261124n, "users", "up", "sql"]],
    ["0007_a.b.down.sql", [7n, "a.b", "down", "sql"]],
    ["1_.up.sql", [1n, "", "up", "sql"]],
    ["1_x.up.sql.bak", [1n, "x", "up", "sql.bak"]],
    ["1_x.up.", [1n, "x", "up", ""]],
    ["1_x.up.down.sql", [1n, "x.up", "down", "sql"]],
    ["18446744073709551615_x.up.sql", [18446744073709551615n, "x", "up", "sql"]],
    ["18446744073709551616_x.up.sql", undefined],
    ["1-x.up.sql", undefined],
    ["1_x.sql", undefined],
    ["v1_x.up.sql", undefined],
    ["1_x.UP.sql", undefined],
    ["1_a\nb.up.sql", undefined],
    ["1_a\rb.up.sql", [1n, "a\rb", "up", "sql"]],
    ["_x.up.sql", undefined],
  ];
  for (const [file, expected] of cases) {
    const parsed = parseMigrationFileName(file);
    const actual = parsed && [parsed.version, parsed.name, parsed.direction, parsed.extension];
    assert.deepEqual(actual, expected, file);
  }
});

test("a missing folder, and a file in its place, are said in one sentence", () => {
  withFolder({ plain: "" }, (folder) => {
    for (const [name, problem] of [
      [
        "none",
        "there is no such folder; set the migrations' folder in the stack's configuration, or make it",
      ],
      ["plain", "it is a file or lies below one; name the folder that holds the migrations"],
    ] as const) {
      const path = join(folder, name);
      assert.throws(() => readMigrations(path), {
        name: "MigrationsError",
        code: "migrations",
        message: `Migrations in ${path}: ${problem}`,
      });
    }
  });
});

test("a folder without a migration is refused", () => {
  const expected = [
    "no file is named like 20261124_name.up.sql or 000001_name.up.sql; add the first migration",
  ];
  assert.deepEqual(problemsOf({}), expected);
  assert.deepEqual(problemsOf({ "users.sql": "select 1" }), expected);
});

test("all problems of the folder are listed at once", () => {
  const problems = problemsOf({
    "1_a.up.sql": "",
    "01_b.up.sql": "",
    "2_c.down.sql": "",
    "3_ok.up.sql": "",
    "4_d.up.sql": "",
    "4_d.down.sql": "",
    "4_d.down.sql.bak": "",
    "9007199254740993_e.up.sql": "",
  });
  assert.deepEqual(problems, [
    "version 1 has 2 up files, 01_b.up.sql, 1_a.up.sql; give each migration a version of its own and delete copies",
    "2_c.down.sql: version 2 has no up file; add it or delete the down file",
    "version 4 has 2 down files, 4_d.down.sql, 4_d.down.sql.bak; give each migration a version of its own and delete copies",
    "9007199254740993_e.up.sql: version 9007199254740993 is above 9007199254740991, the largest that the record can hold; use YYYYMMDDHHMMSS",
  ]);
});

test("the largest version that a number holds is accepted", () => {
  const [migration] = withFolder({ "9007199254740991_x.up.sql": "" }, readMigrations);
  assert.equal(migration?.version, Number.MAX_SAFE_INTEGER);
});

test("a link is refused where golang-migrate would follow it, other folders and links are passed over", () => {
  withFolder({ "1_a.up.sql": "" }, (folder) => {
    mkdirSync(join(folder, "archive"));
    symlinkSync("1_a.up.sql", join(folder, "notes"));
    assert.deepEqual(
      readMigrationFiles(folder).map(({ file }) => file),
      ["1_a.up.sql"],
    );
    mkdirSync(join(folder, "2_folder.up.sql"));
    assert.throws(() => readMigrations(folder), {
      message: `Migrations in ${folder}: 2_folder.up.sql is a folder, which golang-migrate passes over in silence; put the file itself there`,
    });
    rmSync(join(folder, "2_folder.up.sql"), { recursive: true });
    symlinkSync("1_a.up.sql", join(folder, "3_link.up.sql"));
    assert.throws(() => readMigrations(folder), {
      name: "MigrationsError",
      message: `Migrations in ${folder}: 3_link.up.sql is not a regular file; put the file itself there`,
    });
  });
});

test("the digest is that of the documented text, whatever the order", () => {
  const first: ShippedMigration = { version: 1, name: "a", up: hash("a"), down: null };
  const second: ShippedMigration = { version: 2, name: "b c", up: hash("b"), down: hash("c") };
  const text = `1\t${hash("a")}\t-\ta\n2\t${hash("b")}\t${hash("c")}\tb c\n`;
  assert.equal(digestOfMigrations([first, second]), hash(text));
  assert.equal(digestOfMigrations([second, first]), hash(text));
  assert.equal(digestOfMigrations([]), hash(""));
});

test("property: sets that differ have digests that differ", () => {
  const migration = fc.record({
    version: fc.nat(5),
    name: fc.stringMatching(/^[a-c\t-]{0,3}$/),
    up: fc.constantFrom(hash("1"), hash("2")),
    down: fc.constantFrom(null, hash("1")),
  });
  const set = fc
    .uniqueArray(migration, { selector: ({ version }) => version, maxLength: 4 })
    .map((list) => list.sort((a, b) => a.version - b.version));
  fc.assert(
    fc.property(set, set, (a, b) => {
      assert.equal(digestOfMigrations(a) === digestOfMigrations(b), JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});
