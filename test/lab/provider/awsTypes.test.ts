import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { FUNCTIONS, RESOURCES } from "./awsTypes.ts";

const sdk = dirname(createRequire(import.meta.url).resolve("@pulumi/aws/package.json"));

/** The file of @pulumi/aws that declares a token: `aws:ecs/cluster:Cluster` is in `ecs/cluster.js`. */
async function declaration(token: string): Promise<string> {
  const path = token.split(":")[1]?.replace(/^index\//, "") ?? "";
  return readFile(join(sdk, `${path}.js`), "utf8");
}

for (const token of Object.keys(RESOURCES)) {
  test(`@pulumi/aws declares the type ${token}`, async () => {
    assert.ok((await declaration(token)).includes(`__pulumiType = '${token}'`));
  });
}

for (const token of Object.keys(FUNCTIONS)) {
  test(`@pulumi/aws calls the function ${token}`, async () => {
    assert.ok((await declaration(token)).includes(`invoke("${token}"`));
  });
}
