import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { SlackBlock } from "../../../../automation/notify/slack/blocks.ts";
import { slackMessage } from "../../../../automation/notify/slack/runMessage.ts";
import type { RunReport } from "../../../../automation/report/report.ts";
import type { Verdict } from "../../../../automation/verdict/verdict.ts";
import { reportOf } from "../../../support/reportSamples.ts";
import {
  ALL,
  APPLIED,
  clean,
  DIRTY,
  FAILED,
  INTERRUPTED,
  NOT_STARTED,
  ran,
  UNCHANGED,
  UNKNOWN,
} from "../../../support/verdictSamples.ts";

/** Every text of a message, the fallback first. */
function texts(report: RunReport): string[] {
  const { text, blocks } = slackMessage(report);
  return [text, ...blocks.flatMap(textsOf)];
}

function textsOf(block: SlackBlock): string[] {
  return block.type === "context" ? block.elements.map((element) => element.text) : [block.text.text];
}

const golden = (name: string) => new URL(`../../golden/slack-${name}.json`, import.meta.url);

describe("the whole message of each verdict (UPDATE_GOLDEN=1 writes them anew)", () => {
  const samples: Record<string, Verdict> = {
    applied: APPLIED,
    unchanged: UNCHANGED,
    notStarted: NOT_STARTED[0] as Verdict,
    failed: FAILED,
    dirty: DIRTY,
    interrupted: INTERRUPTED[0] as Verdict,
    unknown: UNKNOWN[1] as Verdict,
  };
  for (const [name, verdict] of Object.entries(samples)) {
    test(name, () => {
      const message = slackMessage(reportOf(verdict));
      if (process.env.UPDATE_GOLDEN === "1") {
        mkdirSync(new URL("../../golden/", import.meta.url), { recursive: true });
        writeFileSync(golden(name), `${JSON.stringify(message, null, 2)}\n`);
      }
      assert.deepEqual(message, JSON.parse(readFileSync(golden(name), "utf8")));
    });
  }
});

test("the first line has the verdict, the application and the stack", () => {
  for (const verdict of ALL) {
    const report = reportOf(verdict);
    const [text, header] = texts(report);
    assert.ok(header?.endsWith(`shop prod: ${report.headline}`), header);
    assert.ok(text?.startsWith(header ?? "none"));
  }
});

test("the log is shown after a failure alone, the last 20 lines of it", () => {
  const logTail = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
  const all = texts(reportOf(DIRTY, { logTail })).join("\n");
  assert.match(all, /\*Last 20 log lines\*\n```\nline 11\n/);
  assert.match(all, /line 30\n```/);
  assert.ok(!all.includes("line 10\n"));
  assert.ok(!texts(reportOf(APPLIED, { logTail })).join("\n").includes("line 30"));
});

test("log lines that do not fit: the oldest go, a long one is cut, and both are said", () => {
  const logTail = Array.from({ length: 20 }, (_, index) => `${index} ${"x".repeat(1000)}`);
  const tail = texts(reportOf(DIRTY, { logTail })).find((text) => text.startsWith("*Last")) ?? "";
  assert.match(tail, /^\*Last 7 log lines\* \(earlier ones clipped\)\n```\n13 x+… \(clipped\)\n/);
  assert.match(tail, /\n19 x+… \(clipped\)\n```$/);
});

test("10,000 files: as many as fit, and how many are left out", () => {
  const files = Array.from({ length: 10_000 }, (_, index) => ran(index + 1, "x".repeat(40), 5));
  const list = texts(reportOf({ ...APPLIED, files } as Verdict)).find((text) => text.startsWith("• ")) ?? "";
  const shown = list.split("\n").length - 1;
  assert.ok(list.endsWith(`\n… and ${10_000 - shown} more (clipped)`));
  assert.ok(list.length <= 3000 && list.length > 2500);
});

test("a log line cannot ping, link, style or end its block", () => {
  const hostile =
    "<!here> <!channel|x> @channel @everyone <https://evil.example|ok> ``` *b* & &lt; \u001b[31mred\u001b[0m\u0000\u202eabc\ud800";
  const all = texts(reportOf(DIRTY, { logTail: [hostile], why: hostile, warnings: [hostile] }));
  for (const text of all) {
    assert.ok(!text.includes("<!") && !/@(here|channel|everyone)/i.test(text), text);
    assert.ok(!/(?!\n)[\p{Cc}\u202e\p{Surrogate}]/u.test(text), text);
    assert.ok(!text.includes("<https://evil.example"), text);
  }
  const log = all.find((text) => text.startsWith("*Last")) ?? "";
  assert.equal(log.split("```").length, 3, "one block, opened and closed");
  assert.ok(log.includes("&lt;!here&gt;") && log.includes("&amp; &amp;lt; red"));
  for (const block of slackMessage(reportOf(DIRTY)).blocks)
    if (block.type === "section") assert.equal(block.text.verbatim, true);
});

