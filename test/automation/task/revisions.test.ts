import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfigError } from "../../../automation/contract/errors.ts";
import {
  chooseRevision,
  findRevisionWith,
  recordedVersions,
  revisionNumber,
} from "../../../automation/task/revisions.ts";
import { FakeAws } from "../../support/fakeAws.ts";
import type { FakeRevision } from "../../support/fakeRevision.ts";
import { SAMPLE_FILES } from "../../support/sampleOutputs.ts";

function setUp() {
  const aws = new FakeAws();
  const revision = aws.revisions.get(12) as FakeRevision;
  aws.revisions.set(11, { ...revision, files: SAMPLE_FILES.slice(0, 2), image: "shop@sha256:old" });
  aws.revisions.set(10, { ...revision, recorded: false });
  aws.revisions.set(9, { ...revision, status: "INACTIVE" });
  return aws;
}

describe("chooseRevision", () => {
  test("the stack's own costs no call", async () => {
    const aws = setUp();
    const { taskDefinitionArn: taskDefinition, image } = aws.outputs;
    const versions = [20261120, 20261122, 20261124];
    assert.deepEqual(await chooseRevision(aws.ecs.api, aws.outputs, undefined), {
      taskDefinition,
      versions,
      image,
    });
    assert.equal(aws.faults.calls.length, 0);
  });

  test("another is read with the record of its image", async () => {
    const aws = setUp();
    assert.deepEqual(await chooseRevision(aws.ecs.api, aws.outputs, 11), {
      taskDefinition: aws.ecs.revisionArn(11),
      versions: [20261120, 20261122],
      image: "shop@sha256:old",
    });
    assert.equal((await chooseRevision(aws.ecs.api, aws.outputs, 10)).versions, null);
  });

  test("one that is not there, or was deregistered, is refused by name", async () => {
    const aws = setUp();
    const refused = (message: string) => (error: unknown) =>
      error instanceof ConfigError && error.message === message;
    await assert.rejects(
      chooseRevision(aws.ecs.api, aws.outputs, 9),
      refused("Revision shop-stage-migration:9 was deregistered, so it cannot run"),
    );
    await assert.rejects(
      chooseRevision(aws.ecs.api, aws.outputs, 99),
      refused(
        "There is no revision shop-stage-migration:99 to run (ClientException: Unable to describe task definition.); the stack's own is 12",
      ),
    );
  });
});

test("findRevisionWith finds the newest active revision that has a version", async () => {
  const aws = setUp();
  const find = (version: number) => findRevisionWith(aws.ecs.api, aws.outputs.taskDefinitionFamily, version);
  assert.equal(await find(20261124), 12);
  aws.revisions.delete(12);
  assert.equal(await find(20261122), 11);
  assert.equal(await find(20261124), undefined);
  assert.equal(await findRevisionWith(aws.ecs.api, "another-family", 20261122), undefined);
});

test("the record and the number of a revision", () => {
  assert.equal(revisionNumber("arn:aws:ecs:eu-west-1:1:task-definition/shop:7"), 7);
  assert.equal(recordedVersions(undefined), null);
  assert.deepEqual(recordedVersions({ dockerLabels: { "ecs-migrate.migrations": "" } }), []);
  assert.deepEqual(recordedVersions({ dockerLabels: { "ecs-migrate.migrations": "1,22" } }), [1, 22]);
});
