import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type BootstrapOptions,
  chooseApplication,
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
  application: undefined,
  region: undefined,
  bucket: undefined,
  alias: undefined,
  dryRun: false,
};
const PLAN = planState(OPTIONS, "shop", "ap-northeast-1", ACCOUNT);
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
          '--alias is "alias/aws/s3"; it must be a name like alias/shop-stage-state',
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

  test("the region: the flag's, then the stack's, then the environment's", () => {
    const settings = new Map([["aws:region", "eu-west-1"]]);
    const env = { AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-west-2" };
    assert.equal(chooseRegion({ ...OPTIONS, region: "eu-north-1" }, env, settings), "eu-north-1");
    assert.equal(chooseRegion(OPTIONS, env, settings), "eu-west-1");
    assert.equal(chooseRegion(OPTIONS, env, new Map()), "us-east-1");
    assert.equal(chooseRegion(OPTIONS, { ...env, AWS_REGION: "" }, new Map()), "us-west-2");
    assert.throws(() => chooseRegion(OPTIONS, { AWS_REGION: "" }, new Map()), ConfigError);
  });
});

test("names carry the application, so that two of one account share nothing", () => {
  assert.deepEqual(PLAN, {
    stack: "stage",
    region: "ap-northeast-1",
    accountId: "111122223333",
    bucket: "shop-stage-state-111122223333-ap-northeast-1",
    bucketArn: "arn:aws:s3:::shop-stage-state-111122223333-ap-northeast-1",
    alias: "alias/shop-stage-state",
    tags: { project: "ecs-migrate", application: "shop", stack: "stage", "managed-by": "bootstrap" },
  });
  const store = planState(OPTIONS, "store", "ap-northeast-1", ACCOUNT);
  assert.notEqual(store.bucket, PLAN.bucket);
  assert.notEqual(store.alias, PLAN.alias);
  assert.throws(() => planState(OPTIONS, "a-name-of-24-characters-x", "ap-southeast-1", ACCOUNT), {
    exitCode: 2,
    message: /^The bucket's name \S+ has 65 characters, and S3 takes 63; give a shorter one with --bucket$/,
  });
  const china = planState({ ...OPTIONS, bucket: "own" }, "shop", "cn-north-1", {
    ...ACCOUNT,
    partition: "aws-cn",
  });
  assert.equal(china.bucketArn, "arn:aws-cn:s3:::own");
});

test("the application: the flag's, then the stack's", () => {
  const settings = new Map([["ecs-migrate:application", "shop"]]);
  assert.equal(chooseApplication({ ...OPTIONS, application: "store" }, settings), "store");
  assert.equal(chooseApplication(OPTIONS, settings), "shop");
  for (const none of [new Map(), new Map([["ecs-migrate:application", "<your application, like shop>"]])])
    assert.throws(() => chooseApplication(OPTIONS, none), {
      exitCode: 2,
      message:
        "No application for the state of stack stage; set ecs-migrate:application in Pulumi.stage.yaml, or give --application",
    });
});

test("what to do next is to be copied", () => {
  const { bucket } = PLAN;
  assert.equal(
    nextSteps(PLAN, KEY, "ap-northeast-1"),
    `Below config: in Pulumi.stage.yaml; every command and CodeBuild find the state by these lines:
  ecs-migrate:stateBucket: ${bucket}
  ecs-migrate:stateKeyArn: ${KEY}

For pulumi itself, in this shell; your own login stays as it is:
  export PULUMI_BACKEND_URL='s3://${bucket}?region=ap-northeast-1'

Make the stack, once. Pulumi would rewrite a commented file, so it is made beside it: put the two lines that this prints at
the top of Pulumi.stage.yaml.
  (cd "$(mktemp -d)" && printf 'name: ecs-migrate\\nruntime: nodejs\\n' > Pulumi.yaml && pulumi stack init stage --secrets-provider 'awskms://alias/shop-stage-state?region=ap-northeast-1' >&2 && cat Pulumi.stage.yaml)
`,
  );
  const elsewhere = `\n  ecs-migrate:stateUrl: s3://${bucket}?region=ap-northeast-1\n`;
  for (const region of ["eu-west-1", undefined]) assert.ok(nextSteps(PLAN, KEY, region).includes(elsewhere));
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
    assert.equal(first.lines[0], "alias/shop-stage-state: key made");
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

  test("what drifted is corrected, and nothing else", async () => {
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
