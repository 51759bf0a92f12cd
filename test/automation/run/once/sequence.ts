/**
 * What the property test plays: commands of several people and jobs on one stack, over the real SDK clients, while answers
 * are lost, processes die and the world changes; and what must be true whatever happens. The model of the database decides.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ConfigError } from "../../../../automation/contract/errors.ts";
import { operationText } from "../../../../automation/contract/operations.ts";
import type { RunReport } from "../../../../automation/report/report.ts";
import { attachRun } from "../../../../automation/run/attach.ts";
import type { RunDeps } from "../../../../automation/run/runOperation.ts";
import { AwsServer } from "../../../support/awsServer.ts";
import { FakeAws } from "../../../support/fakeAws.ts";
import { mortalClock } from "../../../support/fakeClock.ts";
import { FAULTS } from "../../../support/fakeFaults.ts";
import { commandOf } from "../../../support/fakeTask.ts";
import { connectTo } from "../../../support/httpFixture.ts";
import { NOBODY, RunFixture } from "../../../support/runFixture.ts";
import { revisionOf } from "../../../support/sampleOutputs.ts";
import { connectDirectly } from "./connectDirectly.ts";
import { type Event, startedBy, type Transport, type Who } from "./events.ts";

type Command = Extract<Event, { kind: "command" }>;

const EARLIER = /result of an earlier process of this run/;
const QUESTION = /^(version|status)/;

export class Sequence {
  readonly #aws = new FakeAws();
  readonly #server: AwsServer | undefined;
  /** Called with each call of a process; answers whether the process is dead by now. */
  #onCall: (process: string) => boolean = () => false;
  readonly #folder: string;
  readonly #count: (name: string) => void;
  #processes = 0;
  #runners = 0;
  #jobs = 0;
  #revision = 12;
  /** Taken now and then, for a restore. */
  #backup = { version: null as number | null, dirty: false };
  /** Steps that were asked for and not reported yet: the tasks before them, by who and words. */
  readonly #open = new Map<string, number>();
  /** The database was restored, and no task has been asked since: nobody can know. */
  #restoredAt: number | undefined;

  constructor(folder: string, transport: Transport, count: (name: string) => void) {
    this.#folder = folder;
    this.#count = count;
    if (transport === "memory") return;
    this.#server = new AwsServer(this.#aws);
    this.#server.onCall = (process) => this.#onCall(process);
  }

  async play(events: readonly Event[]): Promise<void> {
    await this.#server?.start();
    try {
      for (const [index, event] of events.entries()) {
        await this.#playEvent(event, `event ${index}`);
        assert.equal(this.#aws.database.appliedTwice(), undefined, `event ${index}: a step twice`);
      }
    } finally {
      await this.#server?.close();
    }
  }

  async #playEvent(event: Event, name: string): Promise<void> {
    const { clock, database } = this.#aws;
    this.#count(event.kind);
    switch (event.kind) {
      case "command":
        return this.#playCommand(event, name);
      case "pause":
        return clock.advance(event.ms);
      case "newRevision":
        return this.#register(++this.#revision);
      case "otherDatabase":
        return this.#changeDatabase();
      case "restore":
        // Nobody restores under a task that runs.
        clock.advance(10 * 60_000);
        database.restore(this.#backup);
        this.#restoredAt = clock.now();
        return;
      case "rebuiltRunner":
        this.#runners++;
        return;
      case "nextJob":
        this.#jobs++;
        this.#runners++;
        for (const key of [...this.#open.keys()]) if (key.startsWith("job")) this.#open.delete(key);
        return;
      default:
        event satisfies never;
    }
  }

  #register(number: number): void {
    const outputs = { ...this.#aws.outputs, taskDefinitionArn: this.#aws.ecs.revisionArn(number) };
    Object.assign(this.#aws, { outputs });
    this.#aws.revisions.set(number, revisionOf(outputs));
  }

  #changeDatabase(): void {
    this.#aws.clock.advance(10 * 60_000);
    const databaseSecret =
      this.#aws.outputs.databaseSecret === "/stage/migration" ? "/stage/other" : "/stage/migration";
    Object.assign(this.#aws, { outputs: { ...this.#aws.outputs, databaseSecret } });
    this.#register(++this.#revision);
    this.#open.clear();
    this.#restoredAt = undefined;
  }

  async #playCommand(event: Command, name: string): Promise<void> {
    const aws = this.#aws;
    const before = { tasks: aws.ecs.tasks.length, at: aws.clock.now() };
    if (before.tasks % 3 === 0) this.#backup = aws.database.state;
    aws.faults.clear();
    for (const [api, names] of event.faults)
      aws.faults.next(api, ...names.map((fault) => (fault === null ? undefined : FAULTS[fault]())));
    aws.ecs.scripts.length = 0;
    aws.ecs.scripts.push(...event.tasks);
    this.#isAttach = event.command === "attach";
    const report = await this.#run(event);
    aws.faults.clear();
    this.#follow(event, report, before.tasks, name);
    if (report)
      this.#assertTrue(
        report,
        before,
        `${name}, ${JSON.stringify(report.verdict)}, ${JSON.stringify(aws.database.state)}`,
      );
  }

  /** Answers undefined if the process was killed, or there was nothing to attach to. */
  async #run(event: Command): Promise<RunReport | undefined> {
    const process = `p${++this.#processes}`;
    const stop = new AbortController();
    let killed: () => void = () => undefined;
    const death = new Promise<undefined>((resolve) => {
      killed = () => resolve(undefined);
    });
    let calls = 0;
    let dead = false;
    this.#onCall = (asking) => {
      if (asking !== process) return true;
      if (++calls !== event.ends?.atCall) return dead;
      if (event.ends.by === "signal") setImmediate(() => stop.abort());
      else {
        dead = true;
        killed();
      }
      return dead;
    };
    const fixture = this.#fixtureOf(event.who, stop.signal);
    const deps: Partial<RunDeps> = {
      ...(await this.#connect(process)),
      clock: mortalClock(this.#aws.clock, () => dead),
    };
    const run = this.#start(fixture, deps, event.command);
    const report = await Promise.race([run, death]);
    this.#count(report ? report.verdict.kind : "killed or nothing");
    return report;
  }

  #connect(process: string): Promise<Pick<RunDeps, "ecs" | "logs">> | Pick<RunDeps, "ecs" | "logs"> {
    return this.#server
      ? connectTo(this.#server, process)
      : connectDirectly(this.#aws, () => this.#onCall(process));
  }

  async #start(
    fixture: RunFixture,
    changes: Partial<RunDeps>,
    command: Command["command"],
  ): Promise<RunReport | undefined> {
    const deps = { ...fixture.deps(), ...changes };
    if (command === "deploy") {
      const { ecs, logs } = deps;
      return fixture.deploy({ ...changes, connectEcs: async () => ecs, connectLogs: async () => logs });
    }
    if (command !== "attach") return fixture.runWith(changes, command);
    const arn = this.#aws.ecs.tasks.at(-1)?.arn;
    if (arn === undefined) return undefined;
    return attachRun(deps, arn).catch((error: unknown) => {
      if (error instanceof ConfigError) return undefined;
      throw error;
    });
  }

  #fixtureOf(who: Who, signal: AbortSignal): RunFixture {
    const home = who === "job" ? `runner${this.#runners}` : who;
    const fixture = new RunFixture(join(this.#folder, home), this.#aws);
    fixture.signal = signal;
    const build = who === "job" ? { build: `shop:${this.#jobs}` } : {};
    fixture.origin = { ...NOBODY, by: who, ...build };
    return fixture;
  }

  /** A `down` that was not reported is the same step if it is asked for again: at most one task of it may change anything. */
  #follow({ who, command }: Command, report: RunReport | undefined, firstTask: number, name: string): void {
    if (command === "attach") {
      // It may have ended anyone's entry; what follows is a new step.
      if (report) this.#open.clear();
      return;
    }
    const words = command === "deploy" ? "up" : operationText(command);
    if (!words.startsWith("down")) return;
    const key = `${who} ${words}`;
    const since = this.#open.get(key) ?? firstTask;
    const steps = this.#aws.ecs.tasks
      .slice(since)
      .filter((task) => commandOf(task) === words && task.input.overrides !== undefined)
      .filter((task) => startedBy(task, who) && this.#aws.database.touchedBy.has(task.arn));
    assert.ok(steps.length <= 1, `${name}: ${key} took ${steps.length} steps`);
    if (report && !this.#goesOn(report)) this.#open.delete(key);
    else this.#open.set(key, since);
  }

  #goesOn({ verdict, task }: RunReport): boolean {
    if (verdict.kind === "interrupted") return ["cancelled", "unconfirmed"].includes(verdict.cause);
    if (verdict.kind !== "unknown") return false;
    const open = ["credentials", "unreadable", "timeout"];
    return open.includes(verdict.cause) || (verdict.cause === "lost" && task === null);
  }

  #assertTrue(report: RunReport, before: { tasks: number; at: number }, text: string): void {
    const { database, ecs } = this.#aws;
    const { verdict, warnings, operation } = report;
    const since = ecs.tasks.slice(before.tasks);
    const isOwn = since.some(({ arn }) => arn === report.task?.arn);
    const isQuestion = QUESTION.test(operation.name);
    const isEarlier = EARLIER.test(warnings.join());
    const inProgress = this.#inProgress();
    if (verdict.kind === "dirty" && !inProgress && !isEarlier && !this.#isAttach)
      assert.equal(
        database.dirty || this.#wasDirtyAt(report),
        true,
        `says dirty of a clean database: ${text}`,
      );
    if (verdict.kind === "dirty")
      assert.equal(inProgress, false, `says dirty of a file in progress: ${text}`);
    if (verdict.kind === "notStarted") {
      // Another one's task that runs beside is none of this command's.
      const own = since.filter((task) => commandOf(task) === operationText(operation));
      const touched = own.filter(({ arn }) => database.touchedBy.has(arn));
      assert.deepEqual(touched, [], `not started, and ran: ${text}`);
    }
    if (verdict.kind !== "applied" && verdict.kind !== "unchanged") return;
    const at = verdict.kind === "applied" ? verdict.to : verdict.version;
    if (verdict.kind === "unchanged" && verdict.skipped === "applied") {
      const unlisted = ecs.tasks.some((task) => task.visibleAt > this.#aws.clock.now());
      if (!unlisted && !this.#isRestoredUnseen())
        assert.deepEqual(at, database.state, `skipped work that is due: ${text}`);
      return;
    }
    if (verdict.kind === "unchanged" && verdict.skipped) return;
    // A task that ended before this command began is an old result, and must be called so; attach asks for it.
    if (!isOwn && !isEarlier && !this.#isAttach) {
      const task = ecs.tasks.find(({ arn }) => arn === report.task?.arn);
      if (task)
        assert.ok(
          (task.knownEndedAt ?? Number.MAX_VALUE) >= before.at,
          `an old result as a new one: ${text}`,
        );
    }
    if (at && !inProgress && !this.#isAttach) assert.deepEqual(at, database.state, text);
    if (!isQuestion && !inProgress && !this.#isAttach) assert.equal(database.dirty, false, text);
  }

  /** The database was restored, and no line of a task that ran since can be read: nobody can know. */
  #isRestoredUnseen(): boolean {
    const { ecs, logs, clock } = this.#aws;
    const since = this.#restoredAt;
    if (since === undefined) return false;
    return !ecs.tasks.some((task) => {
      const events = logs.streams.get(ecs.logStream(task.arn))?.events ?? [];
      const isTold = events.some(
        ({ message, visibleAt }) => message.startsWith('{"ecsMigrate"') && visibleAt <= clock.now(),
      );
      return (task.startedAt ?? 0) >= since && isTold;
    });
  }

  #isAttach = false;

  /** A file runs at this moment. */
  #inProgress(): boolean {
    return this.#aws.ecs.tasks.some(
      (task) => task.container && !task.container.over && !QUESTION.test(commandOf(task)),
    );
  }

  /** The task's own end left the database dirty; somebody may have forced it since. */
  #wasDirtyAt({ task }: RunReport): boolean {
    return task !== null && this.#aws.database.leftDirtyBy.has(task.arn);
  }
}
