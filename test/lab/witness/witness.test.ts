/**
 * Deploys under the build's own access key, and the build's real policy: each call that was recorded is asked of the IAM
 * simulator. A call that is denied fails; what is granted and never used is listed with its reason.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { PolicyDocument } from "../../../infra/policies/document.ts";
import { onCallPolicy } from "../../../infra/policies/onCall.ts";
import { REGION } from "../aws/ministack.ts";
import { tryCommand } from "../command.ts";
import { type Lab, startLab } from "../lab.ts";
import { type Account, iamCalls, isAllowed } from "./iam.ts";
import { askModels } from "./models.ts";
import { type AwsRequest, readRequests } from "./requests.ts";

const MAIN = resolve(import.meta.dirname, "../../../automation/main.ts");
const BUCKET = "witness-state";
const ALIAS = "alias/witness-state";
/** The access key by which the build's requests are told from the operator's. */
const BUILD = "build";
const ON_CALL = "onCall";
/** What docs/infrastructure.md grants the person on call for. */
const ON_CALL_COMMANDS = [
  ["migrate", "status"],
  ["migrate", "down", "1"],
  ["history"],
  ["plan"],
  ["doctor", "--database"],
];
const ACCOUNT_ID = "000000000000";
const ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/local-shop-migration`;

/** What the build is granted and the deploys of this test do not use, and who uses it. */
const UNUSED: Readonly<Record<string, string>> = {
  "ecr:BatchCheckLayerAvailability": "docker push: the registry asks ECR, and the local registry does not",
  "ecr:BatchGetImage": "docker pull, as above",
  "ecr:CompleteLayerUpload": "docker push, as above",
  "ecr:GetDownloadUrlForLayer": "docker pull, as above",
  "ecr:InitiateLayerUpload": "docker push, as above",
  "ecr:PutImage": "docker push, as above",
  "ecr:UploadLayerPart": "docker push, as above",
  "ecs:ListTaskDefinitions": "a failed run looks for the revision that has the database's version",
  "ecs:StopTask": "deploy --stop-on-cancel",
  "kms:GenerateDataKey": "S3 asks for it when an object is written to a bucket under the key",
  "logs:CreateLogStream": "CodeBuild's own log",
  "logs:PutLogEvents": "CodeBuild's own log",
  "logs:StartLiveTail": "a log that is followed for long",
  "s3:GetBucketAcl": "CodeBuild uploads report and cache",
  "s3:GetBucketLocation": "CodeBuild uploads report and cache",
  "s3:GetObjectVersion": "CodeBuild fetches the source",
};

describe("the calls of a deploy under the build's role", () => {
  let lab: Lab;
  let policy: PolicyDocument;
  let requests: AwsRequest[];
  let onCall: AwsRequest[];
  let account: Account;

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`) });
    const stateKeyArn = await makeState(lab);
    const backend = `s3://${BUCKET}?region=${REGION}&endpoint=${lab.endpoint}&disable_https=true&use_path_style=true`;
    const { PULUMI_CONFIG_PASSPHRASE: _, ...rest } = lab.env;
    const env = { ...rest, PULUMI_BACKEND_URL: backend };
    await putSecrets(lab);
    const { runtime, builder, migrator } = lab.images;
    const project = await lab.makeProject({
      stackConfig: {
        "ecs-migrate:buildArgs": { RUNTIME_IMAGE: runtime, BUILDER_IMAGE: builder, MIGRATOR_IMAGE: migrator },
        "ecs-migrate:stateBucket": BUCKET,
        "ecs-migrate:stateKeyArn": stateKeyArn,
        "ecs-migrate:stateUrl": backend,
      },
    });
    const run = async (command: string, args: readonly string[], key: string, wanted = 0) => {
      const options = { cwd: project, env: { ...env, CI: "true", AWS_ACCESS_KEY_ID: key } };
      const { code, stdout, stderr } = await tryCommand(command, args, options);
      assert.equal(code, wanted, `${command} ${args.join(" ")}\n${stdout}${stderr}`);
      return stdout;
    };
    const pulumi = (...args: string[]) =>
      run("pulumi", [...args, "--stack", "local", "--non-interactive"], "operator");
    const deploy = (wanted = 0) =>
      run(process.execPath, [MAIN, "deploy", "--stack", "local", "--project", project], BUILD, wanted);

    const provider = `awskms://${ALIAS}?region=${REGION}`;
    await run("pulumi", ["stack", "init", "local", "--secrets-provider", provider], "operator");
    await pulumi("up", "--yes");
    policy = buildPolicy(JSON.parse(await pulumi("stack", "export")));
    await deploy();
    addMigration(project, "20261121_add_discounts", "CREATE TABLE discounts (id bigint);\n");
    await deploy();
    addMigration(project, "20261122_break", "ALTER TABLE nowhere ADD COLUMN x int;\n");
    await deploy(11);
    for (const args of ON_CALL_COMMANDS)
      await run(process.execPath, [MAIN, ...args, "--stack", "local", "--project", project], ON_CALL);
    onCall = readRequests(lab.ministack.requests).filter(({ key }) => key === ON_CALL);
    requests = readRequests(lab.ministack.requests).filter(({ key }) => key === BUILD);
    const taskRoles = [`${ROLE}-execution`, `${ROLE}-task`];
    account = { region: REGION, accountId: ACCOUNT_ID, taskRoles, stateKeyArn };
  });
  after(() => lab?.stop());

  it("are all allowed", async () => {
    assert.ok(requests.length > 20, `${requests.length} requests were recorded`);
    const denied: string[] = [];
    for (const call of uniqueCalls(requests, account))
      if (!(await isAllowed(policy, call, ACCOUNT_ID))) denied.push(JSON.stringify(call));
    assert.deepEqual(denied, []);
  });

  it("of the person on call are all allowed by the policy that the docs show", async () => {
    const family = "local-shop-migration";
    const granted = onCallPolicy({
      ...{ partition: "aws", region: REGION, accountId: ACCOUNT_ID, stateBucket: BUCKET },
      clusterArn: `arn:aws:ecs:${REGION}:${ACCOUNT_ID}:cluster/${family}`,
      taskDefinitionFamily: family,
      executionRoleArn: `${ROLE}-execution`,
      taskRoleArn: `${ROLE}-task`,
      migrationLogGroup: "/ecs/migration/shop/local",
      repositoryArn: `arn:aws:ecr:${REGION}:${ACCOUNT_ID}:repository/local-shop`,
      slackWebhookParameter: "/shop/local/slack-webhook",
      stateKeyArn: account.stateKeyArn,
    });
    assert.ok(onCall.length > 20, `${onCall.length} requests were recorded`);
    const denied: string[] = [];
    for (const call of uniqueCalls(onCall, account))
      if (!(await isAllowed(granted, call, ACCOUNT_ID))) denied.push(JSON.stringify(call));
    assert.deepEqual(denied, []);
  });

  it("fit AWS's own models, the operator's `up` too", async () => {
    const { problems, checked } = await askModels(lab.ministack.requests);
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.keys(checked), ["codebuild", "ecr", "ecs", "events", "kms", "logs", "ssm"]);
  });

  it("use all that is granted, but for what is listed with its reason", () => {
    const used = new Set(uniqueCalls(requests, account).map(({ action }) => action));
    const granted = new Set(policy.Statement.flatMap(({ Action }) => Action));
    const unused = [...granted].filter((action) => !used.has(action));
    assert.deepEqual(unused.sort(), Object.keys(UNUSED).sort());
  });
});

