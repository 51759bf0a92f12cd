/** One deploy of a soak: a new migration, what goes wrong, and what a person would do until the migration is there. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchStack } from "../benchStack.ts";
import { type Ran, SoakRunner } from "./command.ts";
import { migrationSql, SoakDatabase } from "./database.ts";
import { runningContainers } from "./interruption.ts";
import { type DeployPlan, interruptionName, planDeploy, soakVersion } from "./plan.ts";
import type { SoakTally } from "./tally.ts";

/** So many commands after a deploy must be enough. */
const ATTEMPTS = 8;

export interface SoakOptions {
  readonly bench: BenchStack;
  readonly seed: number;
  readonly tally: SoakTally;
  readonly say: (line: string) => void;
}

export class Soak {
  readonly #options: SoakOptions;
  readonly #database: SoakDatabase;
  readonly #runner: SoakRunner;

  constructor(options: SoakOptions) {
    this.#options = options;
    this.#database = new SoakDatabase(options.bench);
    this.#runner = new SoakRunner(options.bench, this.#database, options.tally);
  }

  async prepare(): Promise<void> {
    await this.#database.prepare();
    await this.#runner.rest();
  }

  /** What goes wrong unexpectedly is a problem of the deploy, and the next one comes. @returns false if it went so */
  async round(number: number): Promise<boolean> {
    const { bench, seed, tally, say } = this.#options;
    const plan = planDeploy(seed, number);
    const started = Date.now();
    tally.deploy = number;
    let outcome = "";
    try {
      outcome = await this.#deploy(soakVersion(number), plan);
      return true;
    } catch (error) {
      bench.lab.signal.throwIfAborted();
      const { stack = String(error) } = error as Error;
      tally.problem("the soak itself", "failed", stack.split("\n").slice(0, 6));
      outcome = `PROBLEM: ${error}`;
      return false;
    } finally {
      const seconds = (Date.now() - started) / 1000;
      tally.took(seconds);
      say(
        `${String(number).padStart(4)}: ${Math.round(seconds)} s, ${interruptionName(plan.interruption)}: ${outcome}`,
      );
    }
  }

  /** @returns what was done and became of it, in one line */
  async #deploy(version: number, plan: DeployPlan): Promise<string> {
    const { bench, tally } = this.#options;
    const { interruption, nextFault, atOnce } = plan;
    tally.interruption(interruptionName(interruption), "ordered");
    this.#writeMigration(version, plan, interruption.kind === "badSql" ? " SELECT 1 / 0;" : "");
    if ("answers" in interruption) bench.lab.slack.behave(...interruption.answers);
    const asked = bench.lab.slack.requests;
    const first = await this.#runner.run(["deploy"], { interruption, nextFault, version, atOnce });
    if ("answers" in interruption && bench.lab.slack.requests > asked)
      tally.interruption(interruptionName(interruption), "injected");
    bench.lab.slack.recover();
    if (first.injected) tally.interruption(first.injected, "injected");
    if (interruption.kind === "badSql" && first.outcome === "dirty") tally.interruption("badSql", "injected");
    const outcomes = [`${first.injected ? `injected (${first.injected}), ` : ""}${first.outcome}`];
    const last = await this.#recover(version, plan, first, outcomes);
    if (!(await this.#isReached(version)))
      tally.problem("the deploy", `never reached ${version}`, [...outcomes, ...last.stderr]);
    return outcomes.join(", ");
  }

  /** One statement, one transaction: a killed container leaves a mark, and either all of its work or none. */
  #writeMigration(version: number, { sqlSeconds }: DeployPlan, last = ""): void {
    const folder = join(this.#options.bench.stack.project, "app/resources/db/migrations");
    writeFileSync(
      join(folder, `${version}_soak.up.sql`),
      `${migrationSql(version)}(SELECT pg_sleep(${sqlSeconds.toFixed(2)})) AS wait;${last}\n`,
    );
    writeFileSync(join(folder, `${version}_soak.down.sql`), `DELETE FROM soak WHERE version = ${version};\n`);
  }

  /**
   * What a person would do: look, mend what is dirty by what the database holds, and run again.
   *
   * @returns the last command
   */
  async #recover(version: number, plan: DeployPlan, first: Ran, outcomes: string[]): Promise<Ran> {
    let last = first;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const goesOn = attempt === 0 && first.killed && plan.atOnce;
      // A run whose script was killed has no verdict yet, though its migration may be there.
      if (last.report && (await this.#isReached(version))) return last;
      const args = goesOn ? await this.#again(plan) : await this.#next(plan, last, attempt);
      const faults = attempt === 0 && plan.faultsAgain ? plan.nextFault : undefined;
      last = await this.#runner.run(args, { version, nextFault: faults });
      outcomes.push(`${args.slice(0, 2).join(" ")} ${last.outcome}`);
    }
    return last;
  }

  async #isReached(version: number): Promise<boolean> {
    const state = await this.#database.version();
    return state.version === version && !state.dirty;
  }

  /** After a kill, with no look at what still runs: the same again, or the task. */
  async #again({ rerun }: DeployPlan): Promise<string[]> {
    const [task] = await this.#database.runningTasks();
    if (rerun === "attach" && task !== undefined) return ["attach", task];
    return rerun === "deploy" ? ["deploy"] : ["migrate", "up"];
  }

  async #next(plan: DeployPlan, last: Ran, attempt: number): Promise<string[]> {
    const { version, dirty } = await this.#database.version();
    if (dirty && version !== null) {
      this.#writeMigration(version, plan);
      const whole = (await this.#database.effects()).has(version);
      return ["migrate", "force", String(whole ? version : this.#versionBefore(version))];
    }
    await this.#unlock(last);
    const notShipped = last.report?.verdict.kind === "notStarted";
    return attempt > 0 || notShipped || plan.rerun === "deploy" ? ["deploy"] : ["migrate", "up"];
  }

  /** Of the files that this soak has shipped. */
  #versionBefore(version: number): number {
    let number = this.#options.tally.deploy;
    while (number > 0 && soakVersion(number) >= version) number--;
    return soakVersion(number);
  }

  /** A killed `pulumi up` leaves the state locked, and the report of the next deploy says so and how to go on. */
  async #unlock({ report }: Ran): Promise<void> {
    const { bench, tally } = this.#options;
    if (!report || !/pulumi cancel/.test(JSON.stringify(report.verdict))) return;
    tally.cancels++;
    const { exitCode, stderr } = await bench.stack.pulumi(["cancel", "--yes"]);
    if (exitCode !== 0) tally.problem("pulumi cancel", `exit ${exitCode}`, [stderr.slice(-500)]);
  }

  /** Asks the database for all that was shipped, and the lab for what is left, while it still stands. */
  async conclude(): Promise<{ tasks: number }> {
    const { bench, tally } = this.#options;
    const effects = await this.#database.effects();
    for (const [version, times] of effects)
      if (times !== 1) tally.problem("the database", `${version} was carried out ${times} times`);
    tally.held = `${effects.size} of ${tally.deploy}`;
    if (effects.size !== tally.deploy) tally.problem("the database", `holds ${tally.held} migrations`);
    const runs = join(bench.lab.folder, "state-home", "ecs-migrate", "runs");
    tally.journals = readdirSync(runs).length;
    const containers = await runningContainers(bench.lab);
    if (containers.length > 0) tally.problem("the lab", "containers run at the end", containers);
    return { tasks: (await this.#database.runningTasks()).length };
  }

  stop(): void {
    this.#database.stop();
  }
}
