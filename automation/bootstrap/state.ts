/** Brings a stack's state bucket and key to what they should be, one setting after another, and says what it changed. */

import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import { type StatePlan, withTlsOnly } from "./plan.ts";

/** AWS refused, or what is there already cannot be used. What was made before stays; the same command goes on from there. */
export class BootstrapError extends EcsMigrateError {
  readonly code = "bootstrap";
  readonly exitCode = EXIT.notStarted;
}

export interface StateKey {
  readonly arn: string;
  /** KMS's KeyState: `Enabled`, `Disabled`, `PendingDeletion`… */
  readonly state: string;
  readonly rotated: boolean;
}

export interface BucketSettings {
  readonly versioned: boolean;
  /** All four of S3's blocks of public access. */
  readonly blocked: boolean;
  /** ARN of the KMS key that encrypts by default; undefined: none, or S3's own key. */
  readonly kmsKeyArn: string | undefined;
  readonly policy: string | undefined;
}

/** The AWS calls that a bootstrap makes. */
export interface StateApi {
  /** @returns undefined if there is no such alias */
  findKey(alias: string): Promise<StateKey | undefined>;
  /** @returns the key's ARN */
  createKey(description: string, tags: StatePlan["tags"]): Promise<string>;
  createAlias(alias: string, keyArn: string): Promise<void>;
  enableRotation(keyArn: string): Promise<void>;
  findBucket(bucket: string): Promise<"own" | "foreign" | "missing">;
  createBucket(bucket: string): Promise<void>;
  readBucket(bucket: string): Promise<BucketSettings>;
  enableVersioning(bucket: string): Promise<void>;
  blockPublicAccess(bucket: string): Promise<void>;
  encrypt(bucket: string, keyArn: string): Promise<void>;
  putPolicy(bucket: string, policy: string): Promise<void>;
}

interface EnsureOptions {
  /** Asks AWS, but changes nothing. */
  readonly dryRun: boolean;
  /** One line for each change, once it is made; in a dry run, for each that would be. */
  readonly onChange: (line: string) => void;
}

interface EnsuredState {
  /** undefined in a dry run that would make the key. */
  readonly keyArn: string | undefined;
  readonly changes: number;
}

/**
 * Changes only what is not right yet, so it can be repeated.
 *
 * @throws {BootstrapError} if the bucket is another account's, or the key cannot be used
 */
export async function ensureState(
  api: StateApi,
  plan: StatePlan,
  { dryRun, onChange }: EnsureOptions,
): Promise<EnsuredState> {
  let changes = 0;
  const change: Change = async (line, make) => {
    if (!dryRun) await make();
    changes += 1;
    onChange(dryRun ? `would change: ${line}` : line);
  };
  // Before the key, so that a bucket that cannot be had costs no key.
  const found = await findOwnBucket(api, plan);
  const keyArn = await ensureKey(api, plan, change);
  await ensureBucket(api, plan, found, keyArn, change);
  return { keyArn, changes };
}

type Change = (line: string, make: () => Promise<void>) => Promise<void>;

async function findOwnBucket(api: StateApi, { bucket, accountId, stack }: StatePlan): Promise<boolean> {
  const owner = await api.findBucket(bucket);
  if (owner !== "foreign") return owner === "own";
  throw new BootstrapError(
    `Bucket ${bucket} is not account ${accountId}'s, or these credentials may not see it; choose another with \`npm run bootstrap -- --stack ${stack} --bucket <name>\``,
  );
}

async function ensureKey(api: StateApi, plan: StatePlan, change: Change): Promise<string | undefined> {
  const { alias, stack } = plan;
  const key = await api.findKey(alias);
  if (key === undefined) return makeKey(api, plan, change);
  if (key.state !== "Enabled") {
    throw new BootstrapError(
      `Key ${key.arn} behind ${alias} is ${key.state}, and the state of stack ${stack} would be lost with it; enable it again (aws kms cancel-key-deletion, aws kms enable-key), or name another with --alias`,
    );
  }
  if (!key.rotated) await change(`${alias}: rotation on`, () => api.enableRotation(key.arn));
  return key.arn;
}

async function makeKey(api: StateApi, plan: StatePlan, change: Change): Promise<string | undefined> {
  const { alias, stack, tags } = plan;
  let arn: string | undefined;
  await change(`${alias}: key made`, async () => {
    const made = await api.createKey(`Pulumi state and secrets of stack ${stack}`, tags);
    arn = made;
    await api.createAlias(alias, made).catch((error: unknown) => {
      throw new BootstrapError(
        `Key ${made} was made but did not get its name; run \`aws kms create-alias --alias-name ${alias} --target-key-id ${made}\`, then this again`,
        { cause: error },
      );
    });
  });
  await change(`${alias}: rotation on`, async () => {
    if (arn !== undefined) await api.enableRotation(arn);
  });
  return arn;
}

const BARE: BucketSettings = { versioned: false, blocked: false, kmsKeyArn: undefined, policy: undefined };

async function ensureBucket(
  api: StateApi,
  plan: StatePlan,
  found: boolean,
  keyArn: string | undefined,
  change: Change,
): Promise<void> {
  const { bucket, bucketArn } = plan;
  if (!found) await change(`${bucket}: bucket made`, () => api.createBucket(bucket));
  const has = found ? await api.readBucket(bucket) : BARE;
  if (!has.blocked) await change(`${bucket}: public access blocked`, () => api.blockPublicAccess(bucket));
  if (!has.versioned) await change(`${bucket}: versioning on`, () => api.enableVersioning(bucket));
  if (keyArn === undefined || has.kmsKeyArn !== keyArn) {
    await change(`${bucket}: encrypted with the key`, async () => {
      if (keyArn !== undefined) await api.encrypt(bucket, keyArn);
    });
  }
  const policy = withTlsOnly(has.policy, bucketArn);
  if (policy !== undefined) await change(`${bucket}: TLS alone`, () => api.putPolicy(bucket, policy));
}
