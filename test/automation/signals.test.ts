/**
 * L17, as a process: within 2 s of a signal the command is gone with its verdict and the right exit code, whatever call
 * hangs. Pulumi is a script that prints the outputs, and AWS is the model behind a socket.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { RunReport } from "../../automation/report/report.ts";
import { AwsServer } from "../support/awsServer.ts";
import { FakeAws } from "../support/fakeAws.ts";
import { temporaryHome } from "../support/runFixture.ts";

const MAIN = join(import.meta.dirname, "../../automation/main.ts");

interface Ended {
  readonly code: number | null;
  readonly afterMs: number;
  readonly report: RunReport;
  readonly stderr: string;
}

/** Runs the command until a call of a name has come, lets it hang, and sends the signal. */
async function stopAt(
  t: TestContext,
  words: readonly string[],
  hangs: string,
  signal: NodeJS.Signals,
): Promise<Ended> {
  const home = await temporaryHome(t);
  const aws = new FakeAws();
  const server = new AwsServer(aws);
  await server.start();
  t.after(() => server.close());
  const asked = new Promise<void>((resolve) => {
    server.onCall = (_, api) => {
      if (api !== hangs) return false;
      resolve();
      return true;
    };
  });
  const pulumi = join(home, "pulumi");
  await writeFile(pulumi, `#!/bin/sh\ncat <<'JSON'\n${JSON.stringify(aws.outputs)}\nJSON\n`);
  await chmod(pulumi, 0o755);
  const child = spawn(process.execPath, [MAIN, ...words, "--stack", "stage", "--json", "--no-slack"], {
    env: {
      PATH: `${home}:${process.env.PATH}`,
      HOME: home,
      AWS_ENDPOINT_URL: server.endpoint(),
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true",
      NODE_NO_WARNINGS: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  const closed = once(child, "close");
  await Promise.race([asked, closed]);
  const begun = performance.now();
  child.kill(signal);
  const [code] = (await closed) as [number | null];
  assert.notEqual(stdout, "", stderr);
  return { code, afterMs: performance.now() - begun, report: JSON.parse(stdout) as RunReport, stderr };
}

describe("a signal while a call hangs", () => {
  for (const [name, words, hangs, signal, cause, changed] of [
    [
      "SIGTERM in the look before the start",
      ["migrate", "up"],
      "listTasks",
      "SIGTERM",
      "stoppedBeforeStart",
      "no",
    ],
    [
      "SIGHUP in the look before the start",
      ["migrate", "up"],
      "listTasks",
      "SIGHUP",
      "stoppedBeforeStart",
      "no",
    ],
    ["SIGTERM while RunTask is not answered", ["migrate", "up"], "runTask", "SIGTERM", "cancelled", "maybe"],
    ["SIGINT while the task is watched", ["migrate", "up"], "describeTasks", "SIGINT", "cancelled", "maybe"],
    ["SIGHUP while the task is watched", ["migrate", "up"], "describeTasks", "SIGHUP", "cancelled", "maybe"],
  ] as const)
    test(name, async (t) => {
      const { code, afterMs, report, stderr } = await stopAt(t, words, hangs, signal);
      assert.equal(code, 13, stderr);
      assert.ok(afterMs < 2_000, `${Math.round(afterMs)} ms`);
      assert.equal(report.exitCode, 13);
      assert.equal(report.verdict.kind === "interrupted" && report.verdict.cause, cause);
      assert.equal(report.databaseChanged, changed);
      assert.match(stderr, new RegExp(`${signal}: stopping`));
    });
});
