import assert from "node:assert/strict";
import { test } from "node:test";
import { originOf } from "../../../automation/cli/origin.ts";
import { stackOfBranch } from "../../../automation/commands/locate.ts";

test("CodeBuild: the webhook's branch before the source version, and never a commit for a branch", () => {
  const env = {
    CODEBUILD_BUILD_ID: "shop:1",
    CODEBUILD_BUILD_URL: "https://console",
    CODEBUILD_INITIATOR: "GitHub-Hookshot/1",
    CODEBUILD_RESOLVED_SOURCE_VERSION: "a".repeat(40),
    CODEBUILD_SOURCE_VERSION: "a".repeat(40),
  };
  const origin = {
    by: "GitHub-Hookshot/1",
    commit: "a".repeat(40),
    branch: null,
    build: "shop:1",
    buildUrl: "https://console",
  };
  assert.deepEqual(originOf(env), origin);
  assert.equal(
    originOf({ ...env, CODEBUILD_WEBHOOK_HEAD_REF: "refs/heads/stage/login" }).branch,
    "stage/login",
  );
  assert.equal(originOf({ ...env, CODEBUILD_SOURCE_VERSION: "prod/x" }).branch, "prod/x");
});

test("GitLab CI", () => {
  const env = {
    GITLAB_CI: "true",
    GITLAB_USER_LOGIN: "ann",
    CI_COMMIT_SHA: "c0ffee",
    CI_COMMIT_REF_NAME: "prod/7",
    CI_JOB_ID: "9",
    CI_JOB_URL: "https://gitlab/9",
  };
  assert.deepEqual(originOf(env), {
    by: "ann",
    commit: "c0ffee",
    branch: "prod/7",
    build: "9",
    buildUrl: "https://gitlab/9",
  });
});

test("GitHub Actions: a rerun is a build of its own", () => {
  const env = {
    GITHUB_ACTIONS: "true",
    GITHUB_ACTOR: "bob",
    GITHUB_SHA: "c0ffee",
    GITHUB_REF_NAME: "stage/x",
    GITHUB_RUN_ID: "5",
    GITHUB_RUN_ATTEMPT: "2",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "o/r",
  };
  const buildUrl = "https://github.com/o/r/actions/runs/5";
  assert.deepEqual(originOf(env), { by: "bob", commit: "c0ffee", branch: "stage/x", build: "5.2", buildUrl });
});

test("a shell: its user, and no build", () => {
  const nothing = { commit: null, branch: null, build: null, buildUrl: null };
  assert.deepEqual(originOf({ USER: "ann" }), { by: "ann", ...nothing });
  assert.deepEqual(originOf({ USER: "", LOGNAME: "bob" }), { by: "bob", ...nothing });
  assert.deepEqual(originOf({}), { by: null, ...nothing });
});

test("stage/* deploys stage, prod/* prod, and no other branch anything", () => {
  const branches = ["stage/a", "prod/a/b", "stage", "main", "production/a", "feature/stage", null];
  assert.deepEqual(branches.map(stackOfBranch), [
    "stage",
    "prod",
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
