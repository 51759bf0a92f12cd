import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Operation } from "../../../automation/contract/operations.ts";
import type { VerdictContext } from "../../../automation/verdict/context.ts";
import { describeVerdict, exitCodeOf } from "../../../automation/verdict/describe.ts";
import type { Verdict } from "../../../automation/verdict/verdict.ts";
import {
  ALL,
  APPLIED,
  CONTEXT,
  clean,
  DIRTY,
  dirty,
  FAILED,
  FILES,
  INTERRUPTED,
  ran,
  UNCHANGED,
  UNKNOWN,
} from "../../support/verdictSamples.ts";
import { doing } from "./setUp.ts";

describe("describeVerdict, headline and whether the database changed", () => {
  const cases: [Verdict, VerdictContext, string, string][] = [
    [APPLIED, CONTEXT, "Applied 2 migrations: 20261120 → 20261124", "yes"],
    [
      { kind: "applied", from: clean(null), to: clean(20261120), files: [ran(20261120, "create_users", 1)] },
      CONTEXT,
      "Applied 1 migration: no version → 20261120",
      "yes",
    ],
    [
      {
        kind: "applied",
        from: clean(20261120),
        to: clean(null),
        files: [ran(20261120, "create_users", 1, "down")],
      },
      doing({ name: "down", steps: "all" }),
      "Undid 1 migration: 20261120 → no version",
      "yes",
    ],
    [
      { kind: "applied", from: dirty(20261124), to: clean(20261122), files: [] },
      doing({ name: "force", version: 20261122 }),
      "Set the version without running any file: 20261124 (dirty) → 20261122",
      "yes",
    ],
    [
      { kind: "applied", from: null, to: null, files: [] },
      CONTEXT,
      "Succeeded (up), but the log does not say what ran",
      "maybe",
    ],
    [UNCHANGED, CONTEXT, "Nothing to do: the database is at 20261124", "no"],
    [
      { ...UNCHANGED, skipped: "applied" },
      CONTEXT,
      "Skipped: this very set of migrations was applied before, the database is at 20261124",
      "no",
    ],
    [{ kind: "unchanged", version: null, skipped: "asked" }, CONTEXT, "Skipped as requested", "no"],
    [UNCHANGED, doing({ name: "version" }), "The database is at 20261124", "no"],
    [
      { kind: "unchanged", version: clean(20261122), pending: [{ version: 20261124, name: "index_email" }] },
      doing({ name: "status" }),
      "The database is at 20261122, 1 migration pending",
      "no",
    ],
    [
      { kind: "unchanged", version: clean(null), pending: [] },
      doing({ name: "status" }),
      "The database is at no version, nothing pending",
      "no",
    ],
    [FAILED, CONTEXT, "Failed: the database did not change, it is at 20261120", "no"],
    [
      { ...FAILED, to: clean(20261122), files: FILES.slice(0, 1) } as Verdict,
      CONTEXT,
      "Failed after 1 migration: the database changed and is not dirty, 20261120 → 20261122",
      "yes",
    ],
    [
      { ...FAILED, from: null, to: null, error: "the container ended with exit code 1" } as Verdict,
      CONTEXT,
      "Failed: nothing says whether the database changed",
      "maybe",
    ],
    [{ ...FAILED, from: null, to: null } as Verdict, CONTEXT, "Failed: the database did not change", "no"],
    [
      DIRTY,
      CONTEXT,
      "Dirty at 20261124: 1 migration ran, then 20261124_index_email.up.sql stopped half-way",
      "yes",
    ],
    [
      { ...DIRTY, files: [] } as Verdict,
      CONTEXT,
      "Dirty at 20261124: 20261124_index_email.up.sql stopped half-way",
      "maybe",
    ],
    [
      { kind: "dirty", version: 20261124, from: dirty(20261124), files: [], error: null },
      CONTEXT,
      "Dirty at 20261124: a migration stopped half-way before this run, which ran nothing",
      "no",
    ],
    [
      { kind: "dirty", version: 20261124, from: dirty(20261124), files: [], error: null },
      doing({ name: "version" }),
      "Dirty at 20261124: a migration stopped half-way before this run, which ran nothing",
      "no",
    ],
    [
      { kind: "dirty", version: null, from: null, files: [], error: null },
      CONTEXT,
      "Dirty: a migration stopped half-way",
      "maybe",
    ],
    [
      { ...INTERRUPTED[3], from: clean(20261120), to: clean(20261122), files: FILES.slice(0, 1) } as Verdict,
      CONTEXT,
      "Interrupted (terminated): the database changed, 20261120 → 20261122",
      "yes",
    ],
    [
      { ...INTERRUPTED[3], from: clean(20261120), to: clean(20261120) } as Verdict,
      CONTEXT,
      "Interrupted (terminated): the database did not change, 20261120 → 20261120",
      "no",
    ],
    [
      INTERRUPTED[7] as Verdict,
      CONTEXT,
      "Not waited for (this command was stopped): the migration runs on",
      "maybe",
    ],
    [
      UNKNOWN[1] as Verdict,
      CONTEXT,
      "Unknown (timed out): the database may have changed and may be dirty",
      "maybe",
    ],
    [
      UNKNOWN[1] as Verdict,
      doing({ name: "status" }),
      "Unknown (timed out): the database did not change",
      "no",
    ],
  ];
  for (const [verdict, context, headline, changed] of cases) {
    test(`${context.operation.name}: ${headline}`, () => {
      const text = describeVerdict(verdict, context);
      assert.equal(text.headline, headline);
      assert.equal(text.databaseChanged, changed);
    });
  }
});

