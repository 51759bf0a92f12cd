/** A value that cannot be read is one problem, as it was written: nothing is said of what stands in for it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CONFIG_KEYS } from "../../../infra/config/config.ts";
import { declaredKeys, SMALLEST } from "../../support/stackConfig.ts";
import { problemsOf } from "./parse.ts";

const BASES = {
  smallest: SMALLEST,
  "with a pipeline and a VPC": {
    ...{ ...SMALLEST, assignPublicIp: false, sourceType: "GITLAB" },
    sourceLocation: "https://gitlab.com/group/shop.git",
    connectionArn:
      "arn:aws:codeconnections:eu-west-1:123456789012:connection/0e1d2c3b-4a59-6877-8695-a4b3c2d1e0f0",
    stateBucket: "shop-state",
    vpcId: "vpc-0123456789abcdef0",
    databaseSecurityGroup: "sg-0123456789abcdef0",
  },
  "on EC2": { ...SMALLEST, assignPublicIp: false, launchType: "EC2", cpu: 128 },
} as const;

/** What no key takes, and a placeholder as the stack files come with. */
const WRONG = ["<your value>", "not a value!", "-1", "yes=x"];

describe("one wrong value", () => {
  for (const [name, base] of Object.entries(BASES))
    test(`of a stack ${name} is at most one problem, and shown as written`, () => {
      assert.deepEqual(problemsOf(base), []);
      let refused = 0;
      for (const key of CONFIG_KEYS)
        for (const wrong of WRONG) {
          const problems = problemsOf({ ...base, [key]: wrong });
          assert.ok(problems.length <= 1, problems.join("\n"));
          refused += problems.length;
          for (const problem of problems)
            assert.match(problem, new RegExp(`^ecs-migrate:${key} is "?${wrong}"?, but `));
        }
      assert.ok(refused > 3 * CONFIG_KEYS.length, String(refused));
    });

  test("a number or a time that is empty is one problem: it never stands for the least", () => {
    let refused = 0;
    for (const [key, declared] of declaredKeys()) {
      const isNumber = declared.type === "integer" || /^\d+[smh]$/.test(String(declared.default));
      if (!isNumber) continue;
      const problems = problemsOf({ ...BASES["with a pipeline and a VPC"], [key]: "" });
      refused += problems.length;
      assert.ok(problems.length <= 1, problems.join("\n"));
      for (const problem of problems)
        assert.ok(problem.startsWith(`ecs-migrate:${key} is not set, but it must be `), problem);
    }
    assert.ok(refused > 10, String(refused));
  });

  test("each of the shipped file's placeholders, once", () => {
    const wrong = { application: "<your application>", vpcId: "<vpc-…>", databaseSecurityGroup: "<sg-…>" };
    const problems = problemsOf({
      ...{ ...BASES["with a pipeline and a VPC"], connectionArn: "<ARN of your connection>" },
      ...wrong,
    });
    assert.deepEqual(
      problems.map((problem) => problem.replace(/ is .*/, "")),
      ["application", "vpcId", "databaseSecurityGroup", "connectionArn"].map((key) => `ecs-migrate:${key}`),
    );
  });
});
