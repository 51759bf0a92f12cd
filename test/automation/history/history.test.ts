import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readHistory } from "../../../automation/history/history.ts";
import { readBack, readRecord } from "../../../automation/history/record.ts";
import { historyJson, historyLines } from "../../../automation/history/text.ts";
import { FAULTS } from "../../support/fakeFaults.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { SAMPLE_RESULT } from "../../support/sampleResult.ts";
import { DOWN, HIGHEST, setUp, UP, VERSION, wrote } from "./setUp.ts";

describe("the record", () => {
  test("is read oldest first, over every page", async (t) => {
    const fixture = await setUp(t);
    const start = fixture.aws.clock.now();
    for (const operation of [UP, DOWN, UP, VERSION]) await fixture.run(operation);
    const { logs, outputs } = fixture.aws;
    const entries = await readHistory({ logs: logs.api, outputs }, start);
    assert.deepEqual(
      entries.map(({ result }) => result.operation),
      ["up", "down", "up", "version"],
    );
    assert.deepEqual(
      entries.map(({ taskId }) => Number.parseInt(taskId, 16)),
      [1, 2, 3, 4],
    );
  });

  test("has a run that left no result, and what it was for", async (t) => {
    const fixture = await setUp(t);
    fixture.aws.ecs.scripts.push({ losesLogAfter: 1 });
    await fixture.run(DOWN);
    const { logs, outputs } = fixture.aws;
    const [run] = await readRecord({ logs: logs.api, outputs }, 0);
    assert.equal(run?.operation, "down");
    assert.equal(run?.endedAt, null);
  });

  test("takes a stream's last result line, and no other program's stream", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    wrote(fixture, "a", { outcome: "applied" });
    aws.clock.advance(10);
    wrote(fixture, "a", { outcome: "failed" });
    aws.logs.put("other/app/b", JSON.stringify(SAMPLE_RESULT));
    const record = await readRecord({ logs: aws.logs.api, outputs: aws.outputs }, 0);
    assert.deepEqual(
      record.map(({ taskId, result }) => [taskId, result?.outcome]),
      [["a", "failed"]],
    );
    // L13: what was superseded is marked for the reader of the history.
    const [entry] = await readHistory({ logs: aws.logs.api, outputs: aws.outputs }, 0);
    assert.ok(entry);
    assert.equal(entry.ignored, 1);
    assert.match(historyLines([entry]).join("\n"), /task a, 1 earlier result line in its log ignored/);
    assert.equal(historyJson([entry], "stage", 0).runs[0]?.ignoredResults, 1);
  });

  test("is read back in steps, each line once", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    for (const [index, days] of [200, 40, 8, 2, 0.5, 0].entries()) {
      wrote(fixture, String(index), {});
      const next = [200, 40, 8, 2, 0.5, 0][index + 1];
      if (next !== undefined) aws.clock.advance((days - next) * 86_400_000);
    }
    const sizes: number[] = [];
    for await (const record of readBack({ logs: aws.logs.api, outputs: aws.outputs }, aws.clock.now()))
      sizes.push(record.length);
    assert.deepEqual(sizes, [1, 2, 3, 4, 5, 6, 6]);
  });

  test("an empty answer of a proxy is no empty history", async (t) => {
    const { aws } = await setUp(t);
    aws.logs.api.filterLogEvents = async () => ({ $metadata: {} });
    await assert.rejects(
      readRecord({ logs: aws.logs.api, outputs: aws.outputs }, 0),
      /the answer to FilterLogEvents has no events/,
    );
  });
});

describe("deploy and the history", () => {
  test("auto skips where the last run applied this very set, and runs after a down", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    assert.equal((await fixture.deploy()).verdict.kind, "applied");
    const skipped = await fixture.deploy();
    assert.deepEqual(skipped.verdict, {
      kind: "unchanged",
      version: { version: 20261124, dirty: false },
      skipped: "applied",
    });
    assert.equal(aws.ecs.tasks.length, 1);
    await fixture.run(DOWN);
    assert.equal((await fixture.deploy()).verdict.kind, "applied");
    assert.equal(aws.ecs.tasks.length, 3);
  });

  test("L2: auto runs if the stack has another database now, also if that was so before this deploy", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    await fixture.deploy();
    // An operator's `up` has changed the secret: the outputs name the new one before and after.
    const outputs = { ...aws.outputs, databaseSecret: "/stage/other" };
    Object.assign(aws, { outputs });
    const revision = aws.revisions.get(12);
    if (revision) aws.revisions.set(12, { ...revision, secret: "/stage/other" });
    const report = await fixture.deploy();
    assert.equal(report.verdict.kind, "applied");
    assert.equal(aws.database.version, HIGHEST);
    assert.equal(aws.ecs.tasks.length, 2);
  });

  test("a history that cannot be read is a warning, and the migration runs", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    fixture.aws.faults.always("filterLogEvents", FAULTS.denied());
    assert.equal((await fixture.deploy()).verdict.kind, "applied");
    assert.match(fixture.said, /warning: the history could not be read \(AccessDeniedException/);
  });

  test("always runs each time; manual and MIGRATE=skip run nothing and warn", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    const outputs = { ...aws.outputs, migrate: "always" } as const;
    for (const kind of ["applied", "unchanged"]) {
      assert.equal((await fixture.deploy({ findOutputs: async () => outputs })).verdict.kind, kind);
    }
    assert.equal(aws.ecs.tasks.length, 2);
    const manual = await fixture.deploy({ findOutputs: async () => ({ ...aws.outputs, migrate: "manual" }) });
    const skip = await fixture.deploy({ migrate: "skip" });
    for (const report of [manual, skip]) {
      assert.deepEqual(report.verdict, { kind: "unchanged", version: null, skipped: "asked" });
      assert.match(report.warnings.join(), /^No migration was run, by /);
    }
    assert.equal(aws.ecs.tasks.length, 2);
  });
});
