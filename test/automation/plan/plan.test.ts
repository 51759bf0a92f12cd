import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import {
  type MigrationFile,
  parseMigrationFileName,
  recordOf,
} from "../../../automation/migrations/folder.ts";
import { LIMITS } from "../../../automation/notify/slack/blocks.ts";
import { planMessage } from "../../../automation/notify/slack/planMessage.ts";
import { makePlan, type PlanFile, type PlanReport } from "../../../automation/plan/makePlan.ts";
import { planLines } from "../../../automation/plan/text.ts";
import { assertGolden } from "../../support/golden.ts";
import { NOBODY } from "../../support/runFixture.ts";

const SHIPPED: Record<string, string> = {
  "20261120_create_users.up.sql":
    "SET LOCAL lock_timeout = '5s';\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\n",
  "20261120_create_users.down.sql": "DROP TABLE users;\n",
  "20261122_add_name.up.sql": "SET LOCAL lock_timeout = '5s';\nALTER TABLE users ADD COLUMN name text;\n",
  "20261122_add_name.down.sql": "ALTER TABLE users DROP COLUMN name;\nTRUNCATE users CASCADE;\n",
};
const NEW: Record<string, string> = {
  "20261124_index_email.up.sql": "-- a comment\n\nCREATE INDEX users_email ON users (email);\n",
  "20261124_index_email.down.sql": "DROP INDEX users_email;\n",
  "20261125_fill.up.sql": "UPDATE users SET name = email\nWHERE name IS NULL;\n",
  "20261125_fill.down.sql": "-- nothing to undo\n",
};

function filesOf(files: Record<string, string>): MigrationFile[] {
  return Object.entries(files).map(([file, text]) => ({
    file,
    parsed: parseMigrationFileName(file),
    bytes: Buffer.from(text),
  }));
}

const BASE = {
  stack: "prod",
  migrations: recordOf(filesOf(SHIPPED)).migrations,
  files: filesOf({ ...SHIPPED, ...NEW }),
  ...DEFAULT_CHECK,
  now: new Date("2026-11-24T12:00:00Z"),
};

function planUp(changes: Partial<Parameters<typeof makePlan>[0]> = {}): Promise<PlanReport> {
  return makePlan({
    ...BASE,
    current: { version: 20261122, dirty: false },
    operation: { name: "up" },
    ...changes,
  });
}

function planDown(changes: Partial<Parameters<typeof makePlan>[0]> = {}): Promise<PlanReport> {
  return makePlan({
    ...BASE,
    current: { version: 20261122, dirty: false },
    operation: { name: "down", steps: 2 },
    ...changes,
  });
}

describe("makePlan", () => {
  it("a file that was shipped and has not run may be corrected, as the deploy has it; one that ran may not", async () => {
    const corrected = {
      ...SHIPPED,
      "20261122_add_name.up.sql": "ALTER TABLE users ADD COLUMN name varchar(200);\n",
    };
    const rulesAt = async (version: number, dirty = false) =>
      (await planUp({ files: filesOf(corrected), current: { version, dirty } })).findings.map(
        ({ rule }) => rule,
      );
    assert.deepEqual(await rulesAt(20261120), []);
    assert.deepEqual(await rulesAt(20261122), ["up-edited"]);
    assert.deepEqual(await rulesAt(20261122, true), ["up-edited"]);
  });

  it("reads the files as the database's own SQL, and says what said so", async () => {
    const mysql = { "20261124_x.up.sql": "ALTER TABLE users MODIFY email INT;\n" };
    const plan = await planUp({
      files: filesOf({ ...SHIPPED, ...mysql }),
      database: { engine: "mysql", serverVersion: "8.0.40" },
    });
    assert.equal(plan.readAs, "MySQL 8.0.40 (what the database reported)");
    assert.equal(planLines(plan)[1], "  read as MySQL 8.0.40 (what the database reported)");
    assert.equal(plan.files[0]?.lock, "long");
    assert.equal((await planUp()).readAs, null);
  });

  it("says of each pending file how long others wait, how long it takes and what is found", async () => {
    const { files, target } = await planUp();
    assert.equal(target, 20261125);
    assert.deepEqual(
      files.map(({ file, state, lock, duration }) => [file, state, lock, duration]),
      [
        ["20261124_index_email.up.sql", "new", "long", "long"],
        ["20261125_fill.up.sql", "new", "some", "long"],
      ],
    );
    assert.deepEqual(files[0]?.sql, ["CREATE INDEX users_email ON users (email);"]);
    assert.deepEqual(
      files[0]?.findings.map(({ rule }) => rule),
      ["index-not-concurrent"],
    );
  });

  it("says what goes down drops", async () => {
    const { files } = await planDown();
    assert.deepEqual(
      files.map(({ file, drops }) => [file, drops]),
      [
        [
          "20261122_add_name.down.sql",
          [
            { kind: "column", name: "users.name", cascade: false },
            { kind: "rows", name: "users", cascade: true },
          ],
        ],
        ["20261120_create_users.down.sql", [{ kind: "table", name: "users", cascade: false }]],
      ],
    );
  });

  it("says nothing of the SQL of a file that is not what the image holds", async () => {
    const files = filesOf({ ...SHIPPED, "20261122_add_name.down.sql": "DROP TABLE other;\n" });
    const [first] = (await planDown({ files })).files;
    assert.deepEqual(
      { state: first?.state, sql: first?.sql, drops: first?.drops, lock: first?.lock },
      { state: "edited", sql: [], drops: null, lock: null },
    );
  });

  it("keeps what is found in other files apart: a late one is not planned and yet said", async () => {
    const late = { "20261121_late.up.sql": "SELECT 1;\n", "20261121_late.down.sql": "SELECT 1;\n" };
    const { files, findings } = await planUp({ files: filesOf({ ...SHIPPED, ...late }) });
    assert.deepEqual(files, []);
    assert.deepEqual(
      findings.map(({ file, rule }) => `${file} ${rule}`),
      ["20261121_late.up.sql late"],
    );
  });

  it("says nothing of a rule that the stack has switched off", async () => {
    const { files } = await planUp({ disable: ["index-not-concurrent"] });
    assert.deepEqual(files[0]?.findings, []);
  });

  it("parses no SQL for another dialect", async () => {
    const { files } = await planUp({ dialect: "other" });
    assert.deepEqual(
      files.map(({ lock, duration, drops }) => [lock, duration, drops]),
      [
        [null, null, null],
        [null, null, null],
      ],
    );
  });
});

