/** The infrastructure for real: state in S3 under a KMS key, EC2 capacity, the guard, older revisions, and a clean end. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeKeyCommand, GetKeyRotationStatusCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import type { RunReport } from "../../automation/report/report.ts";
import { revisionNumber } from "../../automation/task/revisions.ts";
import { REGION } from "./aws/ministack.ts";
import { type CommandResult, tryCommand } from "./command.ts";
import { type Lab, startLab } from "./lab.ts";
import { createLabStack, type LabStack } from "./labStack.ts";

const CHECKOUT = resolve(import.meta.dirname, "..", "..");
const BUCKET = `shop-local-state-000000000000-${REGION}`;
const ALIAS = "alias/shop-local-state";

let lab: Lab;
let client: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

before(async () => {
  lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`), sharedPlugins: true });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = { endpoint: lab.endpoint, region: REGION, credentials };
});
after(() => lab?.stop());

describe("a stack on EC2, its state made by bootstrap", () => {
  let project: string;
  let env: NodeJS.ProcessEnv;
  let keyArn: string;

  const bootstrap = (...args: string[]): Promise<CommandResult> =>
    tryCommand(
      process.execPath,
      [join(CHECKOUT, "automation/bootstrap.ts"), "--stack", "local", ...args],
      lab,
    );
  const pulumi = (...args: string[]): Promise<CommandResult> =>
    tryCommand("pulumi", [...args, "--non-interactive"], { cwd: project, env });

  it("a dry run changes nothing", async () => {
    const { code, stderr } = await bootstrap("--dry-run");
    assert.equal(code, 0, stderr);
    assert.equal(stderr.match(/^ {2}would change: /gm)?.length, 7);
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: BUCKET })), { name: "NoSuchBucket" });
  });

  it("bootstrap makes bucket and key, and says what to do with them", async () => {
    const { code, stdout, stderr } = await bootstrap();
    assert.equal(code, 0, stderr);
    keyArn = /stateKeyArn: (\S+)/.exec(stdout)?.[1] ?? "";
    assert.equal(
      stdout,
      `Below config: in Pulumi.local.yaml; every command and CodeBuild find the state by these lines:
  ecs-migrate:stateBucket: ${BUCKET}
  ecs-migrate:stateKeyArn: ${keyArn}

For pulumi itself, in this shell; your own login stays as it is:
  export PULUMI_BACKEND_URL='s3://${BUCKET}?region=${REGION}'

Make the stack, once. Pulumi would rewrite a commented file, so it is made beside it: put the two lines that this prints at
the top of Pulumi.local.yaml.
  (cd "$(mktemp -d)" && printf 'name: ecs-migrate\\nruntime: nodejs\\n' > Pulumi.yaml && pulumi stack init local --secrets-provider 'awskms://${ALIAS}?region=${REGION}' >&2 && cat Pulumi.local.yaml)
`,
    );
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    const on = { Bucket: BUCKET };
    const { Status } = await s3.send(new GetBucketVersioningCommand(on));
    assert.equal(Status, "Enabled");
    const access = await s3.send(new GetPublicAccessBlockCommand(on));
    assert.deepEqual(Object.values(access.PublicAccessBlockConfiguration ?? {}), [true, true, true, true]);
    const encryption = await s3.send(new GetBucketEncryptionCommand(on));
    assert.deepEqual(
      encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault,
      {
        SSEAlgorithm: "aws:kms",
        KMSMasterKeyID: keyArn,
      },
    );
    const { Policy } = await s3.send(new GetBucketPolicyCommand(on));
    assert.deepEqual(JSON.parse(Policy ?? "").Statement[0].Condition, {
      Bool: { "aws:SecureTransport": "false" },
    });
    const kms = new KMSClient(client);
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: ALIAS }));
    assert.equal(KeyMetadata?.Arn, keyArn);
    assert.equal(
      (await kms.send(new GetKeyRotationStatusCommand({ KeyId: keyArn }))).KeyRotationEnabled,
      true,
    );
  });

  it("bootstrap again changes nothing and says so", async () => {
    const { code, stdout, stderr } = await bootstrap();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Everything is there and right; nothing was changed$/m);
    assert.match(stdout, new RegExp(`stateKeyArn: ${keyArn}$`, "m"));
  });

  it("the stack keeps its state in that bucket and its secrets under that key", async () => {
    const local = `&endpoint=${lab.endpoint}&disable_https=true&use_path_style=true`;
    const { PULUMI_CONFIG_PASSPHRASE: _, ...rest } = lab.env;
    env = { ...rest, PULUMI_BACKEND_URL: `s3://${BUCKET}?region=${REGION}${local}` };
    const { runtime, builder, migrator } = lab.images;
    project = await lab.makeProject({
      stackConfig: {
        "ecs-migrate:buildArgs": { RUNTIME_IMAGE: runtime, BUILDER_IMAGE: builder, MIGRATOR_IMAGE: migrator },
        "ecs-migrate:launchType": "EC2",
        "ecs-migrate:assignPublicIp": false,
        "ecs-migrate:databaseCidr": "10.0.0.0/8",
        "ecs-migrate:stateBucket": BUCKET,
        "ecs-migrate:stateKeyArn": keyArn,
      },
    });
    const provider = `awskms://${ALIAS}?region=${REGION}`;
    const init = await pulumi("stack", "init", "local", "--secrets-provider", provider);
    assert.equal(init.code, 0, init.stderr);
    const secret = await pulumi("config", "set", "--secret", "lab:word", "hidden", "--stack", "local");
    assert.equal(secret.code, 0, secret.stderr);
    const settings = readFileSync(join(project, "Pulumi.local.yaml"), "utf8");
    assert.match(settings, /^secretsprovider: awskms:\/\/alias\/shop-local-state\?region=/m);
    assert.equal(settings.includes("hidden"), false);
    const read = await pulumi("config", "get", "lab:word", "--stack", "local");
    assert.equal(read.stdout.trim(), "hidden");
  });

  it("comes up", async () => {
    const up = await pulumi("up", "--yes", "--stack", "local");
    assert.equal(up.code, 0, up.stdout + up.stderr);
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    assert.ok(Contents.some(({ Key }) => Key === ".pulumi/stacks/ecs-migrate/local.json"));
  });

  it("lets the task out to the database and to HTTPS alone", async () => {
    const ec2 = new EC2Client(client);
    const Filters = [{ Name: "group-name", Values: ["local-shop-migration"] }];
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    const egress = SecurityGroups?.[0]?.IpPermissionsEgress?.map(({ FromPort, ToPort, IpRanges }) => [
      FromPort,
      ToPort,
      IpRanges?.[0]?.CidrIp,
    ]);
    assert.deepEqual(egress?.sort(), [
      [443, 443, "0.0.0.0/0"],
      [5432, 5432, "10.0.0.0/8"],
    ]);
  });

  it("shows no change at a second look, whether at the state or at AWS itself", async () => {
    const second = await pulumi("preview", "--expect-no-changes", "--diff", "--stack", "local");
    assert.equal(second.code, 0, second.stdout);
    const refreshed = await pulumi(
      "preview",
      "--refresh",
      "--expect-no-changes",
      "--diff",
      "--stack",
      "local",
    );
    assert.equal(refreshed.code, 0, refreshed.stdout);
  });

  it("is destroyed without a rest", async () => {
    const destroy = await pulumi("destroy", "--yes", "--stack", "local");
    assert.equal(destroy.code, 0, destroy.stdout);
    const left = JSON.parse((await pulumi("stack", "export", "--stack", "local")).stdout);
    assert.deepEqual(left.deployment.resources ?? [], []);
  });
});

describe("a stack whose infrastructure changes", () => {
  let stack: LabStack;

  before(async () => {
    stack = await createLabStack(lab);
  });

  async function run(...args: string[]) {
    const file = join(lab.folder, "infra-report.json");
    rmSync(file, { force: true });
    const { exitCode, stderr } = await stack.run([...args, "--report", file]);
    return { exitCode, stderr, report: JSON.parse(readFileSync(file, "utf8")) as RunReport };
  }

  async function retention(): Promise<number | undefined> {
    const logs = new CloudWatchLogsClient(client);
    const logGroupNamePrefix = "/ecs/migration/shop/local";
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
    return logGroups?.[0]?.retentionInDays;
  }

  it("the guard refuses a changed retention, and nothing is changed", async () => {
    const made = await run("deploy", "--allow-infra");
    assert.equal(made.exitCode, 0, made.stderr);
    assert.equal((await stack.pulumi(["config", "set", "ecs-migrate:logRetentionDays", "14"])).exitCode, 0);
    const { exitCode, report, stderr } = await run("deploy");
    assert.equal(exitCode, 3);
    assert.match(report.why ?? "", /update aws:cloudwatch\/logGroup:LogGroup migration-logs/);
    assert.match(stderr, /LogGroup migration-logs: retentionInDays 7 -> 14$/m);
    assert.doesNotMatch(report.why ?? "", /taskDefinition/);
    assert.equal(report.databaseChanged, "no");
    assert.equal(await retention(), 7);
  });

  it("an operator's --allow-infra passes", async () => {
    const { exitCode, stderr } = await run("deploy", "--allow-infra");
    assert.equal(exitCode, 0, stderr);
    assert.equal(await retention(), 14);
  });

  it("a new revision leaves the one before it runnable", async () => {
    const base = join(stack.project, "app/resources/db/migrations/20261121_add_discounts");
    writeFileSync(`${base}.up.sql`, "CREATE TABLE discounts (id bigint);\n");
    writeFileSync(`${base}.down.sql`, "DROP TABLE discounts;\n");
    const deployed = await run("deploy");
    assert.equal(deployed.exitCode, 0, deployed.stderr);
    // A revision outlives its stack, so the number to start from is the local AWS's to say.
    const newest = revisionNumber(deployed.report.task?.taskDefinition ?? "");
    const older = await run("migrate", "version", "--revision", String(newest - 1));
    assert.equal(older.exitCode, 0, older.stderr);
    assert.equal(revisionNumber(older.report.task?.taskDefinition ?? ""), newest - 1);
    assert.deepEqual(older.report.verdict, {
      kind: "unchanged",
      version: { version: 20261121, dirty: false },
    });
  });

  it("a second up is empty, and the end is clean", async () => {
    const second = await stack.pulumi(["up", "--yes", "--expect-no-changes", "--diff"]);
    assert.equal(second.exitCode, 0, second.stdout);
    const destroy = await stack.pulumi(["destroy", "--yes"]);
    assert.equal(destroy.exitCode, 0, destroy.stdout);
    const left = JSON.parse((await stack.pulumi(["stack", "export"])).stdout);
    assert.deepEqual(left.deployment.resources ?? [], []);
  });
});
