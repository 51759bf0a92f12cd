import assert from "node:assert/strict";
import { test } from "node:test";
import { runningFile } from "../../../automation/run/runningFile.ts";

const sha = "0".repeat(64);
const MIGRATIONS = [
  { version: 1, name: "a", up: sha, down: sha },
  { version: 3, name: "c", up: sha, down: sha },
];
const UP = { name: "up" } as const;

const rows: [line: string, file: string | undefined][] = [
  ["version before: none", "1_a.up.sql"],
  ["version before: 1", "3_c.up.sql"],
  ["1/u a (12.3ms)", "3_c.up.sql"],
  ["3/u c (1s)", undefined],
  ["version before: 3 (dirty)", undefined],
  ["ecs-migrate: up on stage", undefined],
  ["INSERT INTO t VALUES ('1/u x')", undefined],
];
for (const [line, file] of rows) {
  test(`${line}: ${file ?? "nothing"}`, () => assert.equal(runningFile(line, UP, MIGRATIONS), file));
}

test("an operation that may go down names none", () => {
  assert.equal(runningFile("version before: 1", { name: "goto", version: 3 }, MIGRATIONS), undefined);
});
