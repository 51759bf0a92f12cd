import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ResultLine } from "../../../automation/contract/resultLine.ts";
import { type HistoryEntry, readHistory } from "../../../automation/history/history.ts";
import { HISTORY_WIDTH, historyJson, historyLines } from "../../../automation/history/text.ts";
import { assertGolden } from "../../support/golden.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";

const RESULT: ResultLine = {
  ecsMigrate: 1,
  operation: "up",
  argument: null,
  outcome: "applied",
  exitCode: 0,
  from: { version: 20261120, dirty: false },
  to: { version: 20261124, dirty: false },
  files: [],
  error: null,
  startedAt: "2026-11-24T12:00:00Z",
  durationMs: 1_200,
};

function entry(changes: Partial<ResultLine> = {}, taskId = "0123456789abcdef0123456789abcdef"): HistoryEntry {
  return {
    result: { ...RESULT, ...changes },
    logStream: `stage/migration/${taskId}`,
    taskId,
    at: Date.parse("2026-11-24T12:00:02Z"),
  };
}

describe("historyLines", () => {
  it("shows each run in two lines, with all that is known of it", () => {
    const run = {
      by: "alice",
      commit: "0123456789abcdef0123456789abcdef01234567",
      branch: "prod/login",
      build: "shop-prod:5f0c9a4e-8a1f-4a46-9e0e-0f4bb2d3d7c1",
    };
    const lines = historyLines([
      entry({ from: { version: null, dirty: false } }),
      entry({ run }),
      entry({ operation: "status", outcome: "unchanged", from: { version: 20261124, dirty: false } }),
      entry({ operation: "down", argument: "--all", to: { version: null, dirty: false } }),
      entry({
        outcome: "dirty",
        to: { version: 20261125000000, dirty: true },
        from: { version: 20261124000000, dirty: false },
        error:
          'migration failed: relation "user" does not exist in line 0: ALTER TABLE user ADD COLUMN email text; (details: pq: relation does not exist)',
        run,
      }),
      entry({ outcome: "failed", from: null, to: null, error: "connection refused", durationMs: 3_700_000 }),
    ]);
    assertGolden("history.txt", `${lines.join("\n")}\n`);
  });

  it("R34: cuts no version, whatever stands beside it", () => {
    const version = 20261125123456;
    const lines = historyLines([
      entry({ operation: "force", argument: String(version) }),
      entry({
        operation: "goto",
        argument: "9007199254740991",
        from: { version: 20261124000000, dirty: true },
        to: { version, dirty: true },
        durationMs: 3_700_000,
      }),
    ]);
    assert.deepEqual(lines, [
      "when (UTC)        operation              verdict  took",
      "2026-11-24 12:00  force 20261125123456   applied  1.2 s",
      "                  20261120 → 20261124, task 0123456789abcdef0123456789abcdef",
      "2026-11-24 12:00  goto 9007199254740991  applied  1 h 1 min",
      "                  20261124000000 (dirty) → 20261125123456 (dirty)",
      "                  task 0123456789abcdef0123456789abcdef",
    ]);
  });

  it("L3: a question during a migration is shown as what it saw", () => {
    const state = { version: 20261122, dirty: true };
    const question = entry({ operation: "version", outcome: "dirty", from: state, to: state });
    const [, row] = historyLines([{ ...question, duringChange: true }]);
    assert.match(row ?? "", /version\s+20261122 \(dirty\)\s+in progress/);
  });

  it("fits 100 columns, whatever the result line holds", () => {
    const version = fc.option(
      fc.record({ version: fc.option(fc.integer({ min: 0, max: 99991231235959 })), dirty: fc.boolean() }),
    );
    const text = fc.option(fc.string({ unit: "binary", maxLength: 500 }));
    const line = fc.record({
      operation: fc.constantFrom("up", "down", "goto", "force", "version", "status"),
      argument: text,
      outcome: fc.constantFrom("applied", "unchanged", "failed", "dirty", "usage", "interrupted"),
      from: version,
      to: version,
      error: text,
      durationMs: fc.integer({ min: 0, max: 1_000_000_000 }),
      run: fc.record({ by: text, commit: text, branch: text, build: text }),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), fc.string({ maxLength: 80 }), (lines, task) => {
        const entries = lines.map((changes) => entry(changes as Partial<ResultLine>, task));
        for (const shown of historyLines(entries)) {
          assert.ok(shown.length <= HISTORY_WIDTH, `${shown.length}: ${shown}`);
          assert.equal(/\p{Cc}/u.test(shown), false);
        }
      }),
    );
  });
});

describe("historyJson", () => {
  it("gives each result line as it is, with when, where and no secret", () => {
    const json = historyJson([entry({ error: "postgres://u:hunter22@db/shop refused" })], "stage", 0);
    assert.equal(json.schema, 1);
    assert.equal(json.since, "1970-01-01T00:00:00.000Z");
    assert.deepEqual(
      json.runs.map(({ at, taskId, operation, to }) => ({ at, taskId, operation, to })),
      [
        {
          at: "2026-11-24T12:00:02.000Z",
          taskId: "0123456789abcdef0123456789abcdef",
          operation: "up",
          to: { version: 20261124, dirty: false },
        },
      ],
    );
    assert.equal(JSON.stringify(json).includes("hunter22"), false);
  });
});

describe("the history of runs that ECS forgot", () => {
  it("still has them all, oldest first", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { clock, ecs, logs, outputs } = fixture.aws;
    const begin = clock.now();
    await fixture.run({ name: "up" });
    await fixture.run({ name: "down", steps: 1 });
    await clock.sleep(2 * 60 * 60 * 1000);
    const arns = ecs.tasks.map(({ arn }) => arn);
    const { failures } = await ecs.api.describeTasks({ cluster: outputs.clusterArn, tasks: arns });
    assert.deepEqual(
      failures?.map(({ reason }) => reason),
      ["MISSING", "MISSING"],
    );
    const history = await readHistory({ logs: logs.api, outputs }, begin);
    assert.deepEqual(
      history.map(({ result, taskId }) => `${result.operation} ${result.to?.version} ${taskId}`),
      [
        `up 20261124 ${arns[0]?.slice(arns[0].lastIndexOf("/") + 1)}`,
        `down 20261122 ${arns[1]?.slice(arns[1].lastIndexOf("/") + 1)}`,
      ],
    );
    assert.deepEqual(await readHistory({ logs: logs.api, outputs }, clock.now()), []);
  });
});
