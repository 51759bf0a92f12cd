import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type BootstrapOptions,
  chooseRegion,
  nextSteps,
  parseBootstrap,
  planState,
  withTlsOnly,
} from "../../automation/bootstrap/plan.ts";
import {
  BootstrapError,
  type BucketSettings,
  ensureState,
  type StateApi,
  type StateKey,
} from "../../automation/bootstrap/state.ts";
import { ConfigError } from "../../automation/contract/errors.ts";

const ACCOUNT = { accountId: "111122223333", partition: "aws" };
const OPTIONS: BootstrapOptions = {
  stack: "stage",
  region: undefined,
  bucket: undefined,
  alias: undefined,
  dryRun: false,
};
const PLAN = planState(OPTIONS, "ap-northeast-1", ACCOUNT);
const KEY = "arn:aws:kms:ap-northeast-1:111122223333:key/0a1b";

describe("arguments", () => {
  test("the stack alone is enough", () => {
    assert.deepEqual(parseBootstrap(["--stack", "stage"]), OPTIONS);
    assert.deepEqual(parseBootstrap(["-s", "stage", "--dry-run"]), { ...OPTIONS, dryRun: true });
    assert.equal(parseBootstrap(["--help"]), "help");
  });

  test("every wrong one is named at once", () => {
    const args = ["--region", "Tokyo", "--bucket", "My.Bucket", "--alias", "alias/aws/s3"];
    assert.throws(
      () => parseBootstrap(args),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.problems, [
          "--stack is missing; name the stack, such as `--stack stage`",
          '--region is "Tokyo"; it must be a region like ap-northeast-1',
          '--bucket is "My.Bucket"; it must be a bucket\'s name without dots',
          '--alias is "alias/aws/s3"; it must be a name like alias/ecs-migrate-state-stage',
        ]);
        return true;
      },
    );
  });

  test("an unknown flag is refused with the way to the list", () => {
    assert.throws(
      () => parseBootstrap(["--stak", "stage"]),
      (error) => error instanceof ConfigError && /--stak.*; --help lists the options$/.test(error.message),
    );
  });

  test("the region: the flag's, then the environment's, then the stack's", () => {
    const settings = 'config:\n  aws:region: "eu-west-1" # ours\n  ecs-migrate:application: shop\n';
    const env = { AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-west-2" };
    assert.equal(chooseRegion({ ...OPTIONS, region: "eu-north-1" }, env, settings), "eu-north-1");
    assert.equal(chooseRegion(OPTIONS, env, settings), "us-east-1");
    assert.equal(chooseRegion(OPTIONS, { AWS_REGION: "", AWS_DEFAULT_REGION: "us-west-2" }, ""), "us-west-2");
    assert.equal(chooseRegion(OPTIONS, {}, settings), "eu-west-1");
    assert.throws(() => chooseRegion(OPTIONS, {}, "config: {}\n"), ConfigError);
  });
});

test("names follow from account, region and stack, and the longest is a bucket's name still", () => {
  assert.deepEqual(PLAN, {
    stack: "stage",
    region: "ap-northeast-1",
    accountId: "111122223333",
    bucket: "ecs-migrate-state-111122223333-ap-northeast-1-stage",
    bucketArn: "arn:aws:s3:::ecs-migrate-state-111122223333-ap-northeast-1-stage",
    alias: "alias/ecs-migrate-state-stage",
    tags: { project: "ecs-migrate", stack: "stage", "managed-by": "bootstrap" },
  });
  const longest = planState({ ...OPTIONS, stack: "abcdefghijklmnop" }, "ap-northeast-1", ACCOUNT);
  assert.ok(longest.bucket.length <= 63);
  const china = planState({ ...OPTIONS, bucket: "own" }, "cn-north-1", { ...ACCOUNT, partition: "aws-cn" });
  assert.equal(china.bucketArn, "arn:aws-cn:s3:::own");
});

test("what to do next is to be copied", () => {
  const { bucket } = PLAN;
  assert.equal(
    nextSteps(PLAN, KEY),
    `Log in and make the stack:
  pulumi login 's3://${bucket}?region=ap-northeast-1'
  pulumi stack init stage --secrets-provider 'awskms://alias/ecs-migrate-state-stage?region=ap-northeast-1'

For CodeBuild, in Pulumi.stage.yaml:
  ecs-migrate:stateBucket: ${bucket}
  ecs-migrate:stateKeyArn: ${KEY}
`,
  );
});

