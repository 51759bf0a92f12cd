import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LintTarget } from "../../../automation/check/lintTarget.ts";
import { parseSql } from "../../../automation/check/postgres/statements.ts";
import type { DatabaseVersion, ResultLine } from "../../../automation/contract/resultLine.ts";
import { ok, problem, warning } from "../../../automation/doctor/diagnosis.ts";
import { type DirtyGuide, dirtyGuide, runThatLeft } from "../../../automation/doctor/dirtyGuide.ts";
import { looksFor } from "../../../automation/doctor/lookQueries.ts";
import { doctorLines } from "../../../automation/doctor/text.ts";
import type { HistoryEntry } from "../../../automation/history/history.ts";
import {
  type MigrationFile,
  parseMigrationFileName,
  recordOf,
} from "../../../automation/migrations/folder.ts";
import { stillRunning } from "../../../automation/verdict/dirtyMark.ts";
import { assertGolden } from "../../support/golden.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

const FILES: Record<string, string> = {
  "20261120_create_users.up.sql": "CREATE TABLE users (id bigint PRIMARY KEY);\n",
  "20261120_create_users.down.sql": "DROP TABLE users;\n",
  "20261122_add_email.up.sql":
    "SET LOCAL lock_timeout = '5s';\n\nALTER TABLE users\n  ADD COLUMN email text;\nUPDATE users SET email = '';\n",
  "20261122_add_email.down.sql": "ALTER TABLE users DROP COLUMN email;\n",
  "20261124_index_email.up.sql": "CREATE INDEX CONCURRENTLY users_email ON users (email);\n",
  "20261124_index_email.down.sql": "DROP INDEX CONCURRENTLY users_email;\n",
};

function filesOf(files = FILES): MigrationFile[] {
  return Object.entries(files).map(([file, text]) => ({
    file,
    parsed: parseMigrationFileName(file),
    bytes: Buffer.from(text),
  }));
}

const outputs = sampleOutputs({ migrations: recordOf(filesOf()).migrations });

function run(
  from: DatabaseVersion | null,
  to: DatabaseVersion | null,
  changes: Partial<ResultLine> = {},
): HistoryEntry {
  const result: ResultLine = {
    ecsMigrate: 1,
    operation: "up",
    argument: null,
    outcome: "dirty",
    exitCode: 12,
    from,
    to,
    files: [],
    error: "migration failed",
    startedAt: "2026-11-24T12:00:00Z",
    durationMs: 5,
    ...changes,
  };
  return { result, logStream: "stage/migration/1", taskId: "1", at: 1 };
}

const at = (version: number | null, dirty = false): DatabaseVersion => ({ version, dirty });

const POSTGRES: LintTarget = { dialect: "postgres", server: undefined, from: "choice" };
const OTHER: LintTarget = { dialect: "other", server: undefined, from: "choice" };

function guide(
  version: number | null,
  run_: HistoryEntry | undefined,
  files = filesOf(),
  target: LintTarget = POSTGRES,
): Promise<DirtyGuide> {
  return dirtyGuide({ version, run: run_, outputs, stack: "stage", files, target });
}

function commands({ choices }: DirtyGuide): (string | null)[] {
  return choices.map(({ command }) => command?.replace("npx ecs-migrate ", "") ?? null);
}

