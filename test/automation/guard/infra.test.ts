import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  changesNothing,
  findInfraChanges,
  InfraGuardError,
  PreviewIncompleteError,
} from "../../../automation/guard/infra.ts";
import type { Preview, StepEvent } from "../../../automation/stack/preview.ts";
import { NEW_IMAGE, previewOf, stepOf as step } from "../../support/previews.ts";

const TASK = "aws:ecs/taskDefinition:TaskDefinition";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const found = (preview: Preview) => findInfraChanges(preview, "stage");
const lines = (preview: Preview) => found(preview).map(({ what, values }) => [what, ...values].join(" | "));
const outputs = (before: object, after: object): Partial<Preview> => ({
  outputs: { before: { container: { user: "1" }, ...before }, after: { container: { user: "1" }, ...after } },
});
const REVISION = [
  step("create-replacement", TASK, { diffs: ["containerDefinitions"], logical: false }),
  step("replace", TASK, { detailedDiff: { containerDefinitions: {} } }),
  step("delete-replaced", TASK, { diffs: ["containerDefinitions"], logical: false }),
];

describe("findInfraChanges", () => {
  test("a new image and what follows from it are routine", () => {
    const steps = [
      step("same", "aws:ecs/cluster:Cluster"),
      step("update", "pulumi:pulumi:Stack"),
      step("create", "ecs-migrate-image:index:ContentImage"),
      step("update", "ecs-migrate-image:index:ContentImage"),
      step("create", "pulumi:providers:ecs-migrate-image"),
      ...REVISION,
      step("read", "aws:ec2/getVpc:getVpc"),
    ];
    assert.deepEqual(found(previewOf(steps, { outputs: NEW_IMAGE })), []);
  });

  test("the list does not follow the order of Pulumi's steps", () => {
    const steps = [step("create", "aws:iam/role:Role"), step("create", "aws:ecs/cluster:Cluster")];
    const expected = ["create aws:ecs/cluster:Cluster main", "create aws:iam/role:Role main"];
    assert.deepEqual(lines(previewOf(steps)), expected);
    assert.deepEqual(lines(previewOf(steps.toReversed())), expected);
  });

  test("a resource has one line with its properties' old and new values", () => {
    const role = step("update", "aws:iam/role:Role", {
      diffs: ["policy", "policy"],
      old: { inputs: { policy: "a" } },
      new: { inputs: { policy: UNKNOWN } },
    });
    assert.deepEqual(lines(previewOf([role])), [
      'update aws:iam/role:Role main | policy "a" -> (known after up)',
    ]);
  });

  test("the steps of a replacement are one line, and its values are those of the step that has both sides", () => {
    const both: Partial<StepEvent> = {
      detailedDiff: { "tags.a": {}, memory: {}, containerDefinitions: {} },
      old: { inputs: { memory: "512", tags: {} } },
      new: { inputs: { memory: "1024", tags: { a: "b" } } },
    };
    const steps = REVISION.map(({ op, logical }) =>
      step(op, TASK, { ...both, ...(logical === undefined ? {} : { logical }) }),
    );
    assert.deepEqual(lines(previewOf(steps)), [
      `replace ${TASK} main | tags.a (none) -> "b" | memory "512" -> "1024"`,
    ]);
  });

  test("the rest of the container is compared by the stack's own record", () => {
    const before = { container: { user: "1", environment: [{ name: "TZ", value: "UTC" }] } };
    const after = { container: { user: "2", environment: [{ name: "TZ", value: "Asia/Tokyo" }] } };
    assert.deepEqual(lines(previewOf(REVISION, outputs(before, after))), [
      `replace ${TASK} main | user "1" -> "2" | environment.TZ "UTC" -> "Asia/Tokyo"`,
    ]);
    const unrecorded = outputs({ container: null }, {});
    assert.deepEqual(lines(previewOf(REVISION, unrecorded)), [
      `replace ${TASK} main | the container's settings are not recorded yet`,
    ]);
    assert.deepEqual(lines(previewOf([step("same", TASK)], unrecorded)), [
      "outputs | the container's settings are not recorded yet",
    ]);
    assert.equal(lines(previewOf(REVISION, outputs({ container: null }, { container: null }))).length, 1);
  });

  test("a revision whose difference is not told is not routine", () => {
    assert.deepEqual(lines(previewOf([step("replace", TASK)])), [`replace ${TASK} main`]);
    for (const op of ["create", "delete"])
      assert.deepEqual(lines(previewOf([step(op, TASK, { diffs: ["containerDefinitions"] })])), [
        `${op} ${TASK} main`,
      ]);
  });

  test("an empty detailedDiff hides nothing that diffs name", () => {
    for (const detailedDiff of [{}, null]) {
      const steps = [step("replace", TASK, { detailedDiff, diffs: ["taskRoleArn"] })];
      assert.deepEqual(lines(previewOf(steps)), [`replace ${TASK} main | taskRoleArn (none) -> (none)`]);
    }
  });

  test("an output that changes alone is named; one that a resource's line has is not said twice", () => {
    const quiet = [step("same", "aws:ecs/cluster:Cluster")];
    const change = outputs({ migrate: "auto", logGroup: "/a" }, { migrate: "manual", logGroup: "/b" });
    assert.deepEqual(lines(previewOf(quiet, change)), [
      'outputs | migrate "auto" -> "manual" | logGroup "/a" -> "/b"',
    ]);
    const group = step("replace", "aws:cloudwatch/logGroup:LogGroup", {
      diffs: ["name"],
      old: { inputs: { name: "/a" } },
      new: { inputs: { name: "/b" } },
    });
    assert.deepEqual(lines(previewOf([group], change)), [
      'replace aws:cloudwatch/logGroup:LogGroup main | name "/a" -> "/b"',
      'outputs | migrate "auto" -> "manual"',
    ]);
  });

  test("a provider that changes, and any other operation, are not routine", () => {
    assert.equal(found(previewOf([step("update", "pulumi:providers:aws")])).length, 1);
    for (const op of [
      "create",
      "update",
      "delete",
      "replace",
      "import",
      "discard",
      "remove-pending-replace",
      "new",
    ])
      assert.equal(found(previewOf([step(op, "aws:ecs/cluster:Cluster")])).length, 1, op);
  });

  test("events that end early are no preview", () => {
    const whole = previewOf([step("same", "aws:ecs/cluster:Cluster"), ...REVISION], { outputs: NEW_IMAGE });
    for (const [cut, missing] of [
      [{ summary: undefined }, "its summary is missing"],
      [{ outputs: undefined }, "the stack's outputs are missing"],
      [{ summary: { same: 1, replace: 1, update: 2 } }, "0 of 2 steps of kind update were reported"],
      [{ summary: { same: 2, replace: 1 } }, "1 of 2 steps of kind same were reported"],
    ] as const) {
      assert.throws(
        () => found({ ...whole, ...cut }),
        (error) => {
          assert.ok(error instanceof PreviewIncompleteError);
          assert.equal(error.exitCode, 3);
          assert.equal(
            error.message,
            `Pulumi's preview of stack stage is not complete (${missing}), so nothing was run; run the same command again`,
          );
          return true;
        },
      );
      assert.equal(changesNothing({ ...whole, ...cut }), false);
    }
  });
});

