import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfigError } from "../../../automation/contract/errors.ts";
import { attachRun } from "../../../automation/run/attach.ts";
import { setUp, UP } from "./once/setUp.ts";

describe("attach", () => {
  test("L11: refuses a task of another family or cluster", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await fixture.run(UP);
    const arn = aws.ecs.tasks[0]?.arn ?? "";
    const { describeTasks } = aws.ecs.api;
    for (const [other, says] of [
      [
        { taskDefinitionArn: "arn:aws:ecs:eu-west-1:123456789012:task-definition/blog-stage-migration:3" },
        /runs blog-stage-migration in .*shop-stage, and the stack's migrations are shop-stage-migration/,
      ],
      [{ clusterArn: "arn:aws:ecs:eu-west-1:123456789012:cluster/blog" }, /in arn:.*cluster\/blog, and/],
    ] as const) {
      aws.ecs.api.describeTasks = async (input) => {
        const answer = await describeTasks(input);
        return { ...answer, tasks: (answer.tasks ?? []).map((task) => ({ ...task, ...other })) };
      };
      await assert.rejects(attachRun(fixture.deps(), arn), (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, says);
        return true;
      });
    }
  });

  test("R40: reports the migration's time, not its own", async (t) => {
    const fixture = await setUp(t, null);
    const { aws } = fixture;
    await fixture.run(UP);
    aws.clock.advance(60_000);
    const report = await attachRun(fixture.deps(), aws.ecs.tasks[0]?.arn ?? "");
    assert.equal(report.durationMs, 12_000);
    assert.equal(report.startedAt, new Date(aws.ecs.tasks[0]?.startedAt ?? 0).toISOString());
  });

  test("a task that is not there is wrong usage, with the way to the history", async (t) => {
    const fixture = await setUp(t);
    await assert.rejects(
      attachRun(fixture.deps(), "0123"),
      /ECS knows no task 0123 in .*history --stack stage/s,
    );
  });
});
