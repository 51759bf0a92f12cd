/** L1 and L10 at the socket, with the real SDK clients: RunTask is carried out, and its answer does not arrive. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Operation } from "../../../../automation/contract/operations.ts";
import { ahead } from "../../../support/fakeClock.ts";
import { FAULTS, type Fault, type FaultName } from "../../../support/fakeFaults.ts";
import { httpFixture } from "../../../support/httpFixture.ts";
import { SAMPLE_FILES } from "../../../support/sampleOutputs.ts";

const DOWN: Operation = { name: "down", steps: 1 };
const [, SECOND, THIRD] = SAMPLE_FILES.map(({ version }) => version) as [number, number, number];

const LOST: readonly (readonly [string, Fault])[] = [
  ...(["lost", "timedOut", "lostPage", "lostForbiddenPage", "lostHalf", "lostBytes"] as const).map(
    (name) => [name, FAULTS[name]()] as const,
  ),
  ["an empty 200", { error: new Error("empty"), lost: true, wire: "empty" }],
];
const NEXT: readonly FaultName[] = ["expired", "throttled", "denied", "page", "garbage", "noCluster"];

describe("L1: RunTask is carried out and its answer is lost", () => {
  for (const [name, lost] of LOST)
    test(`${name}, then an answer: one step, and its verdict`, async (t) => {
      const fixture = await httpFixture(t, 3);
      fixture.aws.database.version = THIRD;
      fixture.aws.faults.next("runTask", lost);
      const report = await fixture.run(DOWN);
      assert.equal(report.verdict.kind, "applied");
      assert.equal(fixture.aws.database.version, SECOND);
      assert.equal(fixture.aws.ecs.tasks.length, 1);
    });

  for (const next of NEXT)
    test(`then ${next} for good: never "untouched" while the down runs, and the same command takes no second step`, async (t) => {
      const fixture = await httpFixture(t, 3);
      const { aws } = fixture;
      aws.database.version = THIRD;
      aws.faults.next("runTask", FAULTS.lost());
      fixture.server.onCall = (_, api) => {
        if (api === "runTask" && aws.faults.of("runTask").length === 1)
          aws.faults.always("runTask", FAULTS[next]());
        return false;
      };
      const report = await fixture.run(DOWN);
      assert.notEqual(report.exitCode, 10, report.headline);
      fixture.server.onCall = () => false;
      aws.faults.clear();
      aws.clock.advance(60_000);
      const again = await fixture.run(DOWN);
      if (report.exitCode !== 0) assert.equal(again.verdict.kind, "applied");
      if (report.exitCode !== 0) assert.equal(aws.database.version, SECOND);
      assert.equal(aws.database.appliedTwice(), undefined);
    });

  test("then expired credentials for every call: 14, and the same command finds the step", async (t) => {
    const fixture = await httpFixture(t, 3);
    const { aws } = fixture;
    aws.database.version = THIRD;
    aws.faults.next("runTask", FAULTS.lost());
    fixture.server.onCall = (_, api) => {
      if (api !== "runTask" || aws.faults.of("runTask").length !== 1) return false;
      for (const name of ["runTask", "listTasks", "describeTasks", "getLogEvents"])
        aws.faults.always(name, FAULTS.expired());
      return false;
    };
    const report = await fixture.run(DOWN);
    assert.equal(report.exitCode, 14);
    assert.equal(report.databaseChanged, "maybe");
    fixture.server.onCall = () => false;
    aws.faults.clear();
    aws.clock.advance(60_000);
    const again = await fixture.run(DOWN);
    assert.equal(again.verdict.kind, "applied");
    assert.match(again.warnings.join(), /result of an earlier process of this run/);
    assert.equal(aws.database.version, SECOND);
    assert.equal(
      aws.faults.of("runTask").filter(({ input }) => JSON.stringify(input).includes('"down"')).length,
      1,
    );
  });
});

test("L10: the socket fails for 25 s in mid-run: the log and the verdict are whole", async (t) => {
  const fixture = await httpFixture(t, 2);
  const { aws } = fixture;
  aws.clock.after(4_000, () => {
    for (const api of ["describeTasks", "getLogEvents"]) aws.faults.always(api, FAULTS.reset());
  });
  aws.clock.after(29_000, () => aws.faults.clear());
  const report = await fixture.run({ name: "up" });
  assert.equal(report.verdict.kind, "applied");
  assert.deepEqual(report.warnings, []);
  assert.match(fixture.said, /index_email/);
});

test("a machine whose clock is days off: its requests are signed by AWS's time, and a new task is no earlier one", async (t) => {
  const fixture = await httpFixture(t, 3);
  // The clock of the model stands in another week than that of this machine, by which the SDK signs at first.
  fixture.server.checksTime = true;
  fixture.aws.database.version = THIRD;
  const report = await fixture.runWith({ clock: ahead(fixture.aws.clock, 7 * 86_400_000) }, DOWN);
  assert.equal(report.verdict.kind, "applied", JSON.stringify(report.verdict));
  assert.deepEqual(report.warnings, []);
  assert.equal(fixture.aws.ecs.tasks.length, 1);
});
