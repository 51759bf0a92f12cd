import assert from "node:assert/strict";
import { test } from "node:test";
import { agreed, targetOf } from "../../../automation/commands/target.ts";

const yaml = (lines: readonly string[]) =>
  ["config:", ...lines.map((line) => `  ecs-migrate:${line}`), ""].join("\n");
const NOTHING = { dialect: "auto", mysqlVersion: undefined, engine: undefined };

test("a stack's file says which database its folder is for", () => {
  assert.deepEqual(targetOf(yaml(["databaseHost: db.internal", "databaseEngine: mysql"])), {
    ...NOTHING,
    engine: "mysql",
  });
  assert.deepEqual(targetOf(yaml(["databaseHost: db.internal"])), { ...NOTHING, engine: "postgres" });
  assert.deepEqual(targetOf(yaml(["checkDialect: mariadb", "mysqlVersion: mariadb-10.6"])), {
    ...NOTHING,
    dialect: "mariadb",
    mysqlVersion: "mariadb-10.6",
  });
  assert.deepEqual(targetOf(""), NOTHING);
  assert.throws(() => targetOf(yaml(["checkDialect: oracle"])), {
    name: "ConfigError",
    message: /ecs-migrate:checkDialect is "oracle"/,
  });
});

test("what the stacks do not agree on is not said", () => {
  const [mysql, postgres] = [targetOf(yaml(["checkDialect: mysql"])), targetOf("")];
  assert.deepEqual(agreed([mysql, mysql]), mysql);
  assert.deepEqual(agreed([mysql, postgres]), NOTHING);
  assert.deepEqual(agreed([]), NOTHING);
});
