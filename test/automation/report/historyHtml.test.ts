import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryEntry } from "../../../automation/history/history.ts";
import { historyHtml } from "../../../automation/report/historyHtml.ts";
import { SAMPLE_RESULT } from "../../support/sampleResult.ts";

function entry(fields: Partial<HistoryEntry["result"]>, day = 24): HistoryEntry {
  const result = { ...SAMPLE_RESULT, ...fields };
  return { result, logStream: "s", taskId: "t", at: Date.UTC(2026, 10, day) };
}

test("each run is a bar in its verdict's colour and a row, newest first", () => {
  const page = historyHtml(
    [
      entry(
        { outcome: "applied", to: { version: 2, dirty: false }, durationMs: 1_200, run: { by: "ada" } },
        1,
      ),
      entry({ outcome: "dirty", to: { version: 3, dirty: true }, error: "it broke" }, 2),
    ],
    "shop prod",
  );
  assert.match(page, /<h1>shop prod: 2 runs<\/h1>/);
  assert.deepEqual(
    [...page.matchAll(/<rect class="(\w+)"/g)].map(([, tone]) => tone),
    ["good", "bad"],
  );
  const rows = [...page.matchAll(/<tr><td.*?<\/tr>/g)].map(([row]) =>
    row.replace(/<[^>]+>/g, "|").replace(/\|+/g, "|"),
  );
  assert.deepEqual(rows, [
    "|2026-11-02 00:00|up|1 → 3 (dirty)|dirty|it broke|10 ms|",
    "|2026-11-01 00:00|up|1 → 2|applied|1.2 s|ada|",
  ]);
});

test("no text of others is markup, no secret shows, and nothing is loaded", () => {
  const error = "<script>alert(1)</script> postgres://app:hunter2@db/shop";
  const page = historyHtml([entry({ outcome: "failed", error, run: { by: "<b>" } })], "<i>");
  assert.equal(page.match(/<script>/g)?.length, 1);
  assert.ok(!page.includes("hunter2") && !page.includes("<b>") && !page.includes("<i>"));
  assert.ok(!/\b(src|srcset)=|<link\b|@import|url\(/.test(page));
});

test("no run is one sentence", () => {
  assert.match(historyHtml([], "shop prod"), /<p>No run is on record\.<\/p>/);
});
