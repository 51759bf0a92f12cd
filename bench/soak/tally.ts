/** The figures of a soak as they grow, and what it found. */
import { median } from "../figures.ts";
import type { Rest } from "./leftOver.ts";

export interface Problem {
  readonly deploy: number;
  /** The command, or what else was done. */
  readonly where: string;
  readonly what: string;
  /** The report's own words and the last lines of standard error, where there are any. */
  readonly evidence: readonly string[];
}

export interface InterruptionCount {
  readonly ordered: number;
  readonly injected: number;
}

export interface SoakFigures {
  readonly seed: number;
  /** ISO 8601, UTC. */
  readonly begun: string;
  readonly seconds: number;
  /** What ended it: `all deploys`, `time is up`, `interrupted`, or an error. */
  readonly ended: string;
  readonly asked: number;
  readonly deploys: number;
  /** Commands run, those that were needed to come back to a clean database among them. */
  readonly commands: number;
  readonly verdicts: Readonly<Record<string, number>>;
  /** Calls of AWS, the script's and Pulumi's, and the faults that some of them met. */
  readonly calls: number;
  readonly faults: Readonly<Record<string, number>>;
  /** By kind and place: a kill that interrupts elsewhere than ordered counts as injected where it did. */
  readonly interruptions: Readonly<Record<string, InterruptionCount>>;
  /** Locks of the stack's state that were taken away, as `pulumi cancel` does. */
  readonly cancels: number;
  /** Processes of Pulumi's that outlived a killed script and its engine; the soak has ended them. */
  readonly orphans: number;
  /** Runs that the script's journal still remembers at the end. */
  readonly journals: number | null;
  /** Slack messages that were not sent, as the terminal says. */
  readonly slackUntold: number;
  readonly medianSeconds: number | null;
  readonly slowestSeconds: number | null;
  /** Migrations that the database holds, against those that were shipped. */
  readonly held: string;
  /** Null until the lab has stopped. */
  readonly rest: Rest | null;
  readonly problems: readonly Problem[];
}

export class SoakTally {
  readonly #seed: number;
  readonly #asked: number;
  readonly #begun = Date.now();
  readonly #verdicts: Record<string, number> = {};
  readonly #faults: Record<string, number> = {};
  readonly #interruptions: Record<string, { ordered: number; injected: number }> = {};
  readonly #seconds: number[] = [];
  readonly problems: Problem[] = [];
  deploy = 0;
  commands = 0;
  calls = 0;
  cancels = 0;
  orphans = 0;
  journals: number | null = null;
  slackUntold = 0;
  held = "not asked";
  ended = "not ended";
  rest: Rest | null = null;

  readonly #onProblem: (problem: Problem) => void;

  /** @param onProblem called with each problem as it is found */
  constructor(seed: number, asked: number, onProblem: (problem: Problem) => void = () => undefined) {
    this.#onProblem = onProblem;
    this.#seed = seed;
    this.#asked = asked;
  }

  verdict(kind: string): void {
    count(this.#verdicts, kind);
  }

  fault(kind: string): void {
    count(this.#faults, kind);
  }

  interruption(name: string, what: keyof InterruptionCount): void {
    this.#interruptions[name] ??= { ordered: 0, injected: 0 };
    this.#interruptions[name][what]++;
  }

  /** A deploy with all that was needed after it, in seconds. */
  took(seconds: number): void {
    this.#seconds.push(seconds);
  }

  problem(where: string, what: string, evidence: readonly string[] = []): void {
    const problem = { deploy: this.deploy, where, what, evidence };
    this.problems.push(problem);
    this.#onProblem(problem);
  }

  figures(): SoakFigures {
    const seconds = this.#seconds;
    return {
      seed: this.#seed,
      begun: new Date(this.#begun).toISOString(),
      seconds: Math.round((Date.now() - this.#begun) / 1000),
      ended: this.ended,
      asked: this.#asked,
      deploys: this.deploy,
      commands: this.commands,
      verdicts: this.#verdicts,
      calls: this.calls,
      faults: this.#faults,
      interruptions: this.#interruptions,
      cancels: this.cancels,
      orphans: this.orphans,
      journals: this.journals,
      slackUntold: this.slackUntold,
      medianSeconds: seconds.length === 0 ? null : Math.round(median(seconds)),
      slowestSeconds: seconds.length === 0 ? null : Math.round(Math.max(...seconds)),
      held: this.held,
      rest: this.rest,
      problems: this.problems,
    };
  }
}

/** True if nothing was found: all deploys done, no problem, nothing left over. */
export function isSound({ ended, problems, rest }: SoakFigures): boolean {
  const left = rest === null ? 0 : Object.values(rest).reduce((sum, number) => sum + (number ?? 0), 0);
  return (ended === "all deploys" || ended === "time is up") && problems.length === 0 && left === 0;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
