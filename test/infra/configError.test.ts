/** A configuration error costs little more than an empty program: nothing of AWS is loaded for it. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { installMocks } from "../support/pulumiMocks.ts";
import { configOf, SMALLEST } from "../support/stackConfig.ts";

/** Files of a package that this process has loaded. */
function loadedOf(name: string): string[] {
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache).filter((file) => file.includes(`/node_modules/${name}/`));
}

test("wrong values are reported, each once and as written, before @pulumi/aws loads", async () => {
  await installMocks("stage");
  pulumi.runtime.setAllConfig(
    configOf({ ...SMALLEST, migrate: "sometimes", appPath: "../nowhere", cpu: 300 }),
  );

  const error = await import("../../infra/index.ts").then(
    () => assert.fail("the program runs"),
    (thrown: unknown) => thrown,
  );

  assert.ok(error instanceof pulumi.RunError);
  const lines = error.message.split("\n");
  assert.equal(lines[0], "Configuration of stack stage: 3 problems:");
  assert.equal(lines.length, 4);
  for (const value of ['migrate is "sometimes"', 'appPath is "../nowhere"', "cpu is 300"])
    assert.equal(lines.filter((line) => line.includes(value)).length, 1, value);
  assert.ok(loadedOf("@pulumi/pulumi").length > 0);
  assert.deepEqual(loadedOf("@pulumi/aws"), []);
});
