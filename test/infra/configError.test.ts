/** A configuration error costs little more than an empty program: nothing of AWS is loaded for it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
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
  assert.deepEqual(loadedOf("@pulumi/aws"), []);
});

const INFRA = join(import.meta.dirname, "..", "..", "infra");

test("until then, of @pulumi/pulumi only what the host has loaded: npm's and TypeScript's code would cost 0.5 s", () => {
  const program = readFileSync(join(INFRA, "index.ts"), "utf8");
  const imports = [...program.matchAll(/^import (?!type).* from "([^"]+)";$/gm)].map(([, name]) => name);
  assert.ok(imports.includes("./config/load.ts"), imports.join(", "));
  const loaded = loadedBy(imports);
  assert.ok(loaded.some((file) => file.includes("/@pulumi/pulumi/")));
  assert.deepEqual(
    loaded.filter((file) => /\/runtime\/closure\/|\/node_modules\/(typescript|@npmcli)\//.test(file)),
    [],
  );
});

test("the reader that a deploy asks first loads nothing of Pulumi", () => {
  assert.deepEqual(
    loadedBy(["./config/config.ts"]).filter((file) => file.includes("/@pulumi/")),
    [],
  );
});

/** The CommonJS files that these modules of infra/ load. */
function loadedBy(names: readonly (string | undefined)[]): string[] {
  const script = `for (const name of ${JSON.stringify(names)}) await import(name);
    const files = Object.keys((await import("node:module")).createRequire(import.meta.url).cache);
    console.log(JSON.stringify(files));`;
  const args = ["--input-type=module", "--eval", script];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: INFRA, encoding: "utf8" })) as string[];
}
