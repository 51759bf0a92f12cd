import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { changesNothing, findInfraChanges, InfraGuardError } from "../../../automation/guard/infra.ts";
import type { StepEvent } from "../../../automation/stack/update.ts";

const TASK = "aws:ecs/taskDefinition:TaskDefinition";
const step = (op: string, type: string, changes: Partial<StepEvent> = {}): StepEvent => ({
  op,
  type,
  urn: `urn:pulumi:stage::ecs-migrate::${type}::main`,
  ...changes,
});
const found = (...steps: StepEvent[]) =>
  findInfraChanges(steps).map(({ op, properties }) => [op, ...properties].join(" "));

describe("findInfraChanges", () => {
  test("a new image and what follows from it are routine", () => {
    const steps = [
      step("same", "aws:ecs/cluster:Cluster"),
      step("update", "pulumi:pulumi:Stack"),
      step("update", "docker-build:index:Image"),
      step("create-replacement", TASK, { detailedDiff: { "containerDefinitions[0].image": {} } }),
      step("replace", TASK, { diffs: ["containerDefinitions"] }),
      step("delete-replaced", TASK, { diffs: ["containerDefinitions"] }),
      step("read", "aws:ec2/getVpc:getVpc"),
    ];
    assert.deepEqual(findInfraChanges(steps), []);
  });

  test("anything else is named with its properties", () => {
    assert.deepEqual(
      findInfraChanges([step("update", "aws:iam/role:Role", { diffs: ["policy", "policy"] })]),
      [{ op: "update", type: "aws:iam/role:Role", name: "main", properties: ["policy"] }],
    );
  });

  test("a task definition with more than its containers changed is no routine", () => {
    assert.deepEqual(found(step("replace", TASK, { diffs: ["cpu", "containerDefinitions"] })), [
      "replace cpu containerDefinitions",
    ]);
    assert.deepEqual(found(step("replace", TASK, { detailedDiff: { "tags.a": {}, cpu: {} } })), [
      "replace tags cpu",
    ]);
    assert.deepEqual(found(step("delete", TASK)), ["delete"]);
    assert.deepEqual(found(step("create", TASK)), ["create"]);
  });

  test("an empty detailedDiff hides nothing that diffs name", () => {
    assert.deepEqual(found(step("replace", TASK, { detailedDiff: {}, diffs: ["taskRoleArn"] })), [
      "replace taskRoleArn",
    ]);
    assert.deepEqual(found(step("replace", TASK, { detailedDiff: null, diffs: ["taskRoleArn"] })), [
      "replace taskRoleArn",
    ]);
  });

  test("a first deploy is an operator's", () => {
    const steps = [step("create", "pulumi:pulumi:Stack"), step("create", "aws:ecs/cluster:Cluster")];
    assert.deepEqual(
      findInfraChanges(steps).map(({ type }) => type),
      ["aws:ecs/cluster:Cluster"],
    );
  });
});

test("InfraGuardError lists the changes and says what to run", () => {
  const changes = findInfraChanges([step("update", "aws:iam/role:Role", { diffs: ["policy"] })]);
  const error = new InfraGuardError("prod", changes);
  assert.equal(error.exitCode, 3);
  assert.equal(
    error.message,
    "This deploy would change more than the image of stack prod:\n  - update aws:iam/role:Role main (policy)\n" +
      "If that is meant, run `pulumi up -s prod` as an operator, then deploy again (or deploy with --allow-infra)",
  );
});

describe("changesNothing", () => {
  const kept = [step("same", "aws:ecs/cluster:Cluster"), step("read", "aws:ec2/getVpc:getVpc")];

  test("where all stays, the outputs too, pulumi up has nothing to do", () => {
    assert.equal(changesNothing({ steps: kept, outputsChange: false }), true);
  });

  test("not where an output changes, a step is any other, or nothing is known", () => {
    assert.equal(changesNothing({ steps: kept, outputsChange: true }), false);
    assert.equal(changesNothing({ steps: [], outputsChange: false }), false);
    for (const op of [
      "create",
      "update",
      "delete",
      "replace",
      "delete-replaced",
      "refresh",
      "import",
      "discard",
    ])
      assert.equal(
        changesNothing({ steps: [...kept, step(op, "docker-build:index:Image")], outputsChange: false }),
        false,
        op,
      );
  });
});
