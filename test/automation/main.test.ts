/** The process: exit codes, streams and signals, with a Pulumi CLI that is a script. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RunReport } from "../../automation/report/report.ts";
import { runCommand as run } from "../support/commandProcess.ts";
import { sampleOutputs } from "../support/sampleOutputs.ts";
import { configJson, SMALLEST } from "../support/stackConfig.ts";

describe("the process", () => {
  test("an error leaves standard output empty, its secrets masked and its escape sequences out", async (t) => {
    const token = "pul-0123456789";
    const { code, stdout, stderr } = await run(
      t,
      ["migrate", "version", "--stack", "prod", "--json", "--verbose"],
      {
        pulumi: `printf 'error: \\033[31mtoken ${token} was refused\\n' >&2; exit 255`,
        env: { PULUMI_ACCESS_TOKEN: token },
      },
    );
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^Pulumi could not read stack prod: token \*\*\* was refused\n/);
    assert.match(stderr, /Caused by: /);
    assert.equal(stderr.includes(token), false);
    assert.equal(stderr.includes("\u001b"), false);
  });

  test("stopped before there is a task: 13, and a word on the database", async (t) => {
    // The process that is stopped has said nothing yet, so the CLI says when it is there.
    const { code, stdout, stderr } = await run(t, ["migrate", "up", "--stack", "prod"], {
      pulumi: "kill -TERM $PPID; exec sleep 60",
    });
    assert.equal(code, 13, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^SIGTERM: stopping; /);
    assert.match(stderr, /\nStopped before a migration was started: the database is untouched\n$/);
  });

  test("a refused deploy: 3, and its report as the only words on standard output", async (t) => {
    const config = configJson({ ...SMALLEST, checkDialect: "other" });
    const { code, stdout, stderr } = await run(t, ["deploy", "--stack", "stage", "--json", "--no-slack"], {
      pulumi: `case $1 in
stack) cat <<'JSON'\n${JSON.stringify(sampleOutputs())}\nJSON
;;
config) cat <<'JSON'\n${config}\nJSON
;;
*) exit 1 ;;
esac`,
    });
    assert.equal(code, 3, stderr);
    const report = JSON.parse(stdout) as RunReport;
    assert.equal(report.exitCode, 3);
    assert.match(report.why ?? "", /refuses the migrations for stack stage/);
    assert.match(stderr, /vanished/);
  });

  test("a value of the configuration that a deploy cannot use is wrong usage", async (t) => {
    const config = configJson({ ...SMALLEST, checkDialect: "oracle" });
    const { code, stdout, stderr } = await run(t, ["deploy", "--stack", "stage"], {
      pulumi: `cat <<'JSON'\n${config}\nJSON`,
    });
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.equal(
      stderr,
      'Configuration of stack stage: ecs-migrate:checkDialect is "oracle", but it must be one of auto, postgres, mysql, mariadb, other; set it in Pulumi.stage.yaml\n',
    );
  });

  test("a reader that went away changes no exit code", async (t) => {
    const { code, stderr } = await run(t, ["check", "--json"], { closeStdout: true });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, "Migrations: app/resources/db/migrations (Pulumi.prod.yaml)\n");
  });
});