test("no password gets through, and none by being cut in two", () => {
  const url = `postgres://app:${"hunter2".repeat(60)}@db/app`;
  for (const verdict of [
    { ...FAILED, error: `failed to open database: parse "${url}": net/url: invalid userinfo` },
    { kind: "notStarted", reason: "other", detail: url },
    { ...DIRTY, error: `pq: cannot connect with ${url}` },
    { ...INTERRUPTED[0], detail: url },
    { ...UNKNOWN[0], detail: url },
  ] as Verdict[]) {
    assert.ok(!JSON.stringify(describeVerdict(verdict, CONTEXT)).includes("hunter2"));
  }
});

test("every verdict is one line, ends its sentences, and never claims what it cannot know", () => {
  const operation = fc.constantFrom<Operation>(
    { name: "up" },
    { name: "down", steps: 1 },
    { name: "goto", version: 20261120 },
    { name: "force", version: 20261120 },
    { name: "version" },
    { name: "status" },
  );
  fc.assert(
    fc.property(fc.constantFrom(...ALL), operation, fc.string(), (sample, op, noise) => {
      const verdict = "detail" in sample ? { ...sample, detail: noise } : sample;
      const { headline, why, databaseChanged, next } = describeVerdict(verdict, doing(op));
      assert.ok(!headline.includes("\n") && headline.length <= 150, headline);
      assert.ok(why === null || (why.endsWith(".") && !why.includes("\n")), why ?? "");
      for (const { text } of next) assert.match(text, /\.$/);
      if (verdict.kind === "notStarted" || verdict.kind === "unchanged") assert.equal(databaseChanged, "no");
      if (verdict.kind === "unknown" && op.name === "up") assert.equal(databaseChanged, "maybe");
    }),
  );
});

test("exitCodeOf", () => {
  const codes = ALL.map((verdict) => `${verdict.kind} ${exitCodeOf(verdict)}`);
  assert.deepEqual(
    [...new Set(codes)],
    [
      "applied 0",
      "unchanged 0",
      "failed 11",
      "dirty 12",
      "notStarted 10",
      "notStarted 3",
      "interrupted 13",
      "unknown 14",
    ],
  );
  assert.equal(exitCodeOf({ kind: "notStarted", reason: "refused", detail: "" }), 3);
});