describe("dirtyGuide", () => {
  it("promises nothing of another database's statements, and keeps both ways out", async () => {
    const ran = run(at(20261120), at(20261122, true));
    const postgres = await guide(20261122, ran);
    const other = await guide(20261122, ran, filesOf(), OTHER);
    assert.deepEqual(
      { checkout: other.checkout, statements: other.statements, wholeOrNothing: other.wholeOrNothing },
      { checkout: "unparsed", statements: [], wholeOrNothing: null },
    );
    assert.deepEqual(other.choices, postgres.choices);
    const missing = await guide(20261122, ran, [], OTHER);
    assert.equal(missing.checkout, "missing");
    const report = { schema: 1, stack: "stage", exitCode: 12, checks: [], dirty: other } as const;
    const text = doctorLines(report, false).join("\n");
    assert.match(text, /a database whose SQL is not read here, .* may leave those before it in effect/);
    assert.doesNotMatch(text, /one transaction|Postgres's parser/);
  });

  it("names the up file that the mark belongs to, and both ways out", async () => {
    const made = await guide(20261122, run(at(20261120), at(20261122, true)));
    assert.equal(made.file, "20261122_add_email.up.sql");
    assert.equal(made.sure, true);
    assert.equal(made.checkout, "same");
    assert.equal(made.wholeOrNothing, true);
    assert.deepEqual(commands(made), [
      "migrate force 20261120 --stack stage",
      "deploy --stack stage",
      "migrate up --stack stage",
      "migrate force 20261122 --stack stage",
      null,
    ]);
    assert.deepEqual(
      made.statements.map(({ number, line, looks }) => [number, line, looks[0]?.query ?? null]),
      [
        [1, 1, null],
        [
          2,
          3,
          "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('users') AND attname = 'email' AND NOT attisdropped;",
        ],
        [3, 5, "SELECT count(*) FROM users;"],
      ],
    );
  });

  it("names the down file of the next higher version after a down, where before and after change places", async () => {
    const entry = run(at(20261124), at(20261122, true), { operation: "down", argument: "1" });
    const made = await guide(20261122, entry);
    assert.equal(made.file, "20261124_index_email.down.sql");
    assert.equal(made.direction, "down");
    assert.equal(made.wholeOrNothing, false);
    assert.deepEqual(commands(made), [
      "migrate force 20261124 --stack stage",
      "migrate goto 20261122 --stack stage",
      "migrate force 20261122 --stack stage",
      null,
    ]);
  });

  it("knows the first down file, which leaves the mark at no version", async () => {
    const entry = run(at(20261120), at(null, true), { operation: "down", argument: "--all" });
    const made = await guide(null, entry);
    assert.equal(made.file, "20261120_create_users.down.sql");
    assert.deepEqual(commands(made), [
      "migrate force 20261120 --stack stage",
      "migrate down 1 --stack stage",
      "migrate force -1 --stack stage",
      null,
    ]);
  });

  it("says that it only supposes where the history tells nothing", async () => {
    const made = await guide(20261122, undefined);
    assert.equal(made.sure, false);
    assert.equal(made.file, "20261122_add_email.up.sql");
    const report = { schema: 1, stack: "stage", exitCode: 12, checks: [], dirty: made } as const;
    assert.ok(
      doctorLines(report, false).includes(stillRunning("postgres")),
      "its container may have been killed",
    );
  });

  it("shows no statements of a file that the checkout lacks or has otherwise", async () => {
    const entry = run(at(20261120), at(20261122, true));
    const edited = await guide(
      20261122,
      entry,
      filesOf({ ...FILES, "20261122_add_email.up.sql": "SELECT 1;\n" }),
    );
    assert.deepEqual([edited.checkout, edited.statements, edited.wholeOrNothing], ["edited", [], null]);
    const missing = await guide(20261122, entry, []);
    assert.deepEqual([missing.checkout, missing.statements], ["missing", []]);
  });

  it("is shown so", async () => {
    const dirty = await guide(20261122, run(at(20261120), at(20261122, true)));
    const checks = [
      ok("cluster", "arn is ACTIVE"),
      warning("running task", "arn:task/1", "follow it"),
      problem("database", "is dirty at 20261122", "see the guide below"),
    ];
    const lines = doctorLines({ schema: 1, stack: "stage", exitCode: 12, checks, dirty }, false);
    assertGolden("doctor-dirty.txt", `${lines.join("\n")}\n`);
  });
});

describe("runThatLeft", () => {
  const left = run(at(20261120), at(20261122, true));
  const asked = run(at(20261122, true), at(20261122, true), { operation: "status" });

  it("passes over later questions and later tries, which met the mark and made none", () => {
    assert.equal(runThatLeft(20261122, [run(at(1), at(2, true)), left, asked]), left);
  });

  it("finds none where none left this mark", () => {
    assert.equal(runThatLeft(20261124, [left, asked]), undefined);
  });

  it("takes -1 and no version for the same", () => {
    const down = run(at(20261120), at(null, true), { operation: "down" });
    assert.equal(runThatLeft(-1, [down]), down);
  });
});

describe("looksFor", () => {
  const rows: [sql: string, query: string | null][] = [
    ["CREATE TABLE shop.orders (id int)", "SELECT to_regclass('shop.orders');"],
    ['CREATE TABLE "Orders" (id int)', "SELECT to_regclass('\"Orders\"');"],
    ['CREATE TABLE "o\'x" (id int)', "SELECT to_regclass('\"o''x\"');"],
    ["CREATE INDEX i ON shop.orders (id)", "SELECT to_regclass('shop.i');"],
    [
      "CREATE INDEX CONCURRENTLY i ON orders (id)",
      "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('i');",
    ],
    ["CREATE INDEX ON orders (id)", "\\d orders"],
    ["CREATE VIEW v AS SELECT 1", "SELECT to_regclass('v');"],
    ["CREATE SEQUENCE s", "SELECT to_regclass('s');"],
    ["DROP TABLE orders", "SELECT to_regclass('orders');"],
    ["DROP TYPE mood", null],
    [
      'ALTER TABLE orders ADD COLUMN "Note" text',
      "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('orders') AND attname = 'Note' AND NOT attisdropped;",
    ],
    [
      "ALTER TABLE orders DROP COLUMN note",
      "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('orders') AND attname = 'note' AND NOT attisdropped;",
    ],
    [
      "ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0) NOT VALID",
      "SELECT convalidated FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'c';",
    ],
    [
      "ALTER TABLE orders VALIDATE CONSTRAINT c",
      "SELECT convalidated FROM pg_constraint WHERE conrelid = to_regclass('orders') AND conname = 'c';",
    ],
    ["ALTER TABLE orders ALTER COLUMN note SET NOT NULL", "\\d orders"],
    ["ALTER TABLE orders ALTER note SET NOT NULL, ALTER note SET DEFAULT ''", "\\d orders"],
    ["ALTER TABLE a RENAME TO b", null],
    ["DELETE FROM orders", "SELECT count(*) FROM orders;"],
    ["INSERT INTO orders VALUES (1)", "SELECT count(*) FROM orders;"],
    ["SET lock_timeout = '5s'", null],
    ["DO $$ BEGIN END $$", null],
  ];
  for (const [sql, query] of rows) {
    it(sql, async () => {
      const parsed = await parseSql(sql);
      assert.equal(parsed.ok, true);
      const looks = parsed.ok ? parsed.statements.flatMap(({ node }) => looksFor(node)) : [];
      assert.deepEqual(
        looks.map((look) => look.query),
        [query],
      );
    });
  }

  it("says of a transaction's statements that they leave nothing to check", async () => {
    const parsed = await parseSql("BEGIN; COMMIT");
    const looks = parsed.ok ? parsed.statements.flatMap(({ node }) => looksFor(node)) : [];
    assert.deepEqual(
      looks.map(({ tells }) => tells),
      ["leaves nothing behind", "leaves nothing behind"],
    );
  });
});
