/**
 * What 10,000 migrations and 100,000 log streams cost each command, beside 10 and 10 in the same run: CPU time, time on the
 * wall and peak memory of the process, medians of three. By hand: `node bench/limits/limits.ts [ROUNDS]`, some minutes.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../figures.ts";
import { openWorld, type Size, type World } from "./world.ts";

const MAIN = join(import.meta.dirname, "../../automation/main.ts");
const PEAK_MEMORY = join(import.meta.dirname, "../peakMemory.ts");
const SMALL: Size = { migrations: 10, streams: 10 };
const LARGE: Size = { migrations: 10_000, streams: 100_000 };

/** Each with the exit codes that are right; `doctor` finds fault with a model that knows ECS and logs only. */
const COMMANDS: readonly (readonly [words: string, exitCodes: readonly number[]])[] = [
  ["check", [0]],
  ["check --base HEAD", [0]],
  ["check --against stage", [0]],
  ["new add_column", [0]],
  ["plan up --stack stage", [0]],
  ["migrate version --stack stage", [0]],
  ["migrate status --stack stage", [0]],
  ["migrate up --stack stage --no-slack", [0]],
  ["history --stack stage --since 30d", [0]],
  ["history --stack stage --since 100d --json", [0]],
  ["doctor --stack stage", [0, 1, 2, 10, 11]],
];

interface Sample {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
}

async function measure(world: World, words: string, exitCodes: readonly number[]): Promise<Sample> {
  const file = join(tmpdir(), `ecs-migrate-limits-${process.pid}.jsonl`);
  rmSync(file, { force: true });
  world.reset();
  const begun = performance.now();
  const node = ["--v8-pool-size=1", `--import=${PEAK_MEMORY}`, MAIN];
  const child = spawn(process.execPath, [...node, ...words.split(" "), "--project", world.project], {
    cwd: world.project,
    env: { ...world.env, BENCH_MEMORY: file },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (part: Buffer) => (errors += part.toString("utf8")));
  const [code] = (await once(child, "close")) as [number];
  const wallMs = performance.now() - begun;
  if (!exitCodes.includes(code)) throw new Error(`${words} ended with ${code}: ${errors.slice(-2_000)}`);
  const [line = "{}"] = readFileSync(file, "utf8").split("\n");
  rmSync(file);
  const { cpuMs, peakMiB } = JSON.parse(line) as Sample;
  return { wallMs, cpuMs, peakMiB };
}

function row(words: string, small: readonly Sample[], large: readonly Sample[]): string {
  const of = (samples: readonly Sample[], key: keyof Sample) => median(samples.map((sample) => sample[key]));
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  const side = (samples: readonly Sample[]) =>
    `${seconds(of(samples, "cpuMs"))}, ${seconds(of(samples, "wallMs"))}, ${of(samples, "peakMiB").toFixed(0)} MiB`;
  const ratio = (key: keyof Sample) => (of(large, key) / of(small, key)).toFixed(1);
  return `| \`${words}\` | ${side(small)} | ${side(large)} | ${ratio("cpuMs")}, ${ratio("wallMs")}, ${ratio("peakMiB")} |`;
}

const rounds = Number(process.argv[2] ?? 3);
const small = await openWorld(SMALL);
const large = await openWorld(LARGE);
try {
  console.log(
    "| command | 10 and 10: CPU, wall, peak | 10,000 and 100,000 | ratios |\n| --- | --- | --- | --- |",
  );
  for (const [words, exitCodes] of COMMANDS) {
    const samples: { small: Sample[]; large: Sample[] } = { small: [], large: [] };
    for (let round = 0; round < rounds; round++) {
      samples.small.push(await measure(small, words, exitCodes));
      samples.large.push(await measure(large, words, exitCodes));
    }
    console.log(row(words, samples.small, samples.large));
  }
} finally {
  await small.close();
  await large.close();
}
