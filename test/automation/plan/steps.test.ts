import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Operation } from "../../../automation/contract/operations.ts";
import type { ShippedMigration } from "../../../automation/contract/outputs.ts";
import {
  type MigrationFile,
  parseMigrationFileName,
  recordOf,
} from "../../../automation/migrations/folder.ts";
import { type Plan, planOf } from "../../../automation/plan/steps.ts";
import { type Ended, GolangMigrate } from "../../support/golangMigrate.ts";

function filesOf(names: readonly string[]): MigrationFile[] {
  return names.map((file) => ({
    file,
    parsed: parseMigrationFileName(file),
    bytes: Buffer.from(`-- ${file}\n`),
  }));
}

function shipped(names: readonly string[]): ShippedMigration[] {
  return recordOf(filesOf(names)).migrations;
}

const PAIRS = ["1_a.up.sql", "1_a.down.sql", "2_b.up.sql", "2_b.down.sql", "3_c.up.sql", "3_c.down.sql"];

function plan(
  operation: Operation,
  version: number | null,
  options: { files?: string[]; dirty?: boolean } = {},
): Plan {
  return planOf({
    current: { version, dirty: options.dirty ?? false },
    operation,
    migrations: shipped(PAIRS),
    files: filesOf(options.files ?? PAIRS),
  });
}

function stepsOf(result: Plan): string[] {
  assert.equal(result.kind, "steps", JSON.stringify(result));
  return result.kind === "steps"
    ? result.steps.map(({ file, state, target }) => `${file} ${state} → ${target}`)
    : [];
}

describe("planOf", () => {
  it("goes up from nothing, in order of version", () => {
    assert.deepEqual(stepsOf(plan({ name: "up" }, null)), [
      "1_a.up.sql shipped → 1",
      "2_b.up.sql shipped → 2",
      "3_c.up.sql shipped → 3",
    ]);
  });

  it("goes down from the newest, each file to the version below it", () => {
    assert.deepEqual(stepsOf(plan({ name: "down", steps: "all" }, 3)), [
      "3_c.down.sql shipped → 2",
      "2_b.down.sql shipped → 1",
      "1_a.down.sql shipped → null",
    ]);
    assert.deepEqual(stepsOf(plan({ name: "down", steps: 1 }, 2)), ["2_b.down.sql shipped → 1"]);
  });

  it("goes to a version either way", () => {
    assert.deepEqual(stepsOf(plan({ name: "goto", version: 1 }, 2)), ["2_b.down.sql shipped → 1"]);
    assert.deepEqual(stepsOf(plan({ name: "goto", version: 2 }, 1)), ["2_b.up.sql shipped → 2"]);
  });

  it("runs nothing where the database is there already", () => {
    assert.deepEqual(plan({ name: "up" }, 3), { kind: "nothing" });
    assert.deepEqual(plan({ name: "goto", version: 3 }, 3), { kind: "nothing" });
    assert.deepEqual(plan({ name: "down", steps: "all" }, null), { kind: "nothing" });
  });

  it("says why golang-migrate would refuse", () => {
    assert.deepEqual(plan({ name: "up" }, 2, { dirty: true }), {
      kind: "refused",
      reason: "the database is dirty at version 2",
    });
    assert.deepEqual(plan({ name: "up" }, 4), {
      kind: "refused",
      reason: "no file has the database's version, 4",
    });
    assert.deepEqual(plan({ name: "goto", version: 9 }, 2), {
      kind: "refused",
      reason: "the stack has shipped no version 9",
    });
    assert.deepEqual(plan({ name: "down", steps: 1 }, null), {
      kind: "refused",
      reason: "nothing is applied, so nothing can be undone",
    });
  });

  it("notes a down of more than there are", () => {
    const result = plan({ name: "down", steps: 5 }, 2);
    assert.equal(stepsOf(result).length, 2);
    assert.equal(
      result.kind === "steps" && result.note,
      "there are only 2 to undo; golang-migrate undoes them and ends with an error",
    );
  });

  it("takes new files into an up, and none into a goto, which runs on the image", () => {
    const files = [...PAIRS, "4_d.up.sql", "4_d.down.sql"];
    assert.deepEqual(stepsOf(plan({ name: "up" }, 3, { files })), ["4_d.up.sql new → 4"]);
    assert.equal(plan({ name: "goto", version: 4 }, 3, { files }).kind, "refused");
  });

  it("tells a file that the checkout lacks, or has otherwise, from one that was shipped", () => {
    const without = PAIRS.filter((file) => file !== "3_c.down.sql");
    assert.deepEqual(stepsOf(plan({ name: "down", steps: 1 }, 3, { files: without })), [
      "3_c.down.sql missing → 2",
    ]);
    const edited = filesOf(PAIRS).map((file) =>
      file.file === "3_c.down.sql" ? { ...file, bytes: Buffer.from("SELECT 1;") } : file,
    );
    const result = planOf({
      current: { version: 3, dirty: false },
      operation: { name: "down", steps: 1 },
      migrations: shipped(PAIRS),
      files: edited,
    });
    assert.deepEqual(stepsOf(result), ["3_c.down.sql edited → 2"]);
  });

  it("moves the version alone where there is no down file, though the checkout has one by now", () => {
    const old = PAIRS.filter((file) => file !== "3_c.down.sql");
    const result = planOf({
      current: { version: 3, dirty: false },
      operation: { name: "down", steps: 1 },
      migrations: shipped(old),
      files: filesOf(PAIRS),
    });
    assert.deepEqual(stepsOf(result), ["null missing → 2"]);
  });
});

