/**
 * The ways around "once" and "true" that were reproduced (L cases of issue 18), each driven through a whole run over the
 * model of AWS.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { ConfigError } from "../../../automation/contract/errors.ts";
import type { Operation } from "../../../automation/contract/operations.ts";
import { readHistory } from "../../../automation/history/history.ts";
import type { RunReport } from "../../../automation/report/report.ts";
import { attachRun } from "../../../automation/run/attach.ts";
import { FAULTS } from "../../support/fakeFaults.ts";
import { NOBODY, RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../support/sampleOutputs.ts";

const UP: Operation = { name: "up" };
const DOWN: Operation = { name: "down", steps: 1 };
const [FIRST, SECOND, THIRD] = SAMPLE_FILES.map(({ version }) => version) as [number, number, number];

async function setUp(t: TestContext, version: number | null = THIRD): Promise<RunFixture> {
  const fixture = new RunFixture(await temporaryHome(t));
  fixture.aws.database.version = version;
  return fixture;
}

/** ^C so long after the command began. */
async function interrupted(fixture: RunFixture, operation: Operation, ms = 3_000): Promise<RunReport> {
  const stop = new AbortController();
  fixture.aws.clock.after(ms, () => stop.abort());
  const report = await fixture.runWith({ signal: stop.signal }, operation);
  assert.equal(report.exitCode, 13);
  return report;
}

function changesOf({ aws }: RunFixture): string[] {
  return aws.ecs.tasks
    .map(({ input }) => input.overrides?.containerOverrides?.[0]?.command?.join(" ") ?? "")
    .filter((command) => !/^(version|status)/.test(command));
}

describe("L3: a question beside a running migration", () => {
  test("is not answered with dirty while a healthy `up` runs", async (t) => {
    const fixture = await setUp(t, null);
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const { clock, database } = fixture.aws;
    const late = async () => {
      await clock.sleep(3_500);
      assert.equal(database.dirty, true, "the file in progress");
      return other.run({ name: "version" });
    };
    const [up, version] = await clock.together([() => fixture.run(UP), late]);
    assert.equal(up?.verdict.kind, "applied");
    assert.equal(version?.verdict.kind, "notStarted");
    assert.equal(version?.exitCode, 10);
    assert.match(version?.why ?? "", /task arn:.* is changing the database; until its file has ended/);
    assert.match(version?.next[0]?.command ?? "", /attach arn:/);
    assert.doesNotMatch(JSON.stringify(version?.next), /force/);
  });

  test("a `down` that ended while the question was read is asked about again", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    aws.ecs.scripts.push({}, { lateLogsMs: 6_000 });
    const other = new RunFixture(await temporaryHome(t), aws);
    const late = async () => {
      await aws.clock.sleep(2_500);
      return other.run({ name: "version" });
    };
    const [down, version] = await aws.clock.together([() => fixture.run(DOWN), late]);
    assert.equal(down?.verdict.kind, "applied");
    assert.deepEqual(version?.verdict, { kind: "unchanged", version: { version: SECOND, dirty: false } });
    assert.equal(aws.ecs.tasks.length, 3);
  });

  test("a run that ran nothing does not call another one's file in progress dirty", async (t) => {
    const fixture = await setUp(t, null);
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const { clock, ecs } = fixture.aws;
    // The first task is not listed yet when the second command looks, which is then stopped while it waits for the lock.
    ecs.scripts.push(
      { invisibleMs: 2_000 },
      { terminate: { afterMs: 1_000, stopCode: "UserInitiated", reason: "Task stopped" } },
    );
    const late = async () => {
      await clock.sleep(1_000);
      return other.run({ name: "goto", version: FIRST });
    };
    const [, goto] = await clock.together([() => fixture.run(UP), late]);
    assert.notEqual(goto?.verdict.kind, "dirty", JSON.stringify(goto?.verdict));
  });

  test("nor with exit code 12 alone, if the question's log is lost", async (t) => {
    const fixture = await setUp(t, null);
    const other = new RunFixture(await temporaryHome(t), fixture.aws);
    const { clock, ecs } = fixture.aws;
    ecs.scripts.push({}, { losesLogAfter: 0 });
    const late = async () => {
      await clock.sleep(3_500);
      return other.run({ name: "status" });
    };
    const [, status] = await clock.together([() => fixture.run(UP), late]);
    assert.notEqual(status?.verdict.kind, "dirty");
  });

  test("a question that is stopped before the tasks were looked at says nothing of the database", async (t) => {
    const fixture = await setUp(t, SECOND);
    fixture.aws.database.dirty = true;
    const stop = new AbortController();
    const { listTasks } = fixture.aws.ecs.api;
    let lists = 0;
    fixture.aws.ecs.api.listTasks = async (input) => {
      if (++lists > 2) stop.abort();
      if (stop.signal.aborted) throw new DOMException("aborted", "AbortError");
      return listTasks(input);
    };
    const report = await fixture.runWith({ signal: stop.signal }, { name: "version" });
    assert.equal(report.exitCode, 13);
  });

  test("dirty is still dirty if nothing runs", async (t) => {
    const fixture = await setUp(t, SECOND);
    fixture.aws.database.dirty = true;
    assert.equal((await fixture.run({ name: "version" })).exitCode, 12);
  });

  test("if the tasks cannot be looked up, nobody says dirty", async (t) => {
    const fixture = await setUp(t, SECOND);
    fixture.aws.database.dirty = true;
    fixture.aws.clock.after(1_000, () => fixture.aws.faults.always("listTasks", FAULTS.denied()));
    const report = await fixture.run({ name: "version" });
    assert.equal(report.exitCode, 14);
    assert.match(report.why ?? "", /whether a migration is running could not be looked up: AccessDenied/);
  });
});

