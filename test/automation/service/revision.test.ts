/** What a new revision takes over from the one that the service runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegisterTaskDefinitionCommandInput, TaskDefinition } from "@aws-sdk/client-ecs";
import { isSameRevision, withImage } from "../../../automation/service/revision.ts";
import { NEW_IMAGE, OLD_IMAGE } from "../../support/fakeServices.ts";

const SOURCE = { commit: "a".repeat(40), branch: "prod/shop", time: "2026-11-27T05:00:00Z" };

const APP = {
  name: "app",
  image: OLD_IMAGE,
  dependsOn: [{ containerName: "proxy", condition: "HEALTHY" as const }],
};
const PROXY = { name: "proxy", image: "public.ecr.aws/envoy:1", restartPolicy: { enabled: true } };

/** One value for each field that RegisterTaskDefinition takes besides its tags (Amazon ECS API reference). */
const WHOLE: Required<Omit<RegisterTaskDefinitionCommandInput, "tags">> = {
  family: "web",
  taskRoleArn: "arn:aws:iam::123456789012:role/web-task",
  executionRoleArn: "arn:aws:iam::123456789012:role/web-execution",
  networkMode: "awsvpc",
  containerDefinitions: [APP, PROXY],
  volumes: [{ name: "data", configuredAtLaunch: true }],
  placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.os-type == linux" }],
  requiresCompatibilities: ["EC2"],
  cpu: "256",
  memory: "512",
  pidMode: "task",
  ipcMode: "none",
  proxyConfiguration: { type: "APPMESH", containerName: "proxy" },
  inferenceAccelerators: [{ deviceName: "device_1", deviceType: "eia2.medium" }],
  ephemeralStorage: { sizeInGiB: 30 },
  runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
  enableFaultInjection: true,
};

const DESCRIBED: TaskDefinition = {
  ...WHOLE,
  taskDefinitionArn: "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1",
  revision: 1,
  status: "ACTIVE",
  requiresAttributes: [{ name: "com.amazonaws.ecs.capability.ecr-auth" }],
  compatibilities: ["EC2"],
  registeredBy: "arn:aws:iam::123456789012:role/deploy",
};

test("every field that can be registered is taken over, with the one image replaced", () => {
  const input = withImage({ definition: DESCRIBED, tags: [] }, "app", NEW_IMAGE, null);
  assert.deepEqual(input, { ...WHOLE, containerDefinitions: [{ ...APP, image: NEW_IMAGE }, PROXY] });
});

test("tags that only AWS sets stay behind, and do not make a revision another one", () => {
  const own = { key: "team", value: "shop" };
  const tags = [{ key: "aws:cloudformation:stack-name", value: "shop" }, own];
  const input = withImage({ definition: DESCRIBED, tags }, "app", NEW_IMAGE, SOURCE);
  assert.deepEqual(
    input.tags?.map(({ key }) => key),
    ["team", "ecs-migrate:commit", "ecs-migrate:branch", "ecs-migrate:commit-time"],
  );
  const containerDefinitions = [{ ...APP, image: NEW_IMAGE }, PROXY];
  const again = { definition: { ...DESCRIBED, containerDefinitions }, tags };
  assert.ok(isSameRevision(again, input, "app"));
});

test("a service that has 49 tags gets the commit, and no more than the 50 that ECS takes; with 50 it is found again", () => {
  for (const [count, commit] of [
    [49, true],
    [50, false],
  ] as const) {
    const tags = Array.from({ length: count }, (_, index) => ({ key: `tag-${index}`, value: "x" }));
    const input = withImage({ definition: DESCRIBED, tags }, "app", NEW_IMAGE, SOURCE);
    assert.equal(input.tags?.length, 50);
    assert.equal(
      input.tags?.some(({ key }) => key === "ecs-migrate:commit"),
      commit,
    );
    const { tags: registered = [], ...fields } = input;
    assert.ok(isSameRevision({ definition: { ...DESCRIBED, ...fields }, tags: registered }, input, "app"));
  }
});
