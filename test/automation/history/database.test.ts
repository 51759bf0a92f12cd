import assert from "node:assert/strict";
import { test } from "node:test";
import { digest16 } from "../../../automation/contract/container.ts";
import { databaseOf } from "../../../automation/history/database.ts";

const parts = (host: string) => ({
  environment: [
    { name: "DATABASE_HOST", value: host },
    { name: "DATABASE_NAME", value: "shop" },
    { name: "DATABASE_PORT", value: "5432" },
  ],
});

test("a URL in a secret: the secret's digest, and no endpoint, since its value is not known", () => {
  assert.deepEqual(databaseOf({ databaseSecret: "/stage/migration", container: null }), {
    secret: digest16("/stage/migration"),
    endpoint: null,
  });
});

test("parts: the endpoint as the migrator writes it, also of an IPv6 address", () => {
  const databaseSecret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1";
  assert.deepEqual(databaseOf({ databaseSecret, container: parts("db.internal") }), {
    secret: digest16(databaseSecret),
    endpoint: digest16("db.internal:5432/shop"),
  });
  assert.equal(
    databaseOf({ databaseSecret, container: parts("2001:db8::1") }).endpoint,
    digest16("[2001:db8::1]:5432/shop"),
  );
});

test("IAM: no secret, so the endpoint stands for it", () => {
  const endpoint = digest16("db.internal:5432/shop");
  assert.deepEqual(databaseOf({ databaseSecret: null, container: parts("db.internal") }), {
    secret: endpoint,
    endpoint,
  });
});

test("neither: nothing is known, so that nothing matches", () => {
  assert.deepEqual(databaseOf({ databaseSecret: null, container: null }), { secret: null, endpoint: null });
});
