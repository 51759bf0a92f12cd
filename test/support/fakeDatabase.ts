/**
 * A database under golang-migrate 4.20.1: one version, one dirty mark, one lock, and a memory of what was applied that the
 * real one does not have.
 *
 * Source of the rules: golang-migrate's migrate.go (`runMigrations` sets the version dirty before a file is run and clean
 * after it; `Up`, `Down`, `Steps` and `Migrate` refuse a dirty database; `Force` takes any version).
 */

/** One file of an image. */
export interface FakeFile {
  readonly version: number;
  readonly name: string;
  /** As long as it runs. */
  readonly ms: number;
  /** What the database says in place of running it. */
  readonly error?: string;
}

export interface Ran {
  readonly version: number;
  readonly direction: "up" | "down";
  readonly taskArn: string;
}

/** A file on its way: `begin` leaves the dirty mark, `effect` is the SQL's commit, `end` takes the mark away. */
export interface Step {
  readonly file: FakeFile;
  readonly direction: "up" | "down";
  /** The version that the database has after it; null for none. */
  readonly target: number | null;
}

export class FakeDatabase {
  version: number | null = null;
  dirty = false;
  lockedBy: string | undefined;
  /** As the migrator reports it. */
  engine = "postgres";
  serverVersion = "16.4";
  /** `host:port/name`. */
  readonly endpoint: string;
  /** What `inspect` finds. */
  inspection: unknown = { tables: [], invalidIndexes: [], transactions: [], blockers: [] };
  /** How the container ends `inspect`: an image that does not know it, or a server that gives no answer to it. */
  inspectEnd: { readonly outcome: "usage" | "failed"; readonly failureKind?: string } | undefined;
  /** Set where no connection comes about: golang-migrate's words. */
  unreachable: string | undefined;
  /** Everything whose SQL was committed, in order. */
  readonly ran: Ran[] = [];
  /** Every change of version or mark, by task. */
  readonly touchedBy = new Set<string>();

  constructor(endpoint = "db.internal:5432/shop") {
    this.endpoint = endpoint;
  }

  get state(): { version: number | null; dirty: boolean } {
    return { version: this.version, dirty: this.dirty };
  }

  begin(step: Step, taskArn: string): void {
    this.#set(step.target, true, taskArn);
  }

  commit(step: Step, taskArn: string): void {
    this.ran.push({ version: step.file.version, direction: step.direction, taskArn });
    this.touchedBy.add(taskArn);
  }

  end(step: Step, taskArn: string): void {
    this.#set(step.target, false, taskArn);
  }

  force(version: number, taskArn: string): void {
    this.#set(version < 0 ? null : version, false, taskArn);
    this.#countedFrom = this.ran.length;
  }

  /** From a backup: what ran since has not run. */
  restore({ version, dirty }: { readonly version: number | null; readonly dirty: boolean }): void {
    this.version = version;
    this.dirty = dirty;
    this.#countedFrom = this.ran.length;
  }

  /** The tasks whose last word on the version was dirty. */
  readonly leftDirtyBy = new Set<string>();
  /** A force or a restore says anew what has run. */
  #countedFrom = 0;

  #set(version: number | null, dirty: boolean, taskArn: string): void {
    this.version = version;
    this.dirty = dirty;
    this.touchedBy.add(taskArn);
    if (dirty) this.leftDirtyBy.add(taskArn);
    else this.leftDirtyBy.delete(taskArn);
  }

  /** The versions whose up file was committed, and not its down file since. */
  applied(): number[] {
    const applied = new Set<number>();
    for (const { version, direction } of this.ran) {
      if (direction === "up") applied.add(version);
      else applied.delete(version);
    }
    return [...applied].sort((a, b) => a - b);
  }

  /** The first file that was committed twice with nothing between that undid it. */
  appliedTwice(): Ran | undefined {
    const state = new Map<number, "up" | "down">();
    return this.ran.slice(this.#countedFrom).find(({ version, direction }) => {
      const again = state.get(version) === direction;
      state.set(version, direction);
      return again;
    });
  }
}

export type Plan =
  | { readonly steps: readonly Step[] }
  | { readonly error: string }
  | { readonly noChange: true };

/** What golang-migrate would do for an operation on a database at a version, with the files of one image. */
export function planOf(command: readonly string[], database: FakeDatabase, files: readonly FakeFile[]): Plan {
  if (database.dirty)
    return {
      error: `Dirty database version ${database.version ?? -1}. Fix and force version.`,
    };
  const at = files.findIndex((file) => file.version === database.version);
  if (database.version !== null && at < 0)
    return { error: `no migration found for version ${database.version}: read down for version` };
  const [name, argument = ""] = command;
  if (name === "up") return stepsOf(files, at, files.length - 1);
  if (name === "down") {
    const count = argument === "--all" ? files.length : Number(argument);
    return at < 0 ? { error: "limit 1 short" } : stepsOf(files, at, Math.max(at - count, -1));
  }
  const target = files.findIndex((file) => file.version === Number(argument));
  if (target < 0) return { error: `no migration found for version ${argument}: file does not exist` };
  return stepsOf(files, at, target);
}

function stepsOf(files: readonly FakeFile[], from: number, to: number): Plan {
  if (from === to) return { noChange: true };
  const steps: Step[] = [];
  for (let index = from; index < to; index++) {
    const file = files[index + 1] as FakeFile;
    steps.push({ file, direction: "up", target: file.version });
  }
  for (let index = from; index > to; index--) {
    const target = files[index - 1]?.version ?? null;
    steps.push({ file: files[index] as FakeFile, direction: "down", target });
  }
  return { steps };
}
