import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { clientToken, type RunRequest, runTaskInput, startedBy } from "../../../automation/task/request.ts";
import { NOBODY } from "../../support/runFixture.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

const RUN_ID = "0123456789abcdef".repeat(2);

function request(changes: Partial<RunRequest> = {}): RunRequest {
  const outputs = sampleOutputs();
  const { taskDefinitionArn: taskDefinition } = outputs;
  return { outputs, taskDefinition, operation: { name: "up" }, origin: NOBODY, runId: RUN_ID, ...changes };
}

describe("runTaskInput", () => {
  const origin = { by: "ann", commit: "c0ffee", branch: "stage/x", build: "shop:1", buildUrl: "https://ci" };
  const common = {
    cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/shop-stage",
    taskDefinition: "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-stage-migration:12",
    count: 1,
    clientToken: `${RUN_ID}-1`,
    startedBy: `ecs-migrate/${RUN_ID}`,
    enableECSManagedTags: true,
    propagateTags: "TASK_DEFINITION",
    overrides: { containerOverrides: [{ name: "migration", command: ["up"], environment: [] }] },
  };
  const networkConfiguration = {
    awsvpcConfiguration: {
      subnets: ["subnet-a", "subnet-b"],
      securityGroups: ["sg-1"],
      assignPublicIp: "DISABLED",
    },
  };

  test("FARGATE: every subnet, and nothing that RunTask refuses", () => {
    assert.deepEqual(runTaskInput(request(), 1), {
      ...common,
      launchType: "FARGATE",
      networkConfiguration,
    });
  });

  test("a public address", () => {
    const network = { subnets: ["subnet-a"], securityGroups: [], assignPublicIp: true };
    const input = runTaskInput(request({ outputs: sampleOutputs({ network }) }), 1);
    assert.deepEqual(input.networkConfiguration, {
      awsvpcConfiguration: { subnets: ["subnet-a"], securityGroups: [], assignPublicIp: "ENABLED" },
    });
  });

  test("EC2 in bridge mode: no network configuration", () => {
    const outputs = sampleOutputs({ launchType: "EC2", network: null });
    assert.deepEqual(runTaskInput(request({ outputs }), 1), { ...common, launchType: "EC2" });
  });

  test("a capacity provider takes the launch type's place", () => {
    const outputs = sampleOutputs({ launchType: "EC2", capacityProvider: "spare", network: null });
    assert.deepEqual(runTaskInput(request({ outputs }), 1), {
      ...common,
      capacityProviderStrategy: [{ capacityProvider: "spare", weight: 1, base: 0 }],
    });
  });

  test("who asked, and no other variable; each at most 256 characters", () => {
    const long = { ...origin, branch: "b".repeat(3_000) };
    const input = runTaskInput(request({ origin: long }), 1);
    assert.deepEqual(input.overrides?.containerOverrides?.[0]?.environment, [
      { name: "RUN_BY", value: "ann" },
      { name: "RUN_COMMIT", value: "c0ffee" },
      { name: "RUN_BRANCH", value: "b".repeat(256) },
      { name: "RUN_BUILD", value: "shop:1" },
    ]);
    assert.ok(JSON.stringify(input.overrides).length < 8_192);
  });

  test("tokens keep to RunTask's limits", () => {
    assert.match(clientToken(RUN_ID, 12), /^[\x21-\x7e]{1,64}$/);
    assert.match(startedBy(RUN_ID), /^[\w/-]{1,128}$/);
  });
});
