import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { digest16 } from "../../../automation/contract/container.ts";
import type { Operation } from "../../../automation/contract/operations.ts";
import { readHistory } from "../../../automation/history/history.ts";
import {
  isUpToDate,
  type KnownVersion,
  knownVersionOf,
  lastUpToDate,
  readKnownVersion,
} from "../../../automation/history/knownVersion.ts";
import { type EndedRun, readBack, readRecord } from "../../../automation/history/record.ts";
import { historyJson, historyLines } from "../../../automation/history/text.ts";
import { readFamily } from "../../../automation/task/family.ts";
import { FAULTS } from "../../support/fakeFaults.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { secretOf } from "../../support/sampleOutputs.ts";
import { SAMPLE_RESULT } from "../../support/sampleResult.ts";

const UP: Operation = { name: "up" };
const DOWN: Operation = { name: "down", steps: 1 };
const VERSION: Operation = { name: "version" };
const HIGHEST = 20261124;

/** What a deploy finds: the run that makes a new one needless. */
async function upToDate({ aws }: RunFixture): Promise<EndedRun | "due"> {
  const reader = { ecs: aws.ecs.api, logs: aws.logs.api, clock: aws.clock, outputs: aws.outputs };
  const tasks = await readFamily(reader);
  for await (const record of readBack(reader, aws.clock.now())) {
    const found = lastUpToDate(record, tasks, aws.outputs);
    if (found) return found;
  }
  return "due";
}

function known({ aws }: RunFixture): Promise<KnownVersion> {
  const connectEcs = async () => aws.ecs.api;
  const connectLogs = async () => aws.logs.api;
  return readKnownVersion({ connectEcs, connectLogs, clock: aws.clock }, aws.outputs);
}

async function setUp(t: Parameters<typeof temporaryHome>[0]): Promise<RunFixture> {
  return new RunFixture(await temporaryHome(t));
}

/** A result line in a stream of its own, written at a moment. */
function wrote({ aws }: RunFixture, id: string, changes: object): void {
  const line = { ...SAMPLE_RESULT, startedAt: new Date(aws.clock.now()).toISOString(), ...changes };
  aws.logs.put(`stage/migration/${id}`, JSON.stringify(line));
}

describe("the record", () => {
  test("is read oldest first, over every page", async (t) => {
    const fixture = await setUp(t);
    const start = fixture.aws.clock.now();
    for (const operation of [UP, DOWN, UP, VERSION]) await fixture.run(operation);
    const { logs, outputs } = fixture.aws;
    const entries = await readHistory({ logs: logs.api, outputs }, start);
    assert.deepEqual(
      entries.map(({ result }) => result.operation),
      ["up", "down", "up", "version"],
    );
    assert.deepEqual(
      entries.map(({ taskId }) => Number.parseInt(taskId, 16)),
      [1, 2, 3, 4],
    );
  });

  test("has a run that left no result, and what it was for", async (t) => {
    const fixture = await setUp(t);
    fixture.aws.ecs.scripts.push({ losesLogAfter: 1 });
    await fixture.run(DOWN);
    const { logs, outputs } = fixture.aws;
    const [run] = await readRecord({ logs: logs.api, outputs }, 0);
    assert.equal(run?.operation, "down");
    assert.equal(run?.endedAt, null);
  });

  test("takes a stream's last result line, and no other program's stream", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    wrote(fixture, "a", { outcome: "applied" });
    aws.clock.advance(10);
    wrote(fixture, "a", { outcome: "failed" });
    aws.logs.put("other/app/b", JSON.stringify(SAMPLE_RESULT));
    const record = await readRecord({ logs: aws.logs.api, outputs: aws.outputs }, 0);
    assert.deepEqual(
      record.map(({ taskId, result }) => [taskId, result?.outcome]),
      [["a", "failed"]],
    );
    // L13: what was superseded is marked for the reader of the history.
    const [entry] = await readHistory({ logs: aws.logs.api, outputs: aws.outputs }, 0);
    assert.ok(entry);
    assert.equal(entry.ignored, 1);
    assert.match(historyLines([entry]).join("\n"), /task a, 1 earlier result line in its log ignored/);
    assert.equal(historyJson([entry], "stage", 0).runs[0]?.ignoredResults, 1);
  });

  test("is read back in steps, each line once", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    for (const [index, days] of [200, 40, 8, 2, 0.5, 0].entries()) {
      wrote(fixture, String(index), {});
      const next = [200, 40, 8, 2, 0.5, 0][index + 1];
      if (next !== undefined) aws.clock.advance((days - next) * 86_400_000);
    }
    const sizes: number[] = [];
    for await (const record of readBack({ logs: aws.logs.api, outputs: aws.outputs }, aws.clock.now()))
      sizes.push(record.length);
    assert.deepEqual(sizes, [1, 2, 3, 4, 5, 6, 6]);
  });

  test("an empty answer of a proxy is no empty history", async (t) => {
    const { aws } = await setUp(t);
    aws.logs.api.filterLogEvents = async () => ({ $metadata: {} });
    await assert.rejects(
      readRecord({ logs: aws.logs.api, outputs: aws.outputs }, 0),
      /the answer to FilterLogEvents has no events/,
    );
  });
});