describe("L5: an old result is never reported as a new one", () => {
  test("^C on `down 1`, attach, a deploy, then `down 1`: a new step", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await interrupted(fixture, DOWN);
    const attached = await attachRun(fixture.deps(), aws.ecs.tasks[0]?.arn ?? "");
    assert.equal(attached.verdict.kind, "applied");
    await fixture.run(UP);
    assert.equal(aws.database.version, THIRD);
    const report = await fixture.run(DOWN);
    assert.equal(report.task?.attached, false);
    assert.deepEqual(report.warnings, []);
    assert.equal(aws.database.version, SECOND);
    assert.deepEqual(changesOf(fixture), ["down 1", "up", "down 1"]);
  });

  test("the same without attach: the database is not as that step left it, so nothing runs and it says so", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await interrupted(fixture, DOWN);
    aws.clock.advance(60_000);
    await fixture.run(UP);
    const report = await fixture.run(DOWN);
    assert.equal(report.exitCode, 10);
    assert.equal(report.verdict.kind === "notStarted" && report.verdict.reason, "changedSince");
    // The report is of the run, and the run's step took effect.
    assert.equal(report.databaseChanged, "yes");
    assert.equal(
      report.headline,
      "Not started (changed since): an earlier process of this run changed the database",
    );
    assert.match(
      report.why ?? "",
      new RegExp(`brought the database to ${SECOND} by task .*, and it is at ${THIRD} by now`),
    );
    assert.equal(aws.database.version, THIRD);
    // It was reported, so the next one is a step of its own.
    assert.equal((await fixture.run(DOWN)).verdict.kind, "applied");
    assert.equal(aws.database.version, SECOND);
  });

  test("`version` after a restore asks the database", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await interrupted(fixture, { name: "version" }, 2_000);
    aws.clock.advance(60_000);
    aws.database.version = FIRST;
    const report = await fixture.run({ name: "version" });
    assert.deepEqual(report.verdict, { kind: "unchanged", version: { version: FIRST, dirty: false } });
  });

  test("`up` after a restore runs, though an earlier `up` was never reported", async (t) => {
    const fixture = await setUp(t, null);
    const { aws } = fixture;
    await interrupted(fixture, UP);
    aws.clock.advance(60_000);
    aws.database.version = FIRST;
    aws.database.ran.length = 1;
    const report = await fixture.run(UP);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(report.task?.attached, false);
    assert.deepEqual(report.warnings, []);
    assert.equal(aws.database.version, THIRD);
  });

  for (const [place, api] of [
    ["before it asks whether the result still holds", "describeTasks"],
    ["while it asks", "runTask"],
  ] as const)
    test(`${"`up`"} that is stopped ${place}: no old result as a new one, and the next command has it`, async (t) => {
      const fixture = await setUp(t, null);
      const { aws } = fixture;
      await interrupted(fixture, UP);
      aws.clock.advance(60_000);
      const stop = new AbortController();
      const call = fixture.deps().ecs[api] as (input: never, signal?: AbortSignal) => Promise<never>;
      const stopping = (input: never, signal?: AbortSignal) => {
        stop.abort();
        return call(input, signal);
      };
      const ecs = { ...fixture.deps().ecs, [api]: stopping };
      const report = await fixture.runWith({ ecs, signal: stop.signal }, UP);
      assert.equal(report.exitCode, 13, report.headline);
      assert.equal(report.databaseChanged, "maybe");
      const again = await fixture.run(UP);
      assert.equal(again.verdict.kind, "applied");
      assert.match(again.warnings.join(), /result of an earlier process of this run/);
      assert.deepEqual(changesOf(fixture), ["up"]);
    });

  test("`up` after its task was forgotten and the database stepped back: its old line is no new result", async (t) => {
    const fixture = await setUp(t, null);
    const { aws } = fixture;
    // ECS promises an hour; the journal still names the task.
    aws.ecs.scripts.push({ forgottenMs: 1_000 });
    await interrupted(fixture, UP);
    aws.clock.advance(60_000);
    aws.database.version = FIRST;
    aws.database.ran.length = 1;
    const report = await fixture.run(UP);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(report.task?.attached, false);
    assert.equal(aws.database.version, THIRD);
  });

  test("`up` that cannot begin anew does not deny what its earlier task did", async (t) => {
    const fixture = await setUp(t, null);
    const { aws } = fixture;
    await interrupted(fixture, UP);
    aws.clock.advance(60_000);
    aws.database.version = FIRST;
    aws.faults.always("runTask", FAULTS.expired());
    const report = await fixture.run(UP);
    assert.equal(report.exitCode, 10);
    assert.equal(report.databaseChanged, "yes");
    assert.match(
      report.headline,
      /^Not started \(.+\): an earlier process of this run changed the database$/,
    );
  });

  test("an earlier step that failed without an effect is taken now", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    aws.database.lockedBy = "somebody else";
    await interrupted(fixture, DOWN);
    aws.clock.advance(60_000);
    aws.database.lockedBy = undefined;
    const report = await fixture.run(DOWN);
    assert.equal(report.verdict.kind, "applied");
    assert.deepEqual(report.warnings, []);
    assert.equal(report.task?.attached, false);
    assert.equal(aws.database.version, SECOND);
  });
});

