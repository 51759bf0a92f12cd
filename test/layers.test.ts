import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LAYERS, withLayers } from "./support/layers.ts";

const ROOT = join(import.meta.dirname, "..");

test("biome.json holds the rules of the table of layers", () => {
  const biome = JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8"));
  assert.deepEqual(biome, withLayers(biome), "run: node test/support/layers.ts");
});

test("every folder of automation/ has its layer, and no other file than the two processes stands beside them", () => {
  const entries = readdirSync(join(ROOT, "automation"), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  assert.deepEqual(folders.sort(), LAYERS.flat().sort());
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  assert.deepEqual(files.sort(), ["bootstrap.ts", "main.ts"]);
});
