/** A shipped file may be edited as long as the stack's database has not run it to its end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import type { Operation } from "../../../automation/contract/operations.ts";
import type { Outputs } from "../../../automation/contract/outputs.ts";
import { type CheckoutRefusedError, checkCheckout } from "../../../automation/guard/checkout.ts";
import { changedSinceRun } from "../../../automation/history/knownVersion.ts";
import { type MigrationFile, parseMigrationFileName } from "../../../automation/migrations/folder.ts";
import { FAULTS } from "../../support/fakeFaults.ts";
import { fakeStack } from "../../support/previews.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { revisionOf, SAMPLE_FILES, sampleCheckout, sampleOutputs } from "../../support/sampleOutputs.ts";

const LAST = "20261124_index_email.up.sql";
const BEFORE = "20261122_add_email.up.sql";

type Context = Parameters<typeof temporaryHome>[0];

function edited(...names: string[]): MigrationFile[] {
  return sampleCheckout().map((file) =>
    names.includes(file.file) ? { ...file, bytes: Buffer.from("corrected") } : file,
  );
}

function added(file: string): MigrationFile[] {
  return [...sampleCheckout(), { file, parsed: parseMigrationFileName(file), bytes: Buffer.from(file) }];
}

/** Runs the operations, then looks at a checkout. */
async function guarded(t: Context, operations: readonly Operation[], checkout: readonly MigrationFile[]) {
  const fixture = new RunFixture(await temporaryHome(t));
  for (const operation of operations) await fixture.run(operation);
  return guard(fixture, checkout);
}

async function guard(
  fixture: RunFixture,
  checkout: readonly MigrationFile[],
  outputs: Outputs | null = fixture.aws.outputs,
) {
  const { stack, connectEcs, connectLogs, clock } = fixture.deployDeps();
  const now = new Date("2026-11-24T12:00:00Z");
  return checkCheckout({
    ...{ stack, outputs: outputs ?? undefined, checkout, now, connectEcs, connectLogs, clock },
    ...{ settings: DEFAULT_CHECK, orderOnly: true },
  }).then(
    ({ record: { released, migrations } }) => ({
      released: released.map(({ text }) => text),
      shipped: migrations.map(({ version }) => version),
    }),
    (error: CheckoutRefusedError) => error.message.split("\n"),
  );
}

const UP: Operation = { name: "up" };
const FORCE: Operation = { name: "force", version: 20261122 };
const REFUSED = `  ${LAST}:1: error up-edited: version 20261124 differs from what stack stage has shipped and will not run again there → restore the file as it was shipped, and put the change into a new migration (npx ecs-migrate new NAME)`;

describe("a shipped file that was edited", () => {
  test("passes where the newest run left the database below it, and counts as not shipped", async (t) => {
    assert.deepEqual(await guarded(t, [FORCE], edited(LAST)), {
      released: [`${LAST}: up-edited, and let through: the database is at 20261122`],
      shipped: [20261120, 20261122],
    });
  });

  test("passes after a down, also where it is gone", async (t) => {
    const down: Operation = { name: "down", steps: 1 };
    const gone = sampleCheckout().filter(({ file }) => !file.startsWith("20261124"));
    assert.deepEqual(await guarded(t, [UP, down], gone), {
      released: [`${LAST}: vanished, and let through: the database is at 20261122`],
      shipped: [20261120, 20261122],
    });
  });

  test("is refused where the database has run it, with no word of a way past", async (t) => {
    const said = await guarded(t, [UP], edited(LAST));
    assert.ok(Array.isArray(said));
    assert.deepEqual(said.slice(1), [REFUSED]);
  });

  test("is refused with one that has run, and that one alone is named", async (t) => {
    const said = await guarded(t, [FORCE], edited(BEFORE, LAST));
    assert.ok(Array.isArray(said));
    assert.deepEqual(
      said.slice(1).map((line) => line.split(":")[0]),
      [`  ${BEFORE}`],
    );
  });

  test("waits for a word about a dirty database, and the refusal says which", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.run(FORCE);
    const files = SAMPLE_FILES.map((file) => (file.version === 20261124 ? { ...file, error: "no" } : file));
    fixture.aws.revisions.set(12, revisionOf(fixture.aws.outputs, files));
    await fixture.run(UP);
    assert.deepEqual(fixture.aws.database.state, { version: 20261124, dirty: true });
    const said = await guard(fixture, edited(LAST));
    assert.ok(Array.isArray(said));
    assert.equal(said[1], REFUSED);
    assert.equal(
      said.at(-1),
      "The database is 20261124 (dirty): if 20261124_index_email.up.sql has not run to its end, it may change once `npx ecs-migrate migrate force` has said so; npx ecs-migrate doctor --stack stage --database shows how. Then deploy again.",
    );
    await fixture.run(FORCE);
    assert.ok(!Array.isArray(await guard(fixture, edited(LAST))));
  });
});

