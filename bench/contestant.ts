/** Those who run one migration and say how it went, each as a process of its own. */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { STACK } from "../test/lab/labStack.ts";
import type { BenchStack } from "./benchStack.ts";

const HERE = import.meta.dirname;
const PROJECT = resolve(HERE, "..");
/** A run that takes longer is broken, and must not hang the bench. */
const LIMIT_MS = 20 * 60_000;

export interface Contestant {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What standard output shows once the verdict is there. */
  readonly verdict: RegExp;
}

/** The script itself, as `npm run ecs-migrate` starts it. */
export function ours(bench: BenchStack, ...words: string[]): Contestant {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));
  const [, ...command] = (scripts["ecs-migrate"] as string).split(" ");
  const main = command.map((word) => (word.endsWith(".ts") ? join(PROJECT, word) : word));
  const args = [...main, ...words, "--stack", STACK, "--project", bench.stack.project, "--no-slack"];
  return { name: "ecs-migrate", command: process.execPath, args, verdict: /^✔ /m };
}

export const VERDICT = /^verdict: exit code 0$/m;

/** The peers, each written from the description of what it does. */
export function peers(): Contestant[] {
  const script = (name: string) => resolve(HERE, "peers", name);
  return [
    { name: "aws ecs wait", command: "sh", args: [script("seed.sh")], verdict: VERDICT },
    {
      name: "SDK waiter",
      command: process.execPath,
      args: [script("sdkWaiter.ts")],
      verdict: VERDICT,
    },
    { name: "run-command", command: "sh", args: [script("runCommand.sh")], verdict: VERDICT },
    { name: "--follow", command: process.execPath, args: [script("follow.ts")], verdict: VERDICT },
  ];
}

/** What the peers' scripts read: the run as environment variables. */
export function peerEnvironment({ outputs, env }: BenchStack, operation: string): NodeJS.ProcessEnv {
  const { subnets = [], securityGroups = [] } = outputs.network ?? {};
  return {
    ...env,
    AWS: awsCli(env),
    CLUSTER: outputs.clusterArn,
    TASK_DEFINITION: outputs.taskDefinitionArn,
    CONTAINER: outputs.containerName,
    SUBNETS: subnets.join(","),
    SECURITY_GROUPS: securityGroups.join(","),
    LOG_GROUP: outputs.logGroup,
    LOG_PREFIX: outputs.logStreamPrefix,
    OPERATION: operation,
  };
}

/**
 * The AWS CLI itself and no shim before it, whose own start would count against the CLI.
 *
 * @throws {Error} naming what to install
 */
export function awsCli(env: NodeJS.ProcessEnv): string {
  for (const command of ["pyenv which aws", "command -v aws"]) {
    try {
      return execFileSync("sh", ["-c", command], {
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    } catch {
      // The next way, or the message below.
    }
  }
  throw new Error(
    "The AWS CLI is not on the PATH; `pip install awscli` installs it, then run the same command again",
  );
}

export interface Run {
  /** When standard output showed the verdict, in milliseconds since the epoch. */
  readonly verdictAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Names of the API calls that it made, in order, with their times. */
  readonly calls: readonly { readonly at: number; readonly name: string }[];
  readonly output: string;
}

/** @throws {Error} if a contestant ends without its verdict */
export async function compete(
  bench: BenchStack,
  { name, command, args, verdict }: Contestant,
  env: NodeJS.ProcessEnv,
): Promise<Run> {
  const before = bench.proxy.calls.length;
  const startedAt = Date.now();
  let verdictAt: number | undefined;
  let output = "";
  const child = spawn(command, args, {
    cwd: bench.stack.project,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT_MS,
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (verdictAt === undefined && verdict.test(output)) verdictAt = Date.now();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const stop = () => child.kill();
  bench.lab.signal.addEventListener("abort", stop, { once: true });
  await new Promise<void>((ended, failed) => {
    child.once("error", failed).once("close", () => ended());
  });
  bench.lab.signal.removeEventListener("abort", stop);
  bench.lab.signal.throwIfAborted();
  if (verdictAt === undefined) throw new Error(`${name} gave no verdict:\n${output.slice(-2000)}`);
  return { verdictAt, startedAt, endedAt: Date.now(), calls: bench.proxy.calls.slice(before), output };
}
