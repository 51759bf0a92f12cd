/**
 * Many deploys while things go wrong: `npm run soak`. Faults between the script and AWS, kills of the script and of the
 * container, Slack down or slow. At the end the database must hold each migration once, every verdict must be one that the
 * database agrees with, and nothing may be left over.
 *
 * Options: `--deploys N` (200), `--minutes N` (180: no deploy begins later than that), `--seed N` (1: the same seed gives the same plan of faults).
 */
import { parseArgs } from "node:util";
import { withLab } from "../test/lab/lab.ts";
import { LabError } from "../test/lab/labError.ts";
import { createBenchStack } from "./benchStack.ts";
import { leftOver, type Rest } from "./leftOver.ts";
import { randomFrom } from "./random.ts";
import { Soak, type SoakCounts } from "./soakRound.ts";

const { values } = parseArgs({
  options: {
    deploys: { type: "string", default: "200" },
    minutes: { type: "string", default: "180" },
    seed: { type: "string", default: "1" },
  },
});

async function main(): Promise<number> {
  const deploys = Number(values.deploys);
  if (!Number.isInteger(deploys) || deploys < 1) {
    say(`--deploys is ${values.deploys}; it must be a whole number from 1 on`);
    return 2;
  }
  try {
    const { counts, rest } = await soak(deploys, Number(values.seed));
    return tell(counts, rest);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return 130;
    if (!(error instanceof LabError)) throw error;
    say(error.message);
    return 2;
  }
}

async function soak(deploys: number, seed: number): Promise<{ counts: SoakCounts; rest: Rest }> {
  let folder = "";
  let instance = "";
  const result = await withLab({ report: say }, async (lab) => {
    folder = lab.folder;
    instance = lab.ministack.instance;
    const bench = await createBenchStack(lab);
    try {
      const run = new Soak(bench, randomFrom(seed), say);
      await run.prepare();
      const end = Date.now() + Number(values.minutes) * 60_000;
      for (let number = 1; number <= deploys && Date.now() < end; number++) await run.round(number);
      const counts = await run.conclude();
      return { counts, running: await run.runningTasks(), docker: lab.docker };
    } catch (error) {
      // What fails because everything was told to stop is no failure.
      lab.signal.throwIfAborted();
      throw error;
    } finally {
      await bench.stop();
    }
  });
  const rest = await leftOver(result.docker, folder, instance, result.running);
  return { counts: result.counts, rest };
}

function tell(counts: SoakCounts, rest: Rest): number {
  const { problems, ...figures } = counts;
  say(JSON.stringify({ ...figures, rest }, undefined, 2));
  for (const problem of problems) say(`PROBLEM: ${problem}`);
  const left = Object.values(rest).reduce((sum, number) => sum + number, 0);
  const well = problems.length === 0 && left === 0;
  say(
    well
      ? "All verdicts agree with the database, and nothing is left."
      : "The soak found something; see above.",
  );
  return well ? 0 : 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
