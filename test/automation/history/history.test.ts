import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Operation } from "../../../automation/contract/operations.ts";
import { isUpToDate, lastChange, readHistory } from "../../../automation/history/history.ts";
import { FAULTS } from "../../support/fakeFaults.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";

const UP: Operation = { name: "up" };
const DOWN: Operation = { name: "down", steps: 1 };

describe("history", () => {
  test("is read oldest first, over every page", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const start = fixture.aws.clock.now();
    for (const operation of [UP, DOWN, UP, { name: "version" } as const]) await fixture.run(operation);
    const entries = await readHistory(fixture.aws.logs.api, fixture.aws.outputs, start);
    assert.deepEqual(
      entries.map(({ result }) => result.operation),
      ["up", "down", "up", "version"],
    );
    assert.deepEqual(
      entries.map(({ taskId }) => Number.parseInt(taskId, 16)),
      [1, 2, 3, 4],
    );
  });

  test("the last change is the newest run that was no question", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    for (const operation of [DOWN, UP, { name: "version" } as const, { name: "status" } as const])
      await fixture.run(operation);
    const last = await lastChange(fixture.aws.logs.api, fixture.aws.outputs);
    assert.equal(last?.result.operation, "up");
    assert.equal(isUpToDate(last, fixture.aws.outputs), true);
  });

  for (const [questions, found] of [
    [49, true],
    [50, false],
  ] as const)
    test(`${questions} questions after it hide the last change: ${!found}`, async (t) => {
      const fixture = new RunFixture(await temporaryHome(t));
      await fixture.run(UP);
      for (let asked = 0; asked < questions; asked++) await fixture.run({ name: "version" });
      const last = await lastChange(fixture.aws.logs.api, fixture.aws.outputs);
      assert.equal(last?.result.operation, found ? "up" : undefined);
    });

  test("a run that left no line ends the search", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.run(UP);
    fixture.aws.ecs.scripts.push({ losesLogAfter: 1 });
    await fixture.run(DOWN);
    assert.equal(await lastChange(fixture.aws.logs.api, fixture.aws.outputs), undefined);
  });

  test("a later question with another answer tells of a run that left no line at all", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.run(UP);
    fixture.aws.ecs.scripts.push({ losesLogAfter: 0 });
    await fixture.run(DOWN);
    await fixture.run({ name: "version" });
    assert.equal(await lastChange(fixture.aws.logs.api, fixture.aws.outputs), undefined);
  });

  test("an empty log group holds none", async (t) => {
    const { aws } = new RunFixture(await temporaryHome(t));
    assert.equal(await lastChange(aws.logs.api, aws.outputs), undefined);
    assert.equal(isUpToDate(undefined, aws.outputs), false);
  });

  test("up to date wants an up that succeeded, this set of files and its highest version", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    await fixture.run(UP);
    const last = await lastChange(aws.logs.api, aws.outputs);
    assert.ok(last);
    const changed = (result: object) =>
      isUpToDate({ ...last, result: { ...last.result, ...result } }, aws.outputs);
    assert.equal(changed({}), true);
    assert.equal(changed({ outcome: "unchanged" }), true);
    assert.equal(changed({ operation: "goto" }), false);
    assert.equal(changed({ outcome: "failed", exitCode: 11 }), false);
    assert.equal(changed({ to: null }), false);
    assert.equal(changed({ to: { version: 20261124, dirty: true } }), false);
    assert.equal(changed({ to: { version: 20261122, dirty: false } }), false);
    assert.equal(changed({ migrationsSha256: "0".repeat(64) }), false);
    assert.equal(changed({ migrationsSha256: null }), false);
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

  test("auto runs where the stack has another database now", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    await fixture.deploy();
    const answers = [aws.outputs, { ...aws.outputs, databaseSecret: "/stage/other" }];
    const report = await fixture.deploy({ findOutputs: async () => answers.shift() });
    assert.equal(report.verdict.kind === "unchanged" && report.verdict.skipped, undefined);
    assert.equal(aws.ecs.tasks.length, 2);
  });

  test("a history that cannot be read is a warning, and the migration runs", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    fixture.aws.faults.always("describeLogStreams", FAULTS.denied());
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
