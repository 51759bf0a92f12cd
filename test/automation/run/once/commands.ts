/** Commands on one stack under faults, and what must be true of each one's report: the model of the database decides. */
import assert from "node:assert/strict";
import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import { type Operation, operationText } from "../../../../automation/contract/operations.ts";
import type { RunReport } from "../../../../automation/report/report.ts";
import type { Clock } from "../../../../automation/task/clock.ts";
import { versionText } from "../../../../automation/text/version.ts";
import type { VerdictKind } from "../../../../automation/verdict/verdict.ts";
import { mortalClock } from "../../../support/fakeClock.ts";
import { FAULTS, type FaultName } from "../../../support/fakeFaults.ts";
import { commandOf, type TaskScript } from "../../../support/fakeTask.ts";
import { NOBODY, type RunFixture, SETTINGS } from "../../../support/runFixture.ts";

export const EXIT_CODES: Record<VerdictKind, number> = {
  applied: 0,
  unchanged: 0,
  notStarted: 10,
  failed: 11,
  dirty: 12,
  interrupted: 13,
  unknown: 14,
};

export interface Step {
  readonly command: "deploy" | Operation;
  /** The same step is asked for by a CI build of its own, or by a person. */
  readonly build: boolean;
  readonly task: TaskScript;
  /** How a second task of the same command goes: the probe, or another start. */
  readonly second: TaskScript;
  readonly faults: readonly (readonly [string, readonly (FaultName | null)[]])[];
  readonly logsDenied: boolean;
  /** Whether lines are pushed, and how many of them are lost. */
  readonly liveTail: boolean | "silent";
  readonly losesEach: number;
  /** The script is killed so long after its beginning: it tells nothing, and only its journal is left. */
  readonly killedAfterMs: number | null;
  /** Milliseconds until the next command. */
  readonly pauseMs: number;
}

/** One sequence of commands on one stack. */
export class Sequence {
  readonly #fixture: RunFixture;
  readonly #count: (name: string) => void;
  /** The tasks that belong to a run: those that one command, and what resumed it, started. */
  readonly #unfinished = new Map<string, number>();
  /** RunTasks before the command under way; their time does not tell, since the next command may begin at the same moment. */
  #askedBefore = 0;
  /** Tasks before the command under way. */
  #tasksBefore = 0;

  constructor(fixture: RunFixture, count: (name: string) => void) {
    this.#fixture = fixture;
    this.#count = count;
  }

  async play(steps: readonly Step[]): Promise<void> {
    const { aws } = this.#fixture;
    for (const [index, step] of steps.entries()) {
      await this.#playStep(step, index);
      aws.clock.advance(step.pauseMs);
      assert.equal(aws.database.appliedTwice(), undefined, "applied twice without a down between");
    }
    this.#assertOneTaskARun();
  }

  async #playStep(step: Step, index: number): Promise<void> {
    const fixture = this.#fixture;
    const { aws } = fixture;
    const key = `${JSON.stringify(step.command === "deploy" ? { name: "up" } : step.command)} ${step.build}`;
    const firstTask = this.#unfinished.get(key) ?? aws.ecs.tasks.length;
    aws.faults.clear();
    for (const [api, names] of step.faults)
      aws.faults.next(api, ...names.map((name) => (name === null ? undefined : FAULTS[name]())));
    if (step.logsDenied) aws.faults.always("getLogEvents", FAULTS.denied());
    aws.logs.liveTail = step.liveTail;
    aws.logs.losesEach = step.losesEach;
    aws.ecs.scripts.length = 0;
    aws.ecs.scripts.push(step.task, step.second);
    fixture.origin = { ...NOBODY, build: step.build ? "shop:1" : null };
    fixture.settings = { ...SETTINGS, stopOnCancel: false };
    this.#askedBefore = aws.faults.of("runTask").length;
    this.#tasksBefore = aws.ecs.tasks.length;
    const report = await this.#runUntilKilled(step);
    aws.faults.clear();
    if (report === undefined) {
      aws.logs.endSessions();
      this.#count("killed");
      if (!this.#unfinished.has(key)) this.#unfinished.set(key, firstTask);
      return;
    }
    this.#count(report.verdict.kind);
    assert.equal(aws.logs.sessions, 0, "a session is left open");
    this.#assertTrue(report, firstTask, index);
    if (this.#mayGoOn(report)) {
      if (!this.#unfinished.has(key)) this.#unfinished.set(key, firstTask);
    } else this.#unfinished.delete(key);
  }

  #mayGoOn({ verdict, task }: RunReport): boolean {
    if (verdict.kind !== "unknown") return false;
    return (
      verdict.cause === "credentials" || verdict.cause === "unreadable" || (verdict.cause === "lost" && !task)
    );
  }

