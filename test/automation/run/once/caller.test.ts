import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { readHistory } from "../../../../automation/history/history.ts";
import { NOBODY, type RunFixture } from "../../../support/runFixture.ts";
import { setUp, UP } from "./setUp.ts";

describe("R34: who ran it by hand", () => {
  async function byOf(t: TestContext, changes: Parameters<RunFixture["runWith"]>[0]): Promise<unknown> {
    const fixture = await setUp(t, null);
    await fixture.runWith(changes, UP);
    const { logs, outputs } = fixture.aws;
    const [entry] = await readHistory({ logs: logs.api, outputs }, 0);
    return entry?.result.run?.by;
  }
  const caller = async () => "assumed-role/Operator/alice@example.com";
  const nobody = async () => null;

  test("the shell's user and AWS's name for the caller", async (t) => {
    const origin = { ...NOBODY, by: "alice" };
    assert.equal(
      await byOf(t, { origin, askCaller: caller }),
      "alice (assumed-role/Operator/alice@example.com)",
    );
  });

  test("in a container without a user: AWS's name; if AWS does not say either, unknown", async (t) => {
    assert.equal(await byOf(t, { askCaller: caller }), "assumed-role/Operator/alice@example.com");
    assert.equal(await byOf(t, { askCaller: nobody }), "unknown");
  });

  test("a build names itself, and STS is not asked", async (t) => {
    const origin = { ...NOBODY, by: "codepipeline/shop", build: "shop:1" };
    assert.equal(await byOf(t, { origin, askCaller: assert.fail }), "codepipeline/shop");
  });
});
