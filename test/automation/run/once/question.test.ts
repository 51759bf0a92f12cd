import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAULTS } from "../../../support/fakeFaults.ts";
import { RunFixture, temporaryHome } from "../../../support/runFixture.ts";
import { DOWN, FIRST, SECOND, setUp, UP } from "./setUp.ts";

describe("L3: a question beside a running migration", () => {
  test("is not answered with dirty while a healthy `up` runs", async (t) => {
    const fixture = await setUp(t, null);
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const { clock, database } = fixture.aws;
    const late = async () => {
      await clock.sleep(3_500);
      assert.equal(database.dirty, true, "the file in progress");
      return other.run({ name: "version" });
    };
    const [up, version] = await clock.together([() => fixture.run(UP), late]);
    assert.equal(up?.verdict.kind, "applied");
    assert.equal(version?.verdict.kind, "notStarted");
    assert.equal(version?.exitCode, 10);
    assert.match(version?.why ?? "", /task arn:.* is changing the database; until its file has ended/);
    assert.match(version?.next[0]?.command ?? "", /attach arn:/);
    assert.doesNotMatch(JSON.stringify(version?.next), /force/);
  });

  test("a `down` that ended while the question was read is asked about again", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    aws.ecs.scripts.push({}, { lateLogsMs: 6_000 });
    const other = new RunFixture(await temporaryHome(t), aws);
    const late = async () => {
      await aws.clock.sleep(2_500);
      return other.run({ name: "version" });
    };
    const [down, version] = await aws.clock.together([() => fixture.run(DOWN), late]);
    assert.equal(down?.verdict.kind, "applied");
    assert.deepEqual(version?.verdict, { kind: "unchanged", version: { version: SECOND, dirty: false } });
    assert.equal(aws.ecs.tasks.length, 3);
  });

  test("a run that ran nothing does not call another one's file in progress dirty", async (t) => {
    const fixture = await setUp(t, null);
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const { clock, ecs } = fixture.aws;
    // The first task is not listed yet when the second command looks, which is then stopped while it waits for the lock.
    ecs.scripts.push(
      { invisibleMs: 2_000 },
      { terminate: { afterMs: 1_000, stopCode: "UserInitiated", reason: "Task stopped" } },
    );
    const late = async () => {
      await clock.sleep(1_000);
      return other.run({ name: "goto", version: FIRST });
    };
    const [, goto] = await clock.together([() => fixture.run(UP), late]);
    assert.notEqual(goto?.verdict.kind, "dirty", JSON.stringify(goto?.verdict));
  });

  test("nor with exit code 12 alone, if the question's log is lost", async (t) => {
    const fixture = await setUp(t, null);
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const { clock, ecs } = fixture.aws;
    ecs.scripts.push({}, { losesLogAfter: 0 });
    const late = async () => {
      await clock.sleep(3_500);
      return other.run({ name: "status" });
    };
    const [, status] = await clock.together([() => fixture.run(UP), late]);
    assert.notEqual(status?.verdict.kind, "dirty");
  });

  test("a question that is stopped before the tasks were looked at says nothing of the database", async (t) => {
    const fixture = await setUp(t, SECOND);
    fixture.aws.database.dirty = true;
    const stop = new AbortController();
    const { listTasks } = fixture.aws.ecs.api;
    let lists = 0;
    fixture.aws.ecs.api.listTasks = async (input) => {
      if (++lists > 2) stop.abort();
      if (stop.signal.aborted) throw new DOMException("aborted", "AbortError");
      return listTasks(input);
    };
    const report = await fixture.runWith({ signal: stop.signal }, { name: "version" });
    assert.equal(report.exitCode, 13);
  });

  test("dirty is still dirty if nothing runs", async (t) => {
    const fixture = await setUp(t, SECOND);
    fixture.aws.database.dirty = true;
    assert.equal((await fixture.run({ name: "version" })).exitCode, 12);
  });

  test("if the tasks cannot be looked up, nobody says dirty", async (t) => {
    const fixture = await setUp(t, SECOND);
    fixture.aws.database.dirty = true;
    fixture.aws.clock.after(1_000, () => fixture.aws.faults.always("listTasks", FAULTS.denied()));
    const report = await fixture.run({ name: "version" });
    assert.equal(report.exitCode, 14);
    assert.match(report.why ?? "", /whether a migration is running could not be looked up: AccessDenied/);
  });
});
