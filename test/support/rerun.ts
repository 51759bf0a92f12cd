/** A command as a process, against an AWS that refuses: `migrate up` ends with 10, whatever is wrong with its streams. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { temporaryHome } from "./runFixture.ts";
import { sampleOutputs } from "./sampleOutputs.ts";

export const PROJECT = join(import.meta.dirname, "..", "..");

/** AWS's text for a denied FilterLogEvents, with an account of our own; here it answers every call. Source: wazuh/wazuh#38964. */
export const DENIED =
  "User: arn:aws:sts::123456789012:assumed-role/oidc-wazuh-repository/GitHubActions is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:us-east-1:123456789012:log-group:temporary-log-group-9a5751a9-todelete because no identity-based policy allows the logs:FilterLogEvents action";

export interface RerunOptions {
  /** Options of node itself. */
  readonly node?: readonly string[];
  readonly args?: readonly string[];
  /** In place of `migrate up`. */
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A file's descriptor, or `pipe`. */
  readonly stdout?: number | "pipe";
  /** True: the reader of standard output leaves at once. */
  readonly leave?: boolean;
}

export interface RerunResult {
  readonly exitCode: number | null;
  /** Standard output, if it is a pipe, and standard error. */
  readonly output: string;
  readonly home: string;
  /** The calls of AWS, as `x-amz-target` names them. */
  readonly calls: readonly string[];
}

export async function refusedRerun(t: TestContext, options: RerunOptions = {}): Promise<RerunResult> {
  const { node = [], args = [], env = {}, stdout = "pipe", leave = false } = options;
  const { command = ["migrate", "up", "--no-slack"] } = options;
  const home = await temporaryHome(t);
  // The CLI that a rerun asks for the stack's outputs.
  await writeFile(
    join(home, "pulumi"),
    `#!/bin/sh\n[ "$1" = config ] && exec echo '{}'\ncat "${home}/outputs.json"\n`,
  );
  await chmod(join(home, "pulumi"), 0o755);
  await writeFile(join(home, "outputs.json"), JSON.stringify(sampleOutputs()));
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(String(request.headers["x-amz-target"]));
    response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ __type: "AccessDeniedException", message: DENIED }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => void server.close());
  const main = join(PROJECT, "automation/main.ts");
  const child = spawn(process.execPath, [...node, main, ...command, "--stack", "stage", ...args], {
    env: {
      PATH: `${home}:${process.env.PATH}`,
      HOME: home,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...env,
    },
    stdio: ["ignore", stdout, "pipe"],
  });
  let output = "";
  if (leave) child.stdout?.destroy();
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part) => (output += part));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, output, home, calls };
}
