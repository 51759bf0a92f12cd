import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { drain, LogFollower } from "../../../automation/task/logFollower.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { FAULTS, Faults } from "../../support/fakeFaults.ts";
import { FakeLogs } from "../../support/fakeLogs.ts";

const GROUP = "/ecs/migration/shop";
const STREAM = "stage/migration/1";
const RESULT = JSON.stringify({
  ecsMigrate: 1,
  operation: "up",
  argument: null,
  outcome: "unchanged",
  exitCode: 0,
  from: { version: 7, dirty: false },
  to: { version: 7, dirty: false },
  files: [],
  error: null,
  startedAt: "2026-11-24T09:00:00Z",
  durationMs: 12,
});

function setUp() {
  const clock = new FakeClock();
  const faults = new Faults(() => clock.now());
  const logs = new FakeLogs(clock, faults, GROUP);
  const lines: string[] = [];
  const follower = new LogFollower({
    logs: logs.api,
    logGroup: GROUP,
    logStream: STREAM,
    onLine: (line) => lines.push(line),
  });
  return { clock, faults, logs, lines, follower };
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `line ${index} ${"x".repeat(90)}`);

describe("LogFollower", () => {
  for (const emptyPages of [false, true]) {
    test(`gives 20,000 lines in order, none lost or doubled${emptyPages ? ", with empty pages between" : ""}`, async () => {
      const { clock, logs, lines, follower } = setUp();
      logs.emptyPages = emptyPages;
      const all = numbered(20_000);
      for (let start = 0; start < all.length; start += 3_000) {
        for (const line of all.slice(start, start + 3_000)) logs.put(STREAM, line, start % 2_000);
        await follower.poll();
        clock.advance(700);
      }
      logs.put(STREAM, RESULT, 4_000);
      await drain(follower, clock);
      assert.deepEqual(lines, all);
      assert.equal(follower.lines, 20_001);
      assert.equal(follower.result?.durationMs, 12);
      assert.deepEqual(follower.tail, all.slice(-20));
    });
  }

  test("reads 12,000 lines that are there at once in pages of 1 MB or 10,000", async () => {
    const { faults, logs, lines, follower } = setUp();
    const all = numbered(12_000);
    for (const line of all) logs.put(STREAM, line);
    assert.deepEqual(await follower.poll(), { lines: 12_000, atEnd: true });
    assert.deepEqual(lines, all);
    assert.equal(faults.of("getLogEvents").length, 3);
  });

  test("asks for the stream by its name, from its head, without a time", async () => {
    const { faults, logs, follower } = setUp();
    logs.put(STREAM, "one");
    await follower.poll();
    assert.deepEqual(
      faults.of("getLogEvents").map(({ input }) => input),
      [
        { logGroupName: GROUP, logStreamName: STREAM, startFromHead: true },
        { logGroupName: GROUP, logStreamName: STREAM, startFromHead: true, nextToken: "f/1" },
      ],
    );
  });

  test("takes a stream that is missing for one that is not there yet", async () => {
    const { logs, lines, follower } = setUp();
    assert.deepEqual(await follower.poll(), { lines: 0, atEnd: false });
    assert.equal(follower.warning, undefined);
    assert.equal(follower.failures, 0);
    logs.put(STREAM, "at last");
    await follower.poll();
    assert.deepEqual(lines, ["at last"]);
  });

  test("counts failures that pass, and forgets them with the next answer", async () => {
    const { faults, logs, follower } = setUp();
    logs.put(STREAM, "one");
    faults.next("getLogEvents", FAULTS.throttled(), FAULTS.server());
    await follower.poll();
    await follower.poll();
    assert.equal(follower.failures, 2);
    await follower.poll();
    assert.equal(follower.failures, 0);
    assert.equal(follower.warning, undefined);
  });

  test("gives up with a warning where reading is denied", async () => {
    const { faults, follower } = setUp();
    faults.always("getLogEvents", FAULTS.denied());
    assert.deepEqual(await follower.poll(), { lines: 0, atEnd: true });
    await follower.poll();
    assert.equal(faults.of("getLogEvents").length, 1);
    assert.equal(
      follower.warning,
      `the log stream ${STREAM} in ${GROUP} could not be read (AccessDeniedException: User: ci is not authorized to perform: this action)`,
    );
  });

  test("only the stream's last line is its result: a line like one that others follow is printed", async () => {
    // L13: a failing file can print such a line, by RAISE NOTICE for one.
    const { logs, lines, follower } = setUp();
    const forged = RESULT.replace('"durationMs":12', '"durationMs":1');
    logs.put(STREAM, forged);
    await follower.poll();
    logs.put(STREAM, "migration failed: syntax error");
    await follower.poll();
    assert.equal(follower.result === undefined, true);
    assert.deepEqual(lines, [forged, "migration failed: syntax error"]);
    logs.put(STREAM, RESULT);
    await follower.poll();
    assert.equal(follower.result?.durationMs, 12);
    assert.equal(lines.length, 2);
  });

  test("of two lines like a result the last wins, also if both were pushed", async () => {
    const { logs, lines, follower } = setUp();
    logs.put(STREAM, RESULT);
    logs.put(STREAM, RESULT.replace('"durationMs":12', '"durationMs":13'));
    follower.expectPushes();
    follower.print(logs.streams.get(STREAM)?.events ?? []);
    assert.equal(follower.result?.durationMs, 13);
    assert.equal(follower.unread, 2);
    await follower.poll();
    assert.equal(follower.result?.durationMs, 13);
    assert.deepEqual(lines, [RESULT]);
    assert.equal(follower.unread, 0);
  });
});

