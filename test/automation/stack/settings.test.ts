import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { applicationOf, backendOf, settingOf, stackFileName } from "../../../automation/stack/settings.ts";

const file = (...lines: string[]) =>
  `secretsprovider: awskms://x\nconfig:\n${lines.map((line) => `  ${line}\n`).join("")}`;

test("settingOf reads plain one-line values, quoted or not, and no placeholder", () => {
  const key = "ecs-migrate:application";
  assert.equal(settingOf(file("ecs-migrate:application: shop"), key), "shop");
  assert.equal(settingOf(file("ecs-migrate:application: shop # ours"), key), "shop");
  assert.equal(settingOf(file('"ecs-migrate:application": "shop # ours"'), key), "shop # ours");
  assert.equal(settingOf(file('ecs-migrate:application: "<your application, like shop>"'), key), undefined);
  assert.equal(settingOf(file("ecs-migrate:application:"), key), undefined);
  assert.equal(
    settingOf(file("# ecs-migrate:application: shop", "ecs-migrate:application2: x"), key),
    undefined,
  );
  assert.equal(settingOf(file("ecs-migrate:application: shop\r"), key), "shop");
});

describe("backendOf", () => {
  test("is the bucket in the stack's region, or the URL that is given in full", () => {
    const bucket = "ecs-migrate:stateBucket: shop-prod";
    assert.equal(backendOf(file("aws:region: eu-west-1", bucket)), "s3://shop-prod?region=eu-west-1");
    assert.equal(
      backendOf(file("aws:region: eu-west-1", bucket, "ecs-migrate:stateUrl: file:///state")),
      "file:///state",
    );
  });

  test("is left to the user's login if the file does not say", () => {
    assert.equal(backendOf(file("aws:region: eu-west-1")), undefined);
    assert.equal(backendOf(file("aws:region: eu-west-1", 'ecs-migrate:stateBucket: "<bucket>"')), undefined);
    assert.equal(backendOf(file("ecs-migrate:stateBucket: shop-prod")), undefined);
    assert.equal(backendOf(""), undefined);
  });
});

test("a stack's file goes by the last part of its name", () => {
  assert.equal(stackFileName("prod"), "Pulumi.prod.yaml");
  assert.equal(stackFileName("acme/ecs-migrate/prod"), "Pulumi.prod.yaml");
  assert.equal(applicationOf(file("ecs-migrate:application: shop")), "shop");
});
