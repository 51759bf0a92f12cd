import assert from "node:assert/strict";
import { test } from "node:test";
import { knownSecrets } from "../../../automation/cli/knownSecrets.ts";

test("what the environment holds is masked, whatever its shape; a word too short for a secret is not", () => {
  const { redact } = knownSecrets({
    SLACK_WEBHOOK_URL: "https://chat.internal/hooks/abcdef",
    MIGRATION_DB: "postgres://app:correct horse@db/shop",
    AWS_SESSION_TOKEN: "session-of-mine",
    PULUMI_ACCESS_TOKEN: "pul-0123456789",
    PULUMI_CONFIG_PASSPHRASE: "test",
  });
  assert.equal(redact("to https://chat.internal/hooks/abcdef now"), "to *** now");
  assert.equal(redact("correct horse"), "***");
  assert.equal(redact("session-of-mine and pul-0123456789"), "*** and ***");
  assert.equal(redact("a test"), "a test");
});

test("a secret that was read later is masked from then on", () => {
  const { redact, add } = knownSecrets({});
  assert.equal(redact("https://chat.internal/hooks/abcdef"), "https://chat.internal/hooks/abcdef");
  add("https://chat.internal/hooks/abcdef");
  add("short");
  assert.equal(redact("short https://chat.internal/hooks/abcdef"), "short ***");
});