describe("where the history does not tell", () => {
  const hint = (why: string) =>
    `If ${LAST} has not run to its end, it may change: npx ecs-migrate migrate version --stack stage lets the history say so (${why}); then deploy again.`;

  test("nothing passes, and the refusal says how it would", async (t) => {
    const said = await guarded(t, [], edited(LAST));
    assert.ok(Array.isArray(said));
    assert.equal(said[1], REFUSED);
    assert.equal(said.at(-1), hint("no run on this database is on record"));
  });

  test("a run without a result line hides the one before it", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.run(FORCE);
    fixture.aws.ecs.scripts.push({ losesLogAfter: 1 });
    await fixture.run(UP);
    const said = await guard(fixture, edited(LAST));
    assert.ok(Array.isArray(said));
    assert.equal(said.at(-1), hint(`task ${"2".padStart(32, "0")} left no result`));
  });

  test("a task that runs may run the file yet", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.run(FORCE);
    const { clusterArn: cluster, taskDefinitionArn: taskDefinition } = fixture.aws.outputs;
    const { tasks } = await fixture.aws.ecs.api.runTask({ cluster, taskDefinition });
    const said = await guard(fixture, edited(LAST));
    assert.ok(Array.isArray(said));
    assert.equal(said.at(-1), hint(`task ${tasks?.[0]?.taskArn} still runs`));
  });

  test("a refusal of AWS's is named", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.run(FORCE);
    fixture.aws.faults.next("filterLogEvents", FAULTS.denied());
    const said = await guard(fixture, edited(LAST));
    assert.ok(Array.isArray(said));
    assert.match(said.at(-1) ?? "", /the history could not be read: /);
  });
});

test("a file below a shipped one that has not run is not late", async (t) => {
  assert.deepEqual(await guarded(t, [FORCE], added("20261123_between.up.sql")), {
    released: ["20261123_between.up.sql: late, and let through: the database is at 20261122"],
    shipped: [20261120, 20261122],
  });
});

test("a name that golang-migrate passes over has nothing to do with what ran", async (t) => {
  const said = await guarded(t, [], added("20261125-broken.up.sql"));
  assert.ok(Array.isArray(said));
  assert.equal(said.length, 2);
  assert.match(said[1] ?? "", /broken-name/);
});

test("what another run has applied in the meantime is a warning of the deploy's", async (t) => {
  const fixture = new RunFixture(await temporaryHome(t));
  await fixture.run(FORCE);
  const up = async () => {
    await fixture.run(UP);
  };
  const openStack = async () => fakeStack({ up });
  const report = await fixture.deploy({ openStack, readCheckout: async () => edited(LAST) });
  assert.equal(report.exitCode, 0);
  assert.deepEqual(report.warnings, [
    `${LAST} was let through as not run, and another run had brought the database to 20261124 by then: what differs in version 20261124 is not in it`,
  ]);
});

test("a corrected file that this deploy applies is no warning", async (t) => {
  const fixture = new RunFixture(await temporaryHome(t));
  await fixture.run(FORCE);
  const report = await fixture.deploy({ readCheckout: async () => edited(LAST) });
  assert.equal(report.verdict.kind, "applied");
  assert.deepEqual(report.warnings, []);
  assert.match(fixture.said, /index_email\.up\.sql: up-edited, and let through: the database is at 20261122/);
});

test("before the first deploy there is no history, and what is wrong is refused all the same", async (t) => {
  const fixture = new RunFixture(await temporaryHome(t));
  const said = await guard(fixture, added("20261124_twin.up.sql"), null);
  assert.ok(Array.isArray(said));
  assert.equal(said.length, 2);
  assert.match(said[1] ?? "", /duplicate-version/);
  assert.deepEqual(fixture.aws.faults.calls, []);
});

test("if AWS cannot be asked, a checkout that fits what was shipped passes", async (t) => {
  const fixture = new RunFixture(await temporaryHome(t));
  fixture.aws.faults.always("listTasks", FAULTS.denied());
  assert.deepEqual(await guard(fixture, sampleCheckout()), {
    released: [],
    shipped: [20261120, 20261122, 20261124],
  });
});

describe("L8: a file that was shipped and never ran", () => {
  const late = { version: 20261121, name: "late", ms: 1 };
  const files = [...SAMPLE_FILES, late].sort((a, b) => a.version - b.version);

  test("a late file that a deploy refused and an operator's `pulumi up` shipped is refused still", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.run(UP);
    const said = await guard(fixture, sampleCheckout(files), sampleOutputs({}, files));
    assert.ok(Array.isArray(said));
    assert.match(said[1] ?? "", /20261121_late\.up\.sql:1: error late: /);
  });

  test("one that the last run held is old", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const outputs = sampleOutputs({}, files);
    fixture.aws.revisions.set(12, revisionOf(outputs, files));
    await fixture.run(UP);
    assert.ok(!Array.isArray(await guard(fixture, sampleCheckout(files), outputs)));
  });

  test("an edited file that was shipped so is a warning of the deploy's", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.run(UP);
    const { migrations } = fixture.aws.outputs;
    const edits = migrations.map((migration, index) =>
      index === 1 ? { ...migration, up: "0".repeat(64) } : migration,
    );
    const known = { kind: "known", version: { version: 20261124, dirty: false } } as const;
    const holds = { count: 3, first: 20261120, last: 20261124, sha256: fixture.aws.outputs.migrationsSha256 };
    assert.deepEqual(changedSinceRun(edits, { ...known, holds }), { neverRan: [], isUnclear: true });
    assert.deepEqual(changedSinceRun(migrations, { ...known, holds }), { neverRan: [], isUnclear: false });
    assert.deepEqual(changedSinceRun(edits, { ...known, holds: null }), { neverRan: [], isUnclear: false });
  });
});
