/** Who is told of a run, in which order, and that none of them changes the result. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Audience, deliver } from "../../../automation/notify/deliver.ts";
import { slackNotifier } from "../../../automation/notify/slack/notifier.ts";
import type { RunReport } from "../../../automation/report/report.ts";
import { reportOf } from "../../support/reportSamples.ts";
import { temporaryHome } from "../../support/runFixture.ts";
import { APPLIED } from "../../support/verdictSamples.ts";

/** Tells a report and answers what happened, in its order. */
async function told(changes: Partial<Audience>, report = reportOf(APPLIED)) {
  const events: string[] = [];
  const terminal = {
    say: (line: string) => void events.push(`say ${line}`),
    warn: (line: string) => void events.push(`warn ${line}`),
    activity: () => assert.fail("nothing is under way any more"),
  };
  await deliver(report, {
    terminal,
    print: (text) => void events.push(`print ${text}`),
    color: false,
    json: false,
    reportFiles: [],
    notifiers: async () => {
      events.push("notifiers");
      return [];
    },
    ...changes,
  });
  return events;
}

/** An address that is refused before anything is sent. */
const NO_URL = async () => [slackNotifier("not an address")];

describe("deliver", () => {
  test("a person reads warnings and verdict before Slack is even looked up", async () => {
    const events = await told({}, reportOf(APPLIED, { warnings: ["the log was cut short"] }));
    assert.deepEqual(
      events.map((event) => event.split(" ")[0]),
      ["warn", "print", "notifiers"],
    );
    assert.match(events[1] ?? "", /^print ✔ /);
  });

  test("JSON comes once, after Slack, and holds Slack's warning", async () => {
    const events = await told({ json: true, notifiers: NO_URL });
    const printed = events.filter((event) => event.startsWith("print "));
    assert.equal(printed.length, 1);
    assert.equal(events.at(-1), printed[0]);
    const { warnings, verdict } = JSON.parse((printed[0] ?? "").slice(6)) as RunReport;
    assert.deepEqual(verdict.kind, "applied");
    assert.equal(warnings.length, 1);
    assert.equal(events.includes(`warn ${warnings[0]}`), true);
  });

  test("the file holds Slack's warning as well", async (t) => {
    const file = join(await temporaryHome(t), "reports", "run.json");
    await told({ notifiers: NO_URL, reportFiles: [file] });
    const { warnings } = JSON.parse(readFileSync(file, "utf8")) as RunReport;
    assert.equal(warnings.length, 1);
  });

  test("each file gets the report, and one that cannot be written keeps none of the others", async (t) => {
    const folder = await temporaryHome(t);
    const page = join(folder, "run.html");
    const events = await told({ reportFiles: [folder, page] });
    assert.equal(events.filter((event) => event.startsWith("warn ")).length, 1);
    assert.match(readFileSync(page, "utf8"), /^<!doctype html>/i);
  });

  test("a file that cannot be written is a warning that names it", async (t) => {
    const folder = await temporaryHome(t);
    const events = await told({ reportFiles: [folder] });
    const [warning = "", ...others] = events.filter((event) => event.startsWith("warn "));
    assert.deepEqual(others, []);
    assert.ok(warning.startsWith(`warn the report could not be written to ${folder}: `), warning);
  });

  test("where Slack is not wanted it is not looked up", async () => {
    const events = await told({ notifiers: undefined });
    assert.deepEqual(
      events.map((event) => event.split(" ")[0]),
      ["print"],
    );
  });
});
