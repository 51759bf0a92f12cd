import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { digest16 } from "../../../automation/contract/container.ts";
import { isUpToDate, knownVersionOf, lastUpToDate } from "../../../automation/history/knownVersion.ts";
import { type EndedRun, readBack, readRecord } from "../../../automation/history/record.ts";
import { readFamily } from "../../../automation/task/family.ts";
import type { RunFixture } from "../../support/runFixture.ts";
import { secretOf } from "../../support/sampleOutputs.ts";
import { DOWN, HIGHEST, known, setUp, UP, VERSION, wrote } from "./setUp.ts";

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
