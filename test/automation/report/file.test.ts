import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { reportJson, reportMarkdown, writeReport } from "../../../automation/report/file.ts";
import type { Verdict } from "../../../automation/verdict/verdict.ts";
import { reportOf } from "../../support/reportSamples.ts";
import { ALL, APPLIED, DIRTY, NOT_STARTED } from "../../support/verdictSamples.ts";

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("writeReport", () => {
  test("JSON, in a folder that it makes, and nothing beside it", async () => {
    await inFolder(async (folder) => {
      await writeReport(join(folder, "a/b/report.json"), reportOf(APPLIED));
      assert.equal(readFileSync(join(folder, "a/b/report.json"), "utf8"), reportJson(reportOf(APPLIED)));
      assert.deepEqual(readdirSync(join(folder, "a/b")), ["report.json"]);
    });
  });

  test("Markdown where the name says so, over what was there", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "report.md"), "old".repeat(10_000));
      await writeReport(join(folder, "report.md"), reportOf(DIRTY));
      assert.equal(readFileSync(join(folder, "report.md"), "utf8"), reportMarkdown(reportOf(DIRTY)));
    });
  });

  test("a device is written to and stays what it is", async () => {
    await writeReport("/dev/null", reportOf(APPLIED));
    assert.equal(readFileSync("/dev/null", "utf8"), "");
  });

  test("a place that cannot be written to is an error, and leaves no half file", async () => {
    await inFolder(async (folder) => {
      await assert.rejects(writeReport(folder, reportOf(APPLIED)), { message: "it is a folder" });
      assert.deepEqual(readdirSync(folder), []);
      assert.equal(existsSync(`${folder}.${process.pid}.tmp`), false);
    });
  });
});

describe("reportJson", () => {
  test("is the report, with its schema", () => {
    const parsed = JSON.parse(reportJson(reportOf(APPLIED)));
    assert.deepEqual(parsed, reportOf(APPLIED));
    assert.equal(parsed.schema, 1);
  });

  test("holds no secret, however deep", () => {
    const verdict = { ...DIRTY, error: "dial postgres://app:hunter2@db/shop" } as Verdict;
    assert.ok(!reportJson(reportOf(verdict, { logTail: ["password=hunter2"] })).includes("hunter2"));
  });
});

describe("reportMarkdown", () => {
  test("of a dirty database, whole", () => {
    // .txt, since the formatter would set the Markdown anew.
    const golden = new URL("../golden/report-dirty.md.txt", import.meta.url);
    const text = reportMarkdown(
      reportOf(DIRTY, { warnings: ["Slack was not notified. Slack answered 503."] }),
    );
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, "utf8"));
  });

  test("of a success: no cause, no steps, no log", () => {
    const text = reportMarkdown(reportOf(APPLIED));
    assert.match(text, /^## ✔ shop prod: Applied 2 migrations: 20261120 → 20261124\n/);
    assert.match(text, /\| Version \| 20261120 → 20261124 \|/);
    assert.ok(!/### |```/.test(text));
  });

  test("a log that holds fences stays in its block", () => {
    const text = reportMarkdown(reportOf(DIRTY, { logTail: ["```", "````` <script>"] }));
    assert.ok(text.includes("``````text\n```\n````` <script>\n``````"));
  });

  test("others' words are neither markup nor HTML nor a mention", () => {
    const text = reportMarkdown(
      reportOf(NOT_STARTED[0] as Verdict, { why: "<b>*x*</b> [y](z) @ada | a\n# b" }),
    );
    assert.ok(text.includes("\n&lt;b&gt;\\*x\\*&lt;/b&gt; \\[y\\](z) &#64;ada \\| a \\# b\n"), text);
  });

  test("every table row is one line, whatever the texts", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.string({ unit: "binary" }), (verdict, text) => {
        const origin = { by: text, branch: text, commit: text, build: text, buildUrl: null };
        const lines = reportMarkdown(reportOf(verdict, { origin, logTail: [] })).split("\n");
        const rows = lines.filter((line) => /^\| (By|Branch|Commit|Build) /.test(line));
        assert.equal(rows.length, 4);
        for (const row of rows) assert.equal(row.replace(/\\./g, "").match(/\|/g)?.length, 3);
      }),
    );
  });
});