/** Folders of one to eight versions, some without a down file, and a database at any of them, at none, or at a stranger. */
const situation = fc
  .record({
    versions: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
    downs: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    at: fc.integer({ min: -1, max: 8 }),
    operation: fc.oneof<fc.Arbitrary<Operation>[]>(
      fc.constant({ name: "up" }),
      fc.integer({ min: 1, max: 10 }).map((steps) => ({ name: "down", steps })),
      fc.constant({ name: "down", steps: "all" }),
      fc.integer({ min: 1, max: 30 }).map((version) => ({ name: "goto", version })),
    ),
    dirty: fc.boolean(),
  })
  .map(({ versions, downs, at, operation, dirty }) => {
    const sorted = versions.sort((a, b) => a - b);
    const names = sorted.flatMap((version, index) => [
      `${version}_m.up.sql`,
      ...(downs[index] ? [`${version}_m.down.sql`] : []),
    ]);
    const version = at < 0 ? null : (sorted[at] ?? 31);
    return { names, version, operation, dirty: dirty && version !== null };
  });

describe("planOf against a model of golang-migrate", () => {
  it("says what then runs, in its order, and where it ends", () => {
    let planned = 0;
    fc.assert(
      fc.property(situation, ({ names, version, operation, dirty }) => {
        const result = planOf({
          current: { version, dirty },
          operation,
          migrations: shipped(names),
          files: filesOf(names),
        });
        const model = new GolangMigrate(names, version, dirty);
        const ended = model.run(operation);
        if (result.kind === "steps") planned += 1;
        assert.deepEqual(asEnded(result, version), { ran: model.ran, version: model.version, ended });
      }),
      { numRuns: 3_000 },
    );
    // Not a property that only met refusals.
    assert.ok(planned > 500, String(planned));
  });
});

function asEnded(
  result: Plan,
  version: number | null,
): { ran: string[]; version: number | null; ended: Ended } {
  if (result.kind === "refused") return { ran: [], version, ended: "error" };
  if (result.kind === "nothing") return { ran: [], version, ended: "no change" };
  const ran = result.steps.flatMap(({ file }) => (file === null ? [] : [file]));
  const target = result.steps.at(-1)?.target ?? null;
  return { ran, version: target, ended: result.note === null ? "done" : "error" };
}
