import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setUp, UP } from "./setUp.ts";

describe("L10: the network is gone for 25 s", () => {
  for (const [name, error] of [
    [
      "an endpoint with two addresses (AggregateError)",
      Object.assign(
        new AggregateError([
          Object.assign(new Error("connect ETIMEDOUT 10.0.0.1:443"), { code: "ETIMEDOUT" }),
          Object.assign(new Error("connect ENETUNREACH 2001:db8::1:443"), { code: "ENETUNREACH" }),
        ]),
        { code: "ETIMEDOUT" },
      ),
    ],
    ["no route (EHOSTUNREACH)", Object.assign(new Error("connect EHOSTUNREACH"), { code: "EHOSTUNREACH" })],
  ] as const)
    test(`${name}: the log and the verdict are whole`, async (t) => {
      const fixture = await setUp(t, null);
      const { aws } = fixture;
      const apis = ["describeTasks", "getLogEvents", "listTasks"];
      aws.clock.after(4_000, () => {
        for (const api of apis) aws.faults.always(api, { error });
      });
      aws.clock.after(29_000, () => {
        for (const api of apis) aws.faults.always(api, undefined);
      });
      const report = await fixture.run(UP);
      assert.equal(report.verdict.kind, "applied");
      assert.deepEqual(report.warnings, []);
      assert.match(fixture.said, /index_email/);
    });
});
