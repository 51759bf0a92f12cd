/** What a deploy asks of Pulumi. What becomes of its migration is in failureTable.test.ts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Preview } from "../../../automation/stack/preview.ts";
import { fakeStack, NEW_IMAGE, previewOf, stepOf as step } from "../../support/previews.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";

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
