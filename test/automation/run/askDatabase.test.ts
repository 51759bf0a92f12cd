import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { askDatabase } from "../../../automation/run/askDatabase.ts";
import type { FakeDatabase } from "../../support/fakeDatabase.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";

/** Asks a database that ends `inspect` so. @returns the report, the operations that were started, and what was printed */
async function ask(home: string, inspectEnd: FakeDatabase["inspectEnd"]) {
  const fixture = new RunFixture(home);
  fixture.aws.database.inspectEnd = inspectEnd;
  const report = await askDatabase(fixture.deps(), fixture.aws.outputs.taskDefinitionArn);
  const started = fixture.aws.faults.of("runTask").map(({ input }) => {
    const { overrides } = input as { overrides: { containerOverrides: { command: string[] }[] } };
    return overrides.containerOverrides[0]?.command[0];
  });
  return { report, started, said: fixture.said };
}

describe("askDatabase", () => {
  test("one task if the image and the server answer inspect", async (t) => {
    const { report, started, said } = await ask(await temporaryHome(t), undefined);
    assert.deepEqual(started, ["inspect"]);
    assert.equal(report.verdict.kind, "unchanged");
    assert.notEqual(report.inspection, undefined);
    assert.doesNotMatch(said, /sizes and locks are not known/);
  });

  test("an image that is older than inspect is asked for its status, and a line says what is missing", async (t) => {
    const { report, started, said } = await ask(await temporaryHome(t), { outcome: "usage" });
    assert.deepEqual(started, ["inspect", "status"]);
    assert.equal(report.verdict.kind, "unchanged");
    assert.equal(report.inspection, undefined);
    assert.match(said, /sizes and locks are not known/);
  });

  for (const failureKind of ["statement", "cancelled", "settings", "other"])
    test(`a server that ends inspect (${failureKind}) is asked for its status`, async (t) => {
      const { report, started } = await ask(await temporaryHome(t), { outcome: "failed", failureKind });
      assert.deepEqual(started, ["inspect", "status"]);
      assert.equal(report.verdict.kind, "unchanged");
    });

  for (const failureKind of ["password", "unreachable", "tls", "noDatabase", "lost"])
    test(`without a session (${failureKind}) a second question would fail as well, so it is not asked`, async (t) => {
      const { report, started } = await ask(await temporaryHome(t), { outcome: "failed", failureKind });
      assert.deepEqual(started, ["inspect"]);
      assert.equal(report.verdict.kind, "failed");
    });
});
