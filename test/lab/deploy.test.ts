/** The whole path, for real: the engine, the provider's code, containers, a Postgres, and what each door lets out. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { parseOutputs } from "../../automation/contract/outputs.ts";
import type { RunReport } from "../../automation/report/report.ts";
import { type Lab, startLab } from "./lab.ts";
import { type CommandResult, createLabStack, type LabStack, STACK } from "./labStack.ts";

const HIGHEST = 20261120;

describe("a stack in the lab", () => {
  let lab: Lab;
  let stack: LabStack;
  /** Everything that any command printed or sent. */
  const doors: string[] = [];

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`) });
    stack = await createLabStack(lab);
  });
  after(() => lab?.stop());

  async function run(...args: string[]): Promise<CommandResult & { report: RunReport | undefined }> {
    const file = join(lab.folder, "report.json");
    rmSync(file, { force: true });
    const result = await stack.run([...args, "--report", file]);
    doors.push(result.stdout, result.stderr);
    return { ...result, report: readReport(file) };
  }

  async function query(sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: lab.postgres.urlFromHost });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it("refuses to make infrastructure in a routine deploy, and starts nothing", async () => {
    const { exitCode, report, stderr } = await run("deploy");
    assert.equal(exitCode, 3);
    assert.equal(report?.verdict.kind, "notStarted");
    assert.equal(report?.databaseChanged, "no");
    assert.match(report?.why ?? "", /would change more than the image of stack local: create aws:/);
    assert.match(stderr, /^ {2}- create aws:ecs\/cluster:Cluster /m);
  });

  it("deploys, applies every migration and tells Slack", async () => {
    const told = lab.slack.messages.length;
    const { exitCode, report, stderr } = await run("deploy", "--allow-infra");
    assert.equal(exitCode, 0, stderr);
    assert.equal(report?.verdict.kind, "applied");
    assert.deepEqual(report?.verdict.kind === "applied" && report.verdict.to, {
      version: HIGHEST,
      dirty: false,
    });
    assert.deepEqual(await query("SELECT version::int, dirty FROM schema_migrations"), [
      { version: HIGHEST, dirty: false },
    ]);
    assert.equal(lab.slack.messages.length, told + 1);
    assert.match(stderr, /\| 20261102\/u create_catalogue/);
  });

  it("leaves outputs that a rerun can read, by digest and revision", async () => {
    const { stdout } = await stack.pulumi(["stack", "output", "--json"]);
    doors.push(stdout);
    const outputs = parseOutputs(JSON.parse(stdout), STACK);
    assert.match(outputs.image, /^127\.0\.0\.1:\d+\/local-shop@sha256:[0-9a-f]{64}$/);
    assert.match(outputs.taskDefinitionArn, /:task-definition\/local-shop-migration:1$/);
    assert.equal(outputs.migrations.length, 8);
  });

  it("shows no change at a second pulumi up", async () => {
    const { stdout, exitCode } = await stack.pulumi(["preview", "--expect-no-changes", "--diff"]);
    assert.equal(exitCode, 0, stdout);
  });

  it("runs no task and no pulumi up where nothing is new", async () => {
    const { exitCode, report, stderr } = await run("deploy");
    assert.equal(exitCode, 0);
    assert.match(stderr, /Stack local is as this checkout says; nothing to bring up/);
    assert.deepEqual(report?.verdict, {
      kind: "unchanged",
      version: { version: HIGHEST, dirty: false },
      skipped: "applied",
    });
    assert.equal(report?.task, null);
  });

  it("leaves a change of the outputs alone to an operator", async () => {
    await stack.pulumi(["config", "set", "ecs-migrate:migrate", "manual"]);
    const refused = await run("deploy");
    assert.equal(refused.exitCode, 3);
    assert.match(refused.stderr, /outputs: migrate "auto" -> "manual"/);
    const { exitCode, report, stderr } = await run("deploy", "--allow-infra");
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(report?.verdict, { kind: "unchanged", version: null, skipped: "asked" });
    const { stdout } = await stack.pulumi(["stack", "output", "migrate"]);
    assert.equal(stdout.trim(), "manual");
    await stack.pulumi(["config", "rm", "ecs-migrate:migrate"]);
    assert.equal((await run("deploy", "--allow-infra")).exitCode, 0);
  });

  it("asks, goes down and comes up again from the outputs alone", async () => {
    assert.equal((await run("migrate", "version")).exitCode, 0);
    const down = await run("migrate", "down", "1");
    assert.equal(down.exitCode, 0, down.stderr);
    const status = await run("migrate", "status");
    assert.deepEqual(status.report?.verdict, {
      kind: "unchanged",
      version: { version: 20261118, dirty: false },
      pending: [
        {
          version: HIGHEST,
          name: "product_currency_not_null",
          file: `${HIGHEST}_product_currency_not_null.up.sql`,
        },
      ],
    });
    const up = await run("migrate", "up");
    assert.deepEqual(
      up.report?.verdict.kind === "applied" && up.report.verdict.files.map(({ version }) => version),
      [HIGHEST],
    );
  });

  function writeDiscounts(altered: string): void {
    const base = join(stack.project, "app/resources/db/migrations/20261121_add_discounts");
    writeFileSync(
      `${base}.up.sql`,
      `-- ecs-migrate:disable transaction-control\nCREATE TABLE IF NOT EXISTS discounts (id bigint);\nCOMMIT;\nALTER TABLE ${altered} ADD COLUMN x int;\n`,
    );
    writeFileSync(`${base}.down.sql`, "DROP TABLE discounts;\n");
  }

  it("calls a half-applied file dirty, with the file and the next command", async () => {
    writeDiscounts("discount");
    const { exitCode, report } = await run("deploy");
    assert.equal(exitCode, 12);
    assert.equal(report?.verdict.kind === "dirty" && report.verdict.version, 20261121);
    assert.match(JSON.stringify(lab.slack.messages.at(-1)), /20261121_add_discounts\.up\.sql/);
    assert.match(JSON.stringify(lab.slack.messages.at(-1)), /migrate force 20261120 --stack local/);
  });

  it("takes the corrected file once the version before it is forced, and not earlier", async () => {
    writeDiscounts("discounts");
    const early = await run("deploy");
    assert.equal(early.exitCode, 3);
    assert.match(early.stderr, /error up-edited: /);
    assert.match(early.stderr, /^The database is 20261121 \(dirty\): .* migrate force/m);
    const refused = await stack.runAlone(["check", "--against", STACK]);
    assert.equal(refused.exitCode, 3);
    assert.match(refused.stdout, /error up-edited/);
    assert.equal((await run("migrate", "force", String(HIGHEST))).exitCode, 0);
    assert.doesNotMatch((await stack.runAlone(["check", "--against", STACK])).stdout, /up-edited/);
    const { exitCode, report, stderr } = await run("deploy");
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /add_discounts\.up\.sql: up-edited, and let through: the database is at 20261120/);
    assert.deepEqual(
      report?.verdict.kind === "applied" && report.verdict.files.map(({ version }) => version),
      [20261121],
    );
    assert.equal((await query("SELECT id, x FROM discounts")).length, 0);
  });

  it("refuses a late file before anything is built", async () => {
    const base = join(stack.project, "app/resources/db/migrations/20261103_late");
    for (const direction of ["up", "down"]) writeFileSync(`${base}.${direction}.sql`, "SELECT 1;\n");
    const { exitCode, report } = await run("deploy");
    assert.equal(exitCode, 3);
    assert.match(report?.why ?? "", /20261103_late/);
    for (const direction of ["up", "down"]) rmSync(`${base}.${direction}.sql`);
  });

  it("keeps the password from every door", async () => {
    doors.push(JSON.stringify(lab.slack.messages), (await stack.pulumi(["stack", "export"])).stdout);
    const { password } = lab.postgres;
    for (const secret of [password, encodeURIComponent(password)]) {
      for (const text of doors) assert.equal(text.includes(secret), false);
    }
  });

  it("is destroyed without a rest", async () => {
    const { exitCode, stdout } = await stack.pulumi(["destroy", "--yes"]);
    assert.equal(exitCode, 0, stdout);
    const left = JSON.parse((await stack.pulumi(["stack", "export"])).stdout);
    assert.deepEqual(left.deployment.resources ?? [], []);
  });
});

function readReport(file: string): RunReport | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
