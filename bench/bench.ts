/**
 * Measures the script against its peers on the local AWS: `npm run bench`. Prints one table and writes JSON.
 *
 * Options: `--rounds N` (9), `--only verdict,rerun,deploy,newFile,roll,image,calls,lines,install`, `--seconds 0.2,5,60`,
 * `--fargate-clock` (a task's end is told as late as on Fargate), `--few-peers` (of the peers only `aws ecs wait`), `--quick` (3 rounds of 0.2 s), `--json FILE`.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { withLab } from "../test/lab/lab.ts";
import { LabError } from "../test/lab/labError.ts";
import { type BenchStack, createBenchStack } from "./benchStack.ts";
import { type Figure, figureTable } from "./figures.ts";
import { callFigures, measureCalls } from "./measure/calls.ts";
import { deployFigures, measureDeploy } from "./measure/deploy.ts";
import { imageFigures, measureImage } from "./measure/image.ts";
import { installFigures, measureInstall } from "./measure/install.ts";
import { lineFigures, measureLines } from "./measure/lines.ts";
import { measureNewFile, newFileFigures } from "./measure/newFile.ts";
import { measureRerun, rerunFigures } from "./measure/rerun.ts";
import { measureRoll, rollFigures } from "./measure/roll.ts";
import { measureVerdict, verdictFigures } from "./measure/verdict.ts";

const PARTS = [
  "calls",
  "lines",
  "rerun",
  "deploy",
  "newFile",
  "roll",
  "verdict",
  "image",
  "install",
] as const;
type Part = (typeof PARTS)[number];

interface Settings {
  readonly rounds: number;
  readonly seconds: readonly number[];
  readonly fewPeers: boolean;
}

interface Measured {
  readonly samples: unknown;
  readonly figures: readonly Figure[];
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    only: { type: "string", default: PARTS.join(",") },
    seconds: { type: "string", default: "0.2,5,60" },
    "fargate-clock": { type: "boolean", default: false },
    "few-peers": { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    json: { type: "string", default: "bench.json" },
  },
});

async function main(): Promise<number> {
  const parts = values.only.split(",");
  const unknown = parts.find((part) => !PARTS.includes(part as Part));
  if (unknown !== undefined) {
    say(`There is no part ${unknown}; --only takes ${PARTS.join(", ")}`);
    return 2;
  }
  const settings: Settings = {
    rounds: values.quick ? 3 : Number(values.rounds),
    seconds: values.quick ? [0.2] : values.seconds.split(",").map(Number),
    fewPeers: values["few-peers"],
  };
  try {
    const measured = await measureAll(
      PARTS.filter((part) => parts.includes(part)),
      settings,
    );
    printFigures(measured);
    return 0;
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return 130;
    if (!(error instanceof LabError)) throw error;
    say(error.message);
    return 2;
  }
}

async function measureAll(parts: readonly Part[], settings: Settings): Promise<Map<Part, Measured>> {
  return withLab({ report: say, fargateClock: values["fargate-clock"] }, async (lab) => {
    const bench = await createBenchStack(lab);
    const measured = new Map<Part, Measured>();
    try {
      for (const part of parts) {
        say(`Measuring: ${part}`);
        measured.set(part, await MEASURES[part](bench, settings));
        lab.signal.throwIfAborted();
      }
      return measured;
    } catch (error) {
      // What fails because everything was asked to stop is no failure.
      lab.signal.throwIfAborted();
      throw error;
    } finally {
      await bench.stop();
    }
  });
}

const MEASURES: Readonly<Record<Part, (bench: BenchStack, settings: Settings) => Promise<Measured>>> = {
  calls: async () => measure(await measureCalls(), callFigures),
  lines: async (bench) => measure(await measureLines(bench), lineFigures),
  rerun: async (bench, { rounds }) => measure(await measureRerun(bench, rounds, say), rerunFigures),
  deploy: async (bench, { rounds }) => measure(await measureDeploy(bench, rounds, say), deployFigures),
  newFile: async (bench, { rounds }) => measure(await measureNewFile(bench, rounds, say), newFileFigures),
  roll: async (bench, { rounds }) => measure(await measureRoll(bench, rounds, say), rollFigures),
  image: async (bench) => measure(await measureImage(bench), imageFigures),
  install: async (bench) => measure(await measureInstall(bench), installFigures),
  verdict: async (bench, { rounds, fewPeers, seconds }) => {
    const samples = [];
    for (const each of seconds)
      samples.push(await measureVerdict(bench, { seconds: each, rounds, fewPeers, say }));
    return { samples, figures: samples.flatMap(verdictFigures) };
  },
};

function measure<T>(samples: T, figures: (samples: T) => Figure[]): Measured {
  return { samples, figures: figures(samples) };
}

function printFigures(measured: ReadonlyMap<Part, Measured>): void {
  const figures = [...measured.values()].flatMap((part) => part.figures);
  const machine = { date: new Date().toISOString().slice(0, 10), cores: availableParallelism() };
  writeFileSync(
    values.json,
    `${JSON.stringify({ ...machine, parts: Object.fromEntries(measured) }, undefined, 2)}\n`,
  );
  say(`\n${machine.date}, ${machine.cores} cores; samples in ${values.json}\n\n${figureTable(figures)}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
