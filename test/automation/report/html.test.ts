import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Failure, RanFile } from "../../../automation/contract/resultLine.ts";
import type { TimeRange } from "../../../automation/plan/workTime.ts";
import { reportHtml } from "../../../automation/report/html.ts";
import { timelineOf, timelineSvg } from "../../../automation/report/timeline.ts";
import type { Verdict } from "../../../automation/verdict/verdict.ts";
import { reportOf } from "../../support/reportSamples.ts";
import { APPLIED, DIRTY } from "../../support/verdictSamples.ts";

const FILE: RanFile = {
  version: 7,
  name: "orders",
  direction: "up",
  ms: 1_000,
  file: "000007_orders.up.sql",
  statements: [
    { n: 1, line: 1, kind: "CREATE TABLE", ms: 200, rows: 0, waitedMs: 0 },
    { n: 2, line: 9, kind: "CREATE INDEX", ms: 800, rows: 0, waitedMs: 300 },
  ],
};

describe("reportHtml", () => {
  test("loads nothing from elsewhere", () => {
    const page = reportHtml(reportOf(DIRTY));
    assert.ok(!/\b(src|srcset)=|<link\b|@import|url\(/.test(page));
    assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
  });

  test("is whole without JavaScript: verdict, cause, commands, facts, log", () => {
    const report = reportOf(DIRTY);
    const text = reportHtml(report).replace(/<script>[\s\S]*<\/script>/, "");
    assert.ok(text.includes(`<h1>shop prod: ${report.headline}</h1>`));
    for (const { command } of report.next)
      if (command !== null) assert.ok(text.includes(`<code>${command}</code>`), command);
    assert.ok(text.includes("<dt>Exit code</dt><dd>12</dd>"));
    assert.ok(text.includes("done `a` &amp; &lt;b&gt;"));
  });

  test("no text of others becomes markup, and no secret is shown", () => {
    const error = `</pre><script>alert(1)</script> postgres://app:hunter2@db/shop\u202e`;
    const page = reportHtml(
      reportOf({ ...DIRTY, error } as Verdict, { why: error, logTail: [error], warnings: [error] }),
    );
    assert.equal(page.match(/<script>/g)?.length, 1);
    assert.ok(!page.includes("hunter2"));
  });

  test("a file that failed is a mark of its own, with who held the lock", () => {
    const failure: Failure = {
      ...{ kind: "lock", file: "000008_more.up.sql", version: 8, direction: "up", code: "55P03" },
      ...{
        statement: { n: 2, of: 3, line: 7 },
        message: "lock timeout",
        tookEffect: "nothing",
        completed: [],
      },
      blockers: [
        {
          pid: 4242,
          application: "psql",
          user: "ada",
          state: "idle in transaction",
          ageMs: 180_000,
          kind: null,
        },
      ],
    };
    const version = { version: 7, dirty: false };
    const verdict: Verdict = {
      kind: "failed",
      from: version,
      to: version,
      files: [FILE],
      error: "x",
      failure,
    };
    const page = reportHtml(reportOf(verdict));
    assert.equal(page.match(/<rect class="stopped"/g)?.length, 1);
    assert.ok(page.includes("statement 2 of 3: 000008_more.up.sql"));
    assert.ok(page.includes('<p class="blocked">The lock was held by session 4242 (psql, user ada, idle'));
  });

  test("what was planned stands beside what happened", () => {
    const rowOf = (time: TimeRange | null, ms: number) => {
      const files = [{ ...FILE, ms }];
      const planned = [{ file: "000007_orders.up.sql", time }];
      return /<tr><td>.*<\/tr>/.exec(
        reportHtml(reportOf({ ...APPLIED, files } as Verdict, { planned })),
      )?.[0];
    };
    const time = { lowMs: 2_000, likelyMs: 4_000, highMs: 8_000 };
    const row = (took: string, word: string) =>
      `<tr><td>000007_orders.up.sql</td><td>2 to 8 s</td><td>${took}</td><td>${word}</td></tr>`;
    assert.equal(rowOf(time, 5_000), row("5 s", "as planned"));
    assert.equal(rowOf(time, 9_000), row("9 s", "longer"));
    assert.equal(rowOf(time, 1_000), row("1 s", "shorter"));
    assert.equal(rowOf(null, 1_000), undefined);
  });

  test("of 500 files stays a page that a browser opens at once", () => {
    const files = Array.from({ length: 500 }, (_, index) => ({ ...FILE, version: index + 1 }));
    const page = reportHtml(reportOf({ ...APPLIED, files } as Verdict));
    assert.equal(page.match(/class="file"/g)?.length, 500);
    assert.ok(page.length < 1_000_000, String(page.length));
  });
});

describe("timeline", () => {
  test("each file begins where the one before ended, and so does each statement", () => {
    const bars = timelineOf([FILE, { ...FILE, file: "000008_more.up.sql", statements: [] }]);
    assert.deepEqual(
      bars.map(({ label, startMs, ms, waitedMs }) => [label, startMs, ms, waitedMs]),
      [
        ["000007_orders.up.sql", 0, 1_000, 300],
        ["1. CREATE TABLE (line 1)", 0, 200, 0],
        ["2. CREATE INDEX (line 9)", 200, 800, 300],
        ["000008_more.up.sql", 1_000, 1_000, 0],
      ],
    );
  });

  test("a file of an older image has no statements, and its name is made from the version", () => {
    const { file: _, statements: __, ...old } = FILE;
    assert.deepEqual(timelineOf([old]), [
      { kind: "file", label: "7_orders.up.sql", startMs: 0, ms: 1_000, waitedMs: 0 },
    ]);
  });

  test("waiting is drawn in a colour of its own, and nothing is drawn of nothing", () => {
    assert.equal(timelineSvg(timelineOf([FILE])).match(/class="wait"/g)?.length, 2);
    assert.equal(timelineSvg([]), "");
  });
});
