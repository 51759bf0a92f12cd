import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT_ID } from "../../support/pulumiMocks.ts";
import {
  AVAILABLE,
  BUILDS,
  named,
  only,
  PRIVATE,
  run,
  SOURCES,
  TAGS,
  typesOf,
  WITHOUT_PIPELINE,
} from "../runStack.ts";

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
