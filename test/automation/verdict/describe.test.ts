import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Operation } from "../../../automation/contract/operations.ts";
import { describeVerdict, exitCodeOf } from "../../../automation/verdict/describe.ts";
import type { VerdictContext } from "../../../automation/verdict/facts.ts";
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
  NOT_STARTED,
  ran,
  SQL_ERROR,
  UNCHANGED,
  UNKNOWN,
} from "../../support/verdictSamples.ts";

const doing = (operation: Operation): VerdictContext => ({ ...CONTEXT, operation });
const commands = (verdict: Verdict, context = CONTEXT) =>
  describeVerdict(verdict, context).next.flatMap(({ command }) => (command === null ? [] : [command]));
const npm = (...words: string[]) => words.map((text) => `npx ecs-migrate ${text} --stack prod`);

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
    [{ kind: "unchanged", version: null, skipped: "asked" }, CONTEXT, "Skipped as asked", "no"],
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
      { ...FAILED, from: null, to: null } as Verdict,
      CONTEXT,
      "Failed: nothing says whether the database changed",
      "maybe",
    ],
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
      "Unknown (time was up): the database may have changed and may be dirty",
      "maybe",
    ],
    [
      UNKNOWN[1] as Verdict,
      doing({ name: "status" }),
      "Unknown (time was up): the database did not change",
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

describe("describeVerdict, what now", () => {
  test("nothing after success", () => {
    assert.deepEqual(describeVerdict(APPLIED, CONTEXT).next, []);
    assert.deepEqual(describeVerdict(UNCHANGED, CONTEXT).next, []);
    assert.equal(describeVerdict(APPLIED, CONTEXT).why, null);
  });

  test("a dirty up: look first, then force to the version before, or to its own", () => {
    const { why, next } = describeVerdict(DIRTY, CONTEXT);
    assert.equal(
      why,
      'The SQL has a syntax error (migration failed: syntax error at or near "INDX" (column 8) in line 1).',
    );
    assert.match(
      next[0]?.text ?? "",
      /^Look in the database whether the statements of 20261124_index_email\.up\.sql took effect;/,
    );
    assert.equal(next[0]?.command, null, "never a way out before the look");
    assert.deepEqual(commands(DIRTY), npm("migrate force 20261122", "deploy", "migrate force 20261124"));
    assert.match(next[1]?.text ?? "", /^None took effect/);
    assert.match(next[3]?.text ?? "", /^All took effect/);
  });

  test("a dirty end that no result line told: first that no session still runs the statement", () => {
    const told = describeVerdict(DIRTY, CONTEXT).next;
    const { next } = describeVerdict({ ...DIRTY, from: null } as Verdict, CONTEXT);
    assert.match(
      next[0]?.text ?? "",
      /the database may still run it: wait until no session does \(SELECT pid, /,
    );
    assert.equal(next[0]?.command, null);
    assert.deepEqual(next[1], told[0]);
  });

  test("a dirty first version goes back to no version", () => {
    const first: Verdict = {
      kind: "dirty",
      version: 20261120,
      from: clean(null),
      files: [],
      error: SQL_ERROR,
    };
    assert.deepEqual(commands(first), npm("migrate force -1", "deploy", "migrate force 20261120"));
  });

  test("what a dirty up does after the force follows from whether the file is at fault", () => {
    const redo = (error: string | null) =>
      describeVerdict({ ...DIRTY, error } as Verdict, CONTEXT).next.filter(({ text }) =>
        text.startsWith("... "),
      );
    const edit = "what has not run to its end may be edited.";
    const [deploy] = npm("deploy");
    const [up] = npm("migrate up");
    assert.deepEqual(redo(SQL_ERROR), [
      { text: `... then mend the file and deploy it: ${edit} Correct the SQL.`, command: deploy },
    ]);
    assert.deepEqual(redo('migration failed: column "x" contains null values'), [
      { text: `... then, where the file is wrong, mend it and deploy: ${edit}`, command: deploy },
      { text: "... or, where it is not, run it again. Mend the data.", command: up },
    ]);
    assert.deepEqual(redo("migration failed: could not extend file: No space left on device"), [
      { text: "... then run it again. Give it room, then see to the database.", command: up },
    ]);
    assert.deepEqual(redo(null), [{ text: "... then run it again. Mend the cause first.", command: up }]);
  });

  test("a dirty down: the mark stands at the version below the file", () => {
    const down: Verdict = { kind: "dirty", version: 20261122, from: clean(20261124), files: [], error: null };
    const context = doing({ name: "down", steps: 2 });
    const { headline, next } = describeVerdict(down, context);
    assert.equal(headline, "Dirty at 20261122: 20261124_index_email.down.sql stopped half-way");
    assert.deepEqual(
      commands(down, context),
      npm("migrate force 20261124", "migrate down 2", "migrate force 20261122"),
    );
    assert.match(next[0]?.text ?? "", /20261124_index_email\.down\.sql/);
  });

  test("a dirty down of the first version: at no version, which is not the same as not known", () => {
    const down: Verdict = { kind: "dirty", version: null, from: clean(20261120), files: [], error: null };
    const context = doing({ name: "down", steps: "all" });
    assert.equal(
      describeVerdict(down, context).headline,
      "Dirty at no version: 20261120_create_users.down.sql stopped half-way",
    );
    assert.deepEqual(
      commands(down, context),
      npm("migrate force 20261120", "migrate down --all", "migrate force -1"),
    );
  });

  test("a goto that went down", () => {
    const verdict: Verdict = {
      kind: "dirty",
      version: 20261120,
      from: clean(20261124),
      files: [],
      error: null,
    };
    const context = doing({ name: "goto", version: 20261120 });
    assert.deepEqual(
      commands(verdict, context),
      npm("migrate force 20261122", "migrate goto 20261120", "migrate force 20261120"),
    );
  });

  test("a version that the stack did not ship is named as such", () => {
    const verdict: Verdict = { kind: "dirty", version: 7, from: clean(null), files: [], error: null };
    assert.equal(
      describeVerdict(verdict, CONTEXT).headline,
      "Dirty at 7: the up file of version 7 stopped half-way",
    );
  });

  test("a dirty version that nobody knows is asked for, and nothing is forced", () => {
    const verdict: Verdict = { kind: "dirty", version: null, from: null, files: [], error: null };
    assert.deepEqual(commands(verdict), npm("migrate version"));
  });

  test("an old image and a newer database: the newer task definition", () => {
    const verdict: Verdict = {
      ...FAILED,
      error: "no migration found for version 20261130: read down for version 20261130 .: file does not exist",
    } as Verdict;
    const context = doing({ name: "down", steps: 1 });
    const known = describeVerdict(verdict, { ...context, revisionWithVersion: 15 });
    assert.match(known.why ?? "", /no file for version 20261130: the database is newer than the image/);
    assert.deepEqual(known.next, [
      {
        text: "Run it on the newer task definition, whose image has the file: revision 15.",
        command: "npx ecs-migrate migrate down 1 --revision 15 --stack prod",
      },
    ]);
    const unknown = describeVerdict(verdict, context).next;
    assert.match(
      unknown[0]?.text ?? "",
      /--revision N, N being a newer revision .* than shop-prod-migration:12/,
    );
    assert.deepEqual(commands(verdict, context), npm("deploy"));
  });

  test("not started: each reason has its own mend, and says that the database is untouched", () => {
    const seen = new Set<string>();
    for (const verdict of NOT_STARTED) {
      const { headline, databaseChanged, why, next } = describeVerdict(verdict, CONTEXT);
      assert.match(headline, /^Not started \([^)]+\): the database is untouched$/);
      assert.equal(databaseChanged, "no");
      assert.ok(verdict.kind === "notStarted" && why?.includes(verdict.detail), why ?? "");
      assert.ok(next.length > 0);
      seen.add(headline + (next[0]?.text ?? ""));
    }
    assert.equal(seen.size, NOT_STARTED.length);
  });

  test("out of memory names the limit", () => {
    const { why, next } = describeVerdict(INTERRUPTED[0] as Verdict, { ...CONTEXT, memoryMiB: 512 });
    assert.match(why ?? "", /needed more memory than the task's 512 MiB/);
    assert.match(next[1]?.text ?? "", /above 512 \(ecs-migrate:memory, in MiB\)/);
  });

  test("an interruption that may have left it dirty asks for the version first", () => {
    for (const verdict of INTERRUPTED.slice(0, 7))
      assert.deepEqual(commands(verdict), npm("migrate version", "migrate up"));
  });

  test("an interruption that is known to be clean says so", () => {
    const verdict = { ...INTERRUPTED[3], from: clean(20261120), to: clean(20261122) } as Verdict;
    assert.deepEqual(describeVerdict(verdict, CONTEXT).next, [
      {
        text: "The database is at 20261122 and not dirty: run the same again.",
        command: npm("migrate up")[0],
      },
    ]);
  });

  test("a task that still runs is attached to", () => {
    const follow = npm(`attach ${CONTEXT.taskArn}`, "migrate version");
    assert.deepEqual(commands(INTERRUPTED[7] as Verdict), follow);
    assert.deepEqual(commands(UNKNOWN[1] as Verdict), follow);
    assert.deepEqual(commands(UNKNOWN[5] as Verdict), follow);
    assert.deepEqual(commands(UNKNOWN[1] as Verdict, { ...CONTEXT, taskArn: null }), npm("migrate version"));
  });

  test("a stack's name is quoted where a shell would read more into it", () => {
    const [command] = commands(NOT_STARTED[0] as Verdict, { ...CONTEXT, stack: "a b;'c" });
    assert.equal(command, "npx ecs-migrate migrate up --stack 'a b;'\\''c'");
  });
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
