/** What to do now, for all verdicts but dirty. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Failure } from "../../../automation/contract/resultLine.ts";
import { describeVerdict, exitCodeOf } from "../../../automation/verdict/describe.ts";
import type { Verdict } from "../../../automation/verdict/verdict.ts";
import {
  APPLIED,
  CONTEXT,
  clean,
  FAILED,
  FAILURE,
  INTERRUPTED,
  NOT_STARTED,
  UNCHANGED,
  UNKNOWN,
} from "../../support/verdictSamples.ts";
import { commands, doing, npm } from "./setUp.ts";

test("the same again has the options that decide about the operation", () => {
  const context = {
    ...CONTEXT,
    operation: { name: "force", version: 7 },
    flags: "--unknown-version",
  } as const;
  const { next } = describeVerdict({ kind: "notStarted", reason: "denied", detail: "no" }, context);
  assert.equal(next.at(-1)?.command, "npx ecs-migrate migrate force 7 --unknown-version --stack prod");
});

test("nothing after success", () => {
  assert.deepEqual(describeVerdict(APPLIED, CONTEXT).next, []);
  assert.deepEqual(describeVerdict(UNCHANGED, CONTEXT).next, []);
  assert.equal(describeVerdict(APPLIED, CONTEXT).why, null);
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
  assert.equal(headline, "Failed: the database is at no version, below 20261124 where its last run left it");
  assert.match(
    why ?? "",
    /it is another database, it was restored, or x-migrations-table names another table\.$/,
  );
  assert.deepEqual(commands(verdict), npm("doctor", "migrate status"));
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
  assert.match(unknown[0]?.text ?? "", /--revision N\. N is a newer revision .* than shop-prod-migration:12/);
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
