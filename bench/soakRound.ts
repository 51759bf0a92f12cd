/** One deploy of a soak: a new migration, some faults, a verdict, and the database asked whether it is true. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import type { RunReport } from "../automation/report.ts";
import type { CommandResult } from "../test/lab/labStack.ts";
import { type BenchStack, SLOW_VERSION } from "./benchStack.ts";
import { FAULTS } from "./proxy.ts";
import type { Random } from "./random.ts";

/** What else goes wrong in a deploy, besides the calls. */
const BLOWS = ["none", "none", "killScript", "killContainer", "slackDown", "slackSlow"] as const;
type Blow = (typeof BLOWS)[number];

/** One call in so many meets a fault. */
const FAULT_SHARE = 1 / 8;
const ATTEMPTS = 6;

export interface SoakCounts {
  readonly deploys: number;
  /** Commands run, those that were needed to come back to a clean database among them. */
  readonly commands: number;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly blows: Readonly<Record<string, number>>;
  /** Migrations that the database holds, against those that were shipped. */
  readonly held: string;
  readonly problems: readonly string[];
}

export class Soak {
  readonly #bench: BenchStack;
  readonly #random: Random;
  readonly #say: (line: string) => void;
  readonly #verdicts: Record<string, number> = {};
  readonly #faults: Record<string, number> = {};
  readonly #blows: Record<string, number> = {};
  readonly #problems: string[] = [];
  #deploys = 0;
  #commands = 0;

  constructor(bench: BenchStack, random: Random, say: (line: string) => void) {
    this.#bench = bench;
    this.#random = random;
    this.#say = say;
  }

  /** A table with a row for each time that a migration's SQL was carried out. */
  async prepare(): Promise<void> {
    await this.#bench.query("CREATE TABLE soak (version bigint NOT NULL)");
  }

  async round(number: number): Promise<void> {
    const version = SLOW_VERSION + number;
    const blow = this.#random.pick(BLOWS);
    this.#deploys++;
    count(this.#blows, blow);
    this.#addMigration(version);
    this.#breakCalls();
    this.#breakSlack(blow);
    const first = await this.#command(["deploy"], blow);
    this.#bench.proxy.inject(undefined);
    const reached = await this.#recover(version, first);
    this.#say(`  ${number}: ${blow}, ${first}${reached ? "" : ", NOT REACHED"}`);
    if (!reached) this.#problems.push(`deploy ${number} (${blow}, first ${first}) never reached ${version}`);
  }

  async conclude(): Promise<SoakCounts> {
    const rows = (await this.#bench.query(
      "SELECT version::int, count(*)::int AS times FROM soak GROUP BY version",
    )) as { version: number; times: number }[];
    for (const { version, times } of rows)
      if (times !== 1) this.#problems.push(`migration ${version} was carried out ${times} times`);
    return {
      deploys: this.#deploys,
      commands: this.#commands,
      verdicts: this.#verdicts,
      faults: this.#faults,
      blows: this.#blows,
      held: `${rows.length} of ${this.#deploys}`,
      problems: this.#problems,
    };
  }

  async runningTasks(): Promise<number> {
    const { outputs, lab } = this.#bench;
    const client = new ECSClient({
      endpoint: lab.endpoint,
      region: outputs.region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      const { taskArns } = await client.send(
        new ListTasksCommand({ cluster: outputs.clusterArn, desiredStatus: "RUNNING" }),
      );
      return taskArns?.length ?? 0;
    } finally {
      client.destroy();
    }
  }

  #addMigration(version: number): void {
    const base = join(this.#bench.stack.project, "app/resources/db/migrations", `${version}_soak`);
    // Long enough for a blow to strike while the SQL runs.
    const seconds = (1 + this.#random.next() * 2).toFixed(2);
    // One statement, one transaction: a killed container leaves a mark, and either all of its work or none.
    writeFileSync(
      `${base}.up.sql`,
      `INSERT INTO soak SELECT ${version} FROM (SELECT pg_sleep(${seconds})) AS wait;\n`,
    );
    writeFileSync(`${base}.down.sql`, `DELETE FROM soak WHERE version = ${version};\n`);
  }

  #breakCalls(): void {
    this.#bench.proxy.inject(() => {
      if (this.#random.next() >= FAULT_SHARE) return undefined;
      const fault = this.#random.pick(FAULTS);
      count(this.#faults, fault);
      return fault;
    });
  }

  #breakSlack(blow: Blow): void {
    const { slack } = this.#bench.lab;
    if (blow === "slackDown") slack.behave({ kind: "error", status: 500, body: "no" });
    if (blow === "slackSlow") slack.behave({ kind: "rateLimited", retryAfterSeconds: 1 });
  }

