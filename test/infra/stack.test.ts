import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../infra/config/config.ts";
import { createStack } from "../../infra/stack.ts";
import {
  ACCOUNT_ID,
  type DeclaredResource,
  type FunctionCall,
  IMAGE_DIGEST,
  installMocks,
  type Recording,
  resolveInput,
} from "../support/pulumiMocks.ts";
import { CHECKOUT, configOf, SMALLEST } from "../support/stackConfig.ts";

const REGISTRY = `${ACCOUNT_ID}.dkr.ecr.ap-northeast-1.amazonaws.com`;
const TAGS = { project: "ecs-migrate", application: "shop", stack: "stage", "managed-by": "pulumi" };
const PRIVATE = { assignPublicIp: false, subnets: ["subnet-0b", "subnet-0a"], securityGroups: ["sg-0a"] };
const CONTENT_IMAGE = "ecs-migrate-image:index:ContentImage";
const CONNECTION = `arn:aws:codeconnections:ap-northeast-1:${ACCOUNT_ID}:connection/0a1b2c3d-0000-4000-8000-000000000000`;

/** Runs the program on the smallest configuration with `settings` on top, and waits for all that it declares. */
async function run(
  settings: Readonly<Record<string, unknown>>,
  stack = "stage",
  computed: Readonly<Record<string, Record<string, unknown>>> = {},
) {
  const recording = await installMocks(stack, {}, computed);
  const values = new Map(Object.entries(configOf({ ...SMALLEST, ...settings })));
  const outputs = await resolveInput(createStack(parseConfig(values, { stack, rootDirectory: CHECKOUT })));
  // What is declared beside the outputs' own way (a webhook, a lifecycle policy) needs more turns of the event loop.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  return { ...recording, outputs };
}

function typesOf({ resources }: Recording): string[] {
  return resources.map(({ type, name }) => `${type} ${name}`).sort();
}

function only({ resources }: Recording, type: string): DeclaredResource {
  const found = resources.filter((resource) => resource.type === type);
  assert.equal(found.length, 1, `one ${type}, but there are ${found.length}`);
  return found[0] as DeclaredResource;
}

function named({ resources }: Recording, name: string): DeclaredResource {
  const found = resources.find((resource) => resource.name === name);
  assert(found, `no resource is named ${name}`);
  return found;
}

const WITHOUT_PIPELINE = [
  "aws:cloudwatch/logGroup:LogGroup migration-logs",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy app-lifecycle",
  "aws:ecs/cluster:Cluster cluster-cluster",
  "aws:ecs/taskDefinition:TaskDefinition migration-definition",
  "aws:iam/role:Role migration-execution-role",
  "aws:iam/role:Role migration-task-role",
  "aws:iam/rolePolicy:RolePolicy migration-execution-policy",
  "awsx:ecr:Repository app-repository",
  "ecs-migrate-image:index:ContentImage app-image",
  "ecs-migrate-image:index:ContentImage app-migrator",
  "ecs-migrate:infra:AppImage app",
  "ecs-migrate:infra:MigrationCluster cluster",
  "ecs-migrate:infra:MigrationTask migration",
  "ecs-migrate:infra:TaskNetwork network",
];

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

test("the repository takes no tag twice, scans, and goes with a stack that is not production", async () => {
  const stack = await run({});
  assert.deepEqual(only(stack, "awsx:ecr:Repository").inputs, {
    name: "stage-shop",
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfigurations: [{ encryptionType: "AES256" }],
    forceDelete: true,
    lifecyclePolicy: { skip: true },
    tags: TAGS,
  });
});

test("production keeps its images, under a key of one's own", async () => {
  const imageKmsKeyArn = `arn:aws:kms:ap-northeast-1:${ACCOUNT_ID}:key/0a1b`;
  const { inputs } = only(await run({ production: true, imageKmsKeyArn }), "awsx:ecr:Repository");
  assert.equal(inputs.forceDelete, false);
  assert.deepEqual(inputs.encryptionConfigurations, [{ encryptionType: "KMS", kmsKey: imageKmsKeyArn }]);
});

