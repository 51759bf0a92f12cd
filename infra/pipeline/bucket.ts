/** The bucket of what the builds keep: the report of each deploy, and the cache of their packages. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { REPORT_FOLDER } from "../../automation/contract/buildReport.ts";
import { CACHE_FOLDER, tlsOnlyPolicy } from "../policies/bucket.ts";

export interface BuildBucketArgs {
  readonly namePrefix: string;
  /** Keeps a bucket with reports in it even if Pulumi is told to delete it. */
  readonly production: boolean;
  readonly reportRetentionDays: number;
  readonly kmsKeyArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** A package that is cached is never updated (AWS CodeBuild User Guide, "Amazon S3 caching"), so it may go at any time. */
const CACHE_DAYS = 30;

export function buildBucket(parent: pulumi.Resource, name: string, args: BuildBucketArgs): aws.s3.Bucket {
  const child = { parent };
  const bucket = new aws.s3.Bucket(
    `${name}-bucket`,
    { bucketPrefix: bucketPrefix(args.namePrefix), forceDestroy: !args.production, tags: args.tags },
    child,
  );
  new aws.s3.BucketPublicAccessBlock(
    `${name}-bucket-access`,
    {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    child,
  );
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-bucket-encryption`,
    { bucket: bucket.bucket, rules: [encryptionRule(args.kmsKeyArn)] },
    child,
  );
  const rules = expiryRules(args.reportRetentionDays);
  if (rules.length > 0) {
    const lifecycle = { bucket: bucket.bucket, rules };
    new aws.s3.BucketLifecycleConfiguration(`${name}-bucket-lifecycle`, lifecycle, child);
  }
  const policy = bucket.arn.apply((arn) => JSON.stringify(tlsOnlyPolicy(arn)));
  new aws.s3.BucketPolicy(`${name}-bucket-policy`, { bucket: bucket.bucket, policy }, child);
  return bucket;
}

/** Terraform's provider takes 37 characters and adds 26, which makes the 63 that S3 allows. */
function bucketPrefix(namePrefix: string): string {
  return `${namePrefix.slice(0, 29)}-builds-`;
}

function encryptionRule(kmsKeyArn: string | undefined) {
  return kmsKeyArn === undefined
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
        bucketKeyEnabled: true,
      };
}

function expiryRules(reportDays: number) {
  if (reportDays === 0) return [];
  return [expiry(REPORT_FOLDER, reportDays), expiry(CACHE_FOLDER, CACHE_DAYS)];
}

function expiry(folder: string, days: number) {
  return {
    id: folder,
    status: "Enabled",
    filter: { prefix: `${folder}/` },
    expiration: { days },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
  };
}
