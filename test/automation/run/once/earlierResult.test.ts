import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Operation } from "../../../../automation/contract/operations.ts";
import type { RunReport } from "../../../../automation/report/report.ts";
import { attachRun } from "../../../../automation/run/attach.ts";
import { FAULTS } from "../../../support/fakeFaults.ts";
import { NOBODY, RunFixture, temporaryHome } from "../../../support/runFixture.ts";
import { DOWN, FIRST, SECOND, setUp, THIRD, UP } from "./setUp.ts";

/** ^C so long after the command began. */
async function interrupted(fixture: RunFixture, operation: Operation, ms = 3_000): Promise<RunReport> {
  const stop = new AbortController();
  fixture.aws.clock.after(ms, () => stop.abort());
  const report = await fixture.runWith({ signal: stop.signal }, operation);
  assert.equal(report.exitCode, 13);
  return report;
}

function changesOf({ aws }: RunFixture): string[] {
  return aws.ecs.tasks
    .map(({ input }) => input.overrides?.containerOverrides?.[0]?.command?.join(" ") ?? "")
    .filter((command) => !/^(version|status)/.test(command));
}

describe("L5: an old result is never reported as a new one", () => {
  test("^C on `down 1`, attach, a deploy, then `down 1`: a new step", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await interrupted(fixture, DOWN);
    const attached = await attachRun(fixture.deps(), aws.ecs.tasks[0]?.arn ?? "");
    assert.equal(attached.verdict.kind, "applied");
    await fixture.run(UP);
    assert.equal(aws.database.version, THIRD);
    const report = await fixture.run(DOWN);
    assert.equal(report.task?.attached, false);
    assert.deepEqual(report.warnings, []);
    assert.equal(aws.database.version, SECOND);
    assert.deepEqual(changesOf(fixture), ["down 1", "up", "down 1"]);
  });

  test("the same without attach: the database is not as that step left it, so nothing runs and it says so", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await interrupted(fixture, DOWN);
    aws.clock.advance(60_000);
    await fixture.run(UP);
    const report = await fixture.run(DOWN);
    assert.equal(report.exitCode, 10);
    assert.equal(report.verdict.kind === "notStarted" && report.verdict.reason, "changedSince");
    // The report is of the run, and the run's step took effect.
    assert.equal(report.databaseChanged, "yes");
    assert.equal(
      report.headline,
      "Not started (changed since): an earlier process of this run changed the database",
    );
    assert.match(
      report.why ?? "",
      new RegExp(`brought the database to ${SECOND} by task .*, and it is at ${THIRD} by now`),
    );
    assert.equal(aws.database.version, THIRD);
    // It was reported, so the next one is a step of its own.
    assert.equal((await fixture.run(DOWN)).verdict.kind, "applied");
    assert.equal(aws.database.version, SECOND);
  });

  test("`version` after a restore asks the database", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await interrupted(fixture, { name: "version" }, 2_000);
    aws.clock.advance(60_000);
    aws.database.version = FIRST;
    const report = await fixture.run({ name: "version" });
    assert.deepEqual(report.verdict, { kind: "unchanged", version: { version: FIRST, dirty: false } });
  });

  test("`up` after a restore runs, though an earlier `up` was never reported", async (t) => {
    const fixture = await setUp(t, null);
    const { aws } = fixture;
    await interrupted(fixture, UP);
    aws.clock.advance(60_000);
    aws.database.version = FIRST;
    aws.database.ran.length = 1;
    const report = await fixture.run(UP);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(report.task?.attached, false);
    assert.deepEqual(report.warnings, []);
    assert.equal(aws.database.version, THIRD);
  });

  for (const [place, api] of [
    ["before it asks whether the result still holds", "describeTasks"],
    ["while it asks", "runTask"],
  ] as const)
    test(`${"`up`"} that is stopped ${place}: no old result as a new one, and the next command has it`, async (t) => {
      const fixture = await setUp(t, null);
      const { aws } = fixture;
      await interrupted(fixture, UP);
      aws.clock.advance(60_000);
      const stop = new AbortController();
      const call = fixture.deps().ecs[api] as (input: never, signal?: AbortSignal) => Promise<never>;
      const stopping = (input: never, signal?: AbortSignal) => {
        stop.abort();
        return call(input, signal);
      };
      const ecs = { ...fixture.deps().ecs, [api]: stopping };
      const report = await fixture.runWith({ ecs, signal: stop.signal }, UP);
      assert.equal(report.exitCode, 13, report.headline);
      assert.equal(report.databaseChanged, "maybe");
      const again = await fixture.run(UP);
      assert.equal(again.verdict.kind, "applied");
      assert.match(again.warnings.join(), /result of an earlier process of this run/);
      assert.deepEqual(changesOf(fixture), ["up"]);
    });

  test("`up` after its task was forgotten and the database stepped back: its old line is no new result", async (t) => {
    const fixture = await setUp(t, null);
    const { aws } = fixture;
    // ECS promises an hour; the journal still names the task.
    aws.ecs.scripts.push({ forgottenMs: 1_000 });
    await interrupted(fixture, UP);
    aws.clock.advance(60_000);
    aws.database.version = FIRST;
    aws.database.ran.length = 1;
    const report = await fixture.run(UP);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(report.task?.attached, false);
    assert.equal(aws.database.version, THIRD);
  });

  test("`up` that cannot begin anew does not deny what its earlier task did", async (t) => {
    const fixture = await setUp(t, null);
    const { aws } = fixture;
    await interrupted(fixture, UP);
    aws.clock.advance(60_000);
    aws.database.version = FIRST;
    aws.faults.always("runTask", FAULTS.expired());
    const report = await fixture.run(UP);
    assert.equal(report.exitCode, 10);
    assert.equal(report.databaseChanged, "yes");
    assert.match(
      report.headline,
      /^Not started \(.+\): an earlier process of this run changed the database$/,
    );
  });

  test("an earlier step that failed without an effect is taken now", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    aws.database.lockedBy = "somebody else";
    await interrupted(fixture, DOWN);
    aws.clock.advance(60_000);
    aws.database.lockedBy = undefined;
    const report = await fixture.run(DOWN);
    assert.equal(report.verdict.kind, "applied");
    assert.deepEqual(report.warnings, []);
    assert.equal(report.task?.attached, false);
    assert.equal(aws.database.version, SECOND);
  });
});

