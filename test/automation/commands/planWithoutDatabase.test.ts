import assert from "node:assert/strict";
import { test } from "node:test";
import { refusedRerun } from "../../support/rerun.ts";

test("plan --no-database starts no task, and says why it does not know the version", async (t) => {
  const { exitCode, output, calls } = await refusedRerun(t, { command: ["plan", "up", "--no-database"] });
  assert.equal(exitCode, 2, output);
  assert.match(
    output,
    /The database's version is not known without asking it: the history could not be read: .*; leave out --no-database/,
  );
  assert.ok(calls.length > 0);
  assert.deepEqual(
    calls.filter((call) => call.endsWith(".RunTask")),
    [],
  );
});