describe("the policy for TLS alone", () => {
  const ARN = "arn:aws:s3:::state";
  const ours = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [ARN, `${ARN}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };

  test("a bucket without a policy gets it", () => {
    assert.deepEqual(JSON.parse(withTlsOnly(undefined, ARN) ?? ""), {
      Version: "2012-10-17",
      Statement: [ours],
    });
  });

  test("an operator's own statement stays, even where it is no list", () => {
    const own = { Sid: "Audit", Effect: "Allow", Principal: { AWS: "x" }, Action: "s3:Get*", Resource: ARN };
    const merged = withTlsOnly(JSON.stringify({ Version: "2012-10-17", Statement: own }), ARN);
    assert.deepEqual(JSON.parse(merged ?? "").Statement, [own, ours]);
    assert.equal(withTlsOnly(merged, ARN), undefined);
  });

  test("the same statement in S3's order is no change, a weaker one is", () => {
    const { Condition, Resource, ...rest } = ours;
    const reordered = { Resource: [...Resource].reverse(), Condition, ...rest, Principal: { AWS: "*" } };
    assert.equal(withTlsOnly(JSON.stringify({ Statement: [reordered] }), ARN), undefined);
    const weaker = withTlsOnly(JSON.stringify({ Statement: [{ ...ours, Resource: [ARN] }] }), ARN);
    assert.deepEqual(JSON.parse(weaker ?? "").Statement, [ours]);
  });
});

/** An account's KMS and S3 with one key and one bucket in it, which notes the calls that change something. */
class FakeState implements StateApi {
  key: StateKey | undefined;
  bucket: BucketSettings | undefined;
  foreign = false;
  aliasFails = false;
  readonly changes: string[] = [];

  #changed(name: string): void {
    this.changes.push(name);
  }
  #set(settings: Partial<BucketSettings>): void {
    assert.ok(this.bucket, "the bucket must be there first");
    this.bucket = { ...this.bucket, ...settings };
  }
  async findKey() {
    return this.key;
  }
  async createKey() {
    this.#changed("createKey");
    return KEY;
  }
  async createAlias(_alias: string, arn: string) {
    if (this.aliasFails) throw new Error("LimitExceededException");
    this.#changed("createAlias");
    this.key = { arn, state: "Enabled", rotated: false };
  }
  async enableRotation(arn: string) {
    this.#changed("enableRotation");
    this.key = { arn, state: "Enabled", rotated: true };
  }
  async findBucket() {
    if (this.foreign) return "foreign" as const;
    return this.bucket ? ("own" as const) : ("missing" as const);
  }
  async createBucket() {
    this.#changed("createBucket");
    this.bucket = { versioned: false, blocked: false, kmsKeyArn: undefined, policy: undefined };
  }
  async readBucket() {
    assert.ok(this.bucket);
    return this.bucket;
  }
  async enableVersioning() {
    this.#changed("enableVersioning");
    this.#set({ versioned: true });
  }
  async blockPublicAccess() {
    this.#changed("blockPublicAccess");
    this.#set({ blocked: true });
  }
  async encrypt(_bucket: string, kmsKeyArn: string) {
    this.#changed("encrypt");
    this.#set({ kmsKeyArn });
  }
  async putPolicy(_bucket: string, policy: string) {
    this.#changed("putPolicy");
    this.#set({ policy });
  }
}

async function ensure(api: StateApi, dryRun = false) {
  const lines: string[] = [];
  const ensured = await ensureState(api, PLAN, { dryRun, onChange: (line) => lines.push(line) });
  return { ...ensured, lines };
}

describe("the state", () => {
  const ALL = ["createBucket", "blockPublicAccess", "enableVersioning", "encrypt", "putPolicy"];

  test("is made, key first; a second time nothing is changed", async () => {
    const api = new FakeState();
    const first = await ensure(api);
    assert.deepEqual(api.changes, ["createKey", "createAlias", "enableRotation", ...ALL]);
    assert.deepEqual([first.keyArn, first.changes], [KEY, 7]);
    assert.equal(first.lines[0], "alias/ecs-migrate-state-stage: key made");
    api.changes.length = 0;
    assert.deepEqual(await ensure(api), { keyArn: KEY, changes: 0, lines: [] });
    assert.deepEqual(api.changes, []);
  });

  test("a dry run says as much and changes nothing", async () => {
    const api = new FakeState();
    const { keyArn, changes, lines } = await ensure(api, true);
    assert.deepEqual([keyArn, changes, api.changes], [undefined, 7, []]);
    assert.ok(lines.every((line) => line.startsWith("would change: ")));
  });

  test("what drifted is mended, and nothing else", async () => {
    const api = new FakeState();
    await ensure(api);
    api.changes.length = 0;
    api.bucket = { versioned: false, blocked: true, kmsKeyArn: `${KEY}-old`, policy: undefined };
    api.key = { arn: KEY, state: "Enabled", rotated: false };
    await ensure(api);
    assert.deepEqual(api.changes, ["enableRotation", "enableVersioning", "encrypt", "putPolicy"]);
  });

  test("another account's bucket is refused before a key is made", async () => {
    const api = new FakeState();
    api.foreign = true;
    await assert.rejects(ensure(api), (error) => {
      assert.ok(error instanceof BootstrapError);
      assert.equal(
        error.message,
        `Bucket ${PLAN.bucket} is not account 111122223333's, or these credentials may not see it; choose another with \`npm run bootstrap -- --stack stage --bucket <name>\``,
      );
      return true;
    });
    assert.deepEqual(api.changes, []);
  });

  test("a key that is to be deleted is refused with the way back", async () => {
    const api = new FakeState();
    api.key = { arn: KEY, state: "PendingDeletion", rotated: false };
    await assert.rejects(ensure(api), (error) => {
      return error instanceof BootstrapError && /is PendingDeletion.*cancel-key-deletion/.test(error.message);
    });
    assert.deepEqual(api.changes, []);
  });

  test("a key whose name could not be given is named, so that no second one is made", async () => {
    const api = new FakeState();
    api.aliasFails = true;
    await assert.rejects(ensure(api), (error) => {
      assert.ok(error instanceof BootstrapError);
      assert.match(
        error.message,
        new RegExp(`create-alias --alias-name ${PLAN.alias} --target-key-id ${KEY}`),
      );
      return true;
    });
    assert.deepEqual(api.changes, ["createKey"]);
  });
});
