import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseResultLine, RESULT_LINE_PREFIX } from "../../../automation/contract/resultLine.ts";

/** A line of schema 1 as the first entry_point.sh wrote it: without what came later. */
const FIRST = {
  ecsMigrate: 1,
  operation: "up",
  argument: null,
  outcome: "applied",
  exitCode: 0,
  from: { version: null, dirty: false },
  to: { version: 20261124, dirty: false },
  files: [{ version: 20261124, name: "create_users", direction: "up", ms: 12.5 }],
  error: null,
  startedAt: "2026-11-24T12:00:00Z",
  durationMs: 40,
};

/** What the entry point writes today. */
const TODAY = {
  ...FIRST,
  image: `shop@sha256:${"ab".repeat(32)}`,
  migrationsSha256: "cd".repeat(32),
  run: { by: "alice", commit: "0123abc", branch: "prod/login", build: null },
};

/** What the migrator writes: schema 2 with every field. */
const SCHEMA_2 = {
  ...TODAY,
  ecsMigrate: 2,
  outcome: "failed",
  exitCode: 11,
  error:
    "000002_index.up.sql, statement 2 of 3, line 4: canceling statement due to lock timeout (SQLSTATE 55P03)",
  files: [
    {
      version: 1,
      name: "create_users",
      direction: "up",
      ms: 12.5,
      file: "000001_create_users.up.sql",
      statements: [{ n: 1, line: 1, kind: "CREATE TABLE", ms: 10, rows: 0, waitedMs: 0 }],
    },
  ],
  pending: [{ version: 2, name: "index", file: "000002_index.up.sql" }],
  database: {
    engine: "postgres",
    secret: "0123456789abcdef",
    endpoint: "fedcba9876543210",
    serverVersion: "15.14",
  },
  holds: { count: 2, first: 1, last: 2, sha256: "ef".repeat(32) },
  failed: {
    kind: "lock",
    file: "000002_index.up.sql",
    version: 2,
    direction: "up",
    statement: { n: 2, of: 3, line: 4 },
    code: "55P03",
    message: "canceling statement due to lock timeout",
    tookEffect: "nothing",
    completed: [],
    blockers: [
      {
        pid: 7,
        application: "psql",
        user: "app",
        state: "idle in transaction",
        ageMs: 30_000,
        kind: "UPDATE",
      },
    ],
  },
  retries: 4,
  waitedMs: 31_000,
  inspection: null,
};

/** What an entry point of later years may write: a higher number, more fields, at every depth. */
const LATER = {
  ...TODAY,
  ecsMigrate: 7,
  planned: ["20261125"],
  to: { ...TODAY.to, schema: "public" },
  files: [{ ...FIRST.files[0], rows: 12 }],
  run: { ...TODAY.run, pipeline: "x" },
};

function line(value: unknown): string {
  return JSON.stringify(value);
}

describe("a result line between scripts and images of different ages", () => {
  it("is read by this script from an older image, whose fields of later days are absent and not null", () => {
    const parsed = parseResultLine(line(FIRST));
    assert.deepEqual(parsed, FIRST);
    for (const field of ["image", "migrationsSha256", "run", "pending"])
      assert.equal(field in (parsed ?? {}), false);
  });

  it("is read by this script from today's image", () => {
    assert.deepEqual(parseResultLine(line(TODAY)), TODAY);
  });

  it("is read whole from the migrator: no field of schema 2 is lost", () => {
    assert.deepEqual(parseResultLine(line(SCHEMA_2)), SCHEMA_2);
  });

  it("is read by this script from a newer image, without what it does not know", () => {
    assert.deepEqual(parseResultLine(line(LATER)), { ...TODAY, ecsMigrate: 7 });
  });

  it("keeps its prefix, by which an older script finds it, whatever the schema's number", () => {
    for (const value of [FIRST, TODAY, LATER]) assert.ok(line(value).startsWith(RESULT_LINE_PREFIX));
  });

  it("has every field that the first script wanted, with the type that it wanted", () => {
    const today = parseResultLine(line(TODAY)) as Record<string, unknown>;
    for (const [field, value] of Object.entries(FIRST)) {
      assert.deepEqual(typeof today[field], typeof value, field);
      const { [field]: _left, ...without } = TODAY as Record<string, unknown>;
      const rest = field === "ecsMigrate" ? without : { ecsMigrate: 1, ...without };
      assert.equal(parseResultLine(line(rest)), undefined, `${field} may not be dropped`);
    }
  });
});

describe("parseResultLine", () => {
  const none: [string, string][] = [
    ["an ordinary line", "20261124/u create_users (12.5ms)"],
    ["an empty line", ""],
    ["a line cut short", line(TODAY).slice(0, 200)],
    ["another program's JSON", '{"level":"info","ecsMigrate":1}'],
    ["a schema of 0", line({ ...TODAY, ecsMigrate: 0 })],
    ["a word for a version", line({ ...TODAY, to: { version: "20261124", dirty: false } })],
    ["an outcome that nobody knows", line({ ...TODAY, outcome: "splendid" })],
    ["a duration without end", line(TODAY).replace('"durationMs":40', '"durationMs":1e999')],
    ["a line within a line", `log: ${line(TODAY)}`],
  ];
  for (const [name, text] of none)
    it(`takes ${name} for none`, () => assert.equal(parseResultLine(text), undefined));
});
