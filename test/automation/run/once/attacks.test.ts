/** Ways around "once" and "true" beside L1 to L21: what AWS, a proxy, a clock and a log may do to a run. */
import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { EcsApi, LogsApi } from "../../../../automation/aws/clients.ts";
import type { Operation } from "../../../../automation/contract/operations.ts";
import type { RunDeps } from "../../../../automation/run/runOperation.ts";
import { safeText } from "../../../../automation/text/plainText.ts";
import { explainError } from "../../../../automation/verdict/databaseError.ts";
import { matchingReasons } from "../../../../automation/verdict/notStartedReasons.ts";
import { deniedCall } from "../../../../automation/verdict/reason.ts";
import { cpuMs } from "../../../support/cpuTime.ts";
import { ahead } from "../../../support/fakeClock.ts";
import { FAULTS } from "../../../support/fakeFaults.ts";
import { RunFixture, temporaryHome } from "../../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../../support/sampleOutputs.ts";

const UP: Operation = { name: "up" };
const DOWN: Operation = { name: "down", steps: 1 };
const [, SECOND, THIRD] = SAMPLE_FILES.map(({ version }) => version) as [number, number, number];

async function setUp(t: Parameters<typeof temporaryHome>[0]): Promise<RunFixture> {
  const fixture = new RunFixture(await temporaryHome(t));
  fixture.aws.database.version = THIRD;
  return fixture;
}

function stepsOf({ aws }: RunFixture): number {
  return aws.database.ran.filter(({ direction }) => direction === "down").length;
}

describe("RunTask", () => {
  test("that answers with a task and a failure has started the task", async (t) => {
    const fixture = await setUp(t);
    const { ecs } = fixture.deps();
    // Invisible to ListTasks for a while, so that only the answer shows the task.
    fixture.aws.ecs.scripts.push({ invisibleMs: 30_000 });
    const both: EcsApi["runTask"] = async (input, signal) => ({
      ...(await ecs.runTask(input, signal)),
      failures: [{ reason: "AGENT" }],
    });
    const report = await fixture.runWith({ ecs: { ...ecs, runTask: both } }, DOWN);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(stepsOf(fixture), 1);
  });

  for (const answer of [{}, { tasks: [], failures: [] }, { tasks: [{}] }])
    test(`whose answer became ${JSON.stringify(answer)} on its way: one step, and its verdict`, async (t) => {
      const fixture = await setUp(t);
      const { ecs } = fixture.deps();
      let calls = 0;
      const emptied: EcsApi["runTask"] = async (input, signal) => {
        const real = await ecs.runTask(input, signal);
        return ++calls === 1 ? { $metadata: real.$metadata, ...answer } : real;
      };
      const report = await fixture.runWith({ ecs: { ...ecs, runTask: emptied } }, DOWN);
      assert.equal(report.verdict.kind, "applied");
      assert.equal(stepsOf(fixture), 1);
    });
});

describe("a clock that is ahead of AWS's by half an hour", () => {
  test("takes a new task for no earlier one", async (t) => {
    const fixture = await setUp(t);
    const report = await fixture.runWith({ clock: ahead(fixture.aws.clock, 30 * 60_000) }, DOWN);
    assert.equal(report.verdict.kind, "applied");
    assert.deepEqual(report.warnings, []);
  });

  test("starts a step that fails without an effect once", async (t) => {
    const fixture = await setUp(t);
    fixture.aws.database.lockedBy = "somebody else";
    const report = await fixture.runWith({ clock: ahead(fixture.aws.clock, 30 * 60_000) }, DOWN);
    assert.equal(report.verdict.kind, "failed");
    assert.equal(fixture.aws.ecs.tasks.length, 1);
  });

  test("and behind it: the history of the last hour is seen, and the deploy is skipped", async (t) => {
    const fixture = await setUp(t);
    await fixture.deploy();
    const report = await fixture.deploy({ clock: ahead(fixture.aws.clock, -30 * 60_000) });
    assert.equal(report.verdict.kind === "unchanged" && report.verdict.skipped, "applied");
  });
});

describe("a proxy that answers {}", () => {
  for (const [api, of] of [
    ["listTasks", "ecs"],
    ["describeTasks", "ecs"],
    ["getLogEvents", "logs"],
    ["filterLogEvents", "logs"],
  ] as const)
    test(`to ${api}: no second step beside one that runs, and no deploy is skipped by it`, async (t) => {
      const fixture = await setUp(t);
      const { aws } = fixture;
      const empty = async () => ({ $metadata: {} });
      const deps = fixture.deps();
      const api_: Partial<RunDeps> = { [of]: { ...deps[of], [api]: empty } as EcsApi & LogsApi };
      const other = new RunFixture(await temporaryHome(t), aws);
      const [, report] = await aws.clock.together([
        () => other.run(DOWN),
        async () => {
          await aws.clock.sleep(1_500);
          return fixture.runWith(api_, DOWN);
        },
      ]);
      assert.equal(stepsOf(fixture), 1, report?.headline);
      const { ecs = deps.ecs, logs = deps.logs } = api_;
      const deployed = await fixture.deploy({ connectEcs: async () => ecs, connectLogs: async () => logs });
      assert.notEqual(deployed.verdict.kind === "unchanged" && deployed.verdict.skipped, "applied");
    });
});

