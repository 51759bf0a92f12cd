import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LiveTail } from "../../../automation/task/liveTail.ts";
import { LogFollower } from "../../../automation/task/logFollower.ts";
import { watchTask } from "../../../automation/task/watch.ts";
import { FakeAws } from "../../support/fakeAws.ts";
import { FAULTS } from "../../support/fakeFaults.ts";
import { ARN, resultLine, running, stopped } from "./watchSetUp.ts";

describe("watchTask while lines are pushed", () => {
  const STREAM = "stage/migration/1";
  /** Watches a task that runs for so long, with a line after 1 ms and Live Tail allowed. */
  function watchPushed(runsMs: number, changes: (aws: FakeAws) => void = () => undefined) {
    const aws = new FakeAws();
    const start = aws.clock.now();
    aws.logs.liveTail = true;
    const shown: { line: string; at: number }[] = [];
    const follower = new LogFollower({
      logs: aws.logs.api,
      logGroup: aws.outputs.logGroup,
      logStream: STREAM,
      onLine: (line) => shown.push({ line, at: aws.clock.now() - start }),
    });
    aws.ecs.api.describeTasks = (input) =>
      aws.faults.call("describeTasks", input, () => ({
        $metadata: {},
        tasks: [{ taskArn: ARN, ...(aws.clock.now() - start < runsMs ? running : stopped) }],
      }));
    const { clock } = aws;
    const tail = new LiveTail({
      start: aws.logs.api.startLiveTail,
      clock,
      logGroupArn: "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/shop",
      logStream: STREAM,
    });
    clock.after(1, () => aws.logs.put(STREAM, "first"));
    clock.after(runsMs, () => aws.logs.put(STREAM, resultLine));
    changes(aws);
    const run = (other = tail) =>
      watchTask({
        ecs: aws.ecs.api,
        clock,
        follower,
        tail: other,
        clusterArn: aws.outputs.clusterArn,
        taskArn: ARN,
        containerName: "migration",
        timeoutMs: 3_600_000,
      });
    /** Puts a numbered line each so many milliseconds, from 500 ms on. */
    const write = (eachMs: number, lines: number) => {
      for (let line = 0; line < lines; line++)
        clock.after(500 + line * eachMs, () => aws.logs.put(STREAM, `line ${line}`));
    };
    const texts = () => shown.map(({ line }) => line);
    return { aws, start, shown, texts, write, follower, run };
  }
  const numbered = (lines: number) => [
    "first",
    ...Array.from({ length: lines }, (_, line) => `line ${line}`),
  ];
  const minutes = (count: number) => count * 60_000;

  test("a task that ends within 5 s opens no session", async () => {
    const { aws, run } = watchPushed(4_900);
    assert.equal((await run()).end, "stopped");
    assert.equal(aws.faults.of("startLiveTail").length, 0);
  });

  test("opens one session for the stream of this task alone, and closes it", async () => {
    const { aws, start, run } = watchPushed(60_000);
    assert.equal((await run()).end, "stopped");
    const [call, ...others] = aws.faults.of("startLiveTail");
    assert.equal(others.length, 0);
    assert.deepEqual(call?.input, {
      logGroupArn: "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/shop",
      logStream: STREAM,
    });
    const after = (call?.at ?? 0) - start;
    assert.ok(after >= 5_000 && after < 5_600, String(after));
    assert.equal(aws.logs.sessions, 0);
  });

  test("makes fewer calls in ten minutes than one each 6 s, and each line shows within 2 s, once, in order", async () => {
    const { aws, start, shown, texts, write, run } = watchPushed(minutes(10));
    write(7_919, 75);
    assert.equal((await run()).end, "stopped");
    assert.deepEqual(texts(), numbered(75));
    for (const { line, at } of shown.slice(1)) {
      const late = at - (500 + Number(line.slice(5)) * 7_919);
      assert.ok(late >= 0 && late <= 2_000, `${line}: ${late} ms`);
    }
    const inTime = aws.faults.calls.filter(({ at }) => at - start <= minutes(10));
    assert.ok(inTime.length <= 100, String(inTime.length));
  });

  test("looks at once after a result line that was pushed", async () => {
    const { aws, start, run } = watchPushed(33_333);
    assert.equal((await run()).end, "stopped");
    const end = aws.clock.now() - start;
    assert.ok(end >= 33_333 && end <= 34_400, String(end));
  });

  test("lines around the session's begin, read and pushed, show once", async () => {
    const { texts, write, run } = watchPushed(20_000);
    write(50, 200);
    assert.equal((await run()).end, "stopped");
    assert.deepEqual(texts(), numbered(200));
  });

  test("the same text at the same moment shows as often as it was written", async () => {
    const { aws, texts, run } = watchPushed(30_000);
    aws.clock.after(10_000, () => {
      for (let times = 0; times < 3; times++) aws.logs.put(STREAM, "again");
    });
    assert.equal((await run()).end, "stopped");
    assert.deepEqual(texts(), ["first", "again", "again", "again"]);
  });

  test("a flood ends the session, and is read: 20,000 lines, once and in order", async () => {
    const { aws, texts, write, follower, run } = watchPushed(60_000);
    write(1, 20_000);
    assert.equal((await run()).end, "stopped");
    assert.deepEqual(texts(), numbered(20_000));
    assert.equal(follower.unread, 0);
    assert.equal(aws.faults.of("startLiveTail").length, 1);
  });

  test("lines that the session loses are read: each shows once", async () => {
    const { aws, texts, write, run } = watchPushed(minutes(5));
    aws.logs.losesEach = 3;
    write(1_000, 200);
    assert.equal((await run()).end, "stopped");
    assert.deepEqual(texts().sort(), numbered(200).sort());
  });

  test("what was pushed is read back at the end, however late it can be read", async () => {
    const { aws, texts, follower, run } = watchPushed(60_000);
    const { getLogEvents } = aws.logs.api;
    let late = 0;
    aws.logs.api.getLogEvents = async (input) => {
      // From the end on, four answers in which the stream looks as it was before.
      if (follower.result && late++ < 4)
        return { $metadata: {}, events: [], nextForwardToken: input.nextToken };
      return getLogEvents(input);
    };
    assert.equal((await run()).end, "stopped");
    assert.deepEqual(texts(), ["first"]);
    assert.equal(follower.unread, 0);
  });

  for (const [name, change] of Object.entries({
    denied: (aws: FakeAws) => {
      aws.logs.liveTail = false;
    },
    "with too many sessions open": (aws: FakeAws) => aws.faults.always("startLiveTail", FAULTS.throttled()),
    "out of reach": (aws: FakeAws) => aws.faults.always("startLiveTail", FAULTS.timedOut()),
    "ended after a minute": (aws: FakeAws) => aws.clock.after(60_000, () => aws.logs.endSessions()),
    silent: (aws: FakeAws) => {
      aws.logs.liveTail = "silent";
    },
  })) {
    test(`Live Tail ${name}: the log is asked for, and nothing is lost`, async () => {
      const { aws, shown, texts, write, run } = watchPushed(minutes(4), change);
      write(2_000, 100);
      assert.equal((await run()).end, "stopped");
      assert.deepEqual(texts(), numbered(100));
      assert.equal(aws.faults.of("startLiveTail").length, 1, "it is not tried again");
      const lateMs = shown.slice(1).map(({ line, at }) => at - (500 + Number(line.slice(5)) * 2_000));
      assert.ok(Math.max(...lateMs) <= (name === "silent" ? 12_000 : 2_000), String(Math.max(...lateMs)));
    });
  }

  test("a session that is still opening when the task ends is given up", async () => {
    const { aws, run } = watchPushed(8_000);
    let aborted = false;
    aws.logs.api.startLiveTail = ({ signal }) =>
      new Promise((_, failed) => {
        signal.addEventListener("abort", () => {
          aborted = true;
          failed(new Error("aborted"));
        });
      });
    const tail = new LiveTail({
      start: aws.logs.api.startLiveTail,
      clock: aws.clock,
      logGroupArn: "",
      logStream: STREAM,
    });
    assert.equal((await run(tail)).end, "stopped");
    assert.equal(aborted, true);
  });

  test("a container that ends without a result line is noticed within 15 s and a fifth", async () => {
    const { aws, start, run } = watchPushed(minutes(10), (aws) => {
      aws.logs.put = new Proxy(aws.logs.put, {
        apply: (put, self, [stream, text]: [string, string]) =>
          text === resultLine ? undefined : put.call(self, stream, text),
      });
    });
    assert.equal((await run()).end, "stopped");
    // 15 s for the look (without jitter), 12 s for a result line that may yet come.
    assert.ok(aws.clock.now() - start <= minutes(10) + 15_000 + 12_600, String(aws.clock.now() - start));
  });
});
