/** One command of a soak behind the proxy, with what interrupts it, and its report held against the database. */
import { EventEmitter } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DatabaseVersion } from "../../automation/contract/resultLine.ts";
import type { RunReport } from "../../automation/report/report.ts";
import type { CommandResult } from "../../test/lab/labStack.ts";
import type { BenchStack } from "../benchStack.ts";
import { commandLine, killProcessesWith, processesWith } from "../processes.ts";
import type { SoakDatabase } from "./database.ts";
import { inject } from "./interruption.ts";
import type { DeployPlan, Interruption } from "./plan.ts";
import type { SoakTally } from "./tally.ts";
import { findContradictions } from "./verdict.ts";

/** A command that takes longer is stopped, and counts as a problem. */
const COMMAND_MS = 15 * 60_000;
/** The engine of a script that was killed alone ends by itself within this, or when it has done its work. */
const ENGINE_MS = 240_000;

export interface CommandPlan {
  readonly interruption?: Interruption;
  readonly nextFault?: DeployPlan["nextFault"] | undefined;
  /** The migration that is under way. */
  readonly version: number;
  /** After a kill the caller goes on at once: the database is not waited for. */
  readonly atOnce?: boolean;
}

export interface Ran {
  readonly args: readonly string[];
  /** undefined if the script was killed, or wrote none though it was not. */
  readonly report: RunReport | undefined;
  readonly killed: boolean;
  readonly injected: string | undefined;
  /** The last lines of standard error. */
  readonly stderr: readonly string[];
  /** The verdict's kind, or what there is in its place. */
  readonly outcome: string;
}

export class SoakRunner {
  readonly #bench: BenchStack;
  readonly #database: SoakDatabase;
  readonly #tally: SoakTally;
  /** The database when it was last at rest; `quiet` where that is still so. */
  #before: DatabaseVersion = { version: null, dirty: false };
  #quiet = false;

  constructor(bench: BenchStack, database: SoakDatabase, tally: SoakTally) {
    this.#bench = bench;
    this.#database = database;
    this.#tally = tally;
  }

  /** Waits until nothing works on the database; what does so for too long is a problem. */
  async rest(): Promise<void> {
    const work = await this.#database.rest(this.#bench.lab.signal);
    if (work !== undefined) this.#tally.problem("the database", "does not come to rest", [work]);
    this.#before = await this.#database.version();
    this.#quiet = work === undefined;
  }

  /** @throws if the soak itself is asked to stop */
  async run(args: readonly string[], plan: CommandPlan): Promise<Ran> {
    const { lab } = this.#bench;
    lab.signal.throwIfAborted();
    // The end of the number is marked too, so that command 1 is not found in command 12.
    const mark = `${lab.ministack.instance}/${++this.#tally.commands};`;
    const file = join(lab.folder, "soak-report.json");
    rmSync(file, { force: true });
    const messages = lab.slack.messages.length;
    const files = this.#temporary();
    const { result, injected } = await this.#execute([...args, "--report", file], mark, plan);
    lab.signal.throwIfAborted();
    const atEnd = await this.#database.version();
    const killed = result.exitCode === null;
    const report = readReport(file);
    const ran: Ran = {
      args,
      report,
      killed,
      injected,
      stderr: lastLines(result),
      outcome: outcomeOf(report, result),
    };
    this.#tally.verdict(ran.outcome);
    if (killed) await this.#orphansEnd(ran, mark);
    else this.#leftNothing(ran, files, mark);
    if (killed && plan.atOnce) this.#quiet = false;
    else await this.#compare(ran, result, plan, atEnd);
    if (!killed) this.#compareSlack(ran, result, messages);
    return ran;
  }