/** A step whose process was stopped after 1.5 s, and the journal's entry of it. */
async function interruptedStep(t: TestContext) {
  const fixture = await setUp(t);
  const stop = new AbortController();
  fixture.aws.clock.after(1_500, () => stop.abort());
  await fixture.runWith({ signal: stop.signal }, DOWN);
  const folder = join(fixture.home, "ecs-migrate", "runs");
  const [name = ""] = await readdir(folder);
  return { fixture, folder, name };
}

describe("the journal", () => {
  test("is a folder where its file should be: one step, and a warning", async (t) => {
    const { fixture, name } = await interruptedStep(t);
    fixture.aws.clock.advance(60_000);
    const damaged = new RunFixture(await temporaryHome(t), fixture.aws);
    await mkdir(join(damaged.home, "ecs-migrate", "runs", name), { recursive: true });
    await damaged.run(UP);
    await damaged.run(DOWN);
    assert.match(damaged.said, /this run is not remembered on this machine/);
  });

  test("holds values of other types: nothing runs twice, and it is no crash", async (t) => {
    const { fixture, folder, name } = await interruptedStep(t);
    const entry = { nonce: "x", runId: "y", startedAt: 1e300, attempt: "many", taskArn: {}, ended: "no" };
    await writeFile(join(folder, name), JSON.stringify(entry));
    fixture.aws.clock.advance(60_000);
    await fixture.run(DOWN);
    assert.equal(stepsOf(fixture), 1);
  });
});

test("a result line that a file printed counts for nothing if the container is killed after it", async (t) => {
  const fixture = await setUp(t);
  const { aws } = fixture;
  aws.ecs.scripts.push({ kill: { afterMs: 2_000, exitCode: 137 } });
  const forged = { ecsMigrate: 1, operation: "down", argument: "1", outcome: "applied", exitCode: 0 };
  const versions = { from: { version: THIRD, dirty: false }, to: { version: SECOND, dirty: false } };
  const rest = { files: [], error: null, startedAt: new Date(aws.clock.now()).toISOString(), durationMs: 1 };
  aws.clock.after(1_500, () => {
    const arn = aws.ecs.tasks[0]?.arn ?? "";
    aws.logs.put(aws.ecs.logStream(arn), JSON.stringify({ ...forged, ...versions, ...rest }));
  });
  const report = await fixture.run(DOWN);
  assert.notEqual(report.exitCode, 0);
});

test("credentials that end in the middle of a run leave it open, and the same command finds it", async (t) => {
  const fixture = await setUp(t);
  const { aws } = fixture;
  aws.clock.after(1_500, () => {
    for (const api of ["describeTasks", "getLogEvents", "listTasks", "runTask"])
      aws.faults.always(api, FAULTS.expired());
  });
  assert.equal((await fixture.run(DOWN)).exitCode, 14);
  aws.faults.clear();
  aws.clock.advance(10 * 60_000);
  assert.equal((await fixture.run(DOWN)).exitCode, 0);
  assert.equal(stepsOf(fixture), 1);
});

describe("80 KB of anything is read in linear time", () => {
  const pieces = [
    ...[
      "a/",
      "'",
      '"',
      "\\",
      "=",
      "password=",
      "postgres://",
      "postgres://u:p@",
      "(details: ",
      " in line 1: ",
    ],
    ...[
      "-----BEGIN ",
      "@tcp(",
      "%",
      "\u0000",
      "\u202e",
      "\u001b[",
      "\u001b]8;;",
      "://",
      "user:",
      "Bearer ",
      "{",
    ],
    ...[
      "not authorized to perform: ",
      "ResourceInitializationError: ",
      "prepared statement ",
      "\r",
      "é",
      "😀",
    ],
  ];
  for (const piece of pieces)
    test(JSON.stringify(piece), () => {
      const text = piece.repeat(Math.ceil(80_000 / piece.length));
      const spent = cpuMs(() => [
        safeText(text),
        explainError(text),
        matchingReasons(text),
        deniedCall(text),
      ]);
      assert.ok(spent < 400, `${spent} ms`);
    });
});