describe("planLines", () => {
  it("shows an up", async () => {
    assertGolden("plan-up.txt", `${planLines(await planUp()).join("\n")}\n`);
  });

  it("shows a down", async () => {
    assertGolden("plan-down.txt", `${planLines(await planDown()).join("\n")}\n`);
  });

  it("says in one line that nothing runs, and in two that golang-migrate would refuse", async () => {
    const current = { version: 20261125, dirty: false };
    assert.deepEqual(planLines({ ...(await planUp({ current })), findings: [] }), [
      "prod: up would run nothing: the database is at 20261125",
    ]);
    const dirty = { version: 20261122, dirty: true };
    assert.deepEqual(planLines(await planDown({ current: dirty })), [
      "prod: down 2 would be refused at 20261122 (dirty)",
      "  note: down 2 would run nothing: the database is dirty at version 20261122",
    ]);
  });

  it("lets no control character of a file reach the terminal", async () => {
    const files = filesOf({
      ...SHIPPED,
      "20261124_x.up.sql": "SELECT '\u001b[31m';\n",
      "20261124_x.down.sql": "SELECT 1;\n",
    });
    const text = planLines(await planUp({ files })).join("\n");
    assert.equal(/(?!\n)\p{Cc}/u.test(text), false);
  });
});

describe("planMessage", () => {
  const origin = {
    ...NOBODY,
    by: "alice",
    branch: "prod/login",
    commit: "0123456789abcdef",
    build: "shop:1",
  };

  it("shows an up", async () => {
    assertGolden(
      "plan-slack.json",
      `${JSON.stringify(planMessage(await planUp(), "shop", origin), null, 2)}\n`,
    );
  });

  const STAYING = { cluster: "c", service: "web", outcome: "stays", from: null, to: null } as const;

  it("keeps within Slack's limits, whatever the plan", async () => {
    const [file] = (await planUp()).files as [PlanFile];
    const finding = {
      rule: "late" as const,
      severity: "error" as const,
      file: "f",
      line: 1,
      message: "<&>".repeat(500),
      fix: "",
    };
    const huge: PlanFile = {
      ...file,
      file: "x".repeat(4_000),
      sql: ["`&<>".repeat(2_000), "y".repeat(4_000)],
      reasons: ["&".repeat(5_000)],
      drops: Array.from({ length: 900 }, (_, n) => ({ kind: "table", name: `t${n}`, cascade: true })),
      findings: Array.from({ length: 40 }, () => finding),
    };
    const plan = {
      ...(await planUp()),
      note: "n".repeat(9_000),
      warnings: Array.from({ length: 9 }, () => "w&".repeat(900)),
      files: Array.from({ length: 120 }, () => huge),
      services: Array.from({ length: 40 }, () => ({ ...STAYING, detail: "&".repeat(900) })),
    };
    const message = planMessage({ ...plan, findings: huge.findings }, "shop", origin);
    assert.equal(message.blocks.length, LIMITS.blocks);
    assert.ok(message.text.length <= LIMITS.text);
    for (const block of message.blocks) {
      if (block.type === "header") assert.ok(block.text.text.length <= LIMITS.header);
      if (block.type === "section")
        assert.ok(block.text.text.length <= LIMITS.text, String(block.text.text.length));
      if (block.type === "context")
        for (const { text } of block.elements) assert.ok(text.length <= LIMITS.text);
    }
    assert.match(JSON.stringify(message.blocks), /… and 77 more files \(clipped\)/);
  });
});