describe("whether a migration is due", () => {
  test("not after an `up` of this very set, whatever was asked since", async (t) => {
    const fixture = await setUp(t);
    for (const operation of [DOWN, UP, VERSION, { name: "status" } as const]) await fixture.run(operation);
    const last = await upToDate(fixture);
    assert.equal(last !== "due" && last.result.operation, "up");
  });

  test("L20: 2,000 questions of a monitor hide nothing", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await fixture.run(UP);
    const database = {
      engine: "postgres",
      secret: digest16(secretOf(aws.outputs)),
      endpoint: digest16(aws.database.endpoint),
      serverVersion: null,
    };
    const state = { version: HIGHEST, dirty: false };
    for (let asked = 0; asked < 2_000; asked++) {
      aws.clock.advance(60_000);
      wrote(fixture, `m${asked}`, { ecsMigrate: 2, operation: "version", from: state, to: state, database });
    }
    aws.logs.filterPage = 10_000;
    assert.notEqual(await upToDate(fixture), "due");
    assert.deepEqual((await known(fixture)).kind, "known");
  });

  test("a run that left no line makes it due", async (t) => {
    const fixture = await setUp(t);
    await fixture.run(UP);
    fixture.aws.ecs.scripts.push({ losesLogAfter: 1 });
    await fixture.run(DOWN);
    assert.equal(await upToDate(fixture), "due");
  });

  test("a run that left nothing at all makes it due while ECS lists its task", async (t) => {
    const fixture = await setUp(t);
    await fixture.run(UP);
    fixture.aws.ecs.scripts.push({ losesLogAfter: 0 });
    await fixture.run(DOWN);
    assert.equal(await upToDate(fixture), "due");
  });

  test("and later, if a question was answered with another version", async (t) => {
    const fixture = await setUp(t);
    await fixture.run(UP);
    fixture.aws.ecs.scripts.push({ losesLogAfter: 0 });
    await fixture.run(DOWN);
    await fixture.run(VERSION);
    fixture.aws.clock.advance(3 * 3_600_000);
    assert.equal(await upToDate(fixture), "due");
  });

  test("an empty log group makes it due", async (t) => {
    assert.equal(await upToDate(await setUp(t)), "due");
  });

  test("L7: a `down` that is provisioning makes it due", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await fixture.run(UP);
    aws.ecs.scripts.push({ provisioningMs: 60_000 });
    const overrides = { containerOverrides: [{ name: "migration", command: ["down", "1"] }] };
    await aws.ecs.api.runTask({ taskDefinition: aws.ecs.revisionArn(12), overrides });
    assert.equal(await upToDate(fixture), "due");
    assert.match(JSON.stringify(await known(fixture)), /still runs/);
  });

  test("L2: another database makes it due, also if its secret's value names one", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await fixture.run(UP);
    const other = { ...aws.outputs, databaseSecret: "/stage/other" };
    const tasks = await readFamily({ ecs: aws.ecs.api, clock: aws.clock, outputs: aws.outputs });
    const record = await readRecord({ logs: aws.logs.api, outputs: aws.outputs }, 0);
    assert.equal(lastUpToDate(record, tasks, other), undefined, "nothing is on record for it");
    assert.equal(knownVersionOf(record, tasks, other), undefined);
    // The same secret, and the newest question was answered by another host.
    const elsewhere = record.map((run) => ({
      ...run,
      taskId: "moved",
      operation: "version",
      endedAt: (run.endedAt ?? 0) + 60_000,
      startedAt: (run.endedAt ?? 0) + 59_000,
      result: run.result && {
        ...run.result,
        operation: "version" as const,
        to: { version: null, dirty: false },
        database: {
          engine: "postgres",
          secret: digest16(secretOf(aws.outputs)),
          endpoint: digest16("new.internal:5432/shop"),
          serverVersion: null,
        },
      },
    }));
    assert.equal(lastUpToDate([...record, ...elsewhere], tasks, aws.outputs), "due");
    assert.deepEqual(knownVersionOf([...record, ...elsewhere], tasks, aws.outputs), {
      kind: "known",
      version: { version: null, dirty: false },
      holds: record[0]?.result?.holds,
    });
  });

  test("a line of an older image, which names no database, proves nothing", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    const state = { version: HIGHEST, dirty: false };
    const { migrationsSha256 } = aws.outputs;
    wrote(fixture, "old", { outcome: "applied", from: null, to: state, migrationsSha256 });
    assert.equal(await upToDate(fixture), "due");
    assert.match(JSON.stringify(await known(fixture)), /task old, of an older image, does not say/);
    aws.clock.advance(60_000);
    await fixture.run(UP);
    assert.equal((await known(fixture)).kind, "known", "a newer line does");
  });

  test("up to date wants an up that succeeded, this set of files and its highest version", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    await fixture.run(UP);
    const last = await upToDate(fixture);
    assert.ok(last !== "due");
    const changed = (result: object) => isUpToDate({ ...last.result, ...result }, aws.outputs);
    assert.equal(changed({}), true);
    assert.equal(changed({ outcome: "unchanged" }), true);
    assert.equal(changed({ operation: "goto" }), false);
    assert.equal(changed({ outcome: "failed", exitCode: 11 }), false);
    assert.equal(changed({ to: null }), false);
    assert.equal(changed({ to: { version: 20261124, dirty: true } }), false);
    assert.equal(changed({ to: { version: 20261122, dirty: false } }), false);
    assert.equal(changed({ holds: { count: 2, first: 1, last: 2, sha256: "0".repeat(64) } }), false);
    assert.equal(changed({ holds: null, migrationsSha256: "0".repeat(64) }), false);
    assert.equal(changed({ holds: null, migrationsSha256: null }), false);
  });
});

