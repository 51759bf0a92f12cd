import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import {
  byName,
  CLUSTER,
  container,
  describeTask,
  docker,
  ecs,
  linesOf,
  register,
  run,
  stopped,
  until,
} from "./local.ts";

async function running(task: Task): Promise<Task> {
  return await until(
    () => describeTask(task.taskArn),
    ({ lastStatus }) => lastStatus === "RUNNING",
  );
}

describe("the end of a task", { concurrency: true }, () => {
  test("an exit of the essential container: words, code, group", async () => {
    const definition = await register([container("main", "exit 12")]);
    const task = await stopped(await run(definition));
    assert.equal(task.stopCode, "EssentialContainerExited");
    assert.equal(task.stoppedReason, "Essential container in task exited");
    assert.equal(byName(task, "main")?.exitCode, 12);
    assert.equal(byName(task, "main")?.reason, undefined);
    assert.match(String(task.group), /^family:fidelity-\d+$/);
    assert.equal(task.containerInstanceArn, undefined);
  });

  test("a task that runs has no stop code and no exit code yet", async () => {
    const task = await running(
      await run(await register([container("main", "sleep 60", { stopTimeout: 2 })])),
    );
    assert.equal(task.stopCode, undefined);
    assert.equal(task.stoppedReason, undefined);
    assert.equal(byName(task, "main")?.exitCode, undefined);
    await ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: task.taskArn }));
    await stopped(task);
  });

  test("a sidecar is stopped with the essential container and keeps its own exit code", async () => {
    const sidecar = container("sidecar", "trap 'exit 5' TERM; while :; do sleep 0.1; done", {
      essential: false,
    });
    const definition = await register([sidecar, container("main", "sleep 0.5; exit 0")]);
    const task = await stopped(await run(definition));
    assert.equal(task.stopCode, "EssentialContainerExited");
    assert.equal(byName(task, "main")?.exitCode, 0);
    assert.equal(byName(task, "sidecar")?.exitCode, 5);
  });

  test("a sidecar's own exit leaves the task running", async () => {
    const sidecar = container("sidecar", "exit 4", { essential: false });
    const main = container("main", "trap 'exit 0' TERM; while :; do sleep 0.1; done");
    const task = await running(await run(await register([sidecar, main])));
    const seen = await until(
      () => describeTask(task.taskArn),
      (now) => byName(now, "sidecar")?.exitCode !== undefined,
    );
    assert.equal(seen.lastStatus, "RUNNING");
    assert.equal(byName(seen, "sidecar")?.exitCode, 4);
    await ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: task.taskArn }));
    await stopped(task);
  });

  test("StopTask answers at once; STOPPED comes with the container's own exit code", async () => {
    const script = "trap 'sleep 1; echo bye; exit 7' TERM; echo up; while :; do sleep 0.1; done";
    const task = await running(await run(await register([container("main", script)])));
    await until(
      () => linesOf(task, "main"),
      (lines) => lines.includes("up"),
    );
    const stop = { cluster: CLUSTER, task: task.taskArn, reason: "enough" };
    const answer = await ecs.send(new StopTaskCommand(stop));
    assert.equal(answer.task?.desiredStatus, "STOPPED");
    assert.notEqual(answer.task?.lastStatus, "STOPPED");
    const seen = new Set<string | undefined>();
    const end = await until(
      async () => {
        const now = await describeTask(task.taskArn);
        seen.add(now.lastStatus);
        return now;
      },
      (now) => now.lastStatus === "STOPPED",
    );
    assert.ok(seen.has("STOPPING"), [...seen].join());
    assert.equal(end.stopCode, "UserInitiated");
    assert.equal(end.stoppedReason, "enough");
    assert.equal(byName(end, "main")?.exitCode, 7);
    await until(
      () => linesOf(end, "main"),
      (lines) => lines.includes("bye"),
    );
  });

  test("a container that does not listen to SIGTERM is killed after its stopTimeout", async () => {
    const script = "trap '' TERM; echo up; while :; do sleep 0.1; done";
    const task = await running(await run(await register([container("main", script, { stopTimeout: 2 })])));
    await until(
      () => linesOf(task, "main"),
      (lines) => lines.includes("up"),
    );
    await ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: task.taskArn }));
    const end = await stopped(task);
    assert.equal(byName(end, "main")?.exitCode, 137);
    assert.equal(byName(end, "main")?.reason, undefined);
    const seconds = (Number(end.stoppedAt) - Number(end.stoppingAt)) / 1000;
    assert.ok(seconds >= 2 && seconds <= 5, `${seconds} s`);
  });

  test("a task stopped before its container runs ends without an exit code or with the container's", async () => {
    const task = await run(await register([container("main", "sleep 60", { stopTimeout: 2 })]));
    await ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: task.taskArn, reason: "early" }));
    const end = await stopped(task);
    assert.equal(end.stopCode, "UserInitiated");
    assert.equal(end.stoppedReason, "early");
    assert.notEqual(byName(end, "main")?.exitCode, 0);
  });

  test("memory over the limit: OutOfMemoryError, 137", async () => {
    const script = "x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done";
    const definition = await register([container("main", script, { memory: 32 })]);
    const task = await stopped(await run(definition));
    assert.equal(byName(task, "main")?.exitCode, 137);
    assert.equal(byName(task, "main")?.reason, "OutOfMemoryError: Container killed due to memory usage");
    assert.equal(task.stoppedReason, "Essential container in task exited");
  });

  test("a container removed behind the agent's back ends the task", async () => {
    const task = await running(await run(await register([container("main", "sleep 60")])));
    const label = `label=com.amazonaws.ecs.task-arn=${task.taskArn}`;
    const id = (await docker.exec(["ps", "--quiet", "--filter", label])).trim();
    await docker.exec(["rm", "--force", id]);
    const end = await stopped(task);
    assert.equal(end.stopCode, "EssentialContainerExited");
    // Docker kills before it removes: whoever looks in between still sees the exit code.
    const { exitCode, reason } = byName(end, "main") ?? {};
    if (exitCode === undefined) assert.match(String(reason), /^CannotInspectContainerError/);
    else assert.equal(exitCode, 137);
  });
});
