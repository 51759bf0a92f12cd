import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { requireVersion, type VersionRequest, versionProblem } from "../../../automation/guard/version.ts";

const REQUEST: VersionRequest = {
  stack: "prod",
  operation: { name: "force", version: 20261104 },
  inImage: [20261102, 20261105],
  shipped: [20261102, 20261105],
  unknownVersion: false,
  revisionWith: undefined,
};

describe("force", () => {
  test("to a version that no file has is refused with its neighbours and the override", () => {
    assert.throws(() => requireVersion(REQUEST), {
      exitCode: 2,
      message:
        "No migration of stack prod has version 20261104 (there is 20261102 and 20261105), so it was not set; if it is the version of another checkout: npx ecs-migrate migrate force 20261104 --unknown-version --stack prod",
    });
  });

  test("passes with the override, to -1, and to a version that the image or the stack has", () => {
    assert.equal(versionProblem({ ...REQUEST, unknownVersion: true }), undefined);
    for (const version of [-1, 20261102, 20261105])
      assert.equal(versionProblem({ ...REQUEST, operation: { name: "force", version } }), undefined);
    assert.equal(versionProblem({ ...REQUEST, inImage: null, shipped: [20261104] }), undefined);
    assert.equal(versionProblem({ ...REQUEST, inImage: [20261104], shipped: [] }), undefined);
  });
});

describe("goto", () => {
  const goto = { ...REQUEST, operation: { name: "goto", version: 20261104 } } as const;

  test("to a version that the image does not have is refused, and no word of the caller's helps", () => {
    const problem =
      "No migration in the image has version 20261104, so there is nothing to go to; the image of stack prod has 20261102 and 20261105";
    assert.equal(versionProblem(goto), problem);
    assert.equal(versionProblem({ ...goto, unknownVersion: true }), problem);
  });

  test("names the revision that has it", () => {
    assert.match(
      versionProblem({ ...goto, revisionWith: 41 }) ?? "",
      /; revision 41 has it: npx ecs-migrate migrate goto 20261104 --revision 41 --stack prod$/,
    );
  });

  test("passes if the image has the version, or does not say what it has", () => {
    assert.equal(versionProblem({ ...goto, inImage: [20261104] }), undefined);
    assert.equal(versionProblem({ ...goto, inImage: null }), undefined);
  });
});

test("other operations have no version to look at", () => {
  assert.equal(
    versionProblem({ ...REQUEST, operation: { name: "up" }, shipped: [], inImage: [] }),
    undefined,
  );
});
