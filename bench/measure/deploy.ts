/** A deploy with nothing changed against a bare `pulumi up`, and the memory of both. */
import type { BenchStack } from "../benchStack.ts";
import { type Figure, median, secondsText } from "../figures.ts";
import { type Peak, withMemory } from "./rerun.ts";

export interface DeploySamples {
  readonly deployMs: readonly number[];
  readonly upMs: readonly number[];
  /** Tasks that the deploys started. */
  readonly tasks: number;
  readonly deployPeakMiB: number;
  /** Of the Pulumi program, which runs in a process of its own. */
  readonly programPeakMiB: number;
}

export async function measureDeploy(
  bench: BenchStack,
  rounds: number,
  say: (line: string) => void,
): Promise<DeploySamples> {
  const deployMs: number[] = [];
  const upMs: number[] = [];
  const env = { AWS_ENDPOINT_URL: bench.proxy.url };
  // Not counted: where the rerun's part has asked for the version more often than the history looks back, it runs a task.
  await timed(() => bench.stack.run(["deploy", "--no-slack"], { env }));
  const before = bench.proxy.calls.length;
  for (let round = 0; round < rounds; round++) {
    deployMs.push(await timed(() => bench.stack.run(["deploy", "--no-slack"], { env })));
    upMs.push(await timed(() => bench.stack.pulumi(["up", "--yes"], { env })));
    say(`  deploy ${Math.round(deployMs.at(-1) ?? 0)} ms, pulumi up ${Math.round(upMs.at(-1) ?? 0)} ms`);
  }
  const peaks = await withMemory(bench, async (memory) => {
    await timed(() => bench.stack.run(["deploy", "--no-slack"], { env: { ...env, ...memory } }));
  });
  const peakOf = (wanted: (peak: Peak) => boolean) =>
    Math.max(...peaks.filter(wanted).map(({ peakMiB }) => peakMiB));
  const isMain = ({ script }: Peak) => script.endsWith("automation/main.ts");
  return {
    deployMs,
    upMs,
    tasks: bench.proxy.calls.slice(before).filter(({ name }) => name === "RunTask").length,
    deployPeakMiB: peakOf(isMain),
    programPeakMiB: peakOf((peak) => !isMain(peak)),
  };
}

async function timed(work: () => Promise<{ exitCode: number | null; milliseconds: number; stderr: string }>) {
  const { exitCode, milliseconds, stderr } = await work();
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr.slice(-2000)}`);
  return milliseconds;
}

/** Pure. */
export function deployFigures(samples: DeploySamples): Figure[] {
  const { tasks, deployPeakMiB, programPeakMiB } = samples;
  const [deploy, up] = [median(samples.deployMs), median(samples.upMs)];
  return [
    {
      figure: `deploy with nothing changed (${samples.deployMs.length} rounds)`,
      measured: `${secondsText(deploy)} against ${secondsText(up)} of \`pulumi up\`: ${(deploy / up).toFixed(2)}; ${tasks} tasks`,
      goal: "at most 1.1 and 0 tasks",
      met: deploy <= up * 1.1 && tasks === 0,
    },
    {
      figure: "peak memory of deploy",
      measured: `${deployPeakMiB.toFixed(0)} MiB against ${programPeakMiB.toFixed(0)} MiB`,
      goal: "under the Pulumi program's own",
      met: deployPeakMiB < programPeakMiB,
    },
  ];
}
