import assert from "node:assert/strict";
import { test } from "node:test";
import type { Online } from "../../../../automation/check/mysql/online.ts";
import { judgeAlter } from "./judgeAlter.ts";
import { MEASURED_CASES, ONLINE_CASES } from "./onlineDdlTable.ts";

function rowOf({ algorithm, work, writes }: Online): string {
  const row = [
    algorithm === "INSTANT",
    algorithm !== "COPY",
    work === "rebuild",
    writes,
    work === "metadata",
  ];
  return row.map((yes) => (yes ? "Y" : "N")).join("");
}

for (const [column, version] of [
  ["mysql80", "8.0"],
  ["mysql57", "5.7"],
] as const) {
  test(`every row of the manual's tables, MySQL ${version}`, () => {
    const rows = ONLINE_CASES.filter((one) => one[column] !== "-");
    const wrong = rows.filter((one) => rowOf(judgeAlter(one, version)) !== one[column]);
    assert.deepEqual(
      wrong.map((one) => [
        one.operation,
        one.alter,
        `manual ${one[column]}`,
        `check ${rowOf(judgeAlter(one, version))}`,
      ]),
      [],
    );
    assert.ok(rows.length > 30);
  });
}

test("what a MySQL 8.0.33 server answered where the manual does not say it", () => {
  const wrong = MEASURED_CASES.flatMap(([alter, answer, setup]) => {
    const { algorithm, writes } = judgeAlter({ alter, setup }, "8.0.33");
    const said = `${algorithm} ${writes ? "NONE" : "SHARED"}`;
    return said === answer ? [] : [[alter, setup, answer, said]];
  });
  assert.deepEqual(wrong, []);
});

test("the releases at which a column began to come, go and change its name instantly", () => {
  const at = (alter: string) => (version: string) =>
    judgeAlter({ alter, setup: "ALTER TABLE t DROP COLUMN v, DROP COLUMN st" }, version).algorithm;
  const versions = [
    "8.0.11",
    "8.0.12",
    "8.0.28",
    "8.0.29",
    "8.4",
    "mariadb-10.2",
    "mariadb-10.3",
    "mariadb-10.4",
  ];
  assert.deepEqual(versions.map(at("ADD COLUMN z INT")), [
    "INPLACE",
    "INSTANT",
    "INSTANT",
    "INSTANT",
    "INSTANT",
    "INPLACE",
    "INSTANT",
    "INSTANT",
  ]);
  assert.deepEqual(versions.map(at("ADD COLUMN z INT FIRST")), [
    "INPLACE",
    "INPLACE",
    "INPLACE",
    "INSTANT",
    "INSTANT",
    "INPLACE",
    "INPLACE",
    "INSTANT",
  ]);
  assert.deepEqual(versions.map(at("DROP COLUMN a")), [
    "INPLACE",
    "INPLACE",
    "INPLACE",
    "INSTANT",
    "INSTANT",
    "INPLACE",
    "INPLACE",
    "INSTANT",
  ]);
  assert.deepEqual(versions.map(at("RENAME COLUMN a TO b")), [
    "INPLACE",
    "INPLACE",
    "INSTANT",
    "INSTANT",
    "INSTANT",
    "INPLACE",
    "INSTANT",
    "INSTANT",
  ]);
});
