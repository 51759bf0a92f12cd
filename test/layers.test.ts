import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ENTRIES, LAYERS, LAYERS_FILE, layerOverrides } from "./support/layers.ts";

const ROOT = join(import.meta.dirname, "..");

test("biome.layers.json holds the rules of the tables", () => {
  const written = JSON.parse(readFileSync(LAYERS_FILE, "utf8"));
  assert.deepEqual(written, { overrides: layerOverrides() }, "run: node test/support/layers.ts");
});

test("every entry that the table names is a file", () => {
  const named = Object.entries(ENTRIES).flatMap(([folder, files]) =>
    files.map((file) => `${folder}/${file}`),
  );
  assert.deepEqual(
    named.filter((path) => !existsSync(join(ROOT, "automation", path))),
    [],
  );
});

test("every folder of automation/ has its layer, and no other file than the two processes stands beside them", () => {
  const entries = readdirSync(join(ROOT, "automation"), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  assert.deepEqual(folders.sort(), LAYERS.flat().sort());
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  assert.deepEqual(files.sort(), ["bootstrap.ts", "main.ts"]);
});

const SOURCES = ["app", "automation", "bench", "infra", "migrator", "test"];
/** The SQL on which the lint is measured, and the cases of its rules. */
const DATA =
  /^(bench\/lint\/(corpus|existing|features|folders|histories|teams)|test\/automation\/check\/mysql\/ruleCases)\.ts$/;

test("no source file is longer than 300 lines, data apart", () => {
  const files = SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
  ).filter((file) => /\.(ts|go|py|sh)$/.test(file) && !DATA.test(file));
  const long = files.filter(
    (file) => readFileSync(join(ROOT, file), "utf8").trimEnd().split("\n").length > 300,
  );
  assert.deepEqual(long, []);
});
