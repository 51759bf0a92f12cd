/** Never a false success (R1, R14): what the container reports is compared with what is known. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Verdict } from "../../../automation/verdict/verdict.ts";
import { type Expected, verifySuccess } from "../../../automation/verdict/versionCheck.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { SAMPLE_FILES } from "../../support/sampleOutputs.ts";
import { APPLIED, clean, FILES } from "../../support/verdictSamples.ts";

const versions = SAMPLE_FILES.map(({ version }) => version);
const [FIRST, , THIRD] = versions as [number, number, number];

describe("a run against an image that lacks the stack's last file (R1)", () => {
  async function lacking(t: Parameters<typeof temporaryHome>[0]): Promise<RunFixture> {
    const fixture = new RunFixture(await temporaryHome(t));
    const own = fixture.aws.revisions.get(12);
    assert.ok(own);
    fixture.aws.revisions.set(12, { ...own, files: own.files.slice(0, -1) });
    return fixture;
  }

  test("up, and up again with nothing to do, is a failure each time, with exit code 11", async (t) => {
    const fixture = await lacking(t);
    for (const files of [2, 0]) {
      const report = await fixture.run({ name: "up" });
      assert.equal(report.exitCode, 11);
      assert.match(report.headline, /^Failed: the image lacks migrations of the stack/);
      assert.match(report.why ?? "", new RegExp(`the stack shipped ${THIRD}: the image does not hold`));
      assert.equal(report.verdict.kind === "failed" && report.verdict.files.length, files);
      assert.equal(report.databaseChanged, files > 0 ? "yes" : "no");
    }
  });

  test("another revision may hold less on purpose", async (t) => {
    const fixture = await lacking(t);
    const own = fixture.aws.revisions.get(12);
    assert.ok(own);
    fixture.aws.revisions.set(11, own);
    const older = fixture.aws.outputs.taskDefinitionArn.replace(/12$/, "11");
    assert.equal((await fixture.run({ name: "up" }, older)).exitCode, 0);
  });
});

describe("a database below its last run (R14)", () => {
  test("version and status stop with a warning, and never advise migrate up", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    assert.equal((await fixture.run({ name: "up" })).exitCode, 0);
    // Restored, or another table of versions: nothing of it went through a run.
    fixture.aws.database.force(FIRST, "restore");
    for (const name of ["version", "status"] as const) {
      const report = await fixture.run({ name });
      assert.equal(report.exitCode, 11, report.headline);
      assert.match(report.headline, new RegExp(`at ${FIRST}, below ${THIRD} where its last run left it`));
      assert.equal(
        report.next.some(({ command }) => / migrate up /.test(command ?? "")),
        false,
      );
    }
  });

  test("after a down the lower version is where the last run left it", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    await fixture.run({ name: "up" });
    assert.equal((await fixture.run({ name: "down", steps: 1 })).exitCode, 0);
    assert.equal((await fixture.run({ name: "status" })).exitCode, 0);
  });
});

describe("verifySuccess", () => {
  const expected: Expected = { operation: { name: "up" }, shipped: versions, holds: null, lastRun: null };

  test("leaves alone what is true, what failed, and what was skipped", () => {
    const others: Verdict[] = [
      { kind: "applied", from: clean(FIRST), to: clean(THIRD), files: FILES },
      { kind: "unchanged", version: clean(THIRD) },
      { kind: "unchanged", version: clean(FIRST), skipped: "asked" },
      { kind: "unknown", cause: "lost", detail: "gone" },
      { kind: "applied", from: null, to: null, files: [] },
    ];
    for (const verdict of others) assert.equal(verifySuccess(verdict, expected), verdict);
  });

  test("a newer image's version is no contradiction, nor a restored database that up brought on", () => {
    const newer: Verdict = { kind: "unchanged", version: clean(THIRD + 1) };
    assert.equal(verifySuccess(newer, expected), newer);
    const lastRun = { version: THIRD, at: "2026-11-24T09:00:00Z" };
    assert.equal(verifySuccess(APPLIED, { ...expected, lastRun }), APPLIED);
  });
});
