/** The model behind a socket and the model in memory say the same, and the real SDK throws what the fakes throw. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { callerName } from "../../../automation/aws/caller.ts";
import { awsErrorKind, isRefusedByEcs } from "../../../automation/aws/errors.ts";
import { FAULTS, type FaultName } from "../../support/fakeFaults.ts";
import { connectTo, httpFixture } from "../../support/httpFixture.ts";

describe("the model behind a socket", () => {
  for (const name of Object.keys(FAULTS) as FaultName[])
    test(`${name}: the SDK's error is of the kind of the fake's`, async (t) => {
      const { server, aws } = await httpFixture(t);
      const { ecs } = await connectTo(server);
      const fault = FAULTS[name]();
      aws.faults.next("runTask", fault);
      const input = { cluster: aws.outputs.clusterArn, taskDefinition: aws.ecs.revisionArn(12) };
      const error = await ecs.runTask(input).then(
        () => assert.fail("answered"),
        (thrown: unknown) => thrown,
      );
      assert.equal(awsErrorKind(error), awsErrorKind(fault.error));
      assert.equal(isRefusedByEcs(error), isRefusedByEcs(fault.error));
      assert.equal(aws.ecs.tasks.length, "lost" in fault ? 1 : 0, "carried out");
      assert.equal(aws.faults.of("runTask").length, "lost" in fault ? 1 : 0);
    });

  test("RunTask is sent once, whatever the SDK would retry; what only reads is retried", async (t) => {
    const { server, aws } = await httpFixture(t);
    const { ecs } = await connectTo(server, "main", 3);
    aws.faults.next("runTask", FAULTS.lost());
    const input = {
      cluster: aws.outputs.clusterArn,
      taskDefinition: aws.ecs.revisionArn(12),
      clientToken: "a",
    };
    await assert.rejects(ecs.runTask(input), { code: "ECONNRESET" });
    assert.equal(aws.faults.of("runTask").length, 1);
    aws.faults.next("listTasks", FAULTS.reset(), FAULTS.server());
    assert.equal((await ecs.listTasks({ family: "shop-stage-migration" })).taskArns?.length, 1);
  });

  test("a task looks the same in memory and through the SDK", async (t) => {
    const { server, aws } = await httpFixture(t);
    const { ecs, logs } = await connectTo(server);
    await ecs.runTask({
      taskDefinition: aws.ecs.revisionArn(12),
      startedBy: "x",
      overrides: { containerOverrides: [{ name: "migration", command: ["up"] }] },
    });
    aws.clock.advance(60_000);
    const tasks = [aws.ecs.tasks[0]?.arn ?? ""];
    const [real, fake] = await Promise.all([
      ecs.describeTasks({ tasks }),
      aws.ecs.api.describeTasks({ tasks }),
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(real.tasks)), JSON.parse(JSON.stringify(fake.tasks)));
    const stream = {
      logGroupName: aws.outputs.logGroup,
      logStreamName: aws.ecs.logStream(tasks[0] ?? ""),
      startFromHead: true,
    };
    const read = await logs.getLogEvents(stream);
    assert.deepEqual(
      read.events?.map(({ message }) => message),
      (await aws.logs.api.getLogEvents(stream)).events?.map(({ message }) => message),
    );
  });

  test("an empty 200 is no answer of RunTask's: it may have been carried out", async (t) => {
    const { server, aws } = await httpFixture(t);
    const { ecs } = await connectTo(server);
    aws.faults.next("runTask", { error: new Error("empty"), lost: true, wire: "empty" });
    const { tasks, failures } = await ecs.runTask({ taskDefinition: aws.ecs.revisionArn(12) });
    assert.deepEqual([tasks, failures], [undefined, undefined]);
  });

  test("a call ends with the signal", async (t) => {
    const { server, aws } = await httpFixture(t);
    const { ecs } = await connectTo(server);
    aws.faults.next("describeTasks", FAULTS.timedOut());
    const stop = new AbortController();
    server.onCall = () => {
      setImmediate(() => stop.abort());
      return false;
    };
    // The request's own timeout would be a TimeoutError.
    await assert.rejects(ecs.describeTasks({ tasks: ["x"] }, stop.signal), { name: "AbortError" });
  });
});

describe("callerName", () => {
  test("is the caller's ARN without its account", async (t) => {
    const { server } = await httpFixture(t);
    const { signal } = new AbortController();
    assert.equal(
      await callerName("eu-west-1", signal, { endpoint: server.endpoint() }),
      "assumed-role/Operator/alice@example.com",
    );
  });

  test("is null if AWS refuses, or the command is stopped", async (t) => {
    const { server, aws } = await httpFixture(t);
    const options = { endpoint: server.endpoint() };
    aws.faults.always("getCallerIdentity", FAULTS.page());
    assert.equal(await callerName("eu-west-1", new AbortController().signal, options), null);
    assert.equal(await callerName("eu-west-1", AbortSignal.abort(), options), null);
  });
});
