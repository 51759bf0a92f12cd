/** What to do now, while the database is dirty. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeVerdict } from "../../../automation/verdict/describe.ts";
import type { Verdict } from "../../../automation/verdict/verdict.ts";
import { CONTEXT, clean, DIRTY, dirty, FAILURE, SQL_ERROR } from "../../support/verdictSamples.ts";
import { commands, doing, npm } from "./setUp.ts";

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
