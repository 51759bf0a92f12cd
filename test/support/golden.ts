/** Texts that a test holds against a file. `UPDATE_GOLDEN=1` writes the file, for a person to read before it is kept. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "..", "automation", "golden");

/** @param name the file's name in test/automation/golden */
export function assertGolden(name: string, text: string): void {
  const path = join(FOLDER, name);
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, text);
  assert.equal(text, readFileSync(path, "utf8"));
}