  /** Answers undefined if the script was killed before it told its verdict: an abort of which nothing is kept. */
  async #runUntilKilled(step: Step): Promise<RunReport | undefined> {
    const fixture = this.#fixture;
    const stopped = new Kill();
    const deps = fixture.deps();
    const clock = stopped.clockThatDies(deps.clock);
    if (step.killedAfterMs !== null) fixture.aws.clock.after(step.killedAfterMs, () => stopped.kill());
    const run =
      step.command === "deploy" ? fixture.deploy({ clock }) : fixture.runWith({ clock }, step.command);
    return stopped.race(run);
  }

  #assertTrue(report: RunReport, firstTask: number, index: number): void {
    const { aws } = this.#fixture;
    const { database } = aws;
    const { verdict } = report;
    const text = `step ${index}, ${JSON.stringify(verdict)}, database ${JSON.stringify(database.state)}`;
    // A step back that was found finished is told as it was; nothing else may be old news.
    const oldStep = report.operation.name === "down" && report.task?.attached === true;
    assert.equal(report.exitCode, EXIT_CODES[verdict.kind], text);
    const own = this.#tasksOfRun(report, firstTask);
    // Some scripts let ECS forget a task within the hour that it promises: nobody can know what that one did.
    const touched = own
      .map(({ arn }) => arn)
      .filter((arn) => database.touchedBy.has(arn) && !aws.ecs.forgottenTokens.has(arn));
    if (verdict.kind === "applied" || verdict.kind === "unchanged") {
      const reported = verdict.kind === "applied" ? verdict.to : verdict.version;
      const asked = report.operation.name === "version" || report.operation.name === "status";
      // A task that ECS did not list yet when the deploy looked is one that came after it.
      const skipped = verdict.kind === "unchanged" && verdict.skipped === "applied";
      const unlisted = skipped && aws.ecs.tasks.some((task) => task.visibleAt > aws.clock.now());
      if (unlisted) return;
      if (reported && !oldStep) assert.deepEqual(reported, database.state, text);
      if (!asked && !oldStep) assert.equal(database.dirty, false, text);
    }
    if (verdict.kind === "interrupted" && verdict.to) {
      assert.equal(verdict.to.dirty, false, text);
      if (report.task?.attached === false) assert.deepEqual(verdict.to, database.state, text);
    }
    if (verdict.kind === "unknown" && /, not dirty$/.test(verdict.detail))
      assert.equal(database.dirty, false, text);
    if (verdict.kind === "notStarted") {
      const startedNow = this.tasks.slice(this.#tasksBefore).map(({ arn }) => arn);
      const touchedNow = touched.filter((arn) => startedNow.includes(arn));
      assert.deepEqual(verdict.changedBefore === undefined ? touched : touchedNow, [], text);
      if (verdict.reason === "changedSince") this.#assertChangedSince(report, text);
      const stillComing = own.filter((task) => task.desiredStatus === "RUNNING" && !task.container?.over);
      assert.deepEqual(
        stillComing.map(({ arn }) => arn),
        [],
        text,
      );
    }
    if (report.databaseChanged === "no" && verdict.kind !== "unchanged") assert.deepEqual(touched, [], text);
    if (verdict.kind === "failed") assert.equal(verdict.to?.dirty ?? false, false, text);
    if (verdict.kind === "failed" && verdict.to && !oldStep)
      assert.deepEqual(verdict.to, database.state, text);
  }

  /** An earlier process's step took effect and the database went on from there: nothing is run, and both are told. */
  #assertChangedSince({ verdict, operation }: RunReport, text: string): void {
    assert.ok(verdict.kind === "notStarted" && operation.name === "down", text);
    const { tasks } = this;
    const { state } = this.#fixture.aws.database;
    const startedNow = tasks.slice(this.#tasksBefore).map(commandOf);
    assert.deepEqual([...new Set(startedNow)], ["version"], `not started, and ran: ${text}`);
    const earlier = tasks.slice(0, this.#tasksBefore).find(({ arn }) => arn === verdict.taskArn);
    assert.equal(earlier && commandOf(earlier), operationText(operation), text);
    const [, left, now] =
      /brought the database to (.+) by task .*, and it is at (.+) by now/.exec(verdict.detail) ?? [];
    assert.equal(now, versionText(state), text);
    assert.notEqual(left, now, text);
  }

  /**
   * The tasks of the run that the report is of. Where an earlier process of the same words died and others ran since, the
   * command begins another run: RunTask's startedBy tells.
   */
  #tasksOfRun(report: RunReport, firstTask: number): Sequence["tasks"] {
    const { aws } = this.#fixture;
    const since = aws.ecs.tasks.slice(firstTask);
    const asked = aws.faults.of("runTask").slice(this.#askedBefore);
    // The probe asks as a run of its own.
    const inputs = asked.map(({ input }) => input as RunTaskCommandInput);
    const changing = inputs.filter((input) => commandOf({ input }) !== "version");
    const run =
      changing.at(-1)?.startedBy ??
      aws.ecs.tasks.find(({ arn }) => arn === report.task?.arn)?.input.startedBy;
    if (run !== undefined) return aws.ecs.tasks.filter(({ input }) => input.startedBy === run);
    const words = operationText(report.operation as Operation);
    const own = since.filter((task) => commandOf(task) === words);
    // Nothing was asked for: all but a step back may have begun anew before that, where its task is old news.
    const isNews = (task: Sequence["tasks"][number]) =>
      !aws.ecs.isForgotten(task) && !this.#isOvertaken(task);
    return report.operation.name === "down" ? own : own.filter(isNews);
  }

  #isOvertaken(task: Sequence["tasks"][number]): boolean {
    const later = this.tasks.slice(this.tasks.indexOf(task) + 1);
    return later.some((other) => !["version", "status"].includes(commandOf(other)));
  }

  get tasks(): RunFixture["aws"]["ecs"]["tasks"] {
    return this.#fixture.aws.ecs.tasks;
  }

  /** A run may have started several tasks, and at most one of them may have run SQL. */
  #assertOneTaskARun(): void {
    const { aws } = this.#fixture;
    const byRun = Map.groupBy(aws.ecs.ran, (task) => task.input.startedBy ?? "");
    for (const [run, tasks] of byRun) {
      // What ECS forgot within the hour that it promises, as some scripts have it, its token starts again.
      const known = tasks.filter(({ arn }) => !aws.ecs.forgottenTokens.has(arn));
      const changing = known.filter(({ arn }) => aws.database.touchedBy.has(arn));
      assert.ok(changing.length <= 1, `run ${run} ran SQL in ${changing.length} tasks`);
    }
  }
}

/** `kill -9` on virtual time: nothing of the script goes on after it, and nobody learns what it thought. */
class Kill {
  #dead = false;
  #tell: (() => void) | undefined;

  kill(): void {
    this.#dead = true;
    this.#tell?.();
  }

  clockThatDies(clock: Clock): Clock {
    return mortalClock(clock, () => this.#dead);
  }

  async race(run: Promise<RunReport>): Promise<RunReport | undefined> {
    const killed = new Promise<undefined>((resolve) => {
      this.#tell = () => resolve(undefined);
    });
    const report = await Promise.race([run, killed]);
    return report;
  }
}
