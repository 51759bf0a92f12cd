import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ConfigError } from "../../../automation/contract/errors.ts";
import {
  isReadOnly,
  type Operation,
  operationCommand,
  operationText,
  parseDown,
  parseOperation,
  parseVersioned,
} from "../../../automation/contract/operations.ts";

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.constantFrom<Operation>(
    { name: "up" },
    { name: "version" },
    { name: "status" },
    { name: "down", steps: "all" },
  ),
  fc.integer({ min: 1, max: 1_000 }).map((steps): Operation => ({ name: "down", steps })),
  fc.maxSafeNat().map((version): Operation => ({ name: "goto", version })),
  fc.integer({ min: -1, max: 30_000_000 }).map((version): Operation => ({ name: "force", version })),
);

describe("operations", () => {
  test("a container's command is read back as the operation that made it", () => {
    fc.assert(fc.property(operation, (one) => assert.deepEqual(parseOperation(operationCommand(one)), one)));
  });

  test("the command is golang-migrate's entrypoint's own language", () => {
    assert.deepEqual(operationCommand({ name: "down", steps: "all" }), ["down", "--all"]);
    assert.deepEqual(operationCommand({ name: "down", steps: 2 }), ["down", "2"]);
    assert.deepEqual(operationCommand({ name: "force", version: -1 }), ["force", "-1"]);
    assert.equal(operationText({ name: "goto", version: 20261124 }), "goto 20261124");
  });

  test("only version and status are read-only", () => {
    const names = [parseOperation(["up"]), parseOperation(["down", "1"]), parseOperation(["goto", "1"])];
    assert.deepEqual(names.map(isReadOnly), [false, false, false]);
    assert.equal(isReadOnly({ name: "force", version: 1 }), false);
    assert.deepEqual([isReadOnly({ name: "version" }), isReadOnly({ name: "status" })], [true, true]);
  });

  const refused: [string, () => Operation, RegExp][] = [
    [
      "down without a number",
      () => parseDown(undefined, false),
      /^down wants a number of steps, such as `down 1`, or --all/,
    ],
    ["down with both", () => parseDown("1", true), /not both; you gave 1 and --all$/],
    ["down 0", () => parseDown("0", false), /^down wants a whole number of 1 or more; you gave 0$/],
    ["down -1", () => parseDown("-1", false), /you gave -1$/],
    ["down 1.5", () => parseDown("1.5", false), /you gave 1\.5$/],
    ["goto -1", () => parseVersioned("goto", "-1"), /^goto wants a whole number of 0 or more; you gave -1$/],
    [
      "force -2",
      () => parseVersioned("force", "-2"),
      /^force wants a whole number of -1 or more; you gave -2$/,
    ],
    [
      "goto 2^53",
      () => parseVersioned("goto", "9007199254740993"),
      /^goto wants a whole number of 0 or more and at most 9007199254740991; you gave 9007199254740993$/,
    ],
    ["goto without a version", () => parseVersioned("goto", ""), /^goto wants .*; you gave none$/],
    [
      "another command",
      () => parseOperation(["sh", "-c", "ls"]),
      /`sh -c ls`, which is no migration operation$/,
    ],
    ["no command", () => parseOperation([]), /no migration operation$/],
  ];
  for (const [name, parse, message] of refused) {
    test(`${name} is refused`, () => {
      assert.throws(
        parse,
        (error) => error instanceof ConfigError && error.exitCode === 2 && message.test(error.message),
      );
    });
  }
});
