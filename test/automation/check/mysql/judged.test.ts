import assert from "node:assert/strict";
import { test } from "node:test";
import { JUDGED } from "./judged.ts";
import { lint } from "./lint.ts";

test("statements of real folders are judged as by hand", async () => {
  const differ: string[] = [];
  for (const [sql, rules] of JUDGED) {
    const found = (await lint(`${sql};\n`)).map(({ rule }) => rule).sort();
    const said = found.join(" ");
    if (said !== rules.split(" ").sort().join(" "))
      differ.push(`${sql}\n  by hand: ${rules}\n  check: ${said}`);
  }
  assert.deepEqual(differ, []);
  assert.ok(JUDGED.length >= 60);
});