describe("L6: the identity is the family's, not the revision's", () => {
  test("`down 1` killed, a new revision, the same command: one step", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    const stop = new AbortController();
    aws.clock.after(3_000, () => stop.abort());
    await fixture.runWith({ signal: stop.signal }, DOWN);
    aws.clock.advance(60_000);
    const revision = aws.revisions.get(12);
    if (revision) aws.revisions.set(13, revision);
    const report = await fixture.run(DOWN, aws.ecs.revisionArn(13));
    assert.match(report.warnings.join(), /result of an earlier process of this run/);
    assert.equal(aws.database.version, SECOND);
    assert.deepEqual(changesOf(fixture), ["down 1"]);
  });

  for (const [name, env] of [
    [
      "GitHub's re-run of failed jobs",
      (attempt: number) => ({
        GITHUB_ACTIONS: "true",
        GITHUB_REPOSITORY: "acme/shop",
        GITHUB_RUN_ID: "77",
        GITHUB_RUN_ATTEMPT: String(attempt),
        GITHUB_JOB: "down",
      }),
    ],
    [
      "a retried job of GitLab",
      (attempt: number) => ({
        GITLAB_CI: "true",
        CI_PROJECT_ID: "5",
        CI_PIPELINE_ID: "900",
        CI_JOB_NAME: "down",
        CI_JOB_ID: String(attempt),
      }),
    ],
  ] as const)
    test(`${name} on a new machine: one step`, async (t) => {
      const first = await setUp(t);
      const { aws } = first;
      const second = new RunFixture(await temporaryHome(t), aws);
      const runner = (fixture: RunFixture, attempt: number) => ({
        origin: { ...NOBODY, build: `77.${attempt}` },
        env: { ...env(attempt), XDG_STATE_HOME: fixture.home },
      });
      const stop = new AbortController();
      aws.clock.after(3_000, () => stop.abort());
      await first.runWith({ ...runner(first, 1), signal: stop.signal }, DOWN);
      aws.clock.advance(60_000);
      const report = await second.runWith(runner(second, 2), DOWN);
      assert.equal(report.exitCode, 0);
      assert.match(report.warnings.join(), /result of an earlier process of this run/);
      assert.equal(aws.database.version, SECOND);
      assert.deepEqual(changesOf(first), ["down 1"]);
      // The same words once more in the same job are another step.
      await second.runWith(runner(second, 2), DOWN);
      assert.equal(aws.database.version, FIRST);
    });
});

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