describe("the known version", () => {
  test("L3: is that of the line that ended last, not that of a question in between", async (t) => {
    const fixture = await setUp(t);
    const { aws } = fixture;
    const other = new RunFixture(await temporaryHome(t), aws);
    // The question's line comes after the migration's.
    aws.ecs.scripts.push({}, { lateLogsMs: 0 });
    const late = async () => {
      await aws.clock.sleep(3_500);
      return other.run(VERSION);
    };
    await aws.clock.together([() => fixture.run(UP), late]);
    assert.deepEqual(await known(fixture), {
      kind: "known",
      version: { version: HIGHEST, dirty: false },
      holds: { count: 3, first: 20261120, last: HIGHEST, sha256: aws.outputs.migrationsSha256 },
      database: {
        engine: "postgres",
        serverVersion: "16.4",
        secret: digest16(aws.outputs.databaseSecret ?? ""),
        endpoint: digest16(aws.database.endpoint),
      },
    });
    const entries = await readHistory({ logs: aws.logs.api, outputs: aws.outputs }, 0);
    assert.deepEqual(
      entries.map(({ result, duringChange }) => [result.operation, duringChange ?? false]),
      [
        ["version", true],
        ["up", false],
      ],
    );
  });

  test("a question that could not reach the database says nothing, and hides nothing", async (t) => {
    const fixture = await setUp(t);
    await fixture.run(UP);
    fixture.aws.database.unreachable = "i/o timeout";
    await fixture.run(VERSION);
    assert.equal((await known(fixture)).kind, "known");
  });

  test("is unknown if AWS refuses, with its words", async (t) => {
    const fixture = await setUp(t);
    fixture.aws.faults.always("filterLogEvents", FAULTS.denied());
    assert.match(
      JSON.stringify(await known(fixture)),
      /the history could not be read: AccessDeniedException/,
    );
  });
});

describe("deploy and the history", () => {
  test("auto skips where the last run applied this very set, and runs after a down", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    assert.equal((await fixture.deploy()).verdict.kind, "applied");
    const skipped = await fixture.deploy();
    assert.deepEqual(skipped.verdict, {
      kind: "unchanged",
      version: { version: 20261124, dirty: false },
      skipped: "applied",
    });
    assert.equal(aws.ecs.tasks.length, 1);
    await fixture.run(DOWN);
    assert.equal((await fixture.deploy()).verdict.kind, "applied");
    assert.equal(aws.ecs.tasks.length, 3);
  });

  test("L2: auto runs if the stack has another database now, also if that was so before this deploy", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    await fixture.deploy();
    // An operator's `up` has changed the secret: the outputs name the new one before and after.
    const outputs = { ...aws.outputs, databaseSecret: "/stage/other" };
    Object.assign(aws, { outputs });
    const revision = aws.revisions.get(12);
    if (revision) aws.revisions.set(12, { ...revision, secret: "/stage/other" });
    const report = await fixture.deploy();
    assert.equal(report.verdict.kind, "applied");
    assert.equal(aws.database.version, HIGHEST);
    assert.equal(aws.ecs.tasks.length, 2);
  });

  test("a history that cannot be read is a warning, and the migration runs", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    fixture.aws.faults.always("filterLogEvents", FAULTS.denied());
    assert.equal((await fixture.deploy()).verdict.kind, "applied");
    assert.match(fixture.said, /warning: the history could not be read \(AccessDeniedException/);
  });

  test("always runs each time; manual and MIGRATE=skip run nothing and warn", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const { aws } = fixture;
    const outputs = { ...aws.outputs, migrate: "always" } as const;
    for (const kind of ["applied", "unchanged"]) {
      assert.equal((await fixture.deploy({ findOutputs: async () => outputs })).verdict.kind, kind);
    }
    assert.equal(aws.ecs.tasks.length, 2);
    const manual = await fixture.deploy({ findOutputs: async () => ({ ...aws.outputs, migrate: "manual" }) });
    const skip = await fixture.deploy({ migrate: "skip" });
    for (const report of [manual, skip]) {
      assert.deepEqual(report.verdict, { kind: "unchanged", version: null, skipped: "asked" });
      assert.match(report.warnings.join(), /^No migration was run, by /);
    }
    assert.equal(aws.ecs.tasks.length, 2);
  });
});