test("a command is whole and ready to paste", () => {
  const all = texts(reportOf(DIRTY));
  assert.ok(
    all.some((text) => text.endsWith("```\nnpx ecs-migrate migrate force 20261122 --stack prod\n```")),
  );
});

test("a link's URL cannot break out of it", () => {
  const links = {
    logStream: "https://a.example/?x=1&y=<b>|c",
    task: `https://a.example/${"x".repeat(3000)}`,
    build: null,
    report: null,
  };
  const last = texts(reportOf(DIRTY, { links })).at(-1);
  assert.equal(last, "<https://a.example/?x=1&amp;y=%3Cb%3E%7Cc|Log>");
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: "grapheme", maxLength: 400 }),
  fc
    .constantFrom("&", "<", "`", "👩‍👩‍👧", "é", "\n", "a".repeat(10))
    .chain((unit) => fc.nat(4000).map((times) => unit.repeat(times))),
);

/** A report whose every text is arbitrary. */
const anyReport = fc
  .record({
    verdict: fc.constantFrom(...ALL),
    name: anyText,
    stack: anyText,
    application: anyText,
    headline: anyText,
    why: fc.option(anyText),
    next: fc.array(fc.record({ text: anyText, command: fc.option(anyText) }), { maxLength: 12 }),
    image: fc.option(anyText),
    origin: fc.record({
      by: fc.option(anyText),
      commit: fc.option(anyText),
      branch: fc.option(anyText),
      build: fc.option(anyText),
      buildUrl: fc.constant(null),
    }),
    links: fc.record({
      logStream: fc.option(anyText),
      task: fc.option(anyText),
      build: fc.option(anyText),
      report: fc.option(anyText),
    }),
    logTail: fc.array(anyText, { maxLength: 25 }),
    warnings: fc.array(anyText, { maxLength: 12 }),
  })
  .map(({ verdict, name, ...fields }) => {
    const named = "files" in verdict ? { ...verdict, files: [ran(1, name, 2)] } : verdict;
    return reportOf(named, fields);
  });

test("any texts: within Slack's limits, no half characters, no half entities, nothing empty", () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const { text, blocks } = slackMessage(report);
      assert.ok(text.length > 0 && text.length <= 3000);
      assert.ok(blocks.length <= 50);
      for (const block of blocks) {
        if (block.type === "header") assert.ok(block.text.text.length <= 150);
        if (block.type === "context") assert.ok(block.elements.length >= 1 && block.elements.length <= 10);
        for (const part of textsOf(block))
          assert.ok(part.length > 0 && part.length <= 3000, `${part.length}`);
      }
      for (const part of [text, ...blocks.filter((block) => block.type !== "header").flatMap(textsOf)]) {
        assert.ok(!/\p{Surrogate}/u.test(part));
        assert.ok(!/&(?!amp;|lt;|gt;)/.test(part), part.slice(0, 200));
        assert.ok(!/<(?!https?:|[^|<>]*\|(?:Log|Task|Build|Report)>)/.test(part), part.slice(0, 200));
      }
    }),
    { numRuns: 300 },
  );
});

test("no planted secret gets into a message, wherever it stood", () => {
  const secret = fc.stringMatching(/^[a-z0-9]{10}$/);
  const planted = [
    (pw: string) => `postgres://app:${pw}@db/shop`,
    (pw: string) => `${"x".repeat(2950)} postgres://app:${pw}@db/shop`,
    (pw: string) => `password=\u001b[1m${pw}`,
    (pw: string) => `pass\u0000word=${pw}`,
    (pw: string) => `https://hooks.slack.com/services/T/B/${pw}`,
    (pw: string) => `app:${pw}@tcp(db:3306)/shop`,
  ];
  fc.assert(
    fc.property(secret, fc.constantFrom(...planted), fc.constantFrom(...ALL), (password, plant, verdict) => {
      const text = plant(password);
      const report = reportOf("files" in verdict ? { ...verdict, files: [ran(1, text, 1)] } : verdict, {
        why: text,
        headline: text,
        next: [{ text, command: text }],
        logTail: [text, text],
        warnings: [text],
        origin: { by: text, commit: text, branch: text, build: text, buildUrl: null },
        image: text,
      });
      assert.ok(!JSON.stringify(slackMessage(report)).includes(password));
    }),
    { numRuns: 300 },
  );
});

test("a run without a version, a task or an origin has no empty lines for them", () => {
  const report = reportOf(
    { kind: "unchanged", version: null, skipped: "asked" },
    {
      origin: { by: null, commit: null, branch: null, build: null, buildUrl: null },
      image: null,
      links: { logStream: null, task: null, build: null, report: null },
    },
  );
  assert.equal(slackMessage(report).blocks.length, 2);
  assert.ok(!texts(report).join().includes("*Version*"));
  assert.match(texts(reportOf({ kind: "unchanged", version: clean(7) }))[2] ?? "", /\*Version\* `7`/);
});