describe("L10: the network is gone for 25 s", () => {
  for (const [name, error] of [
    [
      "an endpoint with two addresses (AggregateError)",
      Object.assign(
        new AggregateError([
          Object.assign(new Error("connect ETIMEDOUT 10.0.0.1:443"), { code: "ETIMEDOUT" }),
          Object.assign(new Error("connect ENETUNREACH 2001:db8::1:443"), { code: "ENETUNREACH" }),
        ]),
        { code: "ETIMEDOUT" },
      ),
    ],
    ["no route (EHOSTUNREACH)", Object.assign(new Error("connect EHOSTUNREACH"), { code: "EHOSTUNREACH" })],
  ] as const)
    test(`${name}: the log and the verdict are whole`, async (t) => {
      const fixture = await setUp(t, null);
      const { aws } = fixture;
      const apis = ["describeTasks", "getLogEvents", "listTasks"];
      aws.clock.after(4_000, () => {
        for (const api of apis) aws.faults.always(api, { error });
      });
      aws.clock.after(29_000, () => {
        for (const api of apis) aws.faults.always(api, undefined);
      });
      const report = await fixture.run(UP);
      assert.equal(report.verdict.kind, "applied");
      assert.deepEqual(report.warnings, []);
      assert.match(fixture.said, /index_email/);
    });
});

describe("R34: who ran it by hand", () => {
  async function byOf(t: TestContext, changes: Parameters<RunFixture["runWith"]>[0]): Promise<unknown> {
    const fixture = await setUp(t, null);
    await fixture.runWith(changes, UP);
    const { logs, outputs } = fixture.aws;
    const [entry] = await readHistory({ logs: logs.api, outputs }, 0);
    return entry?.result.run?.by;
  }
  const caller = async () => "assumed-role/Operator/alice@example.com";
  const nobody = async () => null;

  test("the shell's user and AWS's name for the caller", async (t) => {
    const origin = { ...NOBODY, by: "alice" };
    assert.equal(
      await byOf(t, { origin, askCaller: caller }),
      "alice (assumed-role/Operator/alice@example.com)",
    );
  });

  test("in a container without a user: AWS's name; if AWS does not say either, unknown", async (t) => {
    assert.equal(await byOf(t, { askCaller: caller }), "assumed-role/Operator/alice@example.com");
    assert.equal(await byOf(t, { askCaller: nobody }), "unknown");
  });

  test("a build names itself, and STS is not asked", async (t) => {
    const origin = { ...NOBODY, by: "codepipeline/shop", build: "shop:1" };
    assert.equal(await byOf(t, { origin, askCaller: assert.fail }), "codepipeline/shop");
  });
});
