import assert from "node:assert/strict";
import { test } from "node:test";
import { firstLines } from "../../../automation/plan/firstLines.ts";

test("the first lines are those that say something, cut and safe to print", () => {
  const sql = "-- header\r\n\r\nSET x = 1;\r\n  -- more\n\tSELECT '\u001b[31m';  \n0123456789abc\nlast";
  assert.deepEqual(firstLines(sql, 3, 12), [
    "SET x = 1;",
    "\tSELECT '\uFFFD[…",
    "0123456789a…",
    "… 1 more line",
  ]);
  assert.deepEqual(firstLines("SELECT '😀😀'", 3, 10), ["SELECT '…"]);
  assert.deepEqual(firstLines("", 3), []);
});
