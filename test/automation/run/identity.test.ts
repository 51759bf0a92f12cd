import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Operation } from "../../../automation/contract/operations.ts";
import type { Outputs } from "../../../automation/contract/outputs.ts";
import { type Asker, askerOf, runIdentity, runKey } from "../../../automation/run/identity.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

const PERSON: Asker = { kind: "person" };

function keyOf(
  changes: Partial<Outputs> = {},
  operation: Operation = { name: "down", steps: 1 },
  asker: Asker = PERSON,
): string {
  return runKey(sampleOutputs(changes), operation, asker);
}

describe("runKey", () => {
  test("another database, family, cluster, operation or asker is another run", () => {
    const keys = [
      keyOf(),
      keyOf({ databaseSecret: "/stage/other" }),
      keyOf({ taskDefinitionFamily: "other" }),
      keyOf({ clusterArn: "arn:aws:ecs:eu-west-1:123456789012:cluster/other" }),
      keyOf({}, { name: "down", steps: 2 }),
      keyOf({}, { name: "up" }),
      keyOf({}, { name: "down", steps: 1 }, { kind: "job", id: "1" }),
      keyOf({}, { name: "down", steps: 1 }, { kind: "job", id: "2" }),
    ];
    assert.equal(new Set(keys).size, keys.length);
  });

  test("a new revision, image or set of files is the same run", () => {
    const next = {
      taskDefinitionArn: "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-stage-migration:13",
      image: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop@sha256:${"cd".repeat(32)}`,
      migrationsSha256: "0".repeat(64),
      migrations: [],
    };
    assert.equal(keyOf(next), keyOf());
  });
});

describe("runIdentity", () => {
  test("is 32 hex digits, another for each nonce", () => {
    assert.match(runIdentity("a", "1"), /^[0-9a-f]{32}$/);
    assert.notEqual(runIdentity("a", "1"), runIdentity("a", "2"));
    assert.equal(runIdentity("a", "1"), runIdentity("a", "1"));
  });
});

describe("askerOf", () => {
  const github = { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/shop", GITHUB_RUN_ID: "77" };

  test("GitHub's re-run of a failed job is the same asker, another job or run is not", () => {
    const first = askerOf({ ...github, GITHUB_JOB: "deploy", GITHUB_RUN_ATTEMPT: "1" }, "77.1");
    const again = askerOf({ ...github, GITHUB_JOB: "deploy", GITHUB_RUN_ATTEMPT: "2" }, "77.2");
    assert.deepEqual(again, first);
    assert.notDeepEqual(askerOf({ ...github, GITHUB_JOB: "other" }, "77.1"), first);
    assert.notDeepEqual(askerOf({ ...github, GITHUB_RUN_ID: "78", GITHUB_JOB: "deploy" }, "78.1"), first);
  });

  test("GitLab's retried job is the same asker, though its id is new", () => {
    const gitlab = { GITLAB_CI: "true", CI_PROJECT_ID: "5", CI_PIPELINE_ID: "900", CI_JOB_NAME: "migrate" };
    assert.deepEqual(
      askerOf({ ...gitlab, CI_JOB_ID: "2" }, "2"),
      askerOf({ ...gitlab, CI_JOB_ID: "1" }, "1"),
    );
  });

  test("CodeBuild's build is one asker; without a build it is a person", () => {
    assert.deepEqual(askerOf({}, "shop:1"), { kind: "job", id: "build shop:1" });
    assert.deepEqual(askerOf({}, null), PERSON);
  });
});
