/** docs/check.md lists each rule with its severity and summary, and no other. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RULES } from "../../../automation/check/rules.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/check.md"), "utf8");

test("the tables of docs/check.md are the rules, in their order", () => {
  const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` *\| (error|warning) *\| (.*?) *\|$/gm)];
  const rules = Object.entries(RULES).map(([id, { severity, summary }]) => [id, severity, summary]);
  assert.deepEqual(
    rows.map(([, id, severity, summary]) => [id, severity, summary]),
    rules,
  );
});