/** Bucket and key of the state, as bootstrap makes them. @returns the key's ARN */
async function makeState(lab: Lab): Promise<string> {
  const s3 = new S3Client({ ...lab.clientConfig, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const kms = new KMSClient(lab.clientConfig);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await kms.send(new CreateAliasCommand({ AliasName: ALIAS, TargetKeyId: KeyMetadata?.KeyId }));
  s3.destroy();
  kms.destroy();
  return KeyMetadata?.Arn ?? "";
}

async function putSecrets(lab: Lab): Promise<void> {
  const ssm = new SSMClient(lab.clientConfig);
  const secrets = {
    "/shop/local/migration": lab.postgres.urlFromContainer,
    "/shop/local/slack-webhook": lab.slack.url,
  };
  for (const [Name, Value] of Object.entries(secrets))
    await ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString", Overwrite: true }));
  ssm.destroy();
}

interface Exported {
  readonly deployment: {
    readonly resources: readonly { readonly urn: string; readonly outputs?: { readonly policy?: string } }[];
  };
}

function buildPolicy({ deployment }: Exported): PolicyDocument {
  const found = deployment.resources.find(({ urn }) => urn.endsWith("::pipeline-policy"));
  return JSON.parse(found?.outputs?.policy ?? "") as PolicyDocument;
}

function addMigration(project: string, name: string, up: string): void {
  const base = join(project, "app/resources/db/migrations", name);
  writeFileSync(`${base}.up.sql`, up);
  writeFileSync(`${base}.down.sql`, "SELECT 1;\n");
}

function uniqueCalls(requests: readonly AwsRequest[], account: Account) {
  const calls = requests.flatMap((request) => iamCalls(request, account));
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
}
