import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Operation } from "../../../automation/contract/operations.ts";
import type { Failure } from "../../../automation/contract/resultLine.ts";
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
  FAILURE,
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
      /^Find out which statements of 20261124_index_email\.up\.sql took effect:/,
    );
    assert.deepEqual(
      commands(DIRTY),
      npm("doctor", "migrate force 20261122", "deploy", "migrate force 20261124"),
    );
    assert.match(next[1]?.text ?? "", /^If none took effect/);
    assert.match(next[3]?.text ?? "", /^If all took effect/);
  });

  test("a dirty up of which the statements are known: undo them, or finish the file", () => {
    const known = { ...DIRTY, failure: FAILURE } as Verdict;
    const { next } = describeVerdict(known, CONTEXT);
    assert.deepEqual(
      commands(known),
      npm("doctor", "migrate force 20261122", "deploy", "migrate up", "migrate force 20261124"),
    );
    assert.deepEqual(
      [next[1]?.text, next.at(-1)?.text],
      [
        "Undo by hand what took effect, then set the version before the file.",
        "Or finish the file by hand, then set the version that it leads to.",
      ],
    );
  });

  test("a dirty end that no result line told: first that no session still runs the statement", () => {
    const told = describeVerdict(DIRTY, CONTEXT).next;
    const { next } = describeVerdict({ ...DIRTY, from: null } as Verdict, CONTEXT);
    assert.match(
      next[0]?.text ?? "",
      /the database may still run it: wait until no session does \(Postgres: SELECT pid, /,
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
    assert.deepEqual(commands(first), npm("doctor", "migrate force -1", "deploy", "migrate force 20261120"));
  });

  test("what a dirty up does after the force follows from whether the file is at fault", () => {
    const redo = (error: string | null) =>
      describeVerdict({ ...DIRTY, error } as Verdict, CONTEXT).next.filter(({ text }) =>
        /^(?:Then|Or),? /.test(text),
      );
    const edit = "A file that has not completed may be edited.";
    const [deploy] = npm("deploy");
    const [up] = npm("migrate up");
    const instead = {
      text: `Or, if the file is wrong, correct it and deploy instead. ${edit}`,
      command: deploy,
    };
    assert.deepEqual(redo(SQL_ERROR), [
      { text: `Then correct the file and deploy it. ${edit} Correct the SQL.`, command: deploy },
    ]);
    assert.deepEqual(redo('migration failed: column "x" contains null values'), [
      { text: `Then, if the file is wrong, correct it and deploy. ${edit}`, command: deploy },
      {
        text: "Or, if the file is right and the cause is fixed, run it again. Correct the data.",
        command: up,
      },
    ]);
    assert.deepEqual(redo("migration failed: could not extend file: No space left on device"), [
      {
        text: "Then, when the cause is fixed, run it again. Give it more room, then check the database.",
        command: up,
      },
      instead,
    ]);
    assert.deepEqual(redo(null), [
      { text: "Then, when the cause is fixed, run it again.", command: up },
      instead,
    ]);
  });

  test("while dirty the way out is complete, whatever was asked: doctor, force, deploy (R11)", () => {
    for (const operation of [{ name: "up" }, { name: "version" }, { name: "status" }] as const) {
      const before: Verdict = {
        kind: "dirty",
        version: 20261124,
        from: dirty(20261124),
        files: [],
        error: null,
      };
      const words = commands(before, doing(operation));
      for (const word of npm(
        "doctor",
        "migrate force 20261122",
        "migrate up",
        "deploy",
        "migrate force 20261124",
      ))
        assert.ok(words.includes(word), `${operation.name}: ${word}`);
    }
  });

  test("a dirty verdict of schema 2 says which statements took effect, and nothing of another database (R8)", () => {
    const error = "Duplicate key name 'users_email'";
    const verdict: Verdict = { ...DIRTY, from: null, error, failure: FAILURE } as Verdict;
    const { why, next } = describeVerdict(verdict, { ...CONTEXT, engine: "mysql" });
    assert.equal(
      why,
      "What the file creates exists already (Duplicate key name 'users_email'). Of 20261124_index_email.up.sql statements 1 (line 3, CREATE TABLE) and 2 (line 9, INSERT) took effect; statement 3 of 4 (line 12) did not complete.",
    );
    assert.match(next[0]?.text ?? "", /SHOW PROCESSLIST/);
    assert.doesNotMatch(JSON.stringify([why, next]), /Postgres|pg_stat|whole or not at all/);
  });

  test("a failure that was rolled back whole: nothing took effect, and the database did not change", () => {
    const failure: Failure = { ...FAILURE, tookEffect: "nothing", code: "42601", completed: [] };
    const verdict: Verdict = {
      ...FAILED,
      error: 'migration failed: syntax error at or near "INDX" in line 12',
      failure: { ...failure, message: 'syntax error at or near "INDX"' },
    } as Verdict;
    const { why, databaseChanged, next } = describeVerdict(verdict, CONTEXT);
    assert.equal(
      why,
      'The SQL has a syntax error (syntax error at or near "INDX"). It happened in 20261124_index_email.up.sql, statement 3 of 4, line 12. Nothing of this file took effect: it was rolled back.',
    );
    assert.equal(databaseChanged, "no");
    assert.deepEqual(next, [
      { text: "Correct the file and deploy it. Correct the SQL.", command: npm("deploy")[0] },
    ]);
  });

  test("who blocks is named, and waited for before the next try", () => {
    const blocker = {
      pid: 4242,
      application: "psql",
      user: "ada",
      state: "idle in transaction",
      ageMs: 180_000,
      kind: "UPDATE",
    };
    const failure: Failure = {
      ...FAILURE,
      ...{ kind: "lock", code: "55P03", tookEffect: "nothing", completed: [], blockers: [blocker] },
    };
    const verdict: Verdict = {
      ...FAILED,
      error: "canceling statement due to lock timeout",
      failure,
    } as Verdict;
    const { why, next } = describeVerdict(verdict, CONTEXT);
    assert.match(
      why ?? "",
      /The lock was held by session 4242 \(psql, user ada, idle in transaction for 3 min 0 s, last statement UPDATE\)\.$/,
    );
    assert.match(next[0]?.text ?? "", /^Wait until the session that holds the lock has ended, or end it\./);
  });

  test("retries are told with a success", () => {
    const verdict: Verdict = { ...APPLIED, retries: 2, waitedMs: 12_300 } as Verdict;
    assert.equal(
      describeVerdict(verdict, CONTEXT).headline,
      "Applied 2 migrations: 20261120 → 20261124, after 2 retries because of locks (waited 12.3 s)",
    );
  });

  test("an image without the stack's files is a failure of its own words (R1)", () => {
    const verdict: Verdict = {
      ...FAILED,
      error: "the image lacks migrations that the stack shipped",
      contradicts: { what: "imageLacksFiles", shipped: 20261124, held: 20261120 },
    } as Verdict;
    const { headline, why, next } = describeVerdict(verdict, CONTEXT);
    assert.equal(headline, "Failed: the image lacks migrations of the stack, the database is at 20261120");
    assert.equal(
      why,
      "The container reported success, but the database is at 20261120 and the stack shipped 20261124: the image does not hold the files of this checkout. The highest version in the image is 20261120.",
    );
    assert.match(next[0]?.text ?? "", /folder that the Dockerfile copies with ecs-migrate:migrationsPath/);
    assert.equal(exitCodeOf(verdict), 11);
  });

  test("a database below its last run stops with a warning, and never advises migrate up first (R14)", () => {
    const verdict: Verdict = {
      ...FAILED,
      from: clean(null),
      to: clean(null),
      error: "the database is below the version of its last run",
      contradicts: { what: "belowLastRun", lastVersion: 20261124, lastAt: "2026-11-24T09:00:00Z" },
    } as Verdict;
    const { headline, why } = describeVerdict(verdict, CONTEXT);
    assert.equal(
      headline,
      "Failed: the database is at no version, below 20261124 where its last run left it",
    );
    assert.match(
      why ?? "",
      /it is another database, it was restored, or x-migrations-table names another table\.$/,
    );
    assert.deepEqual(commands(verdict), npm("doctor", "migrate status"));
  });

  test("a dirty down: the mark stands at the version below the file", () => {
    const down: Verdict = { kind: "dirty", version: 20261122, from: clean(20261124), files: [], error: null };
    const context = doing({ name: "down", steps: 2 });
    const { headline, next } = describeVerdict(down, context);
    assert.equal(headline, "Dirty at 20261122: 20261124_index_email.down.sql stopped half-way");
    assert.deepEqual(
      commands(down, context),
      npm("doctor", "migrate force 20261124", "migrate down 2", "migrate force 20261122"),
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
      npm("doctor", "migrate force 20261120", "migrate down --all", "migrate force -1"),
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
      npm("doctor", "migrate force 20261122", "migrate goto 20261120", "migrate force 20261120"),
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
    assert.deepEqual(commands(verdict), npm("migrate version", "doctor"));
  });

  test("an old image and a newer database: the newer task definition", () => {
    const verdict: Verdict = {
      ...FAILED,
      error: "no migration found for version 20261130: read down for version 20261130 .: file does not exist",
    } as Verdict;
    const context = doing({ name: "down", steps: 1 });
    const known = describeVerdict(verdict, { ...context, revisionWithVersion: 15 });
    assert.match(known.why ?? "", /no file for version 20261130 \(no migration found/);
    assert.deepEqual(known.next, [
      {
        text: "Run it on the newer task definition, whose image has the file: revision 15.",
        command: "npx ecs-migrate migrate down 1 --revision 15 --stack prod",
      },
    ]);
    const unknown = describeVerdict(verdict, context).next;
    assert.match(
      unknown[0]?.text ?? "",
      /--revision N\. N is a newer revision .* than shop-prod-migration:12/,
    );
    assert.deepEqual(commands(verdict, context), npm("deploy"));
  });

  test("not started: each reason has its own words, and says that the database is untouched", () => {
    const seen = new Set<string>();
    for (const verdict of NOT_STARTED) {
      const { headline, databaseChanged, why, next } = describeVerdict(verdict, CONTEXT);
      assert.match(headline, /^Not started \([^)]+\): the database is untouched$/);
      assert.equal(databaseChanged, "no");
      assert.ok(
        verdict.kind === "notStarted" && why?.includes(verdict.detail.slice(0, 300).replace(/\.$/, "")),
        why ?? "",
      );
      assert.ok(next.length > 0);
      seen.add(headline + (next[0]?.text ?? ""));
    }
    assert.equal(seen.size, NOT_STARTED.length);
  });

  test("not started, and an earlier process of the run had a task: what it did is not denied", () => {
    const verdict = { kind: "notStarted", reason: "changedSince", detail: "by now" } as const;
    const says = { yes: "changed the database", maybe: "may have changed the database" } as const;
    for (const changedBefore of ["yes", "maybe"] as const) {
      const { headline, databaseChanged } = describeVerdict({ ...verdict, changedBefore }, CONTEXT);
      const words = `an earlier process of this run ${says[changedBefore]}`;
      assert.equal(headline, `Not started (changed since): ${words}`);
      assert.equal(databaseChanged, changedBefore);
    }
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
