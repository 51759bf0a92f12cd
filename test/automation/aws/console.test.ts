import assert from "node:assert/strict";
import { test } from "node:test";
import { buildLink, logStreamLink, taskLink } from "../../../automation/aws/console.ts";
import type { Outputs } from "../../../automation/contract/outputs.ts";
import { buildLinks } from "../../../automation/report/links.ts";

const AWS = { partition: "aws", region: "eu-west-1", accountId: "123456789012" };
const CHINA = { partition: "aws-cn", region: "cn-north-1", accountId: "123456789012" };
const GOV = { partition: "aws-us-gov", region: "us-gov-west-1", accountId: "123456789012" };
const TASK = "arn:aws:ecs:eu-west-1:123456789012:task/shop-prod/0123456789abcdef0123456789abcdef";
const BUILD = "shop-prod:01234567-89ab-cdef-0123-456789abcdef";
const NOBODY = { by: null, commit: null, branch: null, build: null, buildUrl: null };

test("a log stream's names are encoded twice, the second time with $25", () => {
  assert.equal(
    logStreamLink(AWS, "/ecs/migration/", "prod/migration/0123"),
    "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fecs$252Fmigration$252F/log-events/prod$252Fmigration$252F0123",
  );
});

test("a task", () => {
  assert.equal(
    taskLink(AWS, TASK),
    "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/shop-prod/tasks/0123456789abcdef0123456789abcdef/configuration?region=eu-west-1",
  );
  assert.equal(
    taskLink(AWS, "arn:aws:ecs:eu-west-1:123456789012:task/0123"),
    null,
    "no cluster in the short form",
  );
});

test("a build of CodeBuild, and of no other CI", () => {
  assert.equal(
    buildLink(AWS, BUILD),
    "https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/shop-prod/build/shop-prod%3A01234567-89ab-cdef-0123-456789abcdef/?region=eu-west-1",
  );
  assert.equal(buildLink(AWS, "4711"), null);
});

test("each partition has its own console, and an unknown one has no links", () => {
  assert.match(
    taskLink(CHINA, TASK) ?? "",
    /^https:\/\/cn-north-1\.console\.amazonaws\.cn\/ecs\/.*region=cn-north-1$/,
  );
  assert.match(taskLink(GOV, TASK) ?? "", /^https:\/\/us-gov-west-1\.console\.amazonaws-us-gov\.com\/ecs\//);
  assert.equal(taskLink({ partition: "aws-iso", region: "us-iso-east-1" }, TASK), null);
  assert.equal(taskLink({ partition: "aws", region: "evil.example/" }, TASK), null);
});

test("buildLinks takes what there is", () => {
  const outputs = { ...AWS, logGroup: "/ecs/x" } as Outputs;
  assert.deepEqual(buildLinks(undefined, TASK, "a/b/c", { ...NOBODY, build: BUILD }), {
    logStream: null,
    task: null,
    build: null,
    report: null,
  });
  assert.deepEqual(buildLinks(outputs, null, null, NOBODY), {
    logStream: null,
    task: null,
    build: null,
    report: null,
  });
  const all = buildLinks(outputs, TASK, "a/b/c", { ...NOBODY, build: BUILD });
  assert.deepEqual(all, {
    logStream: logStreamLink(AWS, "/ecs/x", "a/b/c"),
    task: taskLink(AWS, TASK),
    build: buildLink(AWS, BUILD),
    report: null,
  });
});

test("a build of the stack's own project leads to the page that it keeps, and no other build does", () => {
  const [project = "", id = ""] = BUILD.split(":");
  const outputs = { ...AWS, codeBuildProject: project, buildBucket: "shop-builds-0a1b" } as Outputs;
  const report = (build: string, changed: Partial<Outputs> = {}) =>
    buildLinks({ ...outputs, ...changed }, null, null, { ...NOBODY, build }).report;
  assert.equal(
    report(BUILD),
    `https://${AWS.region}.console.aws.amazon.com/s3/object/shop-builds-0a1b?region=${AWS.region}&prefix=builds%2F${id}%2Frun.html`,
  );
  assert.equal(report(`other:${id}`), null);
  assert.equal(report("4711"), null);
  assert.equal(report(BUILD, { buildBucket: null }), null);
});

test("a build's URL from the environment goes first, where it is one of the web and holds no password", () => {
  const build = (buildUrl: string) => buildLinks(undefined, null, null, { ...NOBODY, buildUrl }).build;
  assert.equal(build("https://gitlab.example/a/-/jobs/7"), "https://gitlab.example/a/-/jobs/7");
  for (const url of ["javascript:alert(1)", "https://app:hunter2@ci.example/", "no url"])
    assert.equal(build(url), null);
});