describe("L6: the identity is the family's, not the revision's", () => {
  test("`down 1` killed, a new revision, the same command: one step", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    const stop = new AbortController();
    aws.clock.after(3_000, () => stop.abort());
    await fixture.runWith({ signal: stop.signal }, DOWN);
    aws.clock.advance(60_000);
    const revision = aws.revisions.get(12);
    if (revision) aws.revisions.set(13, revision);
    const report = await fixture.run(DOWN, aws.ecs.revisionArn(13));
    assert.match(report.warnings.join(), /result of an earlier process of this run/);
    assert.equal(aws.database.version, SECOND);
    assert.deepEqual(changesOf(fixture), ["down 1"]);
  });

  for (const [name, env] of [
    [
      "GitHub's re-run of failed jobs",
      (attempt: number) => ({
        GITHUB_ACTIONS: "true",
        GITHUB_REPOSITORY: "acme/shop",
        GITHUB_RUN_ID: "77",
        GITHUB_RUN_ATTEMPT: String(attempt),
        GITHUB_JOB: "down",
      }),
    ],
    [
      "a retried job of GitLab",
      (attempt: number) => ({
        GITLAB_CI: "true",
        CI_PROJECT_ID: "5",
        CI_PIPELINE_ID: "900",
        CI_JOB_NAME: "down",
        CI_JOB_ID: String(attempt),
      }),
    ],
  ] as const)
    test(`${name} on a new machine: one step`, async (t) => {
      const first = await setUp(t);
      const { aws } = first;
      const second = new RunFixture(await temporaryHome(t), aws);
      const runner = (fixture: RunFixture, attempt: number) => ({
        origin: { ...NOBODY, build: `77.${attempt}` },
        env: { ...env(attempt), XDG_STATE_HOME: fixture.home },
      });
      const stop = new AbortController();
      aws.clock.after(3_000, () => stop.abort());
      await first.runWith({ ...runner(first, 1), signal: stop.signal }, DOWN);
      aws.clock.advance(60_000);
      const report = await second.runWith(runner(second, 2), DOWN);
      assert.equal(report.exitCode, 0);
      assert.match(report.warnings.join(), /result of an earlier process of this run/);
      assert.equal(aws.database.version, SECOND);
      assert.deepEqual(changesOf(first), ["down 1"]);
      // The same words once more in the same job are another step.
      await second.runWith(runner(second, 2), DOWN);
      assert.equal(aws.database.version, FIRST);
    });
});
