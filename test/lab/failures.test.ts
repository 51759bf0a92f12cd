/** The failures that the local AWS can show, each told as what it is: did the database change, why, and what now. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DeleteRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient, ListTasksCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { RunReport } from "../../automation/report/report.ts";
import { databaseUrl } from "./database/postgres.ts";
import { type Lab, startLab } from "./lab.ts";
import { createLabStack, type LabStack } from "./labStack.ts";

const PARAMETER = "/shop/local/migration";
const LOG_GROUP = "/ecs/migration/shop/local";
const CLUSTER = "local-shop-migration";
const SLOW = 20261121;

describe("failures in the lab", () => {
  let lab: Lab;
  let stack: LabStack;
  let aws: { ssm: SSMClient; logs: CloudWatchLogsClient; ecs: ECSClient; ecr: ECRClient };
  const doors: string[] = [];

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`) });
    stack = await createLabStack(lab);
    const config = lab.clientConfig;
    aws = {
      ssm: new SSMClient(config),
      logs: new CloudWatchLogsClient(config),
      ecs: new ECSClient(config),
      ecr: new ECRClient(config),
    };
    const base = join(stack.project, `app/resources/db/migrations/${SLOW}_slow`);
    writeFileSync(`${base}.up.sql`, "SET LOCAL lock_timeout = '5s';\nSELECT pg_sleep(6);\n");
    writeFileSync(`${base}.down.sql`, "SELECT 1;\n");
    const first = await stack.run(["deploy", "--allow-infra", "--no-slack"], { env: { MIGRATE: "skip" } });
    assert.equal(first.exitCode, 0, first.stderr);
  });
  after(async () => {
    for (const client of Object.values(aws ?? {})) client.destroy();
    await lab?.stop();
  });

  /** Runs a command; `when` says at which words of its output, once, `act` is done. */
  async function run(
    words: readonly string[],
    when?: string,
    act?: () => Promise<unknown>,
  ): Promise<RunReport> {
    const file = join(lab.folder, "failure.json");
    let seen = "";
    let acted: Promise<unknown> | undefined;
    const onOutput = (text: string): void => {
      seen += text;
      if (when !== undefined && seen.includes(when)) acted ??= act?.();
    };
    const result = await stack.run([...words, "--report", file], { onOutput });
    await acted;
    doors.push(result.stdout, result.stderr);
    const report: RunReport = JSON.parse(readFileSync(file, "utf8"));
    assert.equal(result.exitCode, report.exitCode, result.stderr);
    return report;
  }

  const putUrl = (Value: string) =>
    aws.ssm.send(new PutParameterCommand({ Name: PARAMETER, Value, Type: "SecureString", Overwrite: true }));

  function assertNotStarted(report: RunReport, reason: string, why: RegExp): void {
    assert.equal(report.exitCode, 10, JSON.stringify(report));
    assert.equal(
      report.verdict.kind === "notStarted" && report.verdict.reason,
      reason,
      JSON.stringify(report),
    );
    assert.equal(report.databaseChanged, "no");
    assert.match(report.why ?? "", why);
    assert.notEqual(report.next.length, 0);
  }

  it("secret not there", async () => {
    await aws.ssm.send(new DeleteParameterCommand({ Name: PARAMETER }));
    assertNotStarted(await run(["migrate", "up"]), "secret", /secret/i);
  });

  it("wrong password, never printed", async () => {
    const wrong = "wr0ng/p@ss";
    await putUrl(
      lab.postgres.urlFromContainer.replace(
        encodeURIComponent(lab.postgres.password),
        encodeURIComponent(wrong),
      ),
    );
    const report = await run(["migrate", "up"]);
    assert.equal(report.exitCode, 11);
    assert.match(report.why ?? "", /password/i);
    for (const door of doors)
      assert.equal(door.includes(wrong) || door.includes(encodeURIComponent(wrong)), false);
  });

  it("database unreachable", async () => {
    await putUrl(databaseUrl("127.0.0.1", 9, "secret-of-nobody", "shop"));
    const report = await run(["migrate", "up"]);
    assert.equal(report.exitCode, 11);
    assert.equal(report.databaseChanged, "no");
    assert.match(report.why ?? "", /refus|reach/i);
    await putUrl(lab.postgres.urlFromContainer);
  });

  it("log group gone", async () => {
    await aws.logs.send(new DeleteLogGroupCommand({ logGroupName: LOG_GROUP }));
    assertNotStarted(await run(["migrate", "up"]), "logging", /log/i);
    await aws.logs.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }));
  });

  it("container killed in mid-run: the database is asked, and nothing of the file is there", async () => {
    const report = await run(["migrate", "up"], "20261120/u", async () =>
      lab.docker.exec(["kill", ...(await migrationContainers())]),
    );
    assert.equal(report.exitCode, 13, JSON.stringify(report));
    assert.equal(report.verdict.kind === "interrupted" && report.verdict.cause, "killed");
    assert.deepEqual(report.verdict.kind === "interrupted" && report.verdict.to, {
      version: 20261120,
      dirty: false,
    });
  });

  it("StopTask by a person in mid-run: the file ends, then the run is told as stopped", async () => {
    const report = await run(["migrate", "up"], "version before", stopRunningTask);
    assert.equal(report.exitCode, 13, JSON.stringify(report));
    assert.equal(report.verdict.kind === "interrupted" && report.verdict.cause, "stopTask");
    assert.deepEqual(report.verdict.kind === "interrupted" && report.verdict.to, {
      version: SLOW,
      dirty: false,
    });
  });

  it("Slack down: a warning, and the same exit code", async () => {
    lab.slack.behave({ kind: "error", status: 404, body: "no_service" });
    const report = await run(["migrate", "down", "1"]);
    assert.equal(report.exitCode, 0);
    assert.match(report.warnings.join("\n"), /Slack/);
    assert.equal(report.warnings.join("\n").includes(lab.slack.url), false);
  });

  it("image not there", async () => {
    const { stdout } = await stack.pulumi(["stack", "output", "image"]);
    const id = await lab.docker.inspect(stdout.trim(), "{{.Id}}");
    await aws.ecr.send(new DeleteRepositoryCommand({ repositoryName: "local-shop", force: true }));
    await lab.docker.exec(["rmi", "--force", id]);
    assertNotStarted(await run(["migrate", "up"]), "image", /image/i);
  });

  it("keeps the password from every door", () => {
    doors.push(JSON.stringify(lab.slack.messages));
    const { password } = lab.postgres;
    for (const secret of [password, encodeURIComponent(password)]) {
      for (const door of doors) assert.equal(door.includes(secret), false);
    }
  });

  async function stopRunningTask(): Promise<void> {
    const { taskArns } = await aws.ecs.send(
      new ListTasksCommand({ cluster: CLUSTER, desiredStatus: "RUNNING" }),
    );
    for (const task of taskArns ?? []) await aws.ecs.send(new StopTaskCommand({ cluster: CLUSTER, task }));
  }

  async function migrationContainers(): Promise<string[]> {
    const label = `label=ministack.instance=${lab.ministack.instance}`;
    const listed = await lab.docker.exec(["ps", "--quiet", "--filter", label]);
    return listed.split("\n").filter((line) => line !== "");
  }
});
