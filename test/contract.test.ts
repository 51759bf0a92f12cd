import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { OUTPUT_NAMES, parseOutputs } from "../automation/contract/outputs.ts";
import { installMocks, resolveInput } from "./support/pulumiMocks.ts";
import { sampleOutputs } from "./support/sampleOutputs.ts";
import { configOf, SMALLEST } from "./support/stackConfig.ts";

test("the program exports exactly what automation reads, by name and type", async () => {
  // A stack that was deployed with the earlier default of databaseSecret, which its file does not name.
  const deployed = { databaseSecret: "/local/migration" };
  await installMocks("local", { "pulumi:pulumi:readStackOutputs": () => ({ outputs: deployed }) });
  pulumi.runtime.setAllConfig({
    ...configOf(SMALLEST),
    "ecs-migrate:sourceType": "S3",
    "ecs-migrate:sourceLocation": "source/shop.zip",
  });

  const { default: outputs } = await import("../infra/index.ts");
  const resolved = await resolveInput(outputs);

  assert.deepEqual(Object.keys(resolved).sort(), [...OUTPUT_NAMES].sort());
  assert.equal(resolved.databaseSecret, "/local/migration");
  // What a stack's outputs go through on their way to the script.
  const asPrinted: unknown = JSON.parse(JSON.stringify(resolved));
  assert.deepEqual(parseOutputs(asPrinted, "local"), asPrinted);
});

test("outputs of before there were networkPath and connectionLink are read still", () => {
  const { networkPath, connectionLink, ...older } = sampleOutputs({ networkPath: "x", connectionLink: "y" });
  assert.deepEqual([networkPath, connectionLink], ["x", "y"]);
  assert.deepEqual(parseOutputs(older, "stage"), { ...older, networkPath: null, connectionLink: null });
});
