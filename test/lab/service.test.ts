/** New code goes live only after its migration passed: real containers behind the local AWS's service. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { type Outputs, parseOutputs } from "../../automation/contract/outputs.ts";
import type { RunReport } from "../../automation/report/report.ts";
import type { RollbackReport } from "../../automation/report/rollback.ts";
import { isServed } from "./docker/served.ts";
import { type Lab, startLab } from "./lab.ts";
import { createLabStack, type LabStack, STACK } from "./labStack.ts";

const CLUSTER = "local-shop-migration";
const SERVICE = "web";

/** What the test reads of `history --json`. */
interface History {
  readonly runs: readonly { readonly files: readonly { readonly version: number }[] }[];
  readonly rolls: readonly { readonly result: string }[];
}

describe("a service in the lab", () => {
  let lab: Lab;
  let stack: LabStack;
  let ecs: ECSClient;

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`), sharedPlugins: true });
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

  /** Deploys until the CLI dies at an AWS call; see killAt.ts. */
  async function deployUntil(calls: string): Promise<void> {
    const hook = `--import=${join(import.meta.dirname, "killAt.ts")}`;
    const { exitCode, stderr } = await stack.run(["deploy"], {
      env: { NODE_OPTIONS: hook, KILL_AT: calls },
    });
    assert.equal(exitCode, null, `it did not die at ${calls}:\n${stderr}`);
  }

  /** A client that asks the old code all the time while something goes on; answers how it fared. */
  async function whileAsking(image: string, run: () => Promise<void>): Promise<string> {
    let asked = 0;
    let failed = 0;
    const asking = setInterval(() => {
      asked++;
      isServed(lab, image).then(
        (served) => {
          if (!served) failed++;
        },
        () => failed++,
      );
    }, 250);
    try {
      await run();
    } finally {
      clearInterval(asking);
    }
    assert.ok(asked > 0);
    return `${failed} failed`;
  }

  async function primaryDeployment(): Promise<string> {
    const input = { cluster: CLUSTER, services: [SERVICE] };
    const { services } = await ecs.send(new DescribeServicesCommand(input));
    return services?.[0]?.deployments?.find(({ status }) => status === "PRIMARY")?.id ?? "";
  }

  async function countDeployments(): Promise<number> {
    const input = { cluster: CLUSTER, service: SERVICE };
    return (await ecs.send(new ListServiceDeploymentsCommand(input))).serviceDeployments?.length ?? 0;
  }

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

  async function imageOf(taskDefinition: string): Promise<string> {
    const found = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    return found.taskDefinition?.containerDefinitions?.[0]?.image ?? "";
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
    const { report, output } = await deploy("--plan");
    assert.match(
      output,
      /service web would roll: web:\d+ \(\S+@sha256:[0-9a-f]{12}, commit not known\) → \S+@sha256:[0-9a-f]{12}, commit not known/,
    );
    assert.equal(report.verdict.kind, "applied", output);
    assert.deepEqual(kindsOf(report), ["live"], output);
    assert.equal(report.exitCode, 0);
    assert.ok(await isServed(lab, (await outputs()).image));
    assert.match(JSON.stringify(lab.slack.messages.at(-1)), /service web runs the new image/);
    const startedBy = await primaryDeployment();
    const { taskArns } = await ecs.send(new ListTasksCommand({ cluster: CLUSTER, startedBy }));
    assert.equal(taskArns?.length, 1, "AWS: a task of a service is started by its deployment");
  });

  it("leaves the old code answering when the migration fails", async () => {
    const { image } = await outputs();
    const before = await serviceRevision();
    writeMigration("20261126_broken", "SET lock_timeout = '5s';\nALTER TABLE nowhere ADD COLUMN x int;\n");
    const fared = await whileAsking(image, async () => {
      const { report, output } = await deploy();
      assert.notEqual(report.exitCode, 0, output);
      assert.deepEqual(kindsOf(report), ["notRolled"]);
    });
    assert.equal(fared, "0 failed");
    assert.equal(await serviceRevision(), before);
    for (const way of ["up", "down"])
      rmSync(join(stack.project, `app/resources/db/migrations/20261126_broken.${way}.sql`));
  });

  it("killed before the migration, before the roll and in it: the same command goes on, nothing twice", async () => {
    // The outputs name the image of the deploy that failed.
    const image = await imageOf((await serviceRevision()) ?? "");
    const deployments = await countDeployments();
    writeMigration("20261127_tags", "SET lock_timeout = '5s';\nCREATE TABLE tags (id bigint PRIMARY KEY);\n");
    const fared = await whileAsking(image, async () => {
      await deployUntil("RunTask");
      await deployUntil("RegisterTaskDefinition");
      assert.equal(await countDeployments(), deployments);
      assert.ok(await isServed(lab, image));
    });
    assert.equal(fared, "0 failed");
    await deployUntil("UpdateService,DescribeServices");
    const { report, output } = await deploy();
    assert.equal(report.exitCode, 0, output);
    assert.ok(["live", "unchanged"].includes(kindsOf(report)[0] ?? ""), output);
    assert.ok(await isServed(lab, (await outputs()).image));
    assert.equal(await countDeployments(), deployments + 1);
    const { runs, rolls } = await history();
    const tags = runs.filter(({ files }) => files.some(({ version }) => version === 20261127));
    assert.equal(tags.length, 1, JSON.stringify(runs));
    assert.equal(rolls.at(-1)?.result, "live");
  });

  it("is seen by doctor, and by history with every roll", async () => {
    const { stdout } = await stack.run(["doctor", "--json"]);
    const { checks } = JSON.parse(stdout) as { checks: { part: string; state: string; text: string }[] };
    const check = checks.find(({ part }) => part === "service web");
    assert.equal(check?.state, "ok", stdout);
    assert.match(
      check?.text ?? "",
      /^controller ECS, rolling; runs web:\d+ .*1 of 1 tasks; deployment COMPLETED/,
    );
    const { rolls } = await history();
    assert.deepEqual(
      rolls.map(({ result }) => result),
      ["live", "live", "live"],
    );
  });

  it("goes back to the earlier image by `rollback`, which runs no task and says what was applied since", async () => {
    const before = (await serviceRevision()) ?? "";
    const { runs } = await history();
    const { stdout, exitCode, stderr } = await stack.run(["rollback", "--json"]);
    assert.equal(exitCode, 0, stderr);
    const report = JSON.parse(stdout) as RollbackReport;
    assert.deepEqual(report.between.files, ["20261127_tags.up.sql"], stdout);
    assert.deepEqual([report.between.breaks, report.between.doubts], [[], []]);
    assert.equal(report.ways[0]?.from, before);
    assert.equal(await serviceRevision(), report.ways[0]?.to);
    assert.equal((await history()).runs.length, runs.length);
    assert.match(JSON.stringify(lab.slack.messages.at(-1)), /Rolled back: web at web:/);
  });

  it("reports the rollback of an image that does not start, and the old code answers", async () => {
    const old = (await serviceRevision()) ?? "";
    const server = join(stack.project, "app/server/main.go");
    writeFileSync(
      server,
      readFileSync(server, "utf8").replace("func main() {", "func main() {\n\tos.Exit(7)"),
    );
    const { report, output } = await deploy();
    assert.deepEqual(kindsOf(report), ["rolledBack"], output);
    assert.equal(report.exitCode, 15);
    assert.equal(await serviceRevision(), old);
    assert.match(output, /task \S+ stopped: .*exit code 7/);
  });

  async function history(): Promise<History> {
    const { stdout } = await stack.run(["history", "--json"]);
    return JSON.parse(stdout) as History;
  }

  function writeMigration(name: string, sql: string): void {
    const folder = join(stack.project, "app/resources/db/migrations");
    writeFileSync(join(folder, `${name}.up.sql`), sql);
    writeFileSync(join(folder, `${name}.down.sql`), "SELECT 1;\n");
  }
});
