/**
 * The migration container on virtual time: the migrator around golang-migrate. It prints the lines and the result line,
 * takes the lock, runs the files one after the other, and can be told to stop or be killed at any moment.
 */
import { digest16 } from "../../automation/contract/container.ts";
import type { FakeClock } from "./fakeClock.ts";
import { type FakeDatabase, type FakeFile, planOf, type Step } from "./fakeDatabase.ts";

/** golang-migrate's own limit for the lock (its `-lock-timeout`). */
const LOCK_TIMEOUT_MS = 15_000;

export interface ContainerEnd {
  readonly exitCode: number | null;
  readonly reason?: string;
}

export interface ContainerOptions {
  readonly clock: FakeClock;
  readonly database: FakeDatabase;
  readonly files: readonly FakeFile[];
  readonly command: readonly string[];
  readonly taskArn: string;
  readonly image: string;
  readonly migrationsSha256: string;
  /** The name of the secret that the task definition takes the database from. */
  readonly secret: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
  readonly onEnd: (end: ContainerEnd) => void;
}

interface RanFile {
  readonly version: number;
  readonly name: string;
  readonly direction: "up" | "down";
  readonly ms: number;
}

/** Before any file had begun. */
function failureOf(kind: string) {
  const place = { file: null, version: null, direction: null, statement: null, code: null };
  return { kind, ...place, message: "inspect", tookEffect: "nothing", completed: [], blockers: [] };
}

/** What changes nothing. */
const QUESTIONS: ReadonlySet<string> = new Set(["version", "status", "inspect"]);

export class FakeContainer {
  readonly #options: ContainerOptions;
  readonly #startedAt: number;
  readonly #files: RanFile[] = [];
  #from: { version: number | null; dirty: boolean } | null = null;
  #over = false;
  #stopping = false;
  #inSql = false;

  constructor(options: ContainerOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  get over(): boolean {
    return this.#over;
  }

  start(): void {
    const { command, database, print } = this.#options;
    print(`ecs-migrate: ${command.join(" ")} on test`);
    if (database.unreachable !== undefined) {
      this.#finish("failed", 11, database.unreachable);
      return;
    }
    const refused = command[0] === "inspect" ? database.inspectEnd : undefined;
    if (refused) {
      this.#finish(refused.outcome, refused.outcome === "usage" ? 2 : 11, "inspect", refused.failureKind);
      return;
    }
    this.#from = database.state;
    if (QUESTIONS.has(command[0] ?? "")) {
      this.#conclude(null);
      return;
    }
    this.#takeLock(this.#options.clock.now() + LOCK_TIMEOUT_MS);
  }

  /** SIGTERM: the file that runs is run to its end. */
  terminate(): void {
    this.#stopping = true;
    if (!this.#over && !this.#inSql) this.#conclude(null);
  }

  /** SIGKILL, a crash, or the end of the memory: no word more. `committed`: the SQL's effect outlived the process. */
  kill(end: ContainerEnd): void {
    this.#end(end);
  }

  #takeLock(deadline: number): void {
    if (this.#over) return;
    const { clock, database, taskArn } = this.#options;
    if (database.lockedBy === undefined) {
      database.lockedBy = taskArn;
      this.#run();
      return;
    }
    if (clock.now() >= deadline) {
      this.#conclude("can't acquire database lock");
      return;
    }
    clock.after(500, () => this.#takeLock(deadline));
  }

  #run(): void {
    const { command, database, files, taskArn } = this.#options;
    if (command[0] === "force") {
      database.force(Number(command[1]), taskArn);
      this.#conclude(null);
      return;
    }
    const plan = planOf(command, database, files);
    if ("error" in plan) {
      this.#conclude(plan.error);
      return;
    }
    if ("noChange" in plan) {
      this.#options.print("no change");
      this.#conclude(null);
      return;
    }
    this.#runSteps([...plan.steps]);
  }

  #runSteps(steps: Step[]): void {
    const step = steps.shift();
    if (!step || this.#stopping) {
      this.#conclude(null);
      return;
    }
    const { clock, database, taskArn } = this.#options;
    database.begin(step, taskArn);
    this.#inSql = true;
    clock.after(step.file.ms, () => {
      if (this.#over) return;
      this.#inSql = false;
      if (step.file.error !== undefined) {
        this.#conclude(step.file.error);
        return;
      }
      database.commit(step, taskArn);
      database.end(step, taskArn);
      this.#ranFile(step);
      this.#runSteps(steps);
    });
  }

  #ranFile({ file, direction }: Step): void {
    const { version, name, ms } = file;
    this.#files.push({ version, name, direction, ms });
    this.#options.print(`${version}/${direction === "up" ? "u" : "d"} ${name} (${ms}ms)`);
  }

  /** As the migrator concludes: dirty outweighs interrupted, interrupted outweighs golang-migrate's exit code. */
  #conclude(error: string | null): void {
    const { command, database, print } = this.#options;
    if (error !== null) print(`error: ${error}`);
    if (error?.startsWith("Dirty database version")) this.#from = database.state;
    const to = database.state;
    const word = error ?? (to.dirty ? `the database is dirty at version ${to.version ?? -1}` : null);
    if (to.dirty) {
      this.#finish("dirty", 12, word);
      return;
    }
    if (this.#stopping) {
      this.#finish("interrupted", 13, "interrupted by a signal");
      return;
    }
    if (error !== null) {
      this.#finish("failed", 11, error);
      return;
    }
    const reading = QUESTIONS.has(command[0] ?? "");
    const same = this.#from?.version === to.version && this.#from?.dirty === to.dirty;
    this.#finish(reading || same ? "unchanged" : "applied", 0, null);
  }

  #finish(outcome: string, exitCode: number, error: string | null, failureKind?: string): void {
    const { command, environment, clock, database, image, migrationsSha256, files } = this.#options;
    const known = database.unreachable === undefined;
    const pending =
      command[0] === "status"
        ? {
            pending: files
              .filter(({ version }) => version > (database.version ?? -1))
              .map(({ version, name }) => ({ version, name })),
          }
        : {};
    this.#options.print(
      JSON.stringify({
        ecsMigrate: 2,
        operation: command[0],
        argument: command[1] ?? null,
        outcome,
        exitCode,
        from: this.#from,
        to: known ? database.state : null,
        files: this.#files,
        error,
        ...(failureKind === undefined ? {} : { failed: failureOf(failureKind) }),
        ...pending,
        ...(command[0] === "inspect" ? { inspection: database.inspection } : {}),
        startedAt: new Date(this.#startedAt).toISOString(),
        durationMs: clock.now() - this.#startedAt,
        image,
        migrationsSha256,
        database: {
          engine: database.engine,
          secret: digest16(this.#options.secret),
          endpoint: digest16(database.endpoint),
          serverVersion: known ? database.serverVersion : null,
        },
        holds: {
          count: files.length,
          first: files.at(0)?.version ?? null,
          last: files.at(-1)?.version ?? null,
          sha256: migrationsSha256,
        },
        run: { by: environment.RUN_BY ?? null, build: environment.RUN_BUILD ?? null },
      }),
    );
    this.#end({ exitCode });
  }

  #end(end: ContainerEnd): void {
    if (this.#over) return;
    this.#over = true;
    const { database, taskArn } = this.#options;
    if (database.lockedBy === taskArn) database.lockedBy = undefined;
    this.#options.onEnd(end);
  }
}
