/**
 * A second opinion, by hand: every request that the stack program and a deploy send to the lab's AWS is sent again, in order, to
 * moto, another model of AWS. Prints what moto accepts and what it refuses: `npm run test:moto`, or with a file that a lab
 * recorded (`requests.jsonl` in its folder) `npm run test:moto -- FILE`.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { withLab } from "./lab.ts";
import { LabError } from "./labError.ts";
import { createLabStack } from "./labStack.ts";
import { freePort, thisMachine } from "./machine.ts";
import { ensurePythonPackage } from "./pythonPackage.ts";
import { type Recorded, requestOf } from "./witness/requests.ts";

const MOTO = { name: "moto", extra: "server", version: "5.2.5", module: "moto.server" };
/** The lab's account. */
const ACCOUNT = "000000000000";

interface Answer {
  readonly operation: string;
  readonly status: number;
  /** moto's words, if it refuses. */
  readonly said: string;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  const [file] = process.argv.slice(2);
  const lines = file === undefined ? await record() : readFileSync(file, "utf8");
  const requests = lines.split("\n").filter(Boolean);
  process.stdout.write(`${table(await askMoto(requests.map((line) => JSON.parse(line) as Recorded)))}\n`);
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  say(error.message);
  process.exitCode = 2;
}

/** An `up` and a deploy in a lab. */
function record(): Promise<string> {
  return withLab({ report: say }, async (lab) => {
    const stack = await createLabStack(lab);
    for (const step of [() => stack.pulumi(["up", "--yes"]), () => stack.run(["deploy"])]) {
      const { exitCode, stdout, stderr } = await step();
      if (exitCode !== 0) throw new LabError(`${stdout}${stderr}`);
    }
    return readFileSync(lab.ministack.requests, "utf8");
  });
}

async function askMoto(requests: readonly Recorded[]): Promise<Answer[]> {
  const python = await ensurePythonPackage(thisMachine(), MOTO, say);
  const port = await freePort();
  const server = spawn(python, ["-m", "moto.server", "--port", String(port)], {
    env: { ...process.env, MOTO_ACCOUNT_ID: ACCOUNT },
    stdio: "ignore",
  });
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    await answering(endpoint);
    const answers: Answer[] = [];
    for (const request of requests) answers.push(await ask(endpoint, request));
    return answers;
  } finally {
    server.kill();
  }
}

async function answering(endpoint: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await fetch(`${endpoint}/moto-api/`).catch(() => undefined)) return;
    await delay(100);
  }
  throw new LabError("moto does not answer");
}

/** moto takes the service from the signature's scope and checks no signature. */
async function ask(endpoint: string, recorded: Recorded): Promise<Answer> {
  const { method, path, query, region, service, target, type, body } = recorded;
  const scope = `Credential=test/20260101/${region}/${service}/aws4_request`;
  const headers = new Headers({
    authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`,
  });
  if (target !== "") headers.set("x-amz-target", target);
  if (type !== "") headers.set("content-type", type);
  const url = `${endpoint}${path}${query === "" ? "" : `?${query}`}`;
  const sent = method === "GET" || method === "HEAD" ? {} : { body: Buffer.from(body, "base64") };
  const response = await fetch(url, { method, headers, ...sent });
  const text = await response.text();
  const operation = `${service} ${requestOf(recorded).operation}`;
  return {
    operation,
    status: response.status,
    said: response.ok ? "" : text.replace(/\s+/g, " ").slice(0, 160),
  };
}

/** One row an operation: how often it was accepted and refused, and the words of the first refusal. Pure. */
function table(answers: readonly Answer[]): string {
  const rows = [...Map.groupBy(answers, ({ operation }) => operation)].map(([operation, all]) => {
    const refused = all.filter(({ status }) => status >= 400);
    const [first] = refused;
    const words = first === undefined ? "" : `${first.status} ${first.said}`;
    return `| ${operation} | ${all.length - refused.length} | ${refused.length} | ${words.replaceAll("|", "/")} |`;
  });
  return [
    "| operation | accepted | refused | first refusal |",
    "| --- | --- | --- | --- |",
    ...rows.sort(),
  ].join("\n");
}
