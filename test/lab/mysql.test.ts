/** A MySQL stack on a real MariaDB, by the real commands: deploy, plan, a broken file, and the way out that doctor shows. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { DoctorReport } from "../../automation/doctor/text.ts";
import type { PlanReport } from "../../automation/plan/makePlan.ts";
import type { RunReport } from "../../automation/report/report.ts";
import type { Mariadb } from "./database/mariadb.ts";
import { MYSQL_STACK, startMariadbOf } from "./database/ofLab.ts";
import { BROKEN, MYSQL, writeBroken } from "./demoActs.ts";
import { type Lab, startLab } from "./lab.ts";
import { type CommandResult, createLabStack, type LabStack } from "./labStack.ts";

const FOLDER = join("app", MYSQL_STACK["ecs-migrate:migrationsPath"]);
const FILE = `${BROKEN}.up.sql`;

describe("a MySQL stack", () => {
  let lab: Lab;
  let mariadb: Mariadb | undefined;
  let stack: LabStack;
  /** All that the commands printed. */
  let printed = "";

  before(async () => {
    const report = (line: string) => process.stderr.write(`${line}\n`);
    lab = await startLab({ report });
    mariadb = await startMariadbOf(lab, report);
    const databaseUrl = mariadb.urlFromContainer;
    stack = await createLabStack(lab, { stackConfig: MYSQL_STACK, databaseUrl });
  });
  after(async () => {
    await mariadb?.stop();
    await lab?.stop();
  });

  async function run(args: readonly string[]): Promise<CommandResult> {
    const result = await stack.run(args);
    const { stdout, stderr, exitCode } = result;
    printed += stdout + stderr;
    if (process.env.TRANSCRIPT)
      writeFileSync(process.env.TRANSCRIPT, `$ ${args.join(" ")}\n${stderr}${stdout}[exit ${exitCode}]\n\n`, {
        flag: "a",
      });
    return result;
  }

  async function json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse((await run([...args, "--json"])).stdout) as T;
  }

  const write = (table: string) => writeBroken(MYSQL, table)(join(stack.project, FOLDER));

  it("deploys, and takes the dialect from what the database reports", async () => {
    const { exitCode, stdout, stderr } = await run(["deploy", "--allow-infra"]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^✔ shop local: Applied 5 migrations: no version → 20261112$/m);
    assert.match(stderr, /^The migrations are read as MariaDB 10\.11\.\d+ \(what the database reported\)$/m);
  });

  it("plans the broken file as the reported server's, and runs nothing", async () => {
    write("discount");
    const { files, readAs } = await json<PlanReport>(["plan"]);
    assert.match(readAs ?? "", /^MariaDB 10\.11\.\d+ \(what the database reported\)$/);
    assert.deepEqual(
      files.map(({ file }) => file),
      [FILE],
    );
    assert.deepEqual(await mariadb?.query("shop", "SELECT version, dirty FROM schema_migrations"), [
      ["20261112", "0"],
    ]);
  });

  it("tells the broken file statement by statement", async () => {
    const report = await json<RunReport>(["deploy"]);
    assert.equal(report.verdict.kind, "dirty");
    assert.equal(
      report.why,
      `What the file uses does not exist (Table 'shop.discount' doesn't exist (error 1146)). Of ${FILE} statements 1 (line 1, CREATE TABLE) and 2 (line 2, ALTER TABLE) took effect; statement 3 of 3 (line 3) did not complete.`,
    );
    const slack = JSON.stringify(lab.slack.messages.at(-1));
    assert.match(slack, /statements 1 \(line 1, CREATE TABLE\) and 2 \(line 2, ALTER TABLE\) took effect/);
  });

  it("shows the way out: each query tells, the commands work as printed", async () => {
    assert.equal((await run(["doctor"])).exitCode, 12);
    const { dirty } = await json<DoctorReport>(["doctor"]);
    const looks = dirty?.statements.flatMap(({ outcome, looks }) =>
      looks.map(({ query }) => ({ outcome, query: query ?? "" })),
    );
    assert.equal(looks?.length, 3);
    for (const { outcome, query } of looks ?? [])
      assert.deepEqual(await mariadb?.query("shop", query), [[outcome === "completed" ? "1" : "0"]], query);
    await mariadb?.query("shop", "ALTER TABLE products DROP COLUMN discount_id; DROP TABLE discounts;");
    const back = dirty?.choices.find(({ finding }) => /none .* took effect/.test(finding))?.command;
    assert.equal(back, `npx ecs-migrate migrate force -C ${stack.project} 20261112 --stack local`);
    // A program has no terminal in which to confirm.
    assert.equal((await run(["migrate", "force", "20261112", "--yes", "local"])).exitCode, 0);
    write("discounts");
    const { exitCode, stdout } = await run(["deploy"]);
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^✔ shop local: Applied 1 migration: 20261112 → 20261121$/m);
  });

  it("is found healthy afterwards, and nothing printed holds the password", async () => {
    const { checks, dirty } = await json<DoctorReport>(["doctor", "--database"]);
    assert.equal(dirty, null);
    const states = ["database secret", "last run", "database"].map(
      (part) => checks.find((check) => check.part === part)?.state,
    );
    assert.deepEqual(states, ["ok", "ok", "ok"], JSON.stringify(checks));
    const { password } = mariadb ?? assert.fail();
    for (const secret of [password, encodeURIComponent(password)]) assert.ok(!printed.includes(secret));
  });
});
