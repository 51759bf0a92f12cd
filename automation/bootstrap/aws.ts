/** The AWS clients of `bootstrap`, which nothing else loads. */
import type { S3ServiceException } from "@aws-sdk/client-s3";
import { awsErrorKind, awsErrorText, isPassing } from "../aws/errors.ts";
import type { Account } from "./plan.ts";
import { BootstrapError, type BucketSettings, type StateApi, type StateKey } from "./state.ts";

/** @throws {BootstrapError} if there are no credentials, they are refused, or AWS does not answer */
export async function findAccount(region: string): Promise<Account> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient({ region });
  try {
    const { Account: accountId = "", Arn = "" } = await client.send(new GetCallerIdentityCommand({}));
    return { accountId, partition: Arn.split(":")[1] ?? "aws" };
  } catch (error) {
    const text = awsErrorText(error);
    throw new BootstrapError(
      isPassing(awsErrorKind(error))
        ? `AWS does not answer (${text}); check the network, then run this again`
        : `AWS does not take these credentials (${text}); set AWS_PROFILE or log in with \`aws sso login\`, then run this again`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}

/** @param accountId every call on the bucket fails where another account owns it */
export async function connectState(region: string, accountId: string): Promise<StateApi> {
  return { ...(await keyCalls(region)), ...(await bucketCalls(region, accountId)) };
}

type KeyCalls = Pick<StateApi, "findKey" | "createKey" | "createAlias" | "enableRotation">;

async function keyCalls(region: string): Promise<KeyCalls> {
  const sdk = await import("@aws-sdk/client-kms");
  const client = new sdk.KMSClient({ region });
  const rotated = async (KeyId: string) =>
    (await client.send(new sdk.GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled === true;
  return {
    findKey: async (alias): Promise<StateKey | undefined> => {
      const answer = await client
        .send(new sdk.DescribeKeyCommand({ KeyId: alias }))
        .catch(missing("NotFoundException"));
      if (answer === undefined) return undefined;
      const { Arn: arn = "", KeyState: state = "" } = answer.KeyMetadata ?? {};
      return { arn, state, rotated: state === "Enabled" && (await rotated(arn)) };
    },
    createKey: async (Description, tags) => {
      const Tags = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
      const { KeyMetadata } = await client.send(new sdk.CreateKeyCommand({ Description, Tags }));
      return KeyMetadata?.Arn ?? "";
    },
    createAlias: async (AliasName, TargetKeyId) => {
      await client.send(new sdk.CreateAliasCommand({ AliasName, TargetKeyId }));
    },
    enableRotation: async (KeyId) => {
      await client.send(new sdk.EnableKeyRotationCommand({ KeyId }));
    },
  };
}

async function bucketCalls(region: string, accountId: string): Promise<Omit<StateApi, keyof KeyCalls>> {
  const sdk = await import("@aws-sdk/client-s3");
  // A local AWS has no subdomain for each bucket.
  const client = new sdk.S3Client({ region, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
  const on = (Bucket: string) => ({ Bucket, ExpectedBucketOwner: accountId });
  return {
    findBucket: async (bucket) => {
      try {
        await client.send(new sdk.HeadBucketCommand(on(bucket)));
        return "own";
      } catch (error) {
        return ownerByStatus(error);
      }
    },
    createBucket: async (Bucket) => {
      // S3's API reference, CreateBucket: us-east-1 is where no constraint is given, and is refused as one.
      const LocationConstraint = region as import("@aws-sdk/client-s3").BucketLocationConstraint;
      const place = region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint } };
      await client.send(new sdk.CreateBucketCommand({ Bucket, ...place }));
    },
    readBucket: (bucket) => readBucket(sdk, client, on(bucket)),
    enableVersioning: async (bucket) => {
      const VersioningConfiguration = { Status: "Enabled" as const };
      await client.send(new sdk.PutBucketVersioningCommand({ ...on(bucket), VersioningConfiguration }));
    },
    blockPublicAccess: async (bucket) => {
      const PublicAccessBlockConfiguration = {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      };
      await client.send(
        new sdk.PutPublicAccessBlockCommand({ ...on(bucket), PublicAccessBlockConfiguration }),
      );
    },
    encrypt: async (bucket, KMSMasterKeyID) => {
      const byKey = { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID };
      const Rules = [{ ApplyServerSideEncryptionByDefault: byKey, BucketKeyEnabled: true }];
      const ServerSideEncryptionConfiguration = { Rules };
      await client.send(
        new sdk.PutBucketEncryptionCommand({ ...on(bucket), ServerSideEncryptionConfiguration }),
      );
    },
    putPolicy: async (bucket, Policy) => {
      await client.send(new sdk.PutBucketPolicyCommand({ ...on(bucket), Policy }));
    },
  };
}

type S3Sdk = typeof import("@aws-sdk/client-s3");

async function readBucket(
  sdk: S3Sdk,
  client: InstanceType<S3Sdk["S3Client"]>,
  bucket: { readonly Bucket: string; readonly ExpectedBucketOwner: string },
): Promise<BucketSettings> {
  const [versioning, access, encryption, policy] = await Promise.all([
    client.send(new sdk.GetBucketVersioningCommand(bucket)),
    client
      .send(new sdk.GetPublicAccessBlockCommand(bucket))
      .catch(missing("NoSuchPublicAccessBlockConfiguration")),
    client
      .send(new sdk.GetBucketEncryptionCommand(bucket))
      .catch(missing("ServerSideEncryptionConfigurationNotFoundError")),
    client.send(new sdk.GetBucketPolicyCommand(bucket)).catch(missing("NoSuchBucketPolicy")),
  ]);
  const blocks = access?.PublicAccessBlockConfiguration;
  const byDefault =
    encryption?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  return {
    versioned: versioning.Status === "Enabled",
    blocked: [
      blocks?.BlockPublicAcls,
      blocks?.BlockPublicPolicy,
      blocks?.IgnorePublicAcls,
      blocks?.RestrictPublicBuckets,
    ].every((block) => block === true),
    kmsKeyArn: byDefault?.SSEAlgorithm === "aws:kms" ? byDefault.KMSMasterKeyID : undefined,
    policy: policy?.Policy,
  };
}

/** HeadBucket has no body, so that its error has a status alone: 301 another region's, 403 another account's. */
function ownerByStatus(error: unknown): "foreign" | "missing" {
  const status = (error as Partial<S3ServiceException>).$metadata?.httpStatusCode;
  if (status === 404) return "missing";
  if (status === 301 || status === 403) return "foreign";
  throw error;
}

/** Takes one kind of error for "there is none". */
function missing(name: string): (error: unknown) => undefined {
  return (error) => {
    if ((error as Error).name === name) return undefined;
    throw error;
  };
}
