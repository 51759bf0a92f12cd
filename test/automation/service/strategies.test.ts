/**
 * ECS's own blue/green, linear and canary deployments, by what AWS documents of them. Source: Amazon ECS API reference,
 * ServiceDeployment (`status`, `lifecycleStage`) and DeploymentConfiguration (`strategy`).
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DeploymentConfiguration, ServiceDeployment } from "@aws-sdk/client-ecs";
import { rollServices } from "../../../automation/service/roll.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { FakeServices, NEW_IMAGE, REPOSITORY, TARGET } from "../../support/fakeServices.ts";

type Look = Pick<ServiceDeployment, "status" | "lifecycleStage" | "statusReason">;

const stages = (...names: NonNullable<ServiceDeployment["lifecycleStage"]>[]): Look[] =>
  names.map((lifecycleStage) => ({ status: "IN_PROGRESS", lifecycleStage }));

const SHIFT = stages("PRE_SCALE_UP", "SCALE_UP", "TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT");
const REASON = "The deployment lifecycle hook failed.";

interface Case {
  readonly strategy: DeploymentConfiguration;
  readonly looks: readonly Look[];
  readonly kind: string;
  readonly detail: string | null;
}

const CASES: readonly Case[] = [
  {
    strategy: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 },
    looks: [{ status: "PENDING" }, ...SHIFT, ...stages("BAKE_TIME", "CLEAN_UP"), { status: "SUCCESSFUL" }],
    ...{ kind: "live", detail: null },
  },
  {
    strategy: { strategy: "LINEAR", linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 1 } },
    looks: [...SHIFT, ...stages("PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME"), { status: "SUCCESSFUL" }],
    ...{ kind: "live", detail: null },
  },
  {
    strategy: { strategy: "CANARY", canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 1 } },
    looks: [
      ...SHIFT,
      { status: "ROLLBACK_REQUESTED", lifecycleStage: "BAKE_TIME" },
      { status: "ROLLBACK_IN_PROGRESS" },
      { status: "ROLLBACK_SUCCESSFUL", statusReason: REASON },
    ],
    ...{ kind: "rolledBack", detail: REASON },
  },
  {
    strategy: { strategy: "BLUE_GREEN" },
    looks: [
      ...SHIFT,
      { status: "ROLLBACK_IN_PROGRESS" },
      { status: "ROLLBACK_FAILED", statusReason: REASON },
    ],
    ...{ kind: "failed", detail: REASON },
  },
  {
    strategy: { strategy: "BLUE_GREEN" },
    looks: [...SHIFT, { status: "STOP_REQUESTED" }, { status: "STOPPED", statusReason: REASON }],
    ...{ kind: "failed", detail: REASON },
  },
];

/** A service whose deployments go through these looks, one a call; what was there before is over. */
async function roll({ strategy, looks }: Pick<Case, "strategy" | "looks">) {
  const clock = new FakeClock();
  const services = new FakeServices(clock);
  services.changes = { deploymentConfiguration: strategy };
  let asked = 0;
  services.api.describeServiceDeployment = async (arn) => {
    assert.match(arn, /:service-deployment\/shop\/web\/2$/, "the deployment of this roll");
    return { serviceDeploymentArn: arn, ...(looks[Math.min(asked++, looks.length - 1)] ?? {}) };
  };
  const said: string[] = [];
  const [report] = await rollServices(
    {
      ...{ api: services.api, clock, image: NEW_IMAGE, source: null, repositoryUrl: REPOSITORY },
      say: (line) => said.push(line),
      isNewer: async () => false,
      timeoutMs: 900_000,
      signal: new AbortController().signal,
      parallel: false,
    },
    [TARGET],
  );
  return { report, said, calls: services.calls };
}

describe("a deployment that is no rolling update", () => {
  for (const { strategy, looks, kind, detail } of CASES)
    test(`${strategy.strategy} to ${looks.at(-1)?.status} is ${kind}, with its stages in the log`, async () => {
      const { report, said, calls } = await roll({ strategy, looks });
      assert.deepEqual([report?.kind, report?.detail], [kind, detail]);
      const told = said.filter((line) => line.startsWith("  deployment "));
      const wanted = looks.map(
        ({ status, lifecycleStage }) => `  deployment ${[status, lifecycleStage].filter(Boolean).join(", ")}`,
      );
      assert.deepEqual(
        told,
        wanted.filter((line, index) => line !== wanted[index - 1]),
      );
      assert.equal(
        calls.filter((call) => call === "listServiceDeployments").length,
        2,
        "before and once after",
      );
    });

  test("of which ECS says nothing new is unknown at the end of its time, never live", async () => {
    const { report } = await roll({ strategy: { strategy: "CANARY" }, looks: SHIFT });
    assert.deepEqual([report?.kind, report?.detail], ["unknown", "it was still in progress after 15 min"]);
  });
});