describe("poll", () => {
  test("to the end reads on after a page with few lines; otherwise only after a page with many", async () => {
    const { faults, logs, follower } = setUp();
    logs.put(STREAM, "one");
    assert.deepEqual(await follower.poll(false), { lines: 1, atEnd: false });
    assert.equal(faults.of("getLogEvents").length, 1);
    logs.put(STREAM, "two");
    assert.deepEqual(await follower.poll(), { lines: 1, atEnd: true });
    assert.equal(faults.of("getLogEvents").length, 3);
    for (let line = 0; line < 10_500; line++) logs.put(STREAM, String(line));
    assert.deepEqual(await follower.poll(false), { lines: 10_500, atEnd: false });
    assert.equal(faults.of("getLogEvents").length, 5);
  });
});

describe("drain", () => {
  test("ends as soon as the result line is there and the end is reached", async () => {
    const { clock, logs, follower } = setUp();
    logs.put(STREAM, RESULT);
    await drain(follower, clock);
    assert.deepEqual(clock.sleeps, []);
  });

  test("reads nothing again where the end was reached after the result line", async () => {
    const { clock, faults, logs, follower } = setUp();
    logs.put(STREAM, RESULT);
    await follower.poll();
    const before = faults.of("getLogEvents").length;
    await drain(follower, clock);
    assert.equal(faults.of("getLogEvents").length, before);
  });

  test("a page that ends with the result line is the last", async () => {
    const { clock, faults, logs, follower } = setUp();
    for (const line of ["line", RESULT]) logs.put(STREAM, line);
    await drain(follower, clock);
    assert.equal(follower.lines, 2);
    assert.equal(faults.of("getLogEvents").length, 1);
  });

  test("a result line that another line follows is none, and one is waited for", async () => {
    const { clock, logs, follower } = setUp();
    for (const line of [RESULT, "a word more"]) logs.put(STREAM, line);
    const start = clock.now();
    await drain(follower, clock);
    assert.equal(clock.now() - start, 12_000);
    assert.equal(follower.result, undefined);
  });

  test("waits 12 s for a result line, and no longer", async () => {
    const { clock, logs, follower } = setUp();
    logs.put(STREAM, "no result");
    const start = clock.now();
    await drain(follower, clock);
    assert.equal(clock.now() - start, 12_000);
    assert.equal(follower.result, undefined);
  });

  test("pauses between polls that are throttled before the result line", async () => {
    const { clock, faults, logs, follower } = setUp();
    logs.put(STREAM, "line");
    await follower.poll(false);
    logs.put(STREAM, RESULT);
    faults.next("getLogEvents", FAULTS.throttled(), FAULTS.throttled());
    await drain(follower, clock);
    assert.deepEqual(clock.sleeps, [500, 500]);
  });

  test("ends at once when the script is stopped", async () => {
    const { clock, follower } = setUp();
    await drain(follower, clock, AbortSignal.abort());
    assert.deepEqual(clock.sleeps, []);
  });
});