  async #execute(args: readonly string[], mark: string, { interruption, nextFault, version }: CommandPlan) {
    const { stack, env, proxy, lab } = this.#bench;
    const moments = new EventEmitter();
    const ended = new AbortController();
    let phase: string | undefined;
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    const reach = (moment: string) => {
      phase = moment;
      moments.emit(moment);
    };
    proxy.inject((name) => {
      if (name === "RunTask") reach("runTask");
      const fault = nextFault?.(name);
      this.#tally.calls++;
      if (fault) this.#tally.fault(fault);
      return fault;
    });
    const injecting = inject(interruption ?? { kind: "none" }, {
      lab,
      moments,
      phase: () => phase,
      sqlRuns: () => this.#database.sqlRuns(version),
      stopTasks: () => this.#database.stopTasks(),
      openDatabase: (open) => this.#database.open(open),
      killScript: (whole) => {
        kill?.("SIGKILL");
        if (whole) killProcessesWith(mark);
      },
      ended: ended.signal,
    });
    const limit = AbortSignal.timeout(COMMAND_MS);
    const result = await stack.run(args, {
      env: { AWS_ENDPOINT_URL: env.AWS_ENDPOINT_URL, SOAK_COMMAND: mark },
      signal: AbortSignal.any([lab.signal, limit]),
      onOutput: (text, killer) => {
        kill = killer;
        if (text.includes("Looking at what pulumi up would change")) reach("preview");
        if (text.includes("Building the image and bringing stack")) reach("up");
      },
    });
    ended.abort();
    proxy.inject(undefined);
    if (limit.aborted)
      this.#tally.problem(args.join(" "), `took more than ${COMMAND_MS / 1000} s`, lastLines(result));
    const hit = await injecting;
    // A script that had ended by itself in the meantime was not injected.
    const missed = hit?.startsWith("killScript") && result.exitCode !== null;
    return { result, injected: missed ? undefined : hit };
  }

  async #compare(ran: Ran, result: CommandResult, plan: CommandPlan, atEnd: DatabaseVersion): Promise<void> {
    const before = this.#before;
    const quiet = this.#quiet;
    await this.rest();
    const { report, args } = ran;
    if (!report) {
      if (!ran.killed)
        this.#tally.problem(args.join(" "), `exit ${result.exitCode} and no report`, lastLines(result));
      return;
    }
    const contradictions = findContradictions({
      report,
      // One that was killed right after its report has no exit code of its own.
      exitCode: result.exitCode ?? report.exitCode,
      before,
      quiet,
      atEnd,
      after: this.#before,
      effects: new Set((await this.#database.effects()).keys()),
      ...(args[0] === "deploy" ? { checkout: plan.version } : {}),
    });
    for (const contradiction of contradictions)
      this.#tally.problem(args.join(" "), contradiction, [
        JSON.stringify(report.verdict),
        `changed: ${report.databaseChanged}; ${report.why}`,
        `task: ${JSON.stringify(report.task)}`,
        ...report.logTail.slice(-5),
        ...lastLines(result),
      ]);
  }

  /** Slack has a message, or the terminal says why it has none. */
  #compareSlack({ args, report }: Ran, { stderr }: CommandResult, messages: number): void {
    if (!report) return;
    if (/Slack was not told/.test(stderr)) this.#tally.slackUntold++;
    else if (this.#bench.lab.slack.messages.length === messages)
      this.#tally.problem(args.join(" "), "Slack has no message, and nothing says why", [stderr.slice(-500)]);
  }

  /**
   * The Pulumi engine of a killed script goes on for a while and must end by itself, since it changes the stack. Its
   * language host and its program notice minutes later that it is gone, which is Pulumi's own affair: they are counted.
   */
  async #orphansEnd({ args }: Ran, mark: string): Promise<void> {
    const deadline = Date.now() + ENGINE_MS;
    const engines = () => processesWith(mark).filter((id) => /^(\S*\/)?pulumi /.test(commandLine(id)));
    while (engines().length > 0 && Date.now() < deadline)
      await delay(300, undefined, { signal: this.#bench.lab.signal });
    const left = engines().map(commandLine);
    if (left.length > 0) this.#tally.problem(args.join(" "), "a killed script's engine did not end", left);
    this.#tally.orphans += processesWith(mark).length;
    killProcessesWith(mark);
  }

  /** A command that was not killed leaves neither a process nor a temporary file. */
  #leftNothing({ args }: Ran, files: readonly string[], mark: string): void {
    const processes = processesWith(mark).map(commandLine);
    if (processes.length > 0) this.#tally.problem(args.join(" "), "left processes", processes);
    const left = this.#temporary().filter((name) => !files.includes(name));
    if (left.length > 0) this.#tally.problem(args.join(" "), "left temporary files", left);
  }

  /** What the script and its children leave in the lab's temporary folder. */
  #temporary(): string[] {
    // Pulumi's own are left out: the plugins' after each run, the language host's after a failed one.
    const pulumis = /^(plugin|pulumi-node-pipes)\d+$/;
    return readdirSync(this.#bench.lab.env.TMPDIR ?? "").filter((name) => !pulumis.test(name));
  }
}

/** `applied`, `notStarted (busy)`, `killed`: for counting. */
function outcomeOf(report: RunReport | undefined, result: CommandResult): string {
  if (report) {
    const { verdict } = report;
    if ("reason" in verdict) return `${verdict.kind} (${verdict.reason})`;
    return "cause" in verdict ? `${verdict.kind} (${verdict.cause})` : verdict.kind;
  }
  return result.exitCode === null ? "killed" : `no report (exit ${result.exitCode})`;
}

function lastLines({ stderr }: CommandResult): string[] {
  return stderr.trim().split("\n").slice(-8);
}

function readReport(file: string): RunReport | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as RunReport;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
