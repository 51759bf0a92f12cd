import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { verdictLines } from "../../../automation/report/lines.ts";
import { durationText } from "../../../automation/text/duration.ts";
import { plainText } from "../../../automation/text/plainText.ts";
import { reportOf } from "../../support/reportSamples.ts";
import { ALL, APPLIED, CONTEXT, clean, DIRTY } from "../../support/verdictSamples.ts";

test("a success: the verdict, the files in columns, the task", () => {
  assert.deepEqual(verdictLines(reportOf(APPLIED), { color: false }), [
    "✔ shop prod: Applied 2 migrations: 20261120 → 20261124",
    "  20261122_add_email.up.sql    12 ms",
    "  20261124_index_email.up.sql  1 min 2 s",
    "  took: 1 min 13 s",
    `  task: ${CONTEXT.taskArn}`,
  ]);
});

test("a failure: whether the database changed, why, and each command on a line of its own", () => {
  const lines = verdictLines(reportOf(DIRTY), { color: false });
  assert.equal(
    lines[0],
    "✖ shop prod: Dirty at 20261124: 1 migration ran, then 20261124_index_email.up.sql stopped half-way",
  );
  assert.ok(lines.includes("  database changed: yes"));
  assert.ok(lines.some((line) => line.startsWith("  why: The SQL has a syntax error")));
  assert.ok(lines.includes("       npx ecs-migrate migrate force 20261122 --stack prod"));
  assert.ok(lines.indexOf("Next:") > 0);
});

test("what is pending is listed", () => {
  const verdict = {
    kind: "unchanged",
    version: clean(20261122),
    pending: [{ version: 20261124, name: "index_email" }],
  } as const;
  assert.ok(
    verdictLines(reportOf(verdict), { color: false }).includes("  20261124_index_email.up.sql  pending"),
  );
});

test("color adds escape sequences and changes no word; without it there is none", () => {
  for (const verdict of ALL) {
    const plain = verdictLines(reportOf(verdict), { color: false });
    const colored = verdictLines(reportOf(verdict), { color: true });
    assert.ok(!plain.join("\n").includes("\u001b"));
    assert.ok(colored[0]?.startsWith("\u001b["));
    assert.deepEqual(colored.map(stripVTControlCharacters), plain);
  }
});

test("no text from outside commands the terminal or makes a line of its own", () => {
  const hostile = "\u001b]0;title\u0007\u001b[2Jx\ry\nz\u202e postgres://app:hunter2@db";
  for (const line of verdictLines(reportOf(DIRTY, { why: hostile, headline: hostile }), { color: false })) {
    assert.ok(!/[\p{Cc}\u202e]/u.test(line), JSON.stringify(line));
    assert.ok(!line.includes("hunter2"));
  }
});

test("plainText", () => {
  assert.equal(
    plainText("a\r\nb\tc\u2028d\u0000e\u001b[31mf\u001b[0m\u202eg\ud800h\ufeff👍"),
    "a\nb  c\ndefg\ufffdh👍",
  );
});

test("durationText", () => {
  const samples: [number, string][] = [
    [0, "0 ms"],
    [0.44, "0.4 ms"],
    [12.345, "12 ms"],
    [999.4, "999 ms"],
    [999.6, "1 s"],
    [1240, "1.2 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min 0 s"],
    [73_400, "1 min 13 s"],
    [3_599_600, "1 h 0 min"],
    [7_500_000, "2 h 5 min"],
  ];
  for (const [ms, text] of samples) assert.equal(durationText(ms), text);
});
