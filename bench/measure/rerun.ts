/** `migrate version`: the whole process without the task itself, against the AWS CLI's three commands; and its memory. */
import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BenchStack } from "../benchStack.ts";
import { awsCli, compete, ours, peerEnvironment, type Run } from "../contestant.ts";
import { type Figure, median, secondsText } from "../figures.ts";

const run = promisify(execFile);
const PEAK_MEMORY = join(import.meta.dirname, "..", "peakMemory.ts");

export interface RerunSamples {
  readonly oursMs: readonly number[];
  /** run-task, describe-tasks and get-log-events together, without any waiting. */
  readonly cliMs: readonly number[];
  readonly peakMiB: readonly number[];
}

export async function measureRerun(
  bench: BenchStack,
  rounds: number,
  say: (line: string) => void,
): Promise<RerunSamples> {
  const oursMs: number[] = [];
  const cliMs: number[] = [];
  const peakMiB: number[] = [];
  const env = peerEnvironment(bench, "version");
  for (let round = 0; round < rounds; round++) {
    bench.exits.last = undefined;
    const own = await compete(bench, ours(bench, "migrate", "version"), env);
    oursMs.push(withoutTask(own, bench.exits.last ?? Number.NaN));
    cliMs.push(await threeCommands(bench, env));
    peakMiB.push(await peakOf(bench));
    say(`  rerun ${Math.round(oursMs.at(-1) ?? 0)} ms, AWS CLI ${Math.round(cliMs.at(-1) ?? 0)} ms`);
  }
  return { oursMs, cliMs, peakMiB };
}

/** The task's own time: from RunTask's arrival to the container's exit. */
function withoutTask({ calls, startedAt, endedAt }: Run, exit: number): number {
  const started = calls.find(({ name }) => name === "RunTask");
  if (!started) throw new Error("the rerun made no RunTask");
  return endedAt - startedAt - (exit - started.at);
}

async function threeCommands(bench: BenchStack, env: NodeJS.ProcessEnv): Promise<number> {
  const { outputs } = bench;
  const aws = awsCli(bench.env);
  const cli = async (...args: string[]) => (await run(aws, args, { env })).stdout.trim();
  const exited = new Promise<number>((resolve) => {
    bench.exits.onExit = resolve;
  });
  const overrides = JSON.stringify({
    containerOverrides: [{ name: outputs.containerName, command: ["version"] }],
  });
  const network = `awsvpcConfiguration={subnets=[${env.SUBNETS}],securityGroups=[${env.SECURITY_GROUPS}]}`;
  const cluster = ["--cluster", outputs.clusterArn];
  const start = ["ecs", "run-task", ...cluster, "--task-definition", outputs.taskDefinitionArn];
  const first = performance.now();
  const task = await cli(
    ...start,
    ...["--launch-type", "FARGATE", "--network-configuration", network, "--overrides", overrides],
    ...["--query", "tasks[0].taskArn", "--output", "text"],
  );
  const started = performance.now() - first;
  await exited;
  bench.exits.onExit = undefined;
  const id = task.slice(task.lastIndexOf("/") + 1);
  const stream = `${outputs.logStreamPrefix}/${outputs.containerName}/${id}`;
  const second = performance.now();
  await cli("ecs", "describe-tasks", ...cluster, "--tasks", task);
  await cli("logs", "get-log-events", "--log-group-name", outputs.logGroup, "--log-stream-name", stream);
  return started + performance.now() - second;
}

async function peakOf(bench: BenchStack): Promise<number> {
  const rows = await withMemory(bench, async (env) => {
    await compete(bench, ours(bench, "migrate", "version"), { ...bench.env, ...env });
  });
  return rows.find(({ script }) => script.endsWith("automation/main.ts"))?.peakMiB ?? Number.NaN;
}

export interface Peak {
  readonly script: string;
  readonly peakMiB: number;
}

/** Runs `work` with an environment under which every Node process writes its peak memory down. */
export async function withMemory(
  bench: BenchStack,
  work: (env: NodeJS.ProcessEnv) => Promise<void>,
): Promise<Peak[]> {
  const file = join(bench.lab.folder, "memory.jsonl");
  rmSync(file, { force: true });
  await work({ NODE_OPTIONS: `--import=${PEAK_MEMORY}`, BENCH_MEMORY: file });
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Peak);
}

/** Pure. */
export function rerunFigures({ oursMs, cliMs, peakMiB }: RerunSamples): Figure[] {
  const [mine, cli, peak] = [median(oursMs), median(cliMs), median(peakMiB)];
  return [
    {
      figure: `\`migrate version\` without its task (${oursMs.length} rounds)`,
      measured: `${secondsText(mine)} against ${secondsText(cli)}: ${(mine / cli).toFixed(2)}`,
      goal: "under the AWS CLI's three commands",
      met: mine < cli,
    },
    {
      figure: "peak memory of a rerun",
      measured: `${peak.toFixed(0)} MiB`,
      goal: "under 120 MB",
      met: peak * 1.048576 < 120,
    },
  ];
}
