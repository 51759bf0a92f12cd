import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT_ID } from "../../support/pulumiMocks.ts";
import { BUILDS, named, only, PRIVATE, run, SOURCES, TAGS, typesOf } from "../runStack.ts";

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
