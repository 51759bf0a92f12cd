import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import { type Inspection, readInspection } from "../../../automation/contract/inspection.ts";
import { parseMigrationFileName } from "../../../automation/migrations/folder.ts";
import { planMessage } from "../../../automation/notify/slack/planMessage.ts";
import { inspectedIn, makePlan, type PlanReport } from "../../../automation/plan/makePlan.ts";
import { planMarkdown } from "../../../automation/plan/markdown.ts";
import { planLines } from "../../../automation/plan/text.ts";
import { NOBODY } from "../../support/runFixture.ts";

const NOT_NULL = "SET LOCAL lock_timeout = '5s';\nALTER TABLE orders ALTER COLUMN note SET NOT NULL;\n";
const CONCURRENT = "CREATE INDEX CONCURRENTLY orders_note ON orders (note);\n";

/** As migrator/internal/postgres/inspect.go writes it. */
const SEEN: Inspection = {
  server: { version: "15.18", readOnly: false, cacheBytes: 128 << 20, speedMs: 57 },
  tables: [
    ...[{ schema: "public", name: "orders", rows: 100e6, bytes: 9 * 2 ** 30, toastBytes: 0 }].map((one) => ({
      ...one,
      indexBytes: 2 ** 31,
      indexes: 1,
    })),
  ],
  tablesOmitted: 0,
  invalidIndexes: [],
  transactions: [],
  blockers: [],
  replicas: [],
  unknown: [],
};

const SESSION = {
  pid: 7,
  application: "psql",
  user: "app",
  state: "idle in transaction",
  ageMs: 723_000,
  kind: "UPDATE",
};

function holding(mode: string): Inspection["transactions"][number] {
  return { ...SESSION, holds: [{ schema: "public", table: "orders", mode }] };
}

function plan(sql: string, inspection: Partial<Inspection> | null): Promise<PlanReport> {
  const file = "20261124_change.up.sql";
  return makePlan({
    stack: "prod",
    current: { version: null, dirty: false },
    operation: { name: "up" },
    migrations: [],
    files: [{ file, parsed: parseMigrationFileName(file), bytes: Buffer.from(sql) }],
    ...DEFAULT_CHECK,
    dialect: "postgres",
    disable: ["missing-down"],
    now: new Date("2026-11-24T12:00:00Z"),
    inspection: inspection && { ...SEEN, ...inspection },
  });
}

const tableOf = (rows: number, bytes: number) => ({
  tables: SEEN.tables.map((one) => ({ ...one, rows, bytes })),
});

