/** From the container's exit to the verdict on the terminal: the script, its peers, and the limit. */
import { setTimeout as delay } from "node:timers/promises";
import { DescribeTasksCommand, ECSClient, RunTaskCommand } from "@aws-sdk/client-ecs";
import type { BenchStack } from "../benchStack.ts";
import { type Contestant, compete, ours, peerEnvironment, peers } from "../contestant.ts";
import { type Figure, median, secondsText } from "../figures.ts";

export const LIMIT = "limit";

export interface VerdictSamples {
  readonly seconds: number;
  /** By contestant, {@link LIMIT} among them: milliseconds from exit to verdict, one a round. */
  readonly lateMs: Readonly<Record<string, readonly number[]>>;
  /** API calls, one number a round. */
  readonly calls: Readonly<Record<string, readonly number[]>>;
}

export interface VerdictOptions {
  readonly seconds: number;
  readonly rounds: number;
  /** Leaves out all peers but `aws ecs wait`. */
  readonly fewPeers: boolean;
  readonly say: (line: string) => void;
}

/** ABAB: each round runs everyone once, in the same order. */
export async function measureVerdict(bench: BenchStack, options: VerdictOptions): Promise<VerdictSamples> {
  const { seconds, rounds, fewPeers, say } = options;
  const rivals = peers().filter(({ name }) => !fewPeers || name === "aws ecs wait");
  const lateMs: Record<string, number[]> = {};
  const calls: Record<string, number[]> = {};
  const note = (name: string, late: number, made: number) => {
    lateMs[name] = [...(lateMs[name] ?? []), late];
    calls[name] = [...(calls[name] ?? []), made];
    say(`  ${seconds} s, ${name}: ${Math.round(late)} ms after the exit, ${made} calls`);
  };
  for (let round = 0; round < rounds; round++) {
    for (const contestant of [ours(bench, "migrate", "up"), ...rivals]) {
      const { late, made } = await oneRun(bench, contestant, seconds);
      note(contestant.name, late, made);
    }
    note(LIMIT, await limitOnce(bench, seconds), 1);
  }
  return { seconds, lateMs, calls };
}

async function oneRun(bench: BenchStack, contestant: Contestant, seconds: number) {
  await bench.rewind(seconds);
  bench.exits.last = undefined;
  const run = await compete(bench, contestant, peerEnvironment(bench, "up"));
  const exit = bench.exits.last as number | undefined;
  if (exit === undefined) throw new Error(`${contestant.name}: no container ended`);
  return { late: run.verdictAt - exit, made: run.calls.length };
}

/** The lower limit: a client that learns of the exit at once and then calls DescribeTasks once. */
async function limitOnce(bench: BenchStack, seconds: number): Promise<number> {
  const { outputs } = bench;
  await bench.rewind(seconds);
  const client = new ECSClient({
    endpoint: bench.proxy.url,
    region: outputs.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  try {
    const exited = new Promise<number>((resolve) => {
      bench.exits.onExit = resolve;
    });
    const { tasks } = await client.send(
      new RunTaskCommand({
        cluster: outputs.clusterArn,
        taskDefinition: outputs.taskDefinitionArn,
        launchType: outputs.launchType,
        networkConfiguration: { awsvpcConfiguration: { subnets: outputs.network?.subnets } },
        overrides: { containerOverrides: [{ name: outputs.containerName, command: ["up"] }] },
      }),
    );
    const exit = await exited;
    await client.send(
      new DescribeTasksCommand({ cluster: outputs.clusterArn, tasks: [tasks?.[0]?.taskArn ?? ""] }),
    );
    return Date.now() - exit;
  } finally {
    bench.exits.onExit = undefined;
    client.destroy();
    // The local AWS must see the end before the next task starts.
    await delay(300);
  }
}

/** The two goals of one duration. Pure. */
export function verdictFigures({ seconds, lateMs }: VerdictSamples): Figure[] {
  const medians = Object.fromEntries(Object.entries(lateMs).map(([name, all]) => [name, median(all)]));
  const mine = medians["ecs-migrate"] ?? Number.NaN;
  const wait = medians["aws ecs wait"] ?? Number.NaN;
  const limit = medians[LIMIT] ?? Number.NaN;
  const others = Object.entries(medians)
    .filter(([name]) => name !== "ecs-migrate" && name !== LIMIT)
    .map(([name, value]) => `${name} ${secondsText(value)}`)
    .join(", ");
  const rounds = lateMs[LIMIT]?.length ?? 0;
  const figure = `exit to verdict, migration of ${seconds} s (${rounds} rounds)`;
  return [
    {
      figure,
      measured: `${secondsText(mine)}; ${others}: ${(mine / wait).toFixed(2)} of aws ecs wait`,
      goal: "at most 0.1 of aws ecs wait",
      met: mine <= wait / 10,
    },
    {
      figure,
      measured: `${secondsText(mine)} against a limit of ${secondsText(limit)}: ${(mine / limit).toFixed(1)}`,
      goal: "at most 1.3 of the limit",
      met: mine <= limit * 1.3,
    },
  ];
}
