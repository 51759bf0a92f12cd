import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT_ID, IMAGE_DIGEST } from "../../support/pulumiMocks.ts";
import { CHECKOUT } from "../../support/stackConfig.ts";
import { CONTENT_IMAGE, named, only, REGISTRY, run, TAGS } from "../runStack.ts";

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
