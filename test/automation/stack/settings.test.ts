import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  applicationOf,
  backendOf,
  parseSettings,
  settingOf,
  stackFileName,
} from "../../../automation/stack/settings.ts";

const file = (...lines: string[]) =>
  parseSettings(
    `secretsprovider: awskms://x\nconfig:\n${lines.map((line) => `  ${line}\n`).join("")}`,
    "Pulumi.stage.yaml",
  );

test("settingOf reads values, quoted or not, and no placeholder", () => {
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

test("a file that somebody edited by hand is read as YAML is", () => {
  const key = "ecs-migrate:appPath";
  for (const line of [
    `${key} : ../shop`,
    `${key}:\n    ../shop`,
    `${key}: >-\n    ../shop`,
    `? ${key}\n  : ../shop`,
    `${key}: &app ../shop\n  ecs-migrate:tags:\n    ${key}: ./other`,
    `ecs-migrate:tags: {"${key}": ./other}\n  ${key}: '../shop'`,
    `ecs-migrate:databaseName: |\n    ${key}: ./other\n  ${key}: "\\x2e./shop"`,
  ])
    assert.equal(settingOf(file(line), key), "../shop", line);
  const flow = `{"config": {"${key}": "../shop", "ecs-migrate:cpu": 0512}}`;
  assert.equal(settingOf(parseSettings(flow, ""), key), "../shop");
  assert.equal(settingOf(parseSettings(flow, ""), "ecs-migrate:cpu"), "0512");
  assert.equal(settingOf(file(`${key}:\n    secure: v1:abc`), key), undefined);
  assert.equal(
    settingOf(file("ecs-migrate:checkDisable:\n  - a\n  - b"), "ecs-migrate:checkDisable"),
    '["a","b"]',
  );
  for (const empty of ["", "# nothing\n", "config:\n", "encryptedkey: x\n"])
    assert.equal(settingOf(parseSettings(empty, ""), key), undefined);
});

test("a file that is no YAML is refused by its line, not passed over", () => {
  for (const [text, message] of [
    ["config:\n\taws:region: x\n", "is no YAML: tab characters must not be used in indentation (line 2)"],
    ["config:\n  a: x\n  a: y\n", "is no YAML: duplicated mapping key (line 3)"],
    ["config:\n  - a\n", "has no map of keys below config:"],
    ["- a\n", "has no map of keys below config:"],
  ] as const)
    assert.throws(() => parseSettings(text, "Pulumi.stage.yaml"), {
      name: "ConfigError",
      message: `Pulumi.stage.yaml ${message}`,
    });
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
    assert.equal(backendOf(new Map()), undefined);
  });
});

test("a stack's file goes by the last part of its name", () => {
  assert.equal(stackFileName("prod"), "Pulumi.prod.yaml");
  assert.equal(stackFileName("acme/ecs-migrate/prod"), "Pulumi.prod.yaml");
  assert.equal(applicationOf(file("ecs-migrate:application: shop")), "shop");
});