test("InfraGuardError has one line for a resource and the operator's command, each once", () => {
  const cluster = step("create", "aws:ecs/cluster:Cluster");
  const group = step("update", "aws:cloudwatch/logGroup:LogGroup", {
    diffs: ["retentionInDays"],
    old: { inputs: { retentionInDays: 90 } },
    new: { inputs: { retentionInDays: 30 } },
  });
  const error = new InfraGuardError("prod", found(previewOf([cluster, group])));
  assert.equal(error.exitCode, 3);
  assert.equal(
    error.message,
    "This deploy would change more than the image of stack prod; nothing was run:\n" +
      "  - create aws:ecs/cluster:Cluster main\n" +
      "  - update aws:cloudwatch/logGroup:LogGroup main: retentionInDays 90 -> 30\n" +
      "If this is intended, an operator runs: npx ecs-migrate deploy --allow-infra --stack prod",
  );
  assert.equal(
    error.summary,
    "This deploy would change more than the image of stack prod: create aws:ecs/cluster:Cluster main; update aws:cloudwatch/logGroup:LogGroup main",
  );
});

describe("changesNothing", () => {
  const kept = [step("same", "aws:ecs/cluster:Cluster"), step("read", "aws:ec2/getVpc:getVpc")];

  test("if everything stays, the outputs too, pulumi up has nothing to do", () => {
    assert.equal(changesNothing(previewOf(kept)), true);
  });

  test("not if an output changes, a step is any other, or nothing is known", () => {
    assert.equal(changesNothing(previewOf(kept, { outputs: NEW_IMAGE })), false);
    assert.equal(changesNothing(previewOf([])), false);
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
        changesNothing(previewOf([...kept, step(op, "ecs-migrate-image:index:ContentImage")])),
        false,
        op,
      );
  });
});
