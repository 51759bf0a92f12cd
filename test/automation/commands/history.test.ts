import assert from "node:assert/strict";
import { test } from "node:test";
import { DENIED, refusedRerun } from "../../support/rerun.ts";

const command = ["history"];
const READ = "The log group /ecs/migration/shop-stage could not be read: ";

test("history that AWS refuses names the credentials", async (t) => {
  const { exitCode, output } = await refusedRerun(t, { command });
  assert.equal(exitCode, 2, output);
  assert.equal(output, `${READ}AccessDeniedException: ${DENIED}; check the credentials\n`);
});

test("history without an answer names the network", async (t) => {
  const env = { AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_MAX_ATTEMPTS: "1" };
  const { exitCode, output } = await refusedRerun(t, { command, env });
  assert.equal(exitCode, 2, output);
  assert.match(output, /ECONNREFUSED.*; check the network, then run this again\n$/);
});
