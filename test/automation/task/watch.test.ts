import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Task } from "@aws-sdk/client-ecs";
import { LogFollower } from "../../../automation/task/logFollower.ts";
import { type WatchOptions, watchTask } from "../../../automation/task/watch.ts";
import { FakeAws } from "../../support/fakeAws.ts";
import { FAULTS } from "../../support/fakeFaults.ts";
import { ARN, resultLine, running, stopped } from "./watchSetUp.ts";

/** Watches a task whose looks are answered in turn; undefined is MISSING, and the last answer stays. */
function watch(looks: readonly (Partial<Task> | undefined)[], changes: Partial<WatchOptions> = {}) {
  const aws = new FakeAws();
  const statuses: string[] = [];
  const times: number[] = [];
  const start = aws.clock.now();
  const follower = new LogFollower({
    logs: aws.logs.api,
    logGroup: aws.outputs.logGroup,
    logStream: "stage/migration/1",
    onLine: () => undefined,
  });
  aws.ecs.api.describeTasks = (input) =>
    aws.faults.call("describeTasks", input, () => {
      times.push(aws.clock.now() - start);
      const task = looks[Math.min(times.length, looks.length) - 1];
      return { $metadata: {}, tasks: task ? [{ taskArn: ARN, ...task }] : [], failures: [] };
    });
  const options: WatchOptions = {
    ecs: aws.ecs.api,
    clock: aws.clock,
    follower,
    clusterArn: aws.outputs.clusterArn,
    taskArn: ARN,
    containerName: "migration",
    timeoutMs: 600_000,
    onStatus: (status) => statuses.push(status),
    ...changes,
  };
  return { aws, statuses, times, start, run: () => watchTask(options) };
}

const pending = { lastStatus: "PENDING", desiredStatus: "RUNNING" };