test("the migrator is built first; the application's image takes it by digest and is tagged by its content", async () => {
  const settings = { buildArgs: { RUNTIME_IMAGE: "mirror/alpine:3" }, platform: "linux/arm64" };
  const stack = await run(settings);
  const common = {
    repositoryUrl: `${REGISTRY}/stage-shop`,
    platform: "linux/arm64",
    region: "ap-northeast-1",
  };
  const { tag: migratorTag, ...migrator } = named(stack, "app-migrator").inputs;
  assert.match(String(migratorTag), /^migrator-[0-9a-f]{40}$/);
  assert.deepEqual(migrator, {
    ...common,
    context: `${CHECKOUT}/migrator`,
    dockerfile: `${CHECKOUT}/migrator/Dockerfile`,
    target: "migrator",
    buildArgs: {},
  });
  const { tag, ...image } = named(stack, "app-image").inputs;
  assert.match(String(tag), /^[0-9a-f]{40}$/);
  assert.deepEqual(image, {
    ...common,
    context: `${CHECKOUT}/app`,
    dockerfile: `${CHECKOUT}/app/Dockerfile`,
    buildArgs: {
      RUNTIME_IMAGE: "mirror/alpine:3",
      MIGRATOR_IMAGE: `${REGISTRY}/stage-shop@${IMAGE_DIGEST}`,
    },
  });
});

test("a migrator that a build argument names is not built", async () => {
  const stack = await run({ buildArgs: { MIGRATOR_IMAGE: "mirror/migrator:1" } });
  assert.deepEqual(only(stack, CONTENT_IMAGE).inputs.buildArgs, { MIGRATOR_IMAGE: "mirror/migrator:1" });
});

test("a migrations image is made of the migrator and the folder of SQL", async () => {
  const stack = await run({ image: "migrations" });
  const { tag, ...image } = named(stack, "app-image").inputs;
  assert.match(String(tag), /^[0-9a-f]{40}$/);
  assert.deepEqual(image, {
    repositoryUrl: `${REGISTRY}/stage-shop`,
    platform: "linux/amd64",
    region: "ap-northeast-1",
    context: `${CHECKOUT}/app/resources/db/migrations`,
    dockerfile: `${CHECKOUT}/migrator/migrations.Dockerfile`,
    buildArgs: { MIGRATOR_IMAGE: `${REGISTRY}/stage-shop@${IMAGE_DIGEST}` },
  });
});

test("the migrators have a rule of their own in the repository's lifecycle policy", async () => {
  const { policy } = only(
    await run({ imageRetention: 40 }),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  ).inputs;
  const rules = JSON.parse(String(policy)).rules as { rulePriority: number; selection: object }[];
  assert.deepEqual(
    rules.map(({ rulePriority, selection }) => ({ rulePriority, ...selection })),
    [
      {
        rulePriority: 1,
        tagStatus: "untagged",
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: 1,
      },
      {
        rulePriority: 2,
        tagStatus: "tagged",
        tagPrefixList: ["migrator-"],
        countType: "imageCountMoreThan",
        countNumber: 5,
      },
      { rulePriority: 3, tagStatus: "any", countType: "imageCountMoreThan", countNumber: 40 },
    ],
  );
});

