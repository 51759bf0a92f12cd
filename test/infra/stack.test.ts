import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT_ID, IMAGE_DIGEST } from "../support/pulumiMocks.ts";
import {
  AVAILABLE,
  byToken,
  CONTENT_IMAGE,
  named,
  only,
  PRIVATE,
  REGISTRY,
  run,
  SOURCES,
  TAGS,
  typesOf,
  WITHOUT_PIPELINE,
} from "./runStack.ts";

test("Fargate in the default VPC: what is declared, and nothing more", async () => {
  const stack = await run({});
  assert.deepEqual(typesOf(stack), WITHOUT_PIPELINE);
  assert.deepEqual(stack.calls.map(({ token, inputs }) => ({ token, inputs })).sort(byToken), [
    { token: "aws:ec2/getRouteTable:getRouteTable", inputs: { routeTableId: "rtb-main" } },
    { token: "aws:ec2/getRouteTable:getRouteTable", inputs: { routeTableId: "rtb-public" } },
    { token: "aws:ec2/getRouteTables:getRouteTables", inputs: { vpcId: "vpc-0defa017" } },
    {
      token: "aws:ec2/getSubnets:getSubnets",
      inputs: { filters: [{ name: "vpc-id", values: ["vpc-0defa017"] }] },
    },
    { token: "aws:ec2/getVpc:getVpc", inputs: { default: true } },
    { token: "aws:index/getCallerIdentity:getCallerIdentity", inputs: {} },
    { token: "aws:index/getPartition:getPartition", inputs: {} },
  ]);
  assert.deepEqual(stack.outputs.network, {
    subnets: ["subnet-0a"],
    securityGroups: [],
    assignPublicIp: true,
  });
  assert.equal(stack.outputs.launchType, "FARGATE");
  assert.equal(stack.outputs.capacityProvider, null);
  assert.equal(stack.outputs.codeBuildProject, null);
});

test("the task definition", async () => {
  const stack = await run({ cpu: 1024, memory: 2048, platform: "linux/arm64" });
  const { containerDefinitions, ...inputs } = only(stack, "aws:ecs/taskDefinition:TaskDefinition").inputs;
  assert.deepEqual(inputs, {
    family: "stage-shop-migration",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "1024",
    memory: "2048",
    runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" },
    executionRoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/stage-shop-migration-execution`,
    taskRoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/stage-shop-migration-task`,
    skipDestroy: true,
    tags: TAGS,
  });
  const [container] = JSON.parse(String(containerDefinitions));
  assert.equal(container.image, `${REGISTRY}/stage-shop@${IMAGE_DIGEST}`);
  assert.equal(stack.outputs.image, container.image);
  assert.equal(stack.outputs.containerName, container.name);
  assert.equal(stack.outputs.logGroup, container.logConfiguration.options["awslogs-group"]);
  assert.equal(stack.outputs.logStreamPrefix, container.logConfiguration.options["awslogs-stream-prefix"]);
});

test("the task's own role has no policy", async () => {
  const { resources } = await run({});
  const policies = resources.filter(({ type }) => /[pP]olicy/.test(type)).map(({ name }) => name);
  assert.deepEqual(policies.sort(), ["app-lifecycle", "migration-execution-policy"]);
});

/** What takes no tags in AWS. */
const TAGLESS = new Set([
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:codebuild/webhook:Webhook",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:lambda/permission:Permission",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  CONTENT_IMAGE,
]);

const WITH_ALL_TYPES: Readonly<Record<string, unknown>>[] = [
  { ...PRIVATE, launchType: "EC2", ...SOURCES[3]?.settings, slackWebhookParameter: "/stage/slack" },
  { ...SOURCES[2]?.settings, databaseCidr: "10.0.0.0/16" },
];

for (const settings of WITH_ALL_TYPES) {
  test(`every resource that takes tags has the stack's and the user's (${String(settings.sourceType)})`, async () => {
    const tags = { team: "payments", stack: "other" };
    const { resources } = await run({ ...settings, tags }, "stage", AVAILABLE);
    const wanted = { team: "payments", ...TAGS };
    for (const { type, name, inputs, custom } of resources) {
      if (!custom || TAGLESS.has(type)) continue;
      const tags = Array.isArray(inputs.tags)
        ? Object.fromEntries(inputs.tags.map(({ key, value }) => [key, value]))
        : inputs.tags;
      const { AmazonECSManaged, ...own } = tags as Record<string, string>;
      assert.deepEqual(own, wanted, `${type} ${name}`);
    }
  });
}

test("a permissions boundary is on every role", async () => {
  const permissionsBoundaryArn = `arn:aws:iam::${ACCOUNT_ID}:policy/boundary`;
  const slackWebhookParameter = "/stage/slack";
  const ec2 = { ...PRIVATE, launchType: "EC2", ...SOURCES[3]?.settings };
  const settings = { ...ec2, slackWebhookParameter, permissionsBoundaryArn };
  const roles = (await run(settings)).resources.filter(({ type }) => type === "aws:iam/role:Role");
  assert.equal(roles.length, 6);
  for (const { inputs } of roles) assert.equal(inputs.permissionsBoundary, permissionsBoundaryArn);
});

test("log groups keep what they are told, under their key", async () => {
  const logKmsKeyArn = `arn:aws:kms:ap-northeast-1:${ACCOUNT_ID}:key/0a1b`;
  const stack = await run({ ...SOURCES[4]?.settings, logRetentionDays: 14, logKmsKeyArn });
  const common = { retentionInDays: 14, kmsKeyId: logKmsKeyArn, tags: TAGS };
  assert.deepEqual(named(stack, "migration-logs").inputs, { name: "/ecs/migration/shop/stage", ...common });
  assert.deepEqual(named(stack, "pipeline-logs").inputs, {
    name: "/aws/codebuild/stage-shop-deploy",
    ...common,
  });
});
