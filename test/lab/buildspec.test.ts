/**
 * buildspec.yml's phases as CodeBuild runs them, against the lab. Nothing of the file is replaced: `~/.pulumi` holds the
 * lab's CLI, as CodeBuild's cache would, so that the line that downloads it finds nothing to do; `runtime-versions` is
 * the lab's Node. The first build installs the packages, and the others find them as a cache would bring them back.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { RunReport } from "../../automation/report/report.ts";
import { BUILD, deadBuild, makeCheckout, notify, otherApplication, putPulumi } from "./builds.ts";
import { artifactFiles, type Buildspec, expand, readBuildspec, runBuild } from "./buildspec.ts";
import { type Lab, startLab } from "./lab.ts";
import { createLabStack, type LabStack } from "./labStack.ts";
import { readRequests } from "./witness/requests.ts";

/** The folder of the reports, as the buildspec names it. */
const REPORTS = "ecs-migrate-report";
const BUILD_URL = "https://ap-northeast-1.console.aws.amazon.com/codebuild/build/1";

describe("a build of CodeBuild's", () => {
  let lab: Lab;
  let stack: LabStack;
  let blog: LabStack;
  let buildspec: Buildspec;
  /** The environment of the last build. */
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`), sharedPlugins: true });
    stack = await createLabStack(lab, { stackConfig: { "ecs-migrate:reportRetentionDays": 90 } });
    const up = await stack.pulumi(["up", "--yes"]);
    assert.equal(up.exitCode, 0, up.stdout);
    makeCheckout(stack.project);
    blog = await otherApplication(lab);
    buildspec = readBuildspec(readFileSync(join(stack.project, "buildspec.yml"), "utf8"));
    putPulumi(join(lab.folder, "home"), lab.env.PATH ?? "", buildspec);
  });
  after(() => lab?.stop());

  /** One build on what is in the project's folder, which is in a folder of the repository unless `env` says otherwise. */
  async function build(spec: Buildspec, env: NodeJS.ProcessEnv = {}) {
    const before = lab.slack.messages.length;
    environment = {
      ...lab.env,
      HOME: join(lab.folder, "home"),
      npm_config_cache: join(homedir(), ".npm"),
      npm_config_userconfig: join(homedir(), ".npmrc"),
      CI: "true",
      STACK: "local",
      SLACK_WEBHOOK_PARAMETER: "/shop/local/slack-webhook",
      MIGRATION_TIMEOUT: "3600s",
      CODEBUILD_BUILD_ID: BUILD,
      CODEBUILD_BUILD_URL: BUILD_URL,
      CODEBUILD_INITIATOR: "pusher",
      CODEBUILD_RESOLVED_SOURCE_VERSION: "4af3a95",
      CODEBUILD_SRC_DIR: dirname(stack.project),
      PROJECT_PATH: basename(stack.project),
      CODEBUILD_WEBHOOK_HEAD_REF: "refs/heads/local/login",
      ...env,
    };
    const cwd = environment.CODEBUILD_SRC_DIR ?? "";
    rmSync(join(cwd, REPORTS), { recursive: true, force: true });
    const result = await runBuild(spec, { cwd, signal: lab.signal, env: environment });
    await notify(lab, result.phases);
    const told = lab.slack.messages.slice(before);
    assert.equal(result.output.includes(lab.slack.url), false, "the webhook's URL is no word of the log");
    return { ...result, told };
  }

  const reportFile = (name = "run.json") => join(environment.CODEBUILD_SRC_DIR ?? "", REPORTS, name);
  const readReport = () => JSON.parse(readFileSync(reportFile(), "utf8")) as RunReport;

  /** What CodeBuild does next: uploads the artifact into the stack's bucket. @returns the keys */
  async function upload(): Promise<string[]> {
    const files = artifactFiles(buildspec, environment);
    const { stdout: Bucket } = await stack.pulumi(["stack", "output", "buildBucket"]);
    const s3 = new S3Client({ ...lab.clientConfig, forcePathStyle: true });
    for (const [Key, file] of files)
      await s3.send(new PutObjectCommand({ Bucket: Bucket.trim(), Key, Body: readFileSync(file) }));
    s3.destroy();
    return [...files.keys()];
  }

  /** The link of Slack's message to the page, which must be one that was uploaded. */
  function linkedKey(told: unknown): string | null {
    const [, url = ""] = /<(https:[^|>]*)\|Report>/.exec(JSON.stringify(told)) ?? [];
    return URL.canParse(url) ? new URL(url.replaceAll("&amp;", "&")).searchParams.get("prefix") : null;
  }

  it("that succeeds tells Slack once, by the script", async () => {
    const { phases, told, output } = await build(buildspec);
    assert.deepEqual(
      phases,
      [
        { name: "install", succeeded: true },
        { name: "build", succeeded: true },
        { name: "post_build", succeeded: true },
      ],
      output,
    );
    assert.equal(readReport().verdict.kind, "applied");
    assert.equal(readReport().origin.branch, "local/login");
    assert.equal(told.length, 1);
    assert.doesNotMatch(JSON.stringify(told), /has not reported its end/);
    assert.match(output, /^added \d+ packages/m);
  });

  it("keeps page and JSON in the stack's bucket, where Slack's link leads to", async () => {
    const { told } = await build(buildspec);
    const keys = ["run.json", "run.html"].map(
      (file) => `builds/01234567-89ab-4cde-8f01-23456789abcd/${file}`,
    );
    assert.deepEqual(await upload(), keys);
    assert.equal(linkedKey(told), keys[1]);
    assert.match(readFileSync(reportFile("run.html"), "utf8"), /^<!doctype html>/i);
  });

  it("the bucket is encrypted, closed, lets its objects expire and refuses what does not come over TLS", async () => {
    const { stdout } = await stack.pulumi(["stack", "output", "buildBucket"]);
    const on = { Bucket: stdout.trim() };
    const s3 = new S3Client({ ...lab.clientConfig, forcePathStyle: true });
    const access = await s3.send(new GetPublicAccessBlockCommand(on));
    assert.deepEqual(Object.values(access.PublicAccessBlockConfiguration ?? {}), [true, true, true, true]);
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand(on));
    assert.equal(
      ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
      "AES256",
    );
    const { Policy } = await s3.send(new GetBucketPolicyCommand(on));
    assert.deepEqual(JSON.parse(Policy ?? "").Statement[0].Condition, {
      Bool: { "aws:SecureTransport": "false" },
    });
    const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand(on));
    assert.deepEqual(
      Rules?.map(({ Filter, Expiration }) => [Filter?.Prefix, Expiration?.Days]),
      [
        ["builds/", 90],
        ["cache/", 30],
      ],
    );
    s3.destroy();
  });

  it("the cache's key follows the packages and the buildspec of this folder", () => {
    const key = (PROJECT_PATH: string) =>
      expand(`$(codebuild-hash-files() { echo "$@"; }\n${buildspec.cache.key.slice("packages-$(".length)}`, {
        ...{ PATH: process.env.PATH, PROJECT_PATH },
      });
    assert.ok(buildspec.cache.key.startsWith("packages-$(codebuild-hash-files "));
    assert.equal(key(""), "package-lock.json buildspec.yml");
    assert.equal(key("tools/x"), "tools/x/package-lock.json tools/x/buildspec.yml");
  });

  it("of another application, whose project is its repository's root, deploys that one alone", async () => {
    const { phases, told, output } = await build(buildspec, {
      ...{ CODEBUILD_SRC_DIR: blog.project, PROJECT_PATH: undefined },
      SLACK_WEBHOOK_PARAMETER: "/blog/local/slack-webhook",
    });
    assert.ok(
      phases.every(({ succeeded }) => succeeded),
      output,
    );
    assert.equal(readReport().verdict.kind, "applied");
    assert.equal(told.length, 1);
    assert.match(JSON.stringify(told), /blog/);
  });

  const COMMANDS = [
    ["deploy"],
    ["migrate", "version"],
    ["migrate", "status"],
    ["migrate", "down", "1"],
    ["migrate", "up"],
    ["migrate", "goto", "20261118"],
    ["migrate", "force", "20261118"],
    ["plan"],
    ["history"],
    ["doctor", "--database"],
  ];

  /** The requests that the local AWS got after the first `seen` ones, as text. */
  const requestsAfter = (seen: number) =>
    readRequests(lab.ministack.requests)
      .slice(seen)
      .map((request) => JSON.stringify(request));

  it("no command of one application reaches the other", async () => {
    const applications = { shop: stack, blog } as const;
    for (const [name, other, commands] of [
      ["blog", "shop", COMMANDS],
      // The other way about the mechanism is the same: what changes the most will do.
      ["shop", "blog", [["deploy"], ["migrate", "down", "1"]]],
    ] as const) {
      const before = await lab.postgres.query(other, "SELECT version, dirty, xmin FROM schema_migrations");
      const seen = readRequests(lab.ministack.requests).length;
      for (const args of commands) {
        const { exitCode, stderr } = await applications[name].run(args);
        assert.equal(exitCode, 0, `${args.join(" ")}\n${stderr}`);
        assert.doesNotMatch(stderr, new RegExp(`\\b${other}\\b`));
      }
      const requests = requestsAfter(seen);
      assert.ok(requests.length > 10, `${requests.length} requests`);
      assert.ok(requests.some((request) => request.includes(`local-${name}`)));
      assert.deepEqual(
        requests.filter((request) => new RegExp(`local-${other}|/${other}/local`).test(request)),
        [],
      );
      const after = await lab.postgres.query(other, "SELECT version, dirty, xmin FROM schema_migrations");
      assert.deepEqual(after, before);
    }
  });

  it("a command that is led to the other application's stack or task refuses", async () => {
    const settings = join(blog.project, "Pulumi.local.yaml");
    const own = readFileSync(settings, "utf8");
    const seen = readRequests(lab.ministack.requests).length;
    // Without the line, the state of whoever is logged in counts: shop's.
    writeFileSync(settings, own.replace(/^ {2}ecs-migrate:stateUrl:.*\n/m, ""));
    for (const args of [["deploy"], ["migrate", "down", "1"], ["history"]]) {
      const { exitCode, stderr } = await blog.run(args);
      assert.equal(exitCode, 2, `${args.join(" ")}\n${stderr}`);
      assert.match(
        stderr,
        /^Stack local in .* belongs to application shop, but Pulumi\.local\.yaml names blog/m,
      );
    }
    assert.deepEqual(requestsAfter(seen), []);
    writeFileSync(settings, own);

    const task = (await stack.run(["migrate", "version"])).stderr.match(/arn:aws:ecs:\S+:task\/\S+/)?.[0];
    const attached = await blog.run(["attach", task ?? ""]);
    assert.equal(attached.exitCode, 2, attached.stderr);
    assert.match(attached.stderr, /local-shop-migration/);
  });

  it("that dies before the script can speak still reaches Slack", async () => {
    const { phases, told, output } = await build(buildspec, { MIGRATE: "perhaps" });
    assert.deepEqual(
      phases,
      [
        { name: "install", succeeded: true },
        { name: "build", succeeded: false },
        { name: "post_build", succeeded: false },
      ],
      output,
    );
    assert.match(output, /MIGRATE is perhaps; it must be skip or auto/);
    assert.doesNotMatch(output, /^added /m, "the packages of the build before serve again");
    assert.deepEqual(await upload(), []);
    assert.deepEqual(told, [deadBuild("BUILD")]);
  });

  it("that has spoken is not told of twice", async () => {
    const base = join(stack.project, "app/resources/db/migrations/20261121_add_discounts");
    writeFileSync(
      `${base}.up.sql`,
      "CREATE TABLE discounts (id bigint);\nALTER TABLE discount ADD COLUMN x int;\n",
    );
    writeFileSync(`${base}.down.sql`, "DROP TABLE discounts;\n");
    const { phases, told, output } = await build(buildspec);
    assert.deepEqual(
      phases.map(({ succeeded }) => succeeded),
      [true, false, true],
      output,
    );
    assert.equal(readReport().verdict.kind, "failed");
    assert.equal(told.length, 1);
    assert.ok((await upload()).includes(linkedKey(told) ?? ""), "a failed build keeps its report as well");
    assert.match(JSON.stringify(told), /20261121_add_discounts\.up\.sql/);
  });

  it("installs again where package-lock.json is another, and takes no half of an install", async () => {
    const lock = join(stack.project, "package-lock.json");
    const whole = readFileSync(lock, "utf8");
    writeFileSync(lock, whole.slice(1));
    const { phases } = await build(buildspec);
    assert.deepEqual(phases, [{ name: "install", succeeded: false }]);
    writeFileSync(lock, whole);
    assert.equal(existsSync(join(lab.folder, "home", ".ecs-migrate", "made-from.json")), false);
  });

  it("that cannot even install reaches Slack, and deploys nothing", async () => {
    unlinkSync(join(stack.project, "package-lock.json"));
    const { phases, told, output } = await build(buildspec);
    assert.deepEqual(phases, [{ name: "install", succeeded: false }], output);
    assert.deepEqual(told, [deadBuild("INSTALL")]);
  });
});
