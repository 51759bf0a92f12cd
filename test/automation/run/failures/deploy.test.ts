import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InfraGuardError } from "../../../../automation/guard/infra.ts";
import { PulumiError } from "../../../../automation/stack/pulumiCli.ts";
import { StackStoppedError, StackUpdateError } from "../../../../automation/stack/update.ts";
import { fakeStack } from "../../../support/previews.ts";
import { RunFixture, temporaryHome } from "../../../support/runFixture.ts";
import { SAMPLE_FILES, sampleCheckout } from "../../../support/sampleOutputs.ts";
import { assertRow, notStarted } from "./row.ts";

describe("failure table: a deploy that ends before its migration", () => {
  const refusals: [string, Error, number, RegExp, RegExp][] = [
    [
      "pulumi up fails",
      new StackUpdateError(
        "`pulumi up` of stack stage failed, so no migration was started:\naws:ecr: denied",
      ),
      10,
      /pulumi up` failed, so no migration was started/,
      /Fix what `pulumi up` reports/,
    ],
    [
      "the infrastructure would change",
      new InfraGuardError("stage", [{ what: "delete aws:ecs/cluster:Cluster main", values: [] }]),
      3,
      /delete aws:ecs\/cluster:Cluster main/,
      /Fix what the refusal names/,
    ],
  ];
  test("the outputs cannot be read once the stack is up: 10, since half the deploy is done", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    let reads = 0;
    const findOutputs = async () => {
      if (reads++ === 0) return fixture.aws.outputs;
      throw new PulumiError("Pulumi could not read stack stage: s3: timeout");
    };
    const report = await fixture.deploy({ findOutputs });
    const why =
      /Stack stage is up, but its outputs could not be read, .*: Pulumi could not read .* s3: timeout/;
    assertRow({ name: "", ...notStarted, why, next: /deploy --stack stage/ }, report);
    assert.equal(fixture.aws.faults.of("runTask").length, 0);
  });

  test("it is stopped while pulumi up runs: 13, and no word of a task", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const up = async () => {
      throw new StackStoppedError("up", "stage");
    };
    const report = await fixture.deploy({
      openStack: async () => fakeStack({ up }),
    });
    const row = { name: "", kind: "interrupted", exitCode: 13, changed: "no" } as const;
    assertRow(
      { ...row, why: /`pulumi up` of stack stage was stopped, so no migration/, next: /Deploy/ },
      report,
    );
    assert.deepEqual(
      report.next.map(({ command }) => command),
      ["npx ecs-migrate deploy --stack stage", "pulumi cancel -s stage"],
    );
    assert.equal(report.headline, "Interrupted (the deploy was stopped): the database did not change");
    assert.equal(fixture.aws.faults.of("runTask").length, 0);
  });

  for (const [name, error, exitCode, why, nextStep] of refusals) {
    test(name, async (t) => {
      const fixture = new RunFixture(await temporaryHome(t));
      const up = async () => {
        throw error;
      };
      const report = await fixture.deploy({
        openStack: async () => fakeStack({ up }),
      });
      assertRow({ name, kind: "notStarted", exitCode, changed: "no", why, next: nextStep }, report);
      assert.equal(fixture.aws.faults.of("runTask").length, 0);
    });
  }

  test("a migration that golang-migrate would pass over in silence (out of order) is refused", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    const late = { version: 20261121, name: "late", ms: 1 };
    const files = [...SAMPLE_FILES, late].sort((a, b) => a.version - b.version);
    const report = await fixture.deploy({ readCheckout: async () => sampleCheckout(files) });
    assertRow(
      {
        name: "",
        kind: "notStarted",
        exitCode: 3,
        changed: "no",
        why: /20261121_late\.up\.sql/,
        next: /deploy/,
      },
      report,
    );
  });
});
