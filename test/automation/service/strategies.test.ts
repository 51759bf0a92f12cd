/**
 * ECS's own blue/green, linear and canary deployments, by what AWS documents of them. Source: Amazon ECS API reference,
 * ServiceDeployment (`status`, `lifecycleStage`) and DeploymentConfiguration (`strategy`).
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DeploymentConfiguration, ServiceDeployment, ServiceDeploymentBrief } from "@aws-sdk/client-ecs";
import { rollServices } from "../../../automation/service/roll.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { FakeServices, NEW_IMAGE, OLD_IMAGE, REPOSITORY, TARGET } from "../../support/fakeServices.ts";

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
  const services = new FakeServices(new FakeClock());
  services.changes = { deploymentConfiguration: strategy };
  let asked = 0;
  services.api.describeServiceDeployment = async (arn) => {
    assert.match(arn, /:service-deployment\/shop\/web\/2$/, "the deployment of this roll");
    return { serviceDeploymentArn: arn, ...(looks[Math.min(asked++, looks.length - 1)] ?? {}) };
  };
  return rollOn(services);
}

async function rollOn(services: FakeServices, image = NEW_IMAGE) {
  const said: string[] = [];
  const [report] = await rollServices(
    {
      ...{ api: services.api, clock: services.clock, image, source: null, repositoryUrl: REPOSITORY },
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

  test("somebody's deployment between the list and the last look is seen, and their revision is kept", async () => {
    const services = new FakeServices(new FakeClock());
    services.changes = { deploymentConfiguration: { strategy: "BLUE_GREEN" } };
    services.trouble = async (call, moment) => {
      if (call !== "listServiceDeployments" || moment !== "after") return;
      services.trouble = () => undefined;
      const { taskDefinitionArn = "" } = await services.api.registerTaskDefinition({
        family: "web",
        containerDefinitions: [{ name: "app", image: OLD_IMAGE }],
        memory: "1024",
      });
      await services.api.updateService(TARGET, taskDefinitionArn);
    };
    const { report } = await rollOn(services);
    assert.equal(report?.kind, "live");
    assert.equal(services.registered.at(-1)?.memory, "1024");
  });
});

describe("a service of another strategy that names this image already", () => {
  const at = (status: ServiceDeployment["status"], revision: number): ServiceDeploymentBrief => ({
    status,
    statusReason: REASON,
    serviceDeploymentArn: "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/web/9",
    targetServiceRevisionArn: `arn:aws:ecs:eu-west-1:123456789012:service-revision/shop/web/${revision}`,
  });
  const found: [string, ServiceDeploymentBrief[], string][] = [
    ["of which ECS remembers no deployment", [], "unchanged"],
    ["whose newest deployment brought it up", [at("SUCCESSFUL", 1)], "unchanged"],
    ["to which ECS came back from another revision", [at("ROLLBACK_SUCCESSFUL", 2)], "unchanged"],
    ["whose own deployment was rolled back", [at("ROLLBACK_SUCCESSFUL", 1)], "live"],
    ["whose own deployment was stopped", [at("STOPPED", 1)], "live"],
    ["to which ECS could not come back", [at("ROLLBACK_FAILED", 2)], "live"],
  ];
  for (const [what, deployments, kind] of found)
    test(`${what}: ${kind === "live" ? "it is tried again" : kind}`, async () => {
      const services = new FakeServices(new FakeClock());
      services.changes = { deploymentConfiguration: { strategy: "BLUE_GREEN" } };
      services.history.splice(0, 1, ...deployments);
      const { report } = await rollOn(services, OLD_IMAGE);
      assert.equal(report?.kind, kind);
      assert.equal(services.started, kind === "live" ? 1 : 0);
    });
});
