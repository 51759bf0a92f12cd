import assert from "node:assert/strict";
import { test } from "node:test";
import { lint, rulesOfServer } from "./lint.ts";
import { KEYS_SCHEMA, SCHEMA_CASES, SERVER_CASES } from "./serverCases.ts";

/** A syntax error, an unknown variable, function, collation or option, a default or a date that is refused. */
const REFUSALS = new Set("1064 1067 1101 1128 1193 1231 1273 1292 1305 1525 1800 1911 4161".split(" "));
const RULES = [
  "server-lacks",
  "reserved-word",
  "default-refused",
  "zero-date",
  "algorithm-refused",
  "syntax",
];

for (const [version, engine] of [
  ["8.0.33", "mysql"],
  ["mariadb-10.11", "mariadb"],
] as const)
  test(`check refuses for ${version} what the server refused, and nothing else`, async () => {
    for (const { sql, ...answers } of SERVER_CASES) {
      const found = (await rulesOfServer(sql, version)).filter((rule) => RULES.includes(rule));
      const isRefused = REFUSALS.has(answers[engine]);
      assert.equal(found.length > 0, isRefused, `${answers[engine]} ${sql}: ${found.join(", ")}`);
    }
  });

for (const [version, engine] of [
  ["8.0.33", "mysql"],
  ["mariadb-10.11", "mariadb"],
] as const)
  test(`check refuses for ${version} what the tables, keys and values do not allow, and nothing else`, async () => {
    for (const { sql, ...answers } of SCHEMA_CASES) {
      const found = await lint(`${sql};`, { version, shipped: KEYS_SCHEMA });
      const errors = found.filter(({ severity }) => severity === "error").map(({ message }) => message);
      assert.equal(
        errors.length > 0,
        answers[engine] !== "ok",
        `${answers[engine]} ${sql}: ${errors.join()}`,
      );
    }
  });

test("there are many statements, and both answers of each server", () => {
  assert.ok(SERVER_CASES.length > 250, `${SERVER_CASES.length}`);
  for (const engine of ["mysql", "mariadb"] as const) {
    const ok = SERVER_CASES.filter((one) => one[engine] === "ok").length;
    assert.ok(ok > 90 && ok < SERVER_CASES.length - 60, `${engine}: ${ok}`);
  }
});
