import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT_ID } from "../../support/pulumiMocks.ts";
import { byToken, named, only, PRIVATE, run, TAGS, typesOf, WITHOUT_PIPELINE } from "../runStack.ts";

test("given subnets and groups are taken as they are, and nothing is looked up", async () => {
  const stack = await run(PRIVATE);
  assert.deepEqual(stack.outputs.network, {
    subnets: ["subnet-0b", "subnet-0a"],
    securityGroups: ["sg-0a"],
    assignPublicIp: false,
  });
  const looked = stack.calls.map(({ token }) => token).filter((token) => token.startsWith("aws:ec2/"));
  assert.deepEqual(looked, []);
  assert.deepEqual(typesOf(stack), WITHOUT_PIPELINE);
});

test("a VPC and the database's group: private subnets by their routes, and a group that only lets out to the two", async () => {
  const settings = {
    assignPublicIp: false,
    vpcId: "vpc-0a",
    databaseSecurityGroup: "sg-0db",
    databasePort: 3306,
  };
  const stack = await run(settings);
  assert.deepEqual(only(stack, "aws:ec2/securityGroup:SecurityGroup").inputs, {
    name: "stage-shop-migration",
    description: "Migration task: out to the database and to AWS over HTTPS, nothing in",
    vpcId: "vpc-0a",
    egress: [
      {
        description: "The database",
        protocol: "tcp",
        fromPort: 3306,
        toPort: 3306,
        securityGroups: ["sg-0db"],
      },
      {
        description: "ECR, SSM, Secrets Manager and CloudWatch Logs",
        protocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrBlocks: ["0.0.0.0/0"],
      },
    ],
    tags: TAGS,
  });
  assert.deepEqual(stack.calls.filter(({ token }) => token.startsWith("aws:ec2/")).sort(byToken), [
    { token: "aws:ec2/getRouteTable:getRouteTable", inputs: { routeTableId: "rtb-main" } },
    { token: "aws:ec2/getRouteTable:getRouteTable", inputs: { routeTableId: "rtb-public" } },
    { token: "aws:ec2/getRouteTables:getRouteTables", inputs: { vpcId: "vpc-0a" } },
    {
      token: "aws:ec2/getSubnets:getSubnets",
      inputs: { filters: [{ name: "vpc-id", values: ["vpc-0a"] }] },
    },
  ]);
  assert.deepEqual(stack.outputs.network, {
    subnets: ["subnet-0b", "subnet-0c"],
    securityGroups: ["network-group-id"],
    assignPublicIp: false,
  });
  assert.match(stack.outputs.networkToDo ?? "", /^sg-0db must let the task's security group in/);
});

test("the database's group is opened to the task's group if the stack is told to", async () => {
  const settings = { assignPublicIp: false, vpcId: "vpc-0a", databaseSecurityGroup: "sg-0db" };
  const stack = await run({ ...settings, openDatabaseSecurityGroup: true });
  assert.deepEqual(only(stack, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs, {
    securityGroupId: "sg-0db",
    referencedSecurityGroupId: "network-group-id",
    description: "Migration task of stage-shop",
    ipProtocol: "tcp",
    fromPort: 5432,
    toPort: 5432,
    tags: TAGS,
  });
  assert.equal(stack.outputs.networkToDo, null);
});

test("a database user that signs in with IAM: a policy on the task's role, and no secret", async () => {
  const stack = await run({
    databaseHost: "db.internal",
    databaseName: "shop",
    databaseAuth: "iam",
    databaseUser: "migrator",
    databaseResourceId: "db-ABCDEFGHIJKL01234",
  });
  const { role, policy } = named(stack, "migration-task-policy").inputs;
  assert.equal(role, "stage-shop-migration-task");
  assert.deepEqual(JSON.parse(String(policy)).Statement[0].Resource, [
    `arn:aws:rds-db:ap-northeast-1:${ACCOUNT_ID}:dbuser:db-ABCDEFGHIJKL01234/migrator`,
  ]);
  assert.equal(stack.outputs.databaseSecret, null);
});

test("EC2 without a cluster: instances behind a capacity provider, none between deploys", async () => {
  const stack = await run({
    ...PRIVATE,
    launchType: "EC2",
    instanceType: "t4g.small",
    platform: "linux/arm64",
  });
  const made = typesOf(stack).filter((type) => !WITHOUT_PIPELINE.includes(type));
  assert.deepEqual(made, [
    "aws:autoscaling/group:Group cluster-capacity-group",
    "aws:ec2/launchTemplate:LaunchTemplate cluster-capacity-template",
    "aws:ecs/capacityProvider:CapacityProvider cluster-capacity-provider",
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders cluster-capacity-attachment",
    "aws:iam/instanceProfile:InstanceProfile cluster-capacity-profile",
    "aws:iam/role:Role cluster-capacity-role",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-capacity-role-ecs",
    "ecs-migrate:infra:Ec2Capacity cluster-capacity",
  ]);
  assert.equal(stack.outputs.capacityProvider, "stage-shop-migration");
  assert.equal(stack.outputs.launchType, "EC2");

  const template = only(stack, "aws:ec2/launchTemplate:LaunchTemplate").inputs;
  assert.equal(
    template.imageId,
    "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
  );
  assert.equal(template.keyName, undefined);
  assert.deepEqual(template.metadataOptions, {
    httpEndpoint: "enabled",
    httpTokens: "required",
    httpPutResponseHopLimit: 1,
  });
  assert.deepEqual(template.blockDeviceMappings, [
    {
      deviceName: "/dev/xvda",
      ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 30, deleteOnTermination: "true" },
    },
  ]);
  assert.match(
    Buffer.from(String(template.userData), "base64").toString(),
    /^#!\/bin\/sh\n[\s\S]*\nECS_CLUSTER=stage-shop-migration\n/,
  );

  const group = only(stack, "aws:autoscaling/group:Group").inputs;
  assert.deepEqual([group.minSize, group.maxSize, group.desiredCapacity], [0, 1, 0]);
  assert.equal(group.protectFromScaleIn, true);
  assert.deepEqual(only(stack, "aws:ecs/capacityProvider:CapacityProvider").inputs.autoScalingGroupProvider, {
    autoScalingGroupArn: `arn:aws:autoscaling:ap-northeast-1:${ACCOUNT_ID}:autoScalingGroup:1:stage-shop-migration`,
    managedTerminationProtection: "ENABLED",
    managedDraining: "ENABLED",
    managedScaling: {
      status: "ENABLED",
      targetCapacity: 100,
      minimumScalingStepSize: 1,
      maximumScalingStepSize: 1,
      instanceWarmupPeriod: 300,
    },
  });
});

test("EC2 on a cluster that exists, in bridge mode: the instances' own network, no cluster made", async () => {
  const settings = { assignPublicIp: false, launchType: "EC2", networkMode: "bridge", cluster: "main" };
  const stack = await run(settings);
  assert.deepEqual(
    typesOf(stack),
    WITHOUT_PIPELINE.filter((type) => !type.startsWith("aws:ecs/cluster:")),
  );
  assert.equal(stack.outputs.clusterArn, `arn:aws:ecs:ap-northeast-1:${ACCOUNT_ID}:cluster/main`);
  assert.equal(stack.outputs.network, null);
  assert.equal(stack.outputs.capacityProvider, null);
  const definition = only(stack, "aws:ecs/taskDefinition:TaskDefinition").inputs;
  assert.deepEqual([definition.requiresCompatibilities, definition.networkMode], [["EC2"], "bridge"]);
});

test("a capacity provider of a cluster that exists goes through", async () => {
  const settings = { ...PRIVATE, launchType: "EC2", cluster: "main", capacityProvider: "main-arm" };
  assert.equal((await run(settings)).outputs.capacityProvider, "main-arm");
});
