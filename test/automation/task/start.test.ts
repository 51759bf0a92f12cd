import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import type { Operation } from "../../../automation/contract/operations.ts";

import { type StartOptions, startTask } from "../../../automation/task/start.ts";
import { FakeAws } from "../../support/fakeAws.ts";
import { FAULTS } from "../../support/fakeFaults.ts";
import { NOBODY } from "../../support/runFixture.ts";

const RUN_ID = "0123456789abcdef".repeat(2);

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
  test("lists the family, running tasks first, and then starts", async () => {
    const { aws, options } = setUp();
    const started = await startTask(options);
    assert.ok("task" in started && !started.attached);
    const cluster = aws.outputs.clusterArn;
    // startedBy would have to be the only filter (aws-truth 10), so it is compared instead.
    assert.deepEqual(
      aws.faults.of("listTasks").map(({ input }) => input),
      [
        { cluster, family: "shop-stage-migration", desiredStatus: "RUNNING" },
        { cluster, family: "shop-stage-migration", desiredStatus: "STOPPED" },
      ],
    );
  });

  test("every page of the family is read: its own task on the third is found", async () => {
    const { aws, options } = setUp();
    await startTask(options);
    for (let other = 0; other < 5; other++)
      await startTask({ ...options, operation: { name: "version" }, runId: `question${other}` });
    aws.ecs.pageSize = 2;
    aws.ecs.tasks.reverse();
    const again = await startTask(options);
    assert.ok("task" in again && again.attached);
    assert.ok(aws.faults.of("listTasks").some(({ input }) => "nextToken" in (input as object)));
  });

  test("waits 5, 10, 20 and then 30 s for room, each try with a token of its own, for ten minutes", async () => {
    const { aws, said, options, inputs } = setUp();
    aws.ecs.scripts.push(...Array.from({ length: 60 }, () => ({ failure: { reason: "RESOURCE:MEMORY" } })));
    const start = aws.clock.now();
    const started = await startTask(options);
    assert.deepEqual(started, {
      verdict: { kind: "notStarted", reason: "capacity", detail: "RESOURCE:MEMORY" },
    });
    assert.deepEqual(aws.clock.sleeps.slice(0, 5), [5_000, 10_000, 20_000, 30_000, 30_000]);
    const waited = aws.clock.now() - start;
    assert.ok(waited > 9 * 60_000 && waited <= 10 * 60_000, String(waited));
    const tokens = inputs().map((input) => input.clientToken);
    assert.deepEqual(tokens.slice(0, 2), [`${RUN_ID}-1`, `${RUN_ID}-2`]);
    assert.equal(new Set(tokens).size, tokens.length);
    assert.equal(said[0], "RunTask started nothing (RESOURCE:MEMORY); trying again.");
  });

  test("capacity that comes after three minutes is waited for", async () => {
    // PrefectHQ/prefect#20765; EC2 from zero and managed instances take as long.
    const { aws, options } = setUp();
    aws.ecs.scripts.push(...Array.from({ length: 8 }, () => ({ failure: { reason: "RESOURCE:CPU" } })));
    const start = aws.clock.now();
    assert.ok("task" in (await startTask(options)));
    assert.ok(aws.clock.now() - start > 3 * 60_000);
  });

  test("a capacity wait of 0 tries once", async () => {
    const { aws, options, inputs } = setUp({ capacityWaitMs: 0 });
    aws.ecs.scripts.push({ failure: { reason: "RESOURCE:CPU" } });
    const started = await startTask(options);
    assert.equal("verdict" in started && started.verdict.kind, "notStarted");
    assert.equal(inputs().length, 1);
  });

  test("after failures[] a task that came up all the same is found before a new token is used", async () => {
    // aws-truth 13, apache/airflow#16150.
    const { aws, options, inputs } = setUp();
    const { runTask } = aws.ecs.api;
    aws.ecs.api.runTask = async (input) => {
      const answer = await runTask(input);
      return inputs().length === 1 ? { ...answer, tasks: [], failures: [{ reason: "AGENT" }] } : answer;
    };
    const started = await startTask(options);
    assert.ok("task" in started && started.attached);
    assert.equal(aws.ecs.tasks.length, 1);
    assert.equal(inputs().length, 1);
  });

  test("another migration that began while this one waited for room is not doubled", async () => {
    const { aws, options } = setUp({ operation: { name: "down", steps: 1 } });
    aws.ecs.scripts.push({ failure: { reason: "RESOURCE:CPU" } });
    const overrides = { containerOverrides: [{ name: "migration", command: ["up"] }] };
    const other = { taskDefinition: aws.ecs.revisionArn(12), clientToken: "other", overrides };
    aws.clock.after(1_000, () => void aws.ecs.api.runTask(other));
    const started = await startTask(options);
    assert.equal(
      "verdict" in started && started.verdict.kind === "notStarted" && started.verdict.reason,
      "busy",
    );
    assert.equal(aws.ecs.tasks.length, 1);
  });

  test("if that look fails, the old token is used: it starts nothing twice", async () => {
    const { aws, options, inputs } = setUp();
    aws.ecs.scripts.push({ failure: { reason: "AGENT" } });
    aws.clock.after(1, () => aws.faults.next("listTasks", FAULTS.denied()));
    assert.ok("task" in (await startTask(options)));
    assert.deepEqual(new Set(inputs().map(({ clientToken }) => clientToken)).size, 1);
  });

  test("a task that was told to stop still runs: neither joined nor doubled", async () => {
    // L4: desiredStatus is STOPPED while the SQL goes on for up to the stopTimeout of 120 s.
    const { aws, options } = setUp();
    await startTask({ ...options, runId: "other" });
    aws.clock.advance(3_000);
    await aws.ecs.api.stopTask({ cluster: "c", task: aws.ecs.tasks[0]?.arn ?? "" });
    assert.equal(aws.ecs.tasks[0]?.desiredStatus, "STOPPED");
    assert.equal(aws.ecs.tasks[0]?.container?.over, false);
    const started = await startTask(options);
    assert.equal(
      "verdict" in started && started.verdict.kind === "notStarted" && started.verdict.reason,
      "busy",
    );
    assert.equal(aws.ecs.tasks.length, 1);
  });

  test("stopped before RunTask, or while it waits for another task: interrupted, not refused", async () => {
    // L17
    const before = setUp({ signal: AbortSignal.abort() });
    const expected = {
      verdict: {
        kind: "interrupted",
        cause: "stoppedBeforeStart",
        from: null,
        to: null,
        files: [],
        detail: "this command was stopped before it started a task",
      },
    };
    assert.deepEqual(await startTask(before.options), expected);
    const stop = new AbortController();
    const waits = setUp({
      waitMs: 600_000,
      operation: { name: "down", steps: 1 },
      signal: stop.signal,
    });
    await startTask({ ...waits.options, waitMs: 0, runId: "other" });
    waits.aws.clock.after(1_500, () => stop.abort());
    assert.deepEqual(await startTask(waits.options), expected);
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

  test("finds its own task that has ended and says so; not one that failed to start", async () => {
    const first = setUp();
    await startTask(first.options);
    first.aws.clock.advance(60_000);
    const again = await startTask(first.options);
    assert.ok("task" in again && again.attached && again.endedBefore);

    const failed = setUp();
    failed.aws.ecs.scripts.push({ startFailure: { stoppedReason: "CannotPullContainerError" } });
    await startTask(failed.options);
    failed.aws.clock.advance(60_000);
    const anew = await startTask({ ...failed.options, firstAttempt: 5 });
    assert.ok("task" in anew && !anew.attached);
  });

  test("a question never finds an old answer", async () => {
    // L5: `version` after a restore.
    const { aws, options } = setUp({ operation: { name: "version" } });
    await startTask(options);
    aws.clock.advance(60_000);
    const again = await startTask({ ...options, runId: "f".repeat(32) });
    assert.ok("task" in again && !again.attached);
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
    assert.deepEqual(await startTask(options), {
      verdict: { kind: "notStarted", reason: "service", detail },
    });
    assert.equal(aws.faults.of("listTasks").length, 4);
    const resumed = await startTask({
      ...options,
      resumed: { attempt: 1, taskArn: null, mayBeForgotten: false },
    });
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