  /** Runs one command behind the proxy, holds its verdict against the database and gives the verdict's kind. */
  async #command(args: readonly string[], blow: Blow = "none"): Promise<string> {
    const { stack, env, lab } = this.#bench;
    const file = join(lab.folder, "soak-report.json");
    rmSync(file, { force: true });
    this.#commands++;
    let struck = false;
    const result = await stack.run([...args, "--report", file], {
      env: { AWS_ENDPOINT_URL: env.AWS_ENDPOINT_URL },
      onOutput: (text, kill) => {
        if (struck || !text.includes("version before:")) return;
        struck = true;
        if (blow === "killScript") kill("SIGKILL");
        if (blow === "killContainer") this.#killContainer();
      },
    });
    const report = readReport(file);
    const kind = report?.verdict.kind ?? `no verdict (exit ${result.exitCode})`;
    count(this.#verdicts, kind);
    await this.#compare(report, result, args);
    return kind;
  }

  #killContainer(): void {
    const { docker, ministack } = this.#bench.lab;
    const filter = ["--filter", `label=ministack.instance=${ministack.instance}`];
    docker
      .exec(["ps", "--quiet", ...filter])
      .then(async (ids) => {
        for (const id of ids.split("\n").filter(Boolean)) await docker.exec(["kill", id]);
      })
      // The container may have ended by itself in the meantime.
      .catch(() => undefined);
  }

  /** Every verdict that names a version must name the database's own. */
  async #compare(
    report: RunReport | undefined,
    result: CommandResult,
    args: readonly string[],
  ): Promise<void> {
    if (!report) {
      if (result.exitCode !== null)
        this.#problems.push(
          `${args.join(" ")}: exit ${result.exitCode} and no report: ${result.stderr.slice(-300)}`,
        );
      return;
    }
    const { verdict } = report;
    const state = await this.#state();
    if (verdict.kind === "applied" || (verdict.kind === "unchanged" && verdict.version !== null)) {
      const said = verdict.kind === "applied" ? verdict.to : verdict.version;
      if (said?.version !== state.version || said?.dirty !== state.dirty)
        this.#problems.push(
          `${args.join(" ")} said ${verdict.kind} at ${JSON.stringify(said)}; the database: ${JSON.stringify(state)}`,
        );
    }
    if (verdict.kind === "dirty" && !state.dirty)
      this.#problems.push(`${args.join(" ")} said dirty; the database: ${JSON.stringify(state)}`);
  }

  async #state(): Promise<{ version: number; dirty: boolean }> {
    const [row] = await this.#bench.query("SELECT version::int, dirty FROM schema_migrations");
    return row as { version: number; dirty: boolean };
  }

  /** What a person would do: look, mend what is dirty by what the database holds, and run again. */
  async #recover(version: number, first: string): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await this.#settled();
      const state = await this.#state();
      if (state.version === version && !state.dirty) return true;
      if (state.dirty) {
        const [row] = await this.#bench.query("SELECT 1 FROM soak WHERE version = $1", [state.version]);
        await this.#command(["migrate", "force", String(row ? state.version : state.version - 1)]);
      } else if (first === "notStarted" || attempt > 0) await this.#command(["deploy"]);
      else await this.#command(["migrate", "up"]);
    }
    return false;
  }

  /** A task that outlived its script ends by itself; the database is asked when it has. */
  async #settled(): Promise<void> {
    for (let tries = 0; tries < 100 && (await this.runningTasks()) > 0; tries++) await delay(200);
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function readReport(file: string): RunReport | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as RunReport;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
