/** The service that the stack makes for the application: no task before its first migration passed. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { DescribeServicesCommand, ECSClient, type Service } from "@aws-sdk/client-ecs";
import { type Outputs, parseOutputs } from "../../automation/contract/outputs.ts";
import type { RunReport } from "../../automation/report/report.ts";
import { SERVICE_STACK, Visitor } from "./demoService.ts";
import { isServed } from "./docker/served.ts";
import { type Lab, startLab } from "./lab.ts";
import { createLabStack, type LabStack, STACK } from "./labStack.ts";

const BROKEN = "20261126_broken";

describe("a service that the stack makes", () => {
  let lab: Lab;
  let stack: LabStack;
  let ecs: ECSClient;
  let visitor: Visitor;

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`), sharedPlugins: true });
    stack = await createLabStack(lab, { stackConfig: SERVICE_STACK });
    visitor = new Visitor(lab);
    ecs = new ECSClient(lab.clientConfig);
  });
  after(async () => {
    ecs?.destroy();
    await lab?.stop();
  });

  async function deploy(...args: string[]): Promise<{ report: RunReport; output: string }> {
    const file = join(lab.folder, "report.json");
    rmSync(file, { force: true });
    const { stderr } = await stack.run(["deploy", ...args, "--report", file]);
    return { report: JSON.parse(readFileSync(file, "utf8")) as RunReport, output: stderr };
  }

  async function service(): Promise<Service | undefined> {
    const input = { cluster: "local-shop-migration", services: ["local-shop-app"] };
    return (await ecs.send(new DescribeServicesCommand(input))).services?.[0];
  }

  async function outputs(): Promise<Outputs> {
    const { stdout } = await stack.pulumi(["stack", "output", "--json"]);
    return parseOutputs(JSON.parse(stdout), STACK);
  }

  const kindsOf = (report: RunReport) => report.services.map(({ kind }) => kind);
  const migration = (way: string) => join(stack.project, `app/resources/db/migrations/${BROKEN}.${way}.sql`);

  it("runs no task if the migration of the first deploy fails", async () => {
    writeFileSync(migration("up"), "SET lock_timeout = '5s';\nALTER TABLE nowhere ADD COLUMN x int;\n");
    writeFileSync(migration("down"), "SELECT 1;\n");
    const { report, output } = await deploy("--allow-infra");
    assert.equal(report.verdict.kind, "failed", output);
    assert.deepEqual(kindsOf(report), ["notRolled"]);
    const made = await service();
    assert.deepEqual([made?.status, made?.desiredCount, made?.runningCount], ["ACTIVE", 0, 0]);
    assert.match(made?.taskDefinition ?? "", /\/local-shop-app:1$/);
    assert.equal(await isServed(lab, (await outputs()).image), false);
    const visit = await visitor.visit(report, "notRolled", { asked: 0, failed: 0 });
    assert.deepEqual(visit, { text: "No answer from the application", asExpected: false });
  });

  it("answers HTTP after the first deploy whose migration passed", async () => {
    for (const way of ["up", "down"]) rmSync(migration(way));
    const { report, output } = await deploy();
    assert.equal(report.exitCode, 0, output);
    assert.deepEqual(kindsOf(report), ["live"], output);
    const made = await service();
    assert.deepEqual([made?.desiredCount, made?.runningCount], [1, 1]);
    assert.match(made?.taskDefinition ?? "", /\/local-shop-app:2$/);
    assert.ok(await isServed(lab, (await outputs()).image));
    const visit = await visitor.visit(report, "live", { asked: 0, failed: 0 });
    assert.match(
      visit.text,
      /^GET \S+:8080\/healthz: 200 from local-shop@sha256:[0-9a-f]{12}, the new image$/,
    );
    assert.ok(visit.asExpected);
  });

  it("is left as it is by the next deploy, which is a routine one", async () => {
    const { result, ...counts } = await visitor.during(() => deploy());
    const { report, output } = result;
    const visit = await visitor.visit(report, "unchanged", counts);
    assert.match(
      visit.text,
      /, the same image; during the deploy [1-9]\d* requests, 0 without a good answer$/,
    );
    assert.ok(visit.asExpected);
    assert.equal(report.exitCode, 0, output);
    const made = await service();
    assert.equal(made?.desiredCount, 1);
    assert.match(made?.taskDefinition ?? "", /\/local-shop-app:2$/);
  });
});