describe("watchTask", () => {
  /** Delays between the calls of one name, in milliseconds; the first counts from the start. */
  const delaysOf = (aws: FakeAws, start: number, api: string) => {
    const at = aws.faults.of(api).map((call) => call.at - start);
    return at.map((time, index) => time - (at[index - 1] ?? 0));
  };

  test("looks at a running task after 1 s, 2 s, 4 s and 6 s, three times each", async () => {
    const { aws, start, run } = watch([...Array.from({ length: 13 }, () => running), stopped]);
    assert.equal((await run()).end, "stopped");
    assert.deepEqual(
      delaysOf(aws, start, "describeTasks"),
      [250, 1000, 1000, 1000, 2000, 2000, 2000, 4000, 4000, 4000, 6000, 6000, 6000, 6000],
    );
  });

  test("waits for no log of a container that never came to run", async () => {
    const failed = {
      ...stopped,
      stopCode: "TaskFailedToStart" as const,
      containers: [{ name: "migration" }],
    };
    const { aws, times, start, run } = watch([failed]);
    assert.equal((await run()).end, "stopped");
    assert.equal(aws.clock.now() - start, times[0]);
    const {
      aws: other,
      times: looks,
      start: begin,
      run: again,
    } = watch([{ ...failed, containers: [{ name: "migration", runtimeId: "1" }] }]);
    assert.equal((await again()).end, "stopped");
    assert.equal(other.clock.now() - begin - (looks[0] ?? 0), 12_000);
  });

  test("looks at a pending task after a tenth of the time waited, between 0.25 s and 1 s", async () => {
    const { times, run } = watch([...Array.from({ length: 60 }, () => pending), stopped]);
    assert.equal((await run()).end, "stopped");
    for (const [index, time] of times.entries()) {
      if (index === 0) continue;
      const before = times[index - 1] ?? 0;
      assert.equal(time - before, Math.min(Math.max(Math.round(before / 10), 250), 1000));
    }
  });

  test("asks for a log that cannot be there each 2 s, and at once when the task runs", async () => {
    const { aws, start, run } = watch([...Array.from({ length: 14 }, () => pending), running, stopped]);
    assert.equal((await run()).end, "stopped");
    const at = aws.faults.of("getLogEvents").map((call) => call.at - start);
    const runs = aws.faults.of("describeTasks")[14]?.at ?? 0;
    assert.deepEqual(at.slice(0, 4), [0, 2000, 4000, runs - start]);
  });

  test("reads the log after a twentieth of the time run, 0.1 s to 0.25 s, and from 5 s on after a hundredth, up to 1.8 s", async () => {
    const { aws, start, run } = watch([running], { timeoutMs: 600_000 });
    assert.equal((await run()).end, "timeout");
    const at = aws.faults.of("getLogEvents").map((call) => call.at - start);
    const runs = at[1] ?? 0;
    for (const [index, time] of at.entries()) {
      if (index < 2) continue;
      const before = at[index - 1] ?? 0;
      const ran = before - runs;
      const [share, least, most] = ran < 5_000 ? [20, 100, 250] : [100, 250, 1800];
      assert.equal(time - before, Math.min(Math.max(Math.round(ran / share), least), most));
    }
  });

  test("makes at most 660 calls in ten minutes without Live Tail, and a line shows within 2 s", async () => {
    const { aws, run } = watch([running], { timeoutMs: 600_000 });
    assert.equal((await run()).end, "timeout");
    assert.equal(aws.faults.calls.length <= 660, true, String(aws.faults.calls.length));
  });

  test("looks at once after the result line, then ever more slowly up to 3 s", async () => {
    const { aws, start, run } = watch([...Array.from({ length: 9 }, () => running), stopped]);
    aws.logs.put("stage/migration/1", resultLine);
    assert.equal((await run()).end, "stopped");
    assert.deepEqual(
      delaysOf(aws, start, "describeTasks").map(Math.round),
      [0, 50, 250, 1000, 2000, 3000, 3000, 1500, 3000, 3000],
    );
  });

  // aws-truth 11: recorded events of Fargate. ECS has the exit code some 10 s after the container's end, STOPPED follows.
  test("with Fargate's clock: at most 12 calls from the result line to the verdict, and the wait is said once", async () => {
    let finished = 0;
    const { aws, start, run } = watch([running], { onFinished: () => finished++ });
    const exited: Partial<Task> = {
      lastStatus: "DEPROVISIONING",
      desiredStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      containers: [{ name: "migration", lastStatus: "STOPPED", exitCode: 0 }],
    };
    const END = 30_000;
    aws.ecs.api.describeTasks = (input) =>
      aws.faults.call("describeTasks", input, () => {
        const now = aws.clock.now() - start;
        const task = now < END + 10_000 ? running : now < END + 20_000 ? exited : { ...exited, ...stopped };
        return { $metadata: {}, tasks: [{ taskArn: ARN, ...task }], failures: [] };
      });
    aws.logs.put("stage/migration/1", "ecs-migrate: up");
    aws.clock.after(END, () => aws.logs.put("stage/migration/1", resultLine));
    const watched = await run();
    assert.equal(watched.task?.lastStatus, "DEPROVISIONING");
    const late = aws.clock.now() - start - END;
    assert.ok(late >= 10_000 && late <= 14_000, `${late} ms after the container's end`);
    const after = aws.faults.calls.filter(({ at }) => at - start > END);
    assert.ok(after.length <= 12, `${after.length} calls`);
    assert.equal(finished, 1);
  });

  test("never waits for RUNNING: PENDING straight to STOPPED is an end", async () => {
    const { statuses, run } = watch([pending, stopped]);
    const watched = await run();
    assert.equal(watched.end, "stopped");
    assert.deepEqual(statuses, ["PENDING", "STOPPED"]);
  });

  test("takes containers [] and none at all", async () => {
    const { run } = watch([{ ...pending, containers: [] }, pending, stopped]);
    assert.equal((await run()).end, "stopped");
  });

  test("ends before the network is torn down, once the named container has its exit code", async () => {
    const stopping: Partial<Task> = {
      lastStatus: "DEPROVISIONING",
      desiredStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      containers: [{ name: "migration", lastStatus: "STOPPED", exitCode: 0 }],
    };
    assert.equal((await watch([running, stopping]).run()).task?.lastStatus, "DEPROVISIONING");
    const sidecar = { ...stopping, containers: [{ name: "logger", lastStatus: "STOPPED", exitCode: 0 }] };
    assert.equal((await watch([running, sidecar, stopped]).run()).task?.lastStatus, "STOPPED");
  });

  test("MISSING counts as pending for 60 s", async () => {
    const seen = watch([undefined, undefined, undefined, undefined, running, stopped]);
    assert.equal((await seen.run()).end, "stopped");
    const never = watch([undefined]);
    assert.deepEqual(await never.run(), {
      end: "neverSeen",
      task: undefined,
      detail: null,
      isDenied: false,
    });
    assert.ok((never.times.at(-1) ?? 0) >= 60_000 && (never.times.at(-1) ?? 0) < 66_000);
  });

  test("MISSING three times in a row after the task was seen means forgotten; less does not", async () => {
    const twice = watch([running, undefined, undefined, running, undefined, undefined, stopped]);
    assert.equal((await twice.run()).end, "stopped");
    const gone = watch([running, undefined]);
    const watched = await gone.run();
    assert.equal(watched.end, "forgotten");
    assert.equal(watched.task?.lastStatus, "RUNNING");
    assert.equal(gone.times.length, 4);
  });

  for (const fault of ["throttled", "server", "reset"] as const) {
    test(`${fault} ten times in a row is waited for, ever more slowly up to 15 s`, async () => {
      const { aws, start, run } = watch([stopped]);
      aws.faults.next("describeTasks", ...Array.from({ length: 10 }, () => FAULTS[fault]()));
      assert.equal((await run()).end, "stopped");
      const at = aws.faults.of("describeTasks").map((call) => call.at - start);
      const delays = at.map((time, index) => time - (at[index - 1] ?? 0));
      assert.deepEqual(delays, [250, 2000, 4000, 8000, 15000, 15000, 15000, 15000, 15000, 15000, 15000]);
    });
  }

  test("expired credentials end the watch after three refusals, with AWS's words", async () => {
    const { aws, run } = watch([running]);
    aws.faults.next("describeTasks", undefined);
    aws.faults.always("describeTasks", FAULTS.expired());
    const watched = await run();
    assert.equal(watched.end, "refused");
    assert.equal(
      watched.detail,
      "ExpiredTokenException: The security token included in the request is expired",
    );
    assert.equal(aws.faults.of("describeTasks").length, 4);
  });

  test("two refusals and an answer go on", async () => {
    const { aws, run } = watch([running, stopped]);
    aws.faults.next("describeTasks", FAULTS.denied(), FAULTS.denied(), undefined, FAULTS.denied());
    assert.equal((await run()).end, "stopped");
  });

  test("gives up when time is up, to the millisecond", async () => {
    const { aws, start, run } = watch([running], { timeoutMs: 90_500 });
    assert.equal((await run()).end, "timeout");
    assert.equal(aws.clock.now() - start, 90_500);
  });

  test("ends within the sleep when the script is stopped", async () => {
    const stop = new AbortController();
    const { aws, start, run } = watch([running], { signal: stop.signal });
    aws.clock.after(4_321, () => stop.abort());
    assert.equal((await run()).end, "cancelled");
    assert.equal(aws.clock.now() - start, 4_321);
  });
});
