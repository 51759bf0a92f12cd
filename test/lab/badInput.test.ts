/** Bad input ends with one clear sentence and exit code 2, and nothing is started: no resource, no task. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ECSClient, ListClustersCommand } from "@aws-sdk/client-ecs";
import { type Lab, startLab } from "./lab.ts";
import { type CommandResult, createLabStack, type LabStack } from "./labStack.ts";
import { withConfig } from "./project.ts";

describe("bad input", () => {
  let lab: Lab;
  let stack: LabStack;

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`) });
    stack = await createLabStack(lab);
  });
  after(() => lab?.stop());

  /** Runs a deploy that must be refused, and looks at the local AWS and Slack's stand-in afterwards. */
  async function refused(env: NodeJS.ProcessEnv = {}): Promise<string> {
    const result = await stack.run(["deploy", "--allow-infra"], { env });
    assertRefused(result);
    return result.stderr;
  }

  async function clusters(): Promise<string[]> {
    const client = new ECSClient(lab.clientConfig);
    try {
      return (await client.send(new ListClustersCommand({}))).clusterArns ?? [];
    } finally {
      client.destroy();
    }
  }

  function assertRefused({ exitCode, stderr, stdout }: CommandResult): void {
    assert.equal(exitCode, 2, stderr + stdout);
    assert.equal(stdout, "");
    assert.doesNotMatch(stderr, /^\s+at /m);
  }

  it("starts nothing in any of these", async () => {
    const app = join(stack.project, "app");
    const settings = join(stack.project, "Pulumi.local.yaml");
    const good = readFileSync(settings, "utf8");

    const noStack = await stack.run(["deploy"], { stack: "nowhere" });
    assertRefused(noStack);
    assert.match(
      noStack.stderr,
      /^There is no stack nowhere in the backend that Pulumi is logged in to, and Pulumi\.nowhere\.yaml does not say where/m,
    );

    assert.match(await refused({ PATH: withoutDocker(lab) }), /there is no docker command on the PATH/);
    assert.match(
      await refused({ DOCKER_HOST: "unix:///nowhere/docker.sock" }),
      /the Docker engine does not answer .*; start it, or set DOCKER_HOST/,
    );
    assert.match(
      await refused({ MIGRATE: "perhaps" }),
      /^MIGRATE is perhaps; it must be skip or auto, or not set$/m,
    );

    const bad = {
      "ecs-migrate:cpu": 300,
      "ecs-migrate:migrate": "sometimes",
      "ecs-migrate:logRetentionDays": 8,
    };
    writeFileSync(settings, withConfig(good, bad));
    const problems = await refused();
    for (const key of Object.keys(bad)) assert.equal(problems.includes(key), true, `${key} in ${problems}`);
    assert.match(problems, /Configuration of stack local: 3 problems/);

    writeFileSync(settings, good.replace(/^ {2}ecs-migrate:application:.*\n/m, ""));
    assert.match(
      await refused(),
      /^Configuration of stack local: ecs-migrate:application is not set, but it must be .*; set it in Pulumi\.local\.yaml$/m,
    );
    writeFileSync(settings, good);

    renameSync(join(app, "Dockerfile"), join(app, "Dockerfile.away"));
    assert.match(await refused(), /Dockerfile/);
    renameSync(join(app, "Dockerfile.away"), join(app, "Dockerfile"));

    const migrations = join(app, "resources/db/migrations");
    renameSync(migrations, `${migrations}.away`);
    assert.match(await refused(), /resources\/db\/migrations/);
    mkdirSync(migrations);
    assert.match(
      await refused(),
      /no file is named like \d{8}_name\.up\.sql or 000001_name\.up\.sql; add the first migration/,
    );
    rmSync(migrations, { recursive: true });
    renameSync(`${migrations}.away`, migrations);

    assert.deepEqual(await clusters(), []);
    assert.equal(lab.slack.requests, 0);
  });

  it("refuses a rerun of a stack that was never deployed", async () => {
    const result = await stack.run(["migrate", "up"]);
    assertRefused(result);
    const next = `Stack local has no outputs yet; run \`pulumi -C ${stack.project} up -s local\` once as an operator`;
    assert.ok(result.stderr.split("\n").includes(next), result.stderr);
  });

  it("refuses wrong words before it asks anybody", async () => {
    for (const words of [
      ["migrate", "down"],
      ["migrate", "goto", "x"],
      ["deploy", "--timeout", "soon"],
      ["deploi"],
    ]) {
      assertRefused(await stack.run(words));
    }
  });
});

/** The lab's PATH without the folder of its docker command, and without the system's folders that may hold another. */
function withoutDocker(lab: Lab): string {
  const [, ...rest] = (lab.env.PATH ?? "").split(":");
  return rest.filter((folder) => !/^\/(usr\/(local\/)?)?s?bin$/.test(folder)).join(":");
}
