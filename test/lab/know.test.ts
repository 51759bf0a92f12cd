/** Know before, remember after: check, plan, history and doctor on a real stack, against what then happens. */
import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  DescribeRouteTablesCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { DeleteParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import pg from "pg";
import type { DoctorReport } from "../../automation/doctor/text.ts";
import type { PlanReport } from "../../automation/plan/makePlan.ts";
import type { RunReport } from "../../automation/report/report.ts";
import { type Lab, startLab } from "./lab.ts";
import { type CommandOptions, type CommandResult, createLabStack, type LabStack } from "./labStack.ts";

describe("a production stack that is looked at before and after", () => {
  let lab: Lab;
  let stack: LabStack;
  /** All that the commands printed. */
  let printed = "";

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`) });
    stack = await createLabStack(lab, { stackConfig: { "ecs-migrate:production": true } });
  });
  after(() => lab?.stop());

  async function run(args: string[], options?: CommandOptions): Promise<CommandResult> {
    const result = await stack.run(args, options);
    transcript(args, result);
    return result;
  }

  async function json<T>(args: string[]): Promise<T> {
    const { stdout } = await stack.run([...args, "--json"]);
    return JSON.parse(stdout) as T;
  }

  /** Each file that a run's report names, as `version direction`. */
  async function filesRun(args: string[]): Promise<string[]> {
    const { verdict } = await json<RunReport>(args);
    assert.equal(verdict.kind, "applied", JSON.stringify(verdict));
    return "files" in verdict ? verdict.files.map(({ version, direction }) => `${version} ${direction}`) : [];
  }

  async function filesPlanned(args: string[]): Promise<string[]> {
    const { files } = await json<PlanReport>(["plan", ...args]);
    return files.map(({ version, direction }) => `${version} ${direction}`);
  }

  function migration(base: string, up: string, down: string): void {
    const path = join(stack.project, "app/resources/db/migrations", base);
    writeFileSync(`${path}.up.sql`, up);
    writeFileSync(`${path}.down.sql`, down);
  }

  it("tells Slack the plan before the first run, and the verdict after it", async () => {
    const { exitCode, stderr } = await run(["deploy", "--allow-infra", "--plan"]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /local: up would run 8 files: no version → 20261120/);
    assert.equal(lab.slack.messages.length, 2);
    const [plan, verdict] = lab.slack.messages.map((message) => JSON.stringify(message));
    assert.match(plan ?? "", /up would run 8 files/);
    assert.match(plan ?? "", /20261120_product_currency_not_null\.up\.sql/);
    assert.match(verdict ?? "", /Applied 8 migrations/);
  });

  it("refuses a late file before up, by check and by deploy, and gives it a later version", async () => {
    migration("20261103_late", "CREATE TABLE late (id bigint);\n", "DROP TABLE late;\n");
    const folder = join(stack.project, "app/resources/db/migrations");
    const check = await execute(["check", "--against", "local"]);
    assert.equal(check.exitCode, 3);
    assert.match(check.stdout, /20261103_late\.up\.sql:1: error late:/);
    const deploy = await run(["deploy"]);
    assert.equal(deploy.exitCode, 3);
    assert.doesNotMatch(deploy.stderr, /Building the image/);
    assert.match(deploy.stdout, /20261103_late\.up\.sql/);
    assert.equal((await execute(["check", "--against", "local", "--fix"])).exitCode, 0);
    const renamed = readdirSync(folder).filter((file) => file.includes("_late."));
    assert.equal(renamed.length, 2);
    for (const file of renamed) {
      assert.match(file, /^\d{14}_late\.(up|down)\.sql$/);
      rmSync(join(folder, file));
    }
  });

  it("refuses a new file whose SQL the check refuses, before up", async () => {
    migration(
      "20261121_index",
      "CREATE INDEX products_name_idx ON products (name);\n",
      "DROP INDEX products_name_idx;\n",
    );
    const { exitCode, stdout, stderr } = await run(["deploy"]);
    assert.equal(exitCode, 3);
    assert.match(stdout, /index-not-concurrent/);
    assert.doesNotMatch(stderr, /Building the image/);
    for (const direction of ["up", "down"])
      rmSync(join(stack.project, `app/resources/db/migrations/20261121_index.${direction}.sql`));
  });

  it("plans down, goto and up as golang-migrate then runs them", async () => {
    const down = await filesPlanned(["down", "3"]);
    await run(["plan", "down", "3"]);
    assert.deepEqual(await filesRun(["migrate", "down", "3", "--yes", "local"]), down);
    assert.equal(down.length, 3);
    const goto = await filesPlanned(["goto", "20261105"]);
    assert.deepEqual(await filesRun(["migrate", "goto", "20261105", "--yes", "local"]), goto);
    const up = await filesPlanned([]);
    await run(["plan"]);
    assert.deepEqual(await filesRun(["migrate", "up"]), up);
    assert.equal(up.length, 6);
    assert.deepEqual(await filesPlanned([]), []);
  });

  it("remembers every run where ECS knows nothing any more", async () => {
    const { exitCode, stdout } = await run(["history"], {
      env: { AWS_ENDPOINT_URL_ECS: "http://127.0.0.1:1" },
    });
    assert.equal(exitCode, 0);
    for (const line of stdout.trimEnd().split("\n")) assert.ok(line.length <= 100, line);
    const { runs } = await json<{ runs: { operation: string; outcome: string; taskId: string }[] }>([
      "history",
    ]);
    // The first deploy asks the database for its version.
    const questions = ["status", "version", "inspect"];
    const changes = runs.filter(({ operation }) => !questions.includes(operation));
    assert.deepEqual(
      changes.map(({ operation, outcome }) => `${operation} ${outcome}`),
      ["up applied", "down applied", "goto applied", "up applied"],
    );
    for (const { taskId } of runs) assert.ok(stdout.includes(taskId), taskId);
  });

  it("finds a healthy stack healthy", async () => {
    await routeDefaultVpc();
    const { exitCode, stdout } = await run(["doctor", "--database"]);
    assert.equal(exitCode, 0, stdout);
    const { checks, dirty } = await json<DoctorReport>(["doctor"]);
    assert.equal(dirty, null);
    assert.deepEqual(
      checks.filter(({ state }) => state !== "ok"),
      [],
    );
    assert.deepEqual(
      [...new Set(checks.map(({ part }) => part))],
      [
        "cluster",
        "task definition",
        "image",
        "database secret",
        "log group",
        "network",
        "slack",
        "running task",
        "last run",
      ],
    );
  });

  it("attaches to a task that is over, and gives the verdict that it had", async () => {
    const down = await run(["migrate", "down", "1", "--yes", "local"]);
    const [task = ""] = /arn:aws:ecs:\S+:task\/\S+/.exec(down.stderr) ?? [];
    const attached = await run(["attach", task]);
    assert.equal(attached.exitCode, 0);
    assert.match(attached.stdout, /^✔ shop local: Undid 1 migration: 20261120 → 20261118$/m);
    assert.equal((await run(["migrate", "up"])).exitCode, 0);
  });

  it("guides out of a dirty version, by queries that tell, and runs nothing", async () => {
    migration(
      "20261121_add_discounts",
      "-- ecs-migrate:disable transaction-control\nCREATE TYPE percentage AS ENUM ('ten');\nCOMMIT;\nCREATE TABLE discounts (id bigint PRIMARY KEY);\nALTER TABLE discount ADD COLUMN percent int;\n",
      "SET LOCAL lock_timeout = '5s';\nDROP TABLE discounts;\n",
    );
    assert.equal((await run(["deploy"])).exitCode, 12);
    const { exitCode } = await run(["doctor", "--database"]);
    assert.equal(exitCode, 12);
    const { dirty } = await json<DoctorReport>(["doctor"]);
    assert.equal(dirty?.file, "20261121_add_discounts.up.sql");
    assert.equal(dirty?.sure, true);
    assert.deepEqual(
      dirty?.choices.map(({ command }) => command),
      [
        `npx ecs-migrate migrate force -C ${stack.project} 20261120 --stack local`,
        `npx ecs-migrate deploy -C ${stack.project} --stack local`,
        `npx ecs-migrate migrate up -C ${stack.project} --stack local`,
        `npx ecs-migrate migrate force -C ${stack.project} 20261121 --stack local`,
        null,
      ],
    );
    const queries = dirty?.statements.flatMap(({ looks }) => looks.map(({ query }) => query)) ?? [];
    assert.deepEqual(await Promise.all(queries.map((query) => (query === null ? null : answer(query)))), [
      // CREATE TYPE and COMMIT leave nothing that a query could show.
      null,
      null,
      { to_regclass: null },
      { count: "0" },
    ]);
    const { dirty: still } = (await answer("SELECT dirty FROM schema_migrations")) as { dirty: boolean };
    assert.equal(still, true);
  });

  it("names what is missing, and keeps the password from all that it prints", async () => {
    const client = new SSMClient(lab.clientConfig);
    await client.send(new DeleteParameterCommand({ Name: "/shop/local/migration" }));
    client.destroy();
    await run(["migrate", "force", "20261120", "--yes", "local"]);
    const { exitCode, stdout } = await run(["doctor"]);
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /✖ database secret: there is no parameter \/shop\/local\/migration/);
    assert.equal(printed.includes(lab.postgres.password), false);
  });

  /** Shows what a person would see, for the pages in docs/. */
  function transcript(args: readonly string[], { stdout, stderr, exitCode }: CommandResult): void {
    printed += stdout + stderr;
    if (process.env.TRANSCRIPT) {
      const text = `$ npx ecs-migrate ${args.join(" ")} --stack local\n${stderr}${stdout}[exit ${exitCode}]\n\n`;
      writeFileSync(process.env.TRANSCRIPT, text, { flag: "a" });
    }
  }

  /** The local AWS's default VPC lacks what AWS gives to each: an internet gateway and a route to it. */
  async function routeDefaultVpc(): Promise<void> {
    const ec2 = new EC2Client(lab.clientConfig);
    const { Vpcs } = await ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: "is-default", Values: ["true"] }] }),
    );
    const VpcId = Vpcs?.[0]?.VpcId;
    const { RouteTables } = await ec2.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [VpcId ?? ""] }] }),
    );
    const main = RouteTables?.find(({ Associations }) => Associations?.some(({ Main }) => Main));
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const GatewayId = InternetGateway?.InternetGatewayId;
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: GatewayId, VpcId }));
    await ec2.send(
      new CreateRouteCommand({
        RouteTableId: main?.RouteTableId,
        DestinationCidrBlock: "0.0.0.0/0",
        GatewayId,
      }),
    );
    ec2.destroy();
  }

  /** A command that takes no --stack. */
  async function execute(args: string[]): Promise<CommandResult> {
    const result = await stack.runAlone(args);
    transcript(args, result);
    return result;
  }

  async function answer(sql: string): Promise<unknown> {
    const client = new pg.Client({ connectionString: lab.postgres.urlFromHost });
    await client.connect();
    try {
      return (await client.query(sql)).rows[0];
    } finally {
      await client.end();
    }
  }
});
