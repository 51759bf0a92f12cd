import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Operation } from "../../../../automation/contract/operations.ts";
import { RunFixture, temporaryHome } from "../../../support/runFixture.ts";
import { FIRST, SECOND, THIRD } from "./row.ts";

describe("failure table: two at the same moment", () => {
  test("two deploys of one stack: the database runs each file once, and both say the truth", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const reports = await fixture.aws.clock.together([() => fixture.deploy(), () => other.deploy()]);
    assert.deepEqual(
      fixture.aws.database.ran.map(({ version }) => version),
      [FIRST, SECOND, THIRD],
    );
    for (const report of reports) assert.equal(report.exitCode, 0, report.headline);
  });

  test("a second deploy while the first one's task runs attaches to it", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const late = async () => {
      await fixture.aws.clock.sleep(4_000);
      return other.deploy();
    };
    const [first, second] = await fixture.aws.clock.together([() => fixture.deploy(), late]);
    assert.equal(fixture.aws.ecs.tasks.length, 1);
    assert.equal(first?.task?.attached, false);
    assert.equal(second?.task?.attached, true);
    assert.deepEqual(second?.verdict, first?.verdict);
  });

  test("`down 1` while another's runs is refused, and with --wait it comes after", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    aws.database.version = THIRD;
    const down: Operation = { name: "down", steps: 1 };
    const refused = new RunFixture(await temporaryHome(t), aws);
    const waits = new RunFixture(await temporaryHome(t), aws);
    waits.settings = { ...waits.settings, waitMs: 60 * 60_000 };
    const late = (who: RunFixture) => async () => {
      await aws.clock.sleep(4_000);
      return who.run(down);
    };
    const [first, second, third] = await aws.clock.together([
      () => fixture.run(down),
      late(refused),
      late(waits),
    ]);
    assert.equal(first?.verdict.kind, "applied");
    assert.equal(second?.exitCode, 10);
    assert.match(second?.why ?? "", /Another migration of this stack is running/);
    assert.equal(third?.verdict.kind, "applied");
    assert.equal(aws.database.version, FIRST);
  });

  test("a question neither stops a deploy nor is stopped by it", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const late = async () => {
      await fixture.aws.clock.sleep(1_000);
      return other.deploy();
    };
    const [status, deployed] = await fixture.aws.clock.together([
      () => fixture.run({ name: "status" }),
      late,
    ]);
    assert.equal(status?.verdict.kind, "unchanged");
    assert.equal(deployed?.verdict.kind, "applied");
  });
});