test("a stage to build, and images to take layers from", async () => {
  const settings = { dockerTarget: "runtime", imageCacheFrom: ["mirror/shop:cache"] };
  const { inputs } = named(await run(settings), "app-image");
  assert.equal(inputs.target, "runtime");
  assert.deepEqual(inputs.cacheFrom, ["mirror/shop:cache"]);
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

/** As the mocks name the bucket of the builds. */
const BUILDS = "stage-shop-builds-0a1b";

/** What each kind of source adds, and the project's source. */
const SOURCES = [
  {
    settings: {
      sourceType: "GITLAB",
      sourceLocation: "https://gitlab.com/shop/shop.git",
      connectionArn: CONNECTION,
    },
    adds: ["aws:codebuild/webhook:Webhook pipeline-webhook"],
    source: {
      type: "GITLAB",
      location: "https://gitlab.com/shop/shop.git",
      buildspec: "buildspec.yml",
      gitCloneDepth: 1,
      reportBuildStatus: true,
      auth: { type: "CODECONNECTIONS", resource: CONNECTION },
    },
  },
  {
    settings: {
      sourceType: "GITLAB_SELF_MANAGED",
      sourceLocation: "https://git.shop.example/shop.git",
      connectionArn: CONNECTION,
    },
    adds: ["aws:codebuild/webhook:Webhook pipeline-webhook"],
    source: {
      type: "GITLAB_SELF_MANAGED",
      location: "https://git.shop.example/shop.git",
      buildspec: "buildspec.yml",
      gitCloneDepth: 1,
      reportBuildStatus: true,
      auth: { type: "CODECONNECTIONS", resource: CONNECTION },
    },
  },
  {
    settings: {
      sourceType: "GITHUB",
      sourceLocation: "https://github.com/shop/shop.git",
      createConnection: true,
    },
    adds: [
      "aws:codebuild/webhook:Webhook pipeline-webhook",
      "aws:codeconnections/connection:Connection pipeline-connection",
    ],
    source: {
      type: "GITHUB",
      location: "https://github.com/shop/shop.git",
      buildspec: "buildspec.yml",
      gitCloneDepth: 1,
      reportBuildStatus: true,
      auth: {
        type: "CODECONNECTIONS",
        resource: `arn:aws:codeconnections:ap-northeast-1:${ACCOUNT_ID}:connection/made-here`,
      },
    },
  },
  {
    settings: {
      sourceType: "CODECOMMIT",
      sourceLocation: "https://git-codecommit.ap-northeast-1.amazonaws.com/v1/repos/shop",
    },
    adds: [
      "aws:cloudwatch/eventRule:EventRule pipeline-push",
      "aws:cloudwatch/eventTarget:EventTarget pipeline-push-target",
      "aws:iam/role:Role pipeline-push-role",
      "aws:iam/rolePolicy:RolePolicy pipeline-push-policy",
    ],
    source: {
      type: "CODECOMMIT",
      location: "https://git-codecommit.ap-northeast-1.amazonaws.com/v1/repos/shop",
      buildspec: "buildspec.yml",
      gitCloneDepth: 1,
    },
  },
  {
    settings: { sourceType: "S3", sourceLocation: "source/shop.zip" },
    adds: [],
    source: { type: "S3", location: "source/shop.zip", buildspec: "buildspec.yml" },
  },
];

/** A connection that somebody has completed in the console. */
const AVAILABLE = { "aws:codeconnections/connection:Connection": { connectionStatus: "AVAILABLE" } };

const PIPELINE = [
  "aws:cloudwatch/logGroup:LogGroup pipeline-logs",
  "aws:codebuild/project:Project pipeline-project",
  "aws:s3/bucket:Bucket pipeline-bucket",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration pipeline-bucket-lifecycle",
  "aws:s3/bucketPolicy:BucketPolicy pipeline-bucket-policy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock pipeline-bucket-access",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration pipeline-bucket-encryption",
  "aws:iam/role:Role pipeline-role",
  "aws:iam/rolePolicy:RolePolicy pipeline-policy",
  "ecs-migrate:infra:DeployPipeline pipeline",
];

for (const { settings, adds, source } of SOURCES) {
  test(`a ${settings.sourceType} source`, async () => {
    const stack = await run({ ...PRIVATE, ...settings }, "stage", AVAILABLE);
    assert.deepEqual(typesOf(stack), [...WITHOUT_PIPELINE, ...PIPELINE, ...adds].sort());
    assert.deepEqual(only(stack, "aws:codebuild/project:Project").inputs.source, source);
    assert.equal(stack.outputs.codeBuildProject, "stage-shop-deploy");
  });
}

test("the project keeps its reports and its cache in a bucket of the stack", async () => {
  const settings = { ...PRIVATE, ...SOURCES[4]?.settings, reportRetentionDays: 90 };
  const stack = await run(settings);
  const bucket = BUILDS;
  assert.equal(stack.outputs.buildBucket, bucket);
  assert.deepEqual(named(stack, "pipeline-bucket").inputs, {
    bucketPrefix: "stage-shop-builds-",
    forceDestroy: true,
    tags: TAGS,
  });
  assert.deepEqual(named(stack, "pipeline-bucket-access").inputs, {
    bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  assert.deepEqual(named(stack, "pipeline-bucket-encryption").inputs, {
    bucket,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  assert.deepEqual(named(stack, "pipeline-bucket-lifecycle").inputs.rules, [
    {
      id: "builds",
      status: "Enabled",
      filter: { prefix: "builds/" },
      expiration: { days: 90 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
    },
    {
      id: "cache",
      status: "Enabled",
      filter: { prefix: "cache/" },
      expiration: { days: 30 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
    },
  ]);
});

test("reports that never expire: no rule", async () => {
  const stack = await run({ ...PRIVATE, ...SOURCES[4]?.settings, reportRetentionDays: 0 });
  assert.deepEqual(
    typesOf(stack).filter((type) => type.includes("Lifecycle") && type.includes("s3")),
    [],
  );
});

test("production keeps its reports, under the key of the logs", async () => {
  const logKmsKeyArn = `arn:aws:kms:ap-northeast-1:${ACCOUNT_ID}:key/0a1b`;
  const stack = await run({ ...PRIVATE, ...SOURCES[4]?.settings, production: true, logKmsKeyArn });
  assert.equal(named(stack, "pipeline-bucket").inputs.forceDestroy, false);
  assert.deepEqual(named(stack, "pipeline-bucket-encryption").inputs.rules, [
    {
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: logKmsKeyArn },
      bucketKeyEnabled: true,
    },
  ]);
  assert.equal(only(stack, "aws:codebuild/project:Project").inputs.encryptionKey, logKmsKeyArn);
});

test("a stack with services clones the whole history: the deploy searches the code that runs", async () => {
  const services = [{ cluster: "shop", service: "web" }];
  const stack = await run({ ...PRIVATE, ...SOURCES[0]?.settings, services }, "stage", AVAILABLE);
  const source = { ...SOURCES[0]?.source, gitCloneDepth: 0 };
  assert.deepEqual(only(stack, "aws:codebuild/project:Project").inputs.source, source);
});

test("while the connection that the stack made is pending, there is no project, and the outputs lead to the console", async () => {
  const stack = await run({ ...PRIVATE, ...SOURCES[2]?.settings, slackWebhookParameter: "/stage/slack" });
  assert.deepEqual(
    typesOf(stack),
    [
      ...WITHOUT_PIPELINE,
      "aws:codeconnections/connection:Connection pipeline-connection",
      "ecs-migrate:infra:DeployPipeline pipeline",
    ].sort(),
  );
  assert.equal(stack.outputs.codeBuildProject, null);
  assert.equal(stack.outputs.buildBucket, null);
  assert.match(stack.outputs.connectionLink ?? "", /\/settings\/connections\?region=ap-northeast-1$/);
});

test("a build that ends without a report: a rule on the build's state calls the function that tells Slack", async () => {
  const stack = await run({ ...PRIVATE, ...SOURCES[4]?.settings, slackWebhookParameter: "/stage/slack" });
  const made = typesOf(stack).filter((type) => type.includes("pipeline-notifier"));
  assert.deepEqual(made, [
    "aws:cloudwatch/eventRule:EventRule pipeline-notifier-rule",
    "aws:cloudwatch/eventTarget:EventTarget pipeline-notifier-target",
    "aws:cloudwatch/logGroup:LogGroup pipeline-notifier-logs",
    "aws:iam/role:Role pipeline-notifier-role",
    "aws:iam/rolePolicy:RolePolicy pipeline-notifier-policy",
    "aws:lambda/function:Function pipeline-notifier-function",
    "aws:lambda/permission:Permission pipeline-notifier-permission",
    "ecs-migrate:infra:BuildNotifier pipeline-notifier",
  ]);
  assert.deepEqual(JSON.parse(String(named(stack, "pipeline-notifier-rule").inputs.eventPattern)), {
    source: ["aws.codebuild"],
    "detail-type": ["CodeBuild Build State Change"],
    detail: {
      "build-status": ["FAILED", "FAULT", "STOPPED", "TIMED_OUT"],
      "project-name": ["stage-shop-deploy"],
    },
  });
  const { code, environment, ...inputs } = named(stack, "pipeline-notifier-function").inputs;
  assert.deepEqual(inputs, {
    name: "stage-shop-build-notifier",
    description: "Reports to Slack each build that ended without a report of its own",
    role: `arn:aws:iam::${ACCOUNT_ID}:role/stage-shop-build-notifier`,
    runtime: "nodejs22.x",
    handler: "index.handler",
    timeout: 20,
    tags: TAGS,
  });
  assert.match((code as Record<string, string>)["index.mjs"] ?? "", /^export async function handler\(/m);
  assert.deepEqual(environment, {
    variables: {
      STACK: "stage",
      WEBHOOK_PARAMETER: "/stage/slack",
      BUILD_LINK: `https://ap-northeast-1.console.aws.amazon.com/codesuite/codebuild/${ACCOUNT_ID}/projects/stage-shop-deploy/build/{id}/?region=ap-northeast-1`,
    },
  });
  assert.deepEqual(named(stack, "pipeline-notifier-permission").inputs, {
    function: "stage-shop-build-notifier",
    action: "lambda:InvokeFunction",
    principal: "events.amazonaws.com",
    sourceArn: `arn:aws:events:ap-northeast-1:${ACCOUNT_ID}:rule/stage-shop-build-end`,
  });
});

test("the CodeBuild project besides its source", async () => {
  const settings = {
    ...PRIVATE,
    ...SOURCES[4]?.settings,
    slackWebhookParameter: "/stage/slack-webhook",
    stateBucket: "shop-state",
  };
  const { source, ...inputs } = only(await run(settings), "aws:codebuild/project:Project").inputs;
  assert.deepEqual(inputs, {
    name: "stage-shop-deploy",
    description: "Deploys stack stage and runs its database migration",
    serviceRole: `arn:aws:iam::${ACCOUNT_ID}:role/stage-shop-deploy-codebuild`,
    artifacts: { type: "S3", location: BUILDS, packaging: "NONE", overrideArtifactName: true },
    badgeEnabled: false,
    buildTimeout: 90,
    queuedTimeout: 120,
    cache: { type: "S3", location: `${BUILDS}/cache` },
    environment: {
      type: "LINUX_CONTAINER",
      computeType: "BUILD_GENERAL1_SMALL",
      image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
      privilegedMode: true,
      environmentVariables: [
        { name: "STACK", value: "stage", type: "PLAINTEXT" },
        { name: "MIGRATION_TIMEOUT", value: "3600s", type: "PLAINTEXT" },
        { name: "PULUMI_BACKEND_URL", value: "s3://shop-state?region=ap-northeast-1", type: "PLAINTEXT" },
        { name: "SLACK_WEBHOOK_PARAMETER", value: "/stage/slack-webhook", type: "PLAINTEXT" },
      ],
    },
    logsConfig: { cloudwatchLogs: { status: "ENABLED", groupName: "/aws/codebuild/stage-shop-deploy" } },
    tags: TAGS,
  });
});

for (const stack of ["stage", "prod"]) {
  test(`the webhook of ${stack} listens to pushes to ${stack}/* alone`, async () => {
    const recording = await run({ ...PRIVATE, ...SOURCES[0]?.settings }, stack);
    assert.deepEqual(only(recording, "aws:codebuild/webhook:Webhook").inputs, {
      projectName: `${stack}-shop-deploy`,
      buildType: "BUILD",
      filterGroups: [
        {
          filters: [
            { type: "EVENT", pattern: "PUSH" },
            { type: "HEAD_REF", pattern: `^refs/heads/${stack}/` },
          ],
        },
      ],
    });
  });
}

test("in a folder of a monorepo: the buildspec's path, and only pushes that change the named folders", async () => {
  const monorepo = { projectPath: "tools/ecs-migrate", triggerPaths: ["services/shop", "tools/ecs-migrate"] };
  const recording = await run({ ...PRIVATE, ...SOURCES[0]?.settings, ...monorepo });
  const project = only(recording, "aws:codebuild/project:Project").inputs;
  assert.equal((project.source as { buildspec: string }).buildspec, "tools/ecs-migrate/buildspec.yml");
  const { environmentVariables } = project.environment as { environmentVariables: unknown[] };
  assert.deepEqual(environmentVariables[2], {
    name: "PROJECT_PATH",
    value: "tools/ecs-migrate",
    type: "PLAINTEXT",
  });
  const [group] = only(recording, "aws:codebuild/webhook:Webhook").inputs.filterGroups as {
    filters: unknown[];
  }[];
  assert.deepEqual(group?.filters.at(-1), {
    type: "FILE_PATH",
    pattern: "^(services/shop|tools/ecs-migrate)/",
  });
});

test("a push to CodeCommit starts the build on its commit, with its branch", async () => {
  const stack = await run({ ...PRIVATE, ...SOURCES[3]?.settings });
  assert.deepEqual(
    JSON.parse(String(only(stack, "aws:cloudwatch/eventRule:EventRule").inputs.eventPattern)),
    {
      source: ["aws.codecommit"],
      "detail-type": ["CodeCommit Repository State Change"],
      resources: [`arn:aws:codecommit:ap-northeast-1:${ACCOUNT_ID}:shop`],
      detail: {
        event: ["referenceCreated", "referenceUpdated"],
        referenceType: ["branch"],
        referenceName: [{ prefix: "stage/" }],
      },
    },
  );
  const target = only(stack, "aws:cloudwatch/eventTarget:EventTarget").inputs;
  assert.equal(target.arn, `arn:aws:codebuild:ap-northeast-1:${ACCOUNT_ID}:project/stage-shop-deploy`);
  assert.equal(target.roleArn, `arn:aws:iam::${ACCOUNT_ID}:role/stage-shop-deploy-push`);
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

function byToken(a: FunctionCall, b: FunctionCall): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
