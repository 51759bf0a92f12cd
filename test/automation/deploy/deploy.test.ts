/** What a deploy asks of Pulumi. What becomes of its migration is in run/failures. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import { announce } from "../../../automation/deploy/announcePlan.ts";
import type { PlanDeps } from "../../../automation/deploy/deps.ts";
import type { Preview } from "../../../automation/stack/preview.ts";
import { fakeStack, NEW_IMAGE, previewOf, stepOf as step } from "../../support/previews.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../support/sampleOutputs.ts";

const KEPT = step("same", "aws:ecs/cluster:Cluster");

/** Deploys with a Pulumi that answers with this preview; answers what it was asked. */
async function asked(t: Parameters<typeof temporaryHome>[0], preview: Preview, allowInfra = false) {
  const fixture = new RunFixture(await temporaryHome(t));
  const calls: string[] = [];
  const openStack = async () =>
    fakeStack({
      preview: async () => {
        calls.push("preview");
        return preview;
      },
      up: async () => {
        calls.push("up");
      },
    });
  const report = await fixture.deploy({ openStack, allowInfra });
  return { calls, report, tasks: fixture.aws.ecs.tasks.length };
}

describe("a deploy", () => {
  test("that changes nothing runs no pulumi up, and the migration that is due", async (t) => {
    const { calls, report, tasks } = await asked(t, previewOf([KEPT]));
    assert.deepEqual(calls, ["preview"]);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(tasks, 1);
  });

  test("that changes the image or an output alone brings the stack up", async (t) => {
    const image = [KEPT, step("update", "ecs-migrate-image:index:ContentImage")];
    assert.deepEqual((await asked(t, previewOf(image))).calls, ["preview", "up"]);
    assert.deepEqual((await asked(t, previewOf([KEPT], { outputs: NEW_IMAGE }))).calls, ["preview", "up"]);
  });

  test("that would change more is refused, and starts nothing", async (t) => {
    const steps = [KEPT, step("update", "aws:iam/role:Role")];
    const { calls, report, tasks } = await asked(t, previewOf(steps));
    assert.deepEqual(calls, ["preview"]);
    assert.equal(report.exitCode, 3);
    assert.equal(tasks, 0);
  });

  test("with --allow-infra brings the stack up without a look before", async (t) => {
    const { calls } = await asked(t, previewOf([KEPT]), true);
    assert.deepEqual(calls, ["up"]);
  });
});

describe("R14: a deploy onto a database below its last run", () => {
  const [FIRST, SECOND, THIRD] = SAMPLE_FILES.map(({ version }) => version) as [number, number, number];

  /** Up to the last file, restored to an older version, and asked for it. */
  async function restored(t: Parameters<typeof temporaryHome>[0], version: number | null = FIRST) {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.deploy();
    fixture.aws.clock.advance(3 * 24 * 3_600_000);
    fixture.aws.database.restore({ version, dirty: false });
    assert.equal((await fixture.run({ name: "version" })).exitCode, 11);
    return fixture;
  }

  test("is refused before pulumi is asked for anything", async (t) => {
    const fixture = await restored(t);
    const tasks = fixture.aws.ecs.tasks.length;
    const openStack = () => assert.fail("the stack was opened");
    const report = await fixture.deploy({ openStack });
    assert.equal(report.exitCode, 3);
    assert.equal(report.databaseChanged, "no");
    assert.equal(fixture.aws.ecs.tasks.length, tasks);
    assert.match(
      report.why ?? "",
      new RegExp(
        `The database of stack stage is at ${FIRST}, below ${THIRD} where the run of 2026-11-24T.* left it: it is another database, it was restored, or x-migrations-table names another table. Nothing was changed.`,
      ),
    );
  });

  test("goes on after either way out that the message names", async (t) => {
    for (const operation of [{ name: "up" }, { name: "force", version: FIRST }] as const) {
      const fixture = await restored(t);
      assert.equal((await fixture.run(operation)).exitCode, 0);
      assert.equal((await fixture.deploy()).exitCode, 0);
      assert.equal(fixture.aws.database.version, THIRD);
    }
    const empty = await restored(t, null);
    assert.match(
      (await empty.deploy()).why ?? "",
      /is at no version, below .*migrate force -1 --stack stage\)/,
    );
  });

  test("is not refused if no migration runs, or a run of which nothing is known came in between", async (t) => {
    const manual = await restored(t);
    assert.equal((await manual.deploy({ migrate: "skip" })).exitCode, 0);
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    await fixture.deploy();
    // Killed after its file, without a result line.
    aws.ecs.scripts.push({ kill: { afterMs: 9_000, exitCode: 137 } });
    await fixture.run({ name: "down", steps: 1 });
    aws.clock.advance(2 * 3_600_000);
    aws.database.restore({ version: SECOND, dirty: false });
    assert.equal((await fixture.run({ name: "version" })).exitCode, 0);
    assert.equal((await fixture.deploy()).verdict.kind, "applied");
  });

  test("with --plan: the question before the migration finds it, and nothing runs", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.deploy();
    fixture.aws.database.restore({ version: FIRST, dirty: false });
    const { aws } = fixture;
    const beforeUp = (deps: PlanDeps) => announce(deps, DEFAULT_CHECK, undefined);
    const findOutputs = async () => ({ ...aws.outputs, migrate: "always" as const });
    const report = await fixture.deploy({ beforeUp, findOutputs });
    assert.equal(report.exitCode, 11);
    assert.match(report.headline, /^Failed: the database is at \d+, below \d+ where its last run left it$/);
    assert.equal(aws.database.version, FIRST);
  });
});
