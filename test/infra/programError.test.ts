import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { programError } from "../../infra/programError.ts";

const { defaultErrorMessage } = createRequire(import.meta.url)("@pulumi/pulumi/cmd/run/error.js");

test("Pulumi's host takes the message as it is, and never looks into the error", () => {
  const error = programError("ecs-migrate:cpu is 300");
  Object.defineProperty(error, "inside", {
    enumerable: true,
    get: () => assert.fail("the host formats the whole error"),
  });
  assert.equal(defaultErrorMessage(error), "ecs-migrate:cpu is 300");
  assert.equal(pulumi.RunError.isInstance(error), true);
});

test("which it does with an error that has a stack", () => {
  const error = Object.assign(new pulumi.RunError("x"), { inside: "looked at" });
  assert.match(defaultErrorMessage(error), /looked at/);
});
