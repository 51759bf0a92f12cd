import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { type Operation, operationText } from "../../../../automation/contract/operations.ts";
import { FAULTS } from "../../../support/fakeFaults.ts";
import { commandOf } from "../../../support/fakeTask.ts";
import { NOBODY, RunFixture, temporaryHome } from "../../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../../support/sampleOutputs.ts";
import { again, assertRow, attach, FIRST, SECOND, THIRD, UP } from "./row.ts";

describe("failure table: the script is stopped", () => {
  async function stoppedRun(t: TestContext, stopOnCancel: boolean) {
    const fixture = new RunFixture(await temporaryHome(t));
    const stopped = new AbortController();
    fixture.aws.clock.after(3_000, () => stopped.abort());
    fixture.signal = stopped.signal;
    fixture.settings = { ...fixture.settings, stopOnCancel };
    return { report: await fixture.run(UP), stops: fixture.aws.faults.of("stopTask").length };
  }

  test("SIGINT or SIGTERM in mid-run, the task is left running", async (t) => {
    const { report, stops } = await stoppedRun(t, false);
    const row = { kind: "interrupted", exitCode: 13, changed: "maybe" } as const;
    assertRow({ name: "", ...row, why: /This command was stopped/, next: attach }, report);
    assert.equal(stops, 0);
    assert.deepEqual(report.warnings, []);
  });

  test("SIGINT or SIGTERM in mid-run, with --stop-on-cancel: what the stop left is told", async (t) => {
    const { report, stops } = await stoppedRun(t, true);
    assert.equal(stops, 1);
    assert.equal(report.task?.stopCode, "UserInitiated");
    assert.equal(report.verdict.kind, "interrupted");
    assert.equal(report.verdict.kind === "interrupted" && report.verdict.cause, "stopTask");
    assert.notEqual(report.verdict.kind === "interrupted" && report.verdict.to, null);
    assert.deepEqual(report.warnings, [`task ${report.task?.arn} was told to stop`]);
  });

  test("stopped before RunTask: nothing is started", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    fixture.signal = AbortSignal.abort();
    const report = await fixture.run(UP);
    const row = { kind: "interrupted", exitCode: 13, changed: "no" } as const;
    assertRow({ name: "", ...row, why: /stopped before it started a task/, next: again }, report);
    assert.equal(fixture.aws.faults.of("runTask").length, 0);
  });

  const runs: [string, Operation, number][] = [
    ["up", UP, 3],
    ["down", { name: "down", steps: 1 }, 1],
  ];
  for (const [name, operation, files] of runs) {
    for (const [when, ms, attachedTo] of [
      ["still runs", 3_000, "RUNNING"],
      ["has ended", 30 * 60_000, "STOPPED"],
    ] as const) {
      test(`kill -9 in mid-run, then \`${name}\` again while the task ${when}: it is found, nothing runs twice`, async (t) => {
        const fixture = new RunFixture(await temporaryHome(t));
        const { aws } = fixture;
        if (name === "down") aws.database.version = THIRD;
        await killed(fixture, operation, 3_000);
        aws.clock.advance(ms - 3_000);
        assert.equal(aws.ecs.tasks[0]?.lastStatus, attachedTo);
        const report = await fixture.run(operation);
        assert.equal(report.verdict.kind, "applied");
        assert.equal(report.task?.attached, true);
        assert.equal(aws.database.ran.length, files);
        const label =
          /^This is the result of an earlier process of this run: its task ended at 2026-11-24T09:00:\d\d\.\d{3}Z and was never reported, and the database is still at \d+\. Nothing was run now\.$/;
        if (attachedTo === "STOPPED") assert.match(report.warnings.join(), label);
        else assert.deepEqual(report.warnings, []);
        assert.deepEqual(
          commandsOf(aws),
          attachedTo === "STOPPED" ? [operationText(operation), "version"] : [operationText(operation)],
        );
        const { durationMs } = report;
        assert.equal(
          durationMs,
          SAMPLE_FILES.slice(-files).reduce((sum, { ms }) => sum + ms, 0),
          "the migration's own time",
        );
      });
    }
  }

  test("kill -9 right after RunTask, then `up` again before ECS lists the task: it is waited for, no second one", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.ecs.scripts.push({ invisibleMs: 4_000 });
    await killed(fixture, UP, 700);
    const report = await fixture.run(UP);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(report.task?.attached, true);
    assert.equal(aws.ecs.tasks.length, 1);
  });

  test("kill -9, then `up` again when its task could not start: another one is started", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.ecs.scripts.push({ startFailure: { stoppedReason: "CannotPullContainerError: manifest unknown" } });
    await killed(fixture, UP, 700);
    aws.clock.advance(60_000);
    const report = await fixture.run(UP);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(report.task?.attached, false);
    assert.equal(aws.ecs.tasks.length, 2);
    assert.notEqual(aws.ecs.tasks[0]?.input.startedBy, aws.ecs.tasks[1]?.input.startedBy);
  });

  test("kill -9, then `down 1` again when ECS has forgotten the task: the log tells, no second step", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.database.version = THIRD;
    await killed(fixture, { name: "down", steps: 1 }, 3_000);
    aws.clock.advance(3 * 60 * 60_000);
    const report = await fixture.run({ name: "down", steps: 1 });
    assert.equal(report.verdict.kind, "applied");
    assert.match(report.warnings.join(), /result of an earlier process of this run/);
    assert.equal(aws.database.version, SECOND);
    assert.deepEqual(commandsOf(aws), ["down 1", "version"]);
  });

  test("kill -9 while RunTask's answers are lost, then `down 1` again when ECS has forgotten: told, then a new run", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.database.version = THIRD;
    aws.faults.always("runTask", FAULTS.lost());
    await killed(fixture, { name: "down", steps: 1 }, 3_000);
    aws.faults.clear();
    aws.clock.advance(3 * 60 * 60_000);
    const report = await fixture.run({ name: "down", steps: 1 });
    assert.equal(report.exitCode, 14);
    assert.match(report.why ?? "", /called RunTask, and ECS no longer says whether a task came of it/);
    assert.equal(aws.database.version, SECOND);
    await fixture.run({ name: "down", steps: 1 });
    assert.equal(aws.database.version, FIRST);
  });

  test("kill -9, then `down 1` again with expired credentials, then with good ones: one step", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.database.version = THIRD;
    await killed(fixture, { name: "down", steps: 1 }, 3_000);
    aws.clock.advance(60_000);
    aws.faults.always("listTasks", FAULTS.expired());
    const refused = await fixture.run({ name: "down", steps: 1 });
    assertRow(
      {
        name: "",
        kind: "unknown",
        exitCode: 14,
        changed: "maybe",
        why: /may have started a task, and it could not be looked up: ExpiredTokenException/,
        next: /Renew the credentials/,
      },
      refused,
    );
    aws.faults.clear();
    const report = await fixture.run({ name: "down", steps: 1 });
    assert.equal(report.verdict.kind, "applied");
    assert.equal(aws.database.version, SECOND);
    assert.deepEqual(commandsOf(aws), ["down 1", "version"]);
  });

  test("`down 1` twice, each told, is two steps", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    fixture.aws.database.version = THIRD;
    await fixture.run({ name: "down", steps: 1 });
    await fixture.run({ name: "down", steps: 1 });
    assert.equal(fixture.aws.database.version, FIRST);
  });

  test("one build that runs `up`, `down 1` and `up` again gets three runs", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    fixture.origin = { ...NOBODY, build: "shop:1" };
    await fixture.run(UP);
    await fixture.run({ name: "down", steps: 1 });
    const report = await fixture.run(UP);
    assert.equal(report.headline, `Applied 1 migration: ${SECOND} → ${THIRD}`);
  });
});

/** What the tasks were started for, in order. */
function commandsOf(aws: RunFixture["aws"]): string[] {
  return aws.ecs.tasks.map(commandOf);
}

/** Runs the script until it dies at a moment: no sleep of its own ends after that, and what it learnt is lost. */
async function killed(fixture: RunFixture, operation: Operation, ms: number): Promise<void> {
  const { clock } = fixture.aws;
  const dies = clock.now() + ms;
  await new Promise<void>((die) => {
    const mortal = {
      now: () => clock.now(),
      random: () => clock.random(),
      sleep: async (duration: number, signal?: AbortSignal): Promise<void> => {
        await clock.sleep(Math.min(duration, dies - clock.now()), signal);
        if (clock.now() < dies) return;
        die();
        await new Promise<never>(() => undefined);
      },
    };
    void fixture.runWith({ clock: mortal }, operation);
  });
}
