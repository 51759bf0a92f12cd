/**
 * Many deploys while things go wrong: `npm run soak`. Faults between the script and AWS, kills of the script and of the
 * container, Slack down or slow. At the end the database must hold each migration once, every verdict must be one that the
 * database agrees with, and nothing may be left over.
 *
 * Options: `--deploys N` (200), `--minutes N` (300: no deploy begins later than that), `--seed N` (1: the same seed gives
 * the same plan of what goes wrong), `--json FILE` (soak.json: the figures, written after each deploy).
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Docker } from "../test/lab/docker/docker.ts";
import { type Lab, withLab } from "../test/lab/lab.ts";
import { LabError } from "../test/lab/labError.ts";
import { createBenchStack } from "./benchStack.ts";
import { killProcessesWith } from "./processes.ts";
import { leftOver } from "./soak/leftOver.ts";
import { Soak } from "./soak/round.ts";
import { isSound, type Problem, SoakTally } from "./soak/tally.ts";

const { values } = parseArgs({
  options: {
    deploys: { type: "string", default: "200" },
    minutes: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    json: { type: "string", default: "soak.json" },
  },
});

/** So many deploys in a row that fail for the soak's own sake end it: something is broken for good. */
const FAILURES = 5;

interface Left {
  readonly docker: Docker;
  readonly folder: string;
  readonly instance: string;
}

async function main(): Promise<number> {
  const [deploys, minutes, seed] = [values.deploys, values.minutes, values.seed].map(Number);
  if (!isCount(deploys) || !isCount(minutes) || !isCount(seed)) {
    say("--deploys, --minutes and --seed take a whole number from 1 on");
    return 2;
  }
  const tally = new SoakTally(seed, deploys, (problem) => say(problemText(problem)));
  let left: Left | undefined;
  let tasks: number | null = null;
  let exitCode = 0;
  try {
    await withLab({ report: say }, async (lab) => {
      left = { docker: lab.docker, folder: lab.folder, instance: lab.ministack.instance };
      tasks = await soak(lab, tally, { deploys, minutes, seed });
    });
  } catch (error) {
    exitCode = failure(error, tally);
  }
  if (left) tally.rest = await leftOver(left.docker, left.folder, left.instance, tasks);
  const problems = printTally(tally);
  return exitCode || problems;
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 1;
}

/** @returns how many tasks run at the end */
async function soak(
  lab: Lab,
  tally: SoakTally,
  { deploys, minutes, seed }: { deploys: number; minutes: number; seed: number },
): Promise<number> {
  const bench = await createBenchStack(lab);
  const run = new Soak({ bench, seed, tally, say });
  try {
    await run.prepare();
    const end = Date.now() + minutes * 60_000;
    let failures = 0;
    for (let number = 1; number <= deploys && Date.now() < end && failures < FAILURES; number++) {
      failures = (await run.round(number)) ? 0 : failures + 1;
      save(tally);
    }
    tally.ended = failures === FAILURES ? `${FAILURES} failures in a row` : "all deploys";
    if (failures < FAILURES && tally.deploy < deploys) tally.ended = "time is up";
    return (await run.conclude()).tasks;
  } catch (error) {
    // What fails because everything was asked to stop is no failure.
    lab.signal.throwIfAborted();
    throw error;
  } finally {
    run.stop();
    // A command that was asked to stop must leave nothing behind.
    killProcessesWith(`${lab.ministack.instance}/`);
    await bench.stop();
  }
}

function failure(error: unknown, tally: SoakTally): number {
  if (error instanceof Error && error.name === "AbortError") {
    tally.ended = "interrupted";
    return 130;
  }
  tally.ended = error instanceof Error ? error.message : String(error);
  if (!(error instanceof LabError))
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 2;
}

function printTally(tally: SoakTally): number {
  save(tally);
  const { problems, ...figures } = tally.figures();
  say(JSON.stringify(figures, undefined, 2));
  const sound = isSound(tally.figures());
  say(
    sound
      ? "All verdicts agree with the database, and nothing is left."
      : `The soak is not sound (${figures.ended}, ${problems.length} problems); see above and ${values.json}.`,
  );
  return sound ? 0 : 1;
}

function problemText({ deploy, where, what, evidence }: Problem): string {
  const lines = evidence.map((line) => `    ${line}`);
  return [`PROBLEM in deploy ${deploy}: ${where}: ${what}`, ...lines].join("\n");
}

function save(tally: SoakTally): void {
  writeFileSync(values.json, `${JSON.stringify(tally.figures(), undefined, 2)}\n`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
