import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import { agreed, targetOf } from "../../../automation/commands/target.ts";
import { parseSettings } from "../../../automation/stack/settings.ts";

const yaml = (lines: readonly string[]) =>
  parseSettings(
    ["config:", ...lines.map((line) => `  ecs-migrate:${line}`), ""].join("\n"),
    "Pulumi.stage.yaml",
  );
const NOTHING = DEFAULT_CHECK;

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
  assert.deepEqual(targetOf(new Map()), NOTHING);
  assert.throws(() => targetOf(yaml(["checkDialect: oracle"])), {
    name: "ConfigError",
    message: /ecs-migrate:checkDialect is "oracle"/,
  });
});

test("what the stacks do not agree on is not said", () => {
  const [mysql, postgres] = [targetOf(yaml(["checkDialect: mysql"])), targetOf(new Map())];
  assert.deepEqual(agreed([mysql, mysql]), mysql);
  assert.deepEqual(agreed([mysql, postgres]), NOTHING);
  assert.deepEqual(agreed([]), NOTHING);
});

test("what a deploy is told of the folder, check is told as well", () => {
  for (const list of [
    "checkDisable: [missing-down, 'alone']",
    'checkDisable: ["missing-down", alone] # no way back',
    "checkDisable:\n    # no way back\n    - missing-down\n    - 'alone' # why\n\n  aws:region: x",
    "checkDisable:\n  - missing-down\n  - >-\n    alone",
    "checkDisable: [\n    missing-down, # no way back\n    alone,\n  ]",
    "checkDisable:\r\n  - missing-down\r\n  - alone\r",
  ]) {
    const lines = [list, "postgresVersion: 17", "multiStatement: true", "lockTimeout: 0s"];
    assert.deepEqual(
      targetOf(yaml(lines)),
      {
        ...NOTHING,
        disable: ["missing-down", "alone"],
        postgresVersion: 17,
        multiStatement: true,
        lockLimit: false,
      },
      list,
    );
  }
  assert.throws(() => targetOf(yaml(["checkDisable: [missing-dwn]"])), {
    message: "ecs-migrate:checkDisable missing-dwn: there is no such rule; docs/check.md lists them all",
  });
  assert.throws(() => targetOf(yaml(["checkDisable: missing-down"])), {
    message: /^ecs-migrate:checkDisable /,
  });
  const [both, one] = [
    targetOf(yaml(["checkDisable: [missing-down, alone]"])),
    targetOf(yaml(["checkDisable: [alone]"])),
  ];
  assert.deepEqual(agreed([both, one]).disable, ["alone"]);
  assert.deepEqual(agreed([both, targetOf(new Map())]).disable, []);
});
