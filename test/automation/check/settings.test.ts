import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { checkSettings, DEFAULT_CHECK, ruleProblem } from "../../../automation/check/settings.ts";
import { ConfigError } from "../../../automation/contract/errors.ts";
import { readStackConfig } from "../../../automation/stack/pulumiCli.ts";
import { temporaryHome } from "../../support/runFixture.ts";

const DIALECT = "ecs-migrate:checkDialect";
const DISABLE = "ecs-migrate:checkDisable";

describe("checkSettings", () => {
  test("without a flag or a key: what the database is, every rule on", () => {
    assert.deepEqual(checkSettings({}, new Map()), { ...DEFAULT_CHECK });
    const unset = new Map([
      [DIALECT, ""],
      [DISABLE, "[]"],
    ]);
    assert.deepEqual(checkSettings({ disable: [] }, unset), { ...DEFAULT_CHECK });
  });

  test("the flag's dialect wins over the stack's; the rules of both are off", () => {
    const config = new Map([
      [DIALECT, "other"],
      [DISABLE, '["alone","crlf"]'],
    ]);
    assert.deepEqual(checkSettings({}, config), {
      ...DEFAULT_CHECK,
      dialect: "other",
      disable: ["alone", "crlf"],
    });
    assert.deepEqual(checkSettings({ dialect: "postgres", disable: ["crlf", "down-edited"] }, config), {
      ...DEFAULT_CHECK,
      dialect: "postgres",
      disable: ["alone", "crlf", "down-edited"],
    });
  });

  test("the engine of a database that is named by its parts", () => {
    const parts = (engine: string) =>
      new Map([
        ["ecs-migrate:databaseHost", "db.internal"],
        ["ecs-migrate:databaseEngine", engine],
      ]);
    assert.equal(checkSettings({}, parts("mysql")).engine, "mysql");
    assert.equal(checkSettings({}, parts("")).engine, "postgres");
    assert.equal(checkSettings({}, new Map([["ecs-migrate:databaseEngine", "postgres"]])).engine, undefined);
  });

  test("names all that is wrong at once", () => {
    const config = new Map([
      [DIALECT, "oracle"],
      ["ecs-migrate:mysqlVersion", "eight"],
      [DISABLE, '["lone"]'],
    ]);
    assert.throws(
      () => checkSettings({ disable: ["late"] }, config),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.problems, [
          "--disable late: a deploy always looks for it, since such a file never does what it says",
          "ecs-migrate:checkDisable lone: there is no such rule; docs/check.md lists them all",
          'ecs-migrate:checkDialect is "oracle"; it must be one of auto, postgres, mysql, mariadb, other',
          'ecs-migrate:mysqlVersion is "eight"; it must be a version such as 8.0, 8.4, 8.0.28 or mariadb-10.11',
        ]);
        return true;
      },
    );
    for (const text of ["alone", '"alone"', "[1]", "{}"])
      assert.throws(() => checkSettings({}, new Map([[DISABLE, text]])), {
        message: `ecs-migrate:checkDisable is ${text}; it must be a list of rules, such as ["alone"]`,
      });
  });

  test("of the rules of order and edits two can be off", () => {
    const rules = [
      "broken-name",
      "duplicate-version",
      "late",
      "vanished",
      "up-edited",
      "down-edited",
      "renamed",
    ];
    assert.deepEqual(
      rules.filter((rule) => ruleProblem(rule) === undefined),
      ["down-edited", "renamed"],
    );
  });

  test("reads what `pulumi config --json` prints for a list", async (t) => {
    const home = await temporaryHome(t);
    const printed = {
      [DIALECT]: { value: "other", secret: false },
      [DISABLE]: { value: '["alone","crlf"]', objectValue: ["alone", "crlf"], secret: false },
      "ecs-migrate:token": { secret: true },
    };
    await writeFile(join(home, "pulumi"), `#!/bin/sh\ncat <<'JSON'\n${JSON.stringify(printed)}\nJSON\n`);
    await chmod(join(home, "pulumi"), 0o755);
    const env = { PATH: `${home}:${process.env.PATH}` };
    const config = await readStackConfig({ stack: "stage", project: home, env });
    assert.deepEqual([...config.keys()], [DIALECT, DISABLE]);
    assert.deepEqual(checkSettings({}, config), {
      ...DEFAULT_CHECK,
      dialect: "other",
      disable: ["alone", "crlf"],
    });
  });
});
