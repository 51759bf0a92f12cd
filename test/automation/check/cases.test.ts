import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CASES, SETTINGS } from "./cases.ts";
import { type Files, findingsOf } from "./folders.ts";

const ROOT = join(import.meta.dirname, "cases");

/** The folders of MySQL are checked beside its rules. */
const folders = readdirSync(ROOT).filter((name) => !name.startsWith("mysql-"));

for (const name of folders) {
  test(`case ${name}`, async () => {
    const folder = join(ROOT, name);
    const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const files: Files = Object.fromEntries(
      entries.map((entry) => [entry.name, readFileSync(join(folder, entry.name))]),
    );
    assert.deepEqual(await findingsOf(files, SETTINGS[name]), CASES[name]);
  });
}
