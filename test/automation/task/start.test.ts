import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import type { Operation } from "../../../automation/contract/operations.ts";
import { runIdentity, type StartOptions } from "../../../automation/task/request.ts";
import { startTask } from "../../../automation/task/start.ts";
import { FakeAws } from "../../support/fakeAws.ts";
import { FAULTS } from "../../support/fakeFaults.ts";
import { NOBODY } from "../../support/runFixture.ts";

const RUN_ID = runIdentity("stage", "shop:12", { name: "up" }, "build-1");

function setUp(changes: Partial<StartOptions> = {}, aws = new FakeAws()) {
  const said: string[] = [];
  const options: StartOptions = {
    ecs: aws.ecs.api,
    clock: aws.clock,
    outputs: aws.outputs,
    taskDefinition: aws.outputs.taskDefinitionArn,
    operation: { name: "up" },
    origin: NOBODY,
    runId: RUN_ID,
    waitMs: 0,
    say: (line) => said.push(line),
    ...changes,
  };
  return {
    aws,
    said,
    options,
    inputs: () => aws.faults.of("runTask").map(({ input }) => input as RunTaskCommandInput),
  };
}

describe("startTask", () => {
  test("looks for its own task running and stopped, then for the family's, then starts", async () => {
    const { aws, options } = setUp();
    const started = await startTask(options);
    assert.ok("task" in started && !started.attached);
    const cluster = aws.outputs.clusterArn;
    assert.deepEqual(
      aws.faults.of("listTasks").map(({ input }) => input),
      [
        { cluster, startedBy: `ecs-migrate/${RUN_ID}`, desiredStatus: "RUNNING" },
        { cluster, startedBy: `ecs-migrate/${RUN_ID}`, desiredStatus: "STOPPED" },
        { cluster, family: "shop-stage-migration", desiredStatus: "RUNNING" },
      ],
    );
  });

  test("waits 5, 10 and 20 s between four tries without capacity, each with a token of its own", async () => {
    const { aws, said, options, inputs } = setUp();
    aws.ecs.scripts.push(...Array.from({ length: 4 }, () => ({ failure: { reason: "RESOURCE:MEMORY" } })));
    const started = await startTask(options);
    assert.deepEqual(started, {
      verdict: { kind: "notStarted", reason: "capacity", detail: "RESOURCE:MEMORY" },
    });
    assert.deepEqual(aws.clock.sleeps, [5_000, 10_000, 20_000]);
    assert.deepEqual(
      inputs().map((input) => input.clientToken),
      [1, 2, 3, 4].map((attempt) => `${RUN_ID}-${attempt}`),
    );
    assert.equal(said[0], "RunTask started nothing (RESOURCE:MEMORY); trying again (2 of 4).");
  });

  test("asks again with the same token where an answer was lost, and writes each attempt down before", async () => {
    const attempts: number[] = [];
    const { aws, options, inputs } = setUp({ onAttempt: (attempt) => void attempts.push(attempt) });
    aws.faults.next("runTask", FAULTS.lost(), FAULTS.server());
    assert.ok("task" in (await startTask(options)));
    assert.deepEqual(attempts, [1, 1, 1]);
    assert.deepEqual(new Set(inputs().map((input) => input.clientToken)), new Set([`${RUN_ID}-1`]));
    assert.equal(aws.ecs.tasks.length, 1);
  });

  test("adopts its own task that has ended, and not one that failed to start", async () => {
    const first = setUp();
    await startTask(first.options);
    first.aws.clock.advance(60_000);
    const again = await startTask(first.options);
    assert.ok("task" in again && again.attached);

    const failed = setUp();
    failed.aws.ecs.scripts.push({ startFailure: { stoppedReason: "CannotPullContainerError" } });
    await startTask(failed.options);
    failed.aws.clock.advance(60_000);
    const anew = await startTask({ ...failed.options, firstAttempt: 5 });
    assert.ok("task" in anew && !anew.attached);
  });

  test("runs anew where others have run since its own task ended", async () => {
    const { aws, options } = setUp();
    await startTask(options);
    aws.clock.advance(60_000);
    await startTask({ ...options, operation: { name: "down", steps: 1 }, runId: "other" });
    aws.clock.advance(60_000);
    const started = await startTask({ ...options, renew: async () => "renewed" });
    assert.ok("task" in started && !started.attached);
    assert.equal(started.task.startedBy, "ecs-migrate/renewed");
  });

  const others: [string, Operation, Operation, boolean | "busy"][] = [
    ["up joins up", { name: "up" }, { name: "up" }, true],
    [
      "goto joins the same goto",
      { name: "goto", version: 20261122 },
      { name: "goto", version: 20261122 },
      true,
    ],
    ["down never joins down", { name: "down", steps: 1 }, { name: "down", steps: 1 }, "busy"],
    ["up does not join goto", { name: "goto", version: 20261122 }, { name: "up" }, "busy"],
    ["a question is nobody's obstacle", { name: "status" }, { name: "up" }, false],
    ["a question meets none", { name: "up" }, { name: "version" }, false],
  ];
  for (const [name, running, operation, expected] of others) {
    test(`while another's task runs: ${name}`, async () => {
      const { aws, options } = setUp();
      await startTask({ ...options, operation: running, runId: "other" });
      const started = await startTask({ ...options, operation });
      if (expected === "busy") {
        assert.ok("verdict" in started && started.verdict.kind === "notStarted");
        assert.equal(started.verdict.reason, "busy");
        assert.ok(started.verdict.detail.includes(aws.ecs.tasks[0]?.arn ?? "?"));
      } else assert.equal("task" in started && started.attached, expected);
    });
  }

  test("another revision's up is not joined", async () => {
    const { aws, options } = setUp();
    const revision = aws.revisions.get(12);
    if (revision) aws.revisions.set(11, revision);
    await startTask({ ...options, taskDefinition: aws.ecs.revisionArn(11), runId: "other" });
    const started = await startTask(options);
    assert.equal(
      "verdict" in started && started.verdict.kind === "notStarted" && started.verdict.reason,
      "busy",
    );
  });

  test("--wait waits for another's task, says so once, and then starts", async () => {
    const { aws, said, options } = setUp({ waitMs: 600_000, operation: { name: "down", steps: 1 } });
    await startTask({ ...options, waitMs: 0, runId: "other" });
    aws.clock.sleeps.length = 0;
    const started = await startTask(options);
    assert.ok("task" in started && !started.attached);
    assert.deepEqual(said, [`Waiting for task ${aws.ecs.tasks[0]?.arn}, which runs on the same database.`]);
    assert.deepEqual(aws.clock.sleeps, [1_000, 2_000]);
  });

  test("a lookup is tried four times, then it is refused: not started, or unknown where an earlier process was here", async () => {
    const { aws, options } = setUp();
    aws.faults.always("listTasks", FAULTS.throttled());
    const detail = "ThrottlingException: Rate exceeded";
    assert.deepEqual(await startTask(options), { verdict: { kind: "notStarted", reason: "other", detail } });
    assert.equal(aws.faults.of("listTasks").length, 4);
    const resumed = await startTask({ ...options, resumed: true });
    assert.deepEqual(resumed, {
      verdict: {
        kind: "unknown",
        cause: "unreadable",
        detail: `an earlier run of this command may have started a task, and it could not be looked up: ${detail}`,
      },
    });
  });

  test("RunTask that answers with nothing at all is not called not started", async () => {
    const { aws, options } = setUp();
    aws.ecs.api.runTask = async () => ({ $metadata: {}, tasks: [], failures: [] });
    const started = await startTask(options);
    assert.equal("verdict" in started && started.verdict.kind, "unknown");
  });
});
