import assert from "node:assert/strict";
import { test } from "node:test";
import { refusedRerun } from "../../support/rerun.ts";

test("force --unknown-version that AWS refuses: the command to give again is not one that is refused", async (t) => {
  const { exitCode, output } = await refusedRerun(t, {
    command: ["migrate", "force", "7", "--unknown-version", "--no-slack"],
  });
  assert.equal(exitCode, 10, output);
  assert.match(output, /^ {7}npx ecs-migrate migrate force 7 --unknown-version --stack stage$/m);
});
