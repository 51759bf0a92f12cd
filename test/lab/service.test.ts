/** New code goes live only after its migration passed: real containers behind the local AWS's service. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { type Outputs, parseOutputs } from "../../automation/contract/outputs.ts";
import type { RunReport } from "../../automation/report/report.ts";
import { tryCommand } from "./command.ts";
import { type Lab, startLab } from "./lab.ts";
import { createLabStack, type LabStack, STACK } from "./labStack.ts";

const CLUSTER = "local-shop-migration";
const SERVICE = "web";

describe("a service in the lab", () => {
  let lab: Lab;
  let stack: LabStack;
  let ecs: ECSClient;

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`) });
    stack = await createLabStack(lab, {
      stackConfig: {
        "ecs-migrate:services": [{ cluster: CLUSTER, service: SERVICE }],
        "ecs-migrate:serviceTimeout": "3m",
      },
    });
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

  const kindsOf = (report: RunReport) => report.services.map(({ kind }) => kind);

  async function outputs(): Promise<Outputs> {
    const { stdout } = await stack.pulumi(["stack", "output", "--json"]);
    return parseOutputs(JSON.parse(stdout), STACK);
  }

  /** The image in the service's own task definition. */
  async function serviceRevision(): Promise<string | undefined> {
    const input = { cluster: CLUSTER, services: [SERVICE] };
    return (await ecs.send(new DescribeServicesCommand(input))).services?.[0]?.taskDefinition;
  }

  /** The containers that run an image, by their addresses. */
  async function addresses(image: string): Promise<string[]> {
    const { stdout } = await tryCommand(lab.docker.path, ["ps", "--quiet", "--no-trunc"]);
    const ids = stdout.split("\n").filter(Boolean);
    if (ids.length === 0) return [];
    const format = "{{.Config.Image}} {{.NetworkSettings.IPAddress}} {{json .Config.Labels}}";
    const inspected = await tryCommand(lab.docker.path, ["inspect", "--format", format, ...ids]);
    return inspected.stdout
      .split("\n")
      .filter((line) => line.startsWith(`${image} `) && line.includes(lab.ministack.instance))
      .map((line) => line.split(" ")[1] ?? "");
  }

  async function isServed(image: string): Promise<boolean> {
    const [address] = await addresses(image);
    if (address === undefined) return false;
    return (await fetch(`http://${address}:8080/healthz`)).ok;
  }

  it("reports a service that ECS does not know, after the migration passed", async () => {
    const { report, output } = await deploy("--allow-infra");
    assert.equal(report.verdict.kind, "applied", output);
    assert.deepEqual(kindsOf(report), ["notRolled"]);
    assert.equal(report.exitCode, 15);
  });

  it("leaves a service alone that runs the image already", async () => {
    const { image, network } = await outputs();
    assert.ok(network);
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: SERVICE,
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        containerDefinitions: [{ name: "app", image, essential: true }],
      }),
    );
    await ecs.send(
      new CreateServiceCommand({
        cluster: CLUSTER,
        serviceName: SERVICE,
        taskDefinition: SERVICE,
        desiredCount: 1,
        launchType: "FARGATE",
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: network.subnets,
            securityGroups: network.securityGroups,
            assignPublicIp: "ENABLED",
          },
        },
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      }),
    );
    const { report, output } = await deploy();
    assert.deepEqual(kindsOf(report), ["unchanged"], output);
    assert.equal(report.exitCode, 0);
  });

  it("rolls it to the new image after the migration", async () => {
    writeMigration(
      "20261125_notes",
      "SET lock_timeout = '5s';\nCREATE TABLE notes (id bigint PRIMARY KEY);\n",
    );
    const { report, output } = await deploy();
    assert.equal(report.verdict.kind, "applied", output);
    assert.deepEqual(kindsOf(report), ["live"], output);
    assert.equal(report.exitCode, 0);
    assert.ok(await isServed((await outputs()).image));
    assert.match(JSON.stringify(lab.slack.messages.at(-1)), /service web runs the new image/);
  });

  it("leaves the old code answering when the migration fails", async () => {
    const { image } = await outputs();
    const before = await serviceRevision();
    writeMigration("20261126_broken", "SET lock_timeout = '5s';\nALTER TABLE nowhere ADD COLUMN x int;\n");
    let asked = 0;
    let failed = 0;
    const asking = setInterval(() => {
      asked++;
      isServed(image).then(
        (served) => {
          if (!served) failed++;
        },
        () => failed++,
      );
    }, 250);
    const { report, output } = await deploy();
    clearInterval(asking);
    assert.notEqual(report.exitCode, 0, output);
    assert.deepEqual(kindsOf(report), ["notRolled"]);
    assert.equal(await serviceRevision(), before);
    assert.ok(asked > 0 && failed === 0, `${failed} of ${asked} answers failed`);
    assert.ok(await isServed(image));
  });

  it("reports the rollback of an image that does not start, and the old code answers", async () => {
    const old = (await serviceRevision()) ?? "";
    rmSync(join(stack.project, "app/resources/db/migrations/20261126_broken.up.sql"));
    rmSync(join(stack.project, "app/resources/db/migrations/20261126_broken.down.sql"));
    const server = join(stack.project, "app/server/main.go");
    writeFileSync(
      server,
      readFileSync(server, "utf8").replace("func main() {", "func main() {\n\tos.Exit(7)"),
    );
    const { report, output } = await deploy();
    assert.deepEqual(kindsOf(report), ["rolledBack"], output);
    assert.equal(report.exitCode, 15);
    assert.equal(await serviceRevision(), old);
  });

  function writeMigration(name: string, sql: string): void {
    const folder = join(stack.project, "app/resources/db/migrations");
    writeFileSync(join(folder, `${name}.up.sql`), sql);
    writeFileSync(join(folder, `${name}.down.sql`), "SELECT 1;\n");
  }
});
