/** Who may do what with the bucket of the builds. Pure. */
import { REPORT_FOLDER } from "../../automation/contract/buildReport.ts";
import { allow, decryptThrough, type Place, type Statement } from "./document.ts";

/** Where in the bucket CodeBuild keeps its cache. */
export const CACHE_FOLDER = "cache";

export interface BuildBucketAccess extends Place {
  readonly buildBucketArn: string;
  /** The customer's key of the bucket. */
  readonly buildKeyArn: string | undefined;
}

/**
 * CodeBuild looks at the bucket and its owner before it uploads (AWS CodeBuild User Guide, "Create a CodeBuild service role",
 * S3BucketIdentity), and looks for the cache by its key.
 */
export function keepBuild(args: BuildBucketAccess): Statement[] {
  const { buildBucketArn: bucket, buildKeyArn } = args;
  return [
    allow("FindBuildBucket", ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"], [bucket]),
    allow("KeepReports", ["s3:PutObject"], [`${bucket}/${REPORT_FOLDER}/*`]),
    allow("KeepCache", ["s3:GetObject", "s3:PutObject"], [`${bucket}/${CACHE_FOLDER}/*`]),
    ...decryptThrough("UseBuildKey", "s3", args, buildKeyArn, ["kms:Decrypt", "kms:GenerateDataKey"]),
  ];
}

/** The bucket's own policy: nobody reaches it without TLS. */
export function tlsOnlyPolicy(bucketArn: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}
