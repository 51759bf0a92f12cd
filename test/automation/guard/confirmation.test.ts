import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";
import type { Operation } from "../../../automation/contract/operations.ts";
import {
  askOnTerminal,
  type Confirmation,
  confirm,
  confirmationText,
  NotConfirmedError,
} from "../../../automation/guard/confirmation.ts";

const wants = (operation: Operation, changes: Partial<Confirmation> = {}): Confirmation => ({
  stack: "prod",
  production: true,
  operation,
  highest: 20261124,
  yes: undefined,
  ...changes,
});
const DOWN: Operation = { name: "down", steps: 2 };

describe("confirm", () => {
  test("down, force and goto below the highest version want it; all else does not", () => {
    const text = (operation: Operation, changes = {}) => confirmationText(wants(operation, changes));
    assert.equal(text(DOWN), "undoes the last 2 migrations");
    assert.equal(text({ name: "down", steps: "all" }), "undoes every migration");
    assert.equal(text({ name: "force", version: -1 }), "sets the version to -1 without running anything");
    assert.equal(text({ name: "goto", version: 1 }), "runs the down files of every migration above 1");
    assert.equal(text({ name: "goto", version: 20261124 }), undefined);
    assert.notEqual(text({ name: "goto", version: 20261124 }, { highest: null }), undefined);
    for (const name of ["up", "version", "status"] as const) assert.equal(text({ name }), undefined);
    assert.equal(text(DOWN, { production: false }), undefined);
  });

  test("the stack's name, in advance or typed, confirms", async () => {
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return " prod\n";
    };
    await confirm(wants(DOWN, { yes: "prod" }), ask);
    assert.deepEqual(asked, []);
    await confirm(wants(DOWN), ask);
    assert.deepEqual(asked, [
      "down 2 on prod undoes the last 2 migrations.\nType the stack's name to go on: ",
    ]);
  });

  const refusals: [string, Partial<Confirmation>, (() => Promise<string>) | undefined, string][] = [
    [
      "another name in advance",
      { yes: "stage" },
      async () => "prod",
      "--yes stage is not the stack's name; down 2 on prod wants --yes prod",
    ],
    [
      "no terminal",
      {},
      undefined,
      "down 2 on prod undoes the last 2 migrations; say --yes prod to confirm it",
    ],
    ["another answer", {}, async () => "yes", "down 2 on prod was not confirmed; nothing was started"],
    ["no answer", {}, async () => "", "down 2 on prod was not confirmed; nothing was started"],
  ];
  for (const [name, changes, ask, message] of refusals) {
    test(`${name} does not`, async () => {
      await assert.rejects(confirm(wants(DOWN, changes), ask), (error) => {
        assert.ok(error instanceof NotConfirmedError);
        assert.equal(error.exitCode, 3);
        assert.equal(error.message, message);
        return true;
      });
    });
  }
});

test("a stack of an organisation is confirmed by its last name as well", async () => {
  const stack = "acme/ecs-migrate/prod";
  for (const yes of [stack, "prod"]) await confirm(wants(DOWN, { stack, yes }), undefined);
  for (const yes of ["acme", "ecs-migrate/prod", ""])
    await assert.rejects(confirm(wants(DOWN, { stack, yes }), undefined), NotConfirmedError);
  await confirm(wants(DOWN, { stack }), async () => "prod");
});

test("an answer is what was typed; a terminal that is closed (^C, ^D) is no answer", async () => {
  for (const [typed, answer] of [
    ["prod\n", "prod"],
    ["", ""],
  ] as const) {
    const input = new PassThrough();
    input.end(typed);
    assert.equal(await askOnTerminal("Name? ", input, new PassThrough()), answer);
  }
});
