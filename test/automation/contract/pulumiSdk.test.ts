import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { before, test } from "node:test";
import { deferUnusedOfPulumi } from "../../../automation/contract/pulumiSdk.ts";

const require = createRequire(import.meta.resolve("@pulumi/pulumi/package.json"));
const loaded = (part: RegExp) => Object.keys(require.cache).filter((path) => part.test(path));

before(() => deferUnusedOfPulumi());

test("the Automation API and the whole SDK load without TypeScript and npm's own code", async () => {
  await import("@pulumi/pulumi/automation/index.js");
  await import("@pulumi/pulumi");

  assert.deepEqual(loaded(/node_modules\/(typescript|pacote|sigstore)\//), []);
  assert.deepEqual(
    loaded(/node_modules\/@npmcli\//).map((path) => path.split("/").slice(-4).join("/")),
    ["@npmcli/arborist/lib/index.js"],
  );
});

test("both are there at their first use, and are the real modules from then on", () => {
  const shim = require("./typescript-shim.js") as { version: string };
  assert.match(shim.version, /^\d+\.\d+\.\d+/);
  assert.ok("createSourceFile" in shim);
  const { Arborist } = require("@npmcli/arborist") as { Arborist: { name: string } };
  assert.equal(Arborist.name, "Arborist");

  assert.deepEqual(Object.keys(require("./typescript-shim.js") as object).includes("version"), true);
  assert.notDeepEqual(loaded(/node_modules\/typescript\//), []);
});

test("what is loaded already stays as it is", () => {
  const before = require("@npmcli/arborist") as unknown;
  deferUnusedOfPulumi();
  assert.equal(require("@npmcli/arborist"), before);
});

test("a module that the SDK does not have is none to put off", () => {
  const before = Object.keys(require.cache);
  deferUnusedOfPulumi(["./no-such-file.js", "no-such-package"]);
  assert.deepEqual(Object.keys(require.cache), before);
});

test("a function is still serialized", async () => {
  const { runtime } = await import("@pulumi/pulumi");
  const { text } = await runtime.serializeFunction(() => 41 + 1);
  assert.match(text, /41 \+ 1/);
});