describe("a plan of a database that was looked at", () => {
  it("names the lock, who waits, rows, bytes, a range of time and how it was found", async () => {
    const lines = planLines(await plan(NOT_NULL, {}));
    assert.deepEqual(lines.slice(1), [
      "  1. 20261124_change.up.sql (new: not shipped yet)",
      "     | ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
      "     others wait: 3.6 to 91 s, takes: 3.6 to 91 s (scans orders)",
      "     line 2: ACCESS EXCLUSIVE on orders (100 million rows, 9 GB), reads and writes wait; 3.6 to 91 s: from the size, and from the speed that this server was measured at",
      "     20261124_change.up.sql:2: error set-not-null: setting orders.note NOT NULL scans the table under ACCESS EXCLUSIVE: orders has 100 million rows, 9 GB → first ADD CONSTRAINT … CHECK (note IS NOT NULL) NOT VALID, VALIDATE it in the next migration, then SET NOT NULL, in a statement before the one that drops the check",
    ]);
  });

  it("is relative to the speed of the server, and wider where it was not measured", async () => {
    const server = { version: "15.18", readOnly: false, cacheBytes: 2 ** 40, speedMs: 57 };
    const time = async (speedMs: number) =>
      (await plan(NOT_NULL, { server: { ...server, speedMs } })).files[0]?.time;
    const [reference, slow, unmeasured] = [await time(57), await time(570), await time(0)];
    assert.ok(reference && slow && unmeasured);
    assert.ok(Math.abs(slow.likelyMs / reference.likelyMs - 10) < 0.1);
    assert.equal(unmeasured.likelyMs, reference.likelyMs);
    assert.ok(unmeasured.highMs / unmeasured.lowMs > (3 * reference.highMs) / reference.lowMs);
  });

  it("an error on an empty or tiny table is a remark, and one on a table that nobody knows stays", async () => {
    const severity = async (inspection: Partial<Inspection>) =>
      (await plan(NOT_NULL, inspection)).files[0]?.findings.map((found) => found.severity);
    assert.deepEqual(await severity(tableOf(0, 0)), ["remark"]);
    assert.deepEqual(await severity(tableOf(9_000, 2 ** 20)), ["remark"]);
    assert.deepEqual(await severity(tableOf(100e6, 9 * 2 ** 30)), ["error"]);
    assert.deepEqual(await severity({ tables: [] }), ["error"]);
    const tiny = (await plan(NOT_NULL, tableOf(0, 0))).files[0]?.findings[0]?.message ?? "";
    assert.match(tiny, /: orders has 0 rows, 0 B$/);
  });

  it("what does not grow with the table stays as it is", async () => {
    const found = (await plan("DROP TABLE orders;\n", tableOf(0, 0))).files[0]?.findings ?? [];
    assert.deepEqual(
      found.filter(({ rule }) => rule === "drop-table").map(({ severity }) => severity),
      ["warning"],
    );
  });

  it("names who is in the way, by Postgres's table of conflicts", async () => {
    const share = "CREATE INDEX i ON orders (note);\n";
    const cases: [sql: string, mode: string, isInTheWay: boolean][] = [
      [NOT_NULL, "AccessShareLock", true],
      [share, "AccessShareLock", false],
      [share, "RowExclusiveLock", true],
      [share, "ShareLock", false],
      ["ALTER TABLE orders VALIDATE CONSTRAINT c;\n", "RowExclusiveLock", false],
      ["ALTER TABLE orders VALIDATE CONSTRAINT c;\n", "ShareUpdateExclusiveLock", true],
      // It waits for every older transaction, whatever that holds.
      [CONCURRENT, "AccessShareLock", true],
    ];
    for (const [sql, mode, isInTheWay] of cases) {
      const { warnings } = await plan(sql, { transactions: [holding(mode)] });
      assert.equal(warnings.length, isInTheWay ? 1 : 0, `${sql} ${mode}`);
    }
    const { warnings } = await plan(NOT_NULL, { transactions: [holding("RowExclusiveLock")] });
    assert.deepEqual(warnings, [
      "pid 7 (psql, user app, idle in transaction, for 12 min 3 s, last statement UPDATE) has orders locked (RowExclusiveLock); wait until it ends, or end it: SELECT pg_terminate_backend(7);",
    ]);
    const prepared = { ...holding("RowExclusiveLock"), pid: 0, state: "prepared transaction" };
    const [line = ""] = (await plan(NOT_NULL, { transactions: [prepared] })).warnings;
    assert.match(line, /^a prepared transaction \(.*; wait until it is committed or rolled back$/);
  });

  it("says who waits already, and which index is invalid", async () => {
    const { pid: _pid, ...rest } = SESSION;
    const blockers = [
      {
        session: { ...rest, pid: 9, ageMs: 5_000 },
        waiting: 3,
        waitedMs: 4_000,
        holds: [{ schema: "public", table: "orders", mode: "RowExclusiveLock" }],
      },
    ];
    const index = { schema: "public", name: "orders_note", table: "orders" };
    const { warnings } = await plan(NOT_NULL, {
      blockers,
      invalidIndexes: [
        { ...index, building: false },
        { ...index, name: "other", building: true },
        { ...index, table: "users", building: false },
      ],
    });
    assert.equal(warnings.length, 2);
    assert.match(
      warnings[0] ?? "",
      /^index public\.orders_note on orders is invalid: .*; DROP INDEX CONCURRENTLY public\.orders_note, then build it again$/,
    );
    assert.match(warnings[1] ?? "", /^pid 9 .*; 3 sessions wait for it already$/);
  });

  it("says what it does not know", async () => {
    assert.deepEqual((await plan(NOT_NULL, null)).unknown, [
      "the database was not looked at: sizes, times and who is in the way are not known",
    ]);
    const unknown = [{ what: "transactions", why: "Access denied (error 1227)" }];
    assert.deepEqual((await plan(NOT_NULL, { unknown })).unknown, [
      "transactions: Access denied (error 1227)",
    ]);
    const [statement] =
      (await plan("UPDATE orders SET note = 'x' WHERE id > 5;\n", {})).files[0]?.statements ?? [];
    assert.equal(statement?.time, null);
    assert.equal(statement?.how, "how many rows it changes is not known from the SQL");
  });

  it("a replica is a warning", async () => {
    const server = { version: "15.18", readOnly: true, cacheBytes: 1, speedMs: 57 };
    assert.deepEqual((await plan(NOT_NULL, { server })).warnings, [
      "the server takes no writes: it is a replica, or it was set to read only",
    ]);
  });

  it("Markdown and Slack say the same, and nothing of a name is markup", async () => {
    const transactions = [{ ...holding("RowExclusiveLock"), application: "<b>*x*|`" }];
    const report = await plan(NOT_NULL, { transactions });
    const text = planMarkdown(report);
    assert.match(text, /^## Migration plan, prod: up would run 1 file: no version → 20261124\n/);
    assert.match(text, /- ⚠️ pid 7 \(&lt;b&gt;\\\*x\\\*\\\|\\`, user app/);
    assert.match(text, /```sql\nALTER TABLE orders ALTER COLUMN note SET NOT NULL;\n```/);
    assert.match(text, /- ❌ 20261124\\_change\.up\.sql:2: error set-not-null/);
    const blocks = JSON.stringify(planMessage(report, "shop", NOBODY).blocks);
    assert.ok(blocks.includes(":warning: pid 7 (&lt;b&gt;"), blocks);
  });
});

it("what an image says that this version cannot read is nothing", () => {
  assert.equal(readInspection({ tables: "many" }), null);
  assert.deepEqual(inspectedIn({}), { inspection: null });
  const old = { tables: [], invalidIndexes: [], transactions: [], blockers: [] };
  assert.deepEqual(inspectedIn({ inspection: old }), {
    inspection: { ...old, tablesOmitted: 0, replicas: [], unknown: [] },
  });
});
