/**
 * Remembers on this machine which run is under way, until its verdict was told. A script that was killed in mid-run and is
 * started again with the same words finds its run's identity here, and with it its task: so `down 1` typed twice by a
 * person is two steps, and `down 1` started again after a crash is one.
 *
 * A home that cannot be written costs this memory and nothing else: it is a warning.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** A task may run for hours, and ECS lists it for one more; what is older belongs to a run that nobody asks for again. */
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;
/** A stopped task is listed for at least so long (Amazon ECS API reference, DescribeTasks). */
const LISTED_FOR_MS = 60 * 60 * 1000;

export interface JournalEntry {
  /** Random text that makes this run's identity; see `runIdentity`. */
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The last attempt for which RunTask was called; 0 where none was. */
  readonly attempt: number;
  /** The last task that is known to be this run's. */
  readonly taskArn: string | null;
}

export interface BegunRun extends JournalEntry {
  /** True where an earlier process began this run and never told its verdict. */
  readonly resumed: boolean;
  /** True where RunTask was called so long ago that a task which is not listed may have run all the same. */
  readonly mayBeForgotten: boolean;
}

export class RunJournal {
  readonly #path: string;
  readonly #now: () => number;
  readonly #warn: (line: string) => void;
  #entry: JournalEntry | undefined;

  /** @param key what makes two commands the same run: cluster, task definition, operation, build */
  constructor(
    env: NodeJS.ProcessEnv,
    key: string,
    now: () => number,
    warn: (line: string) => void = () => undefined,
  ) {
    const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state");
    const name = createHash("sha256").update(key).digest("hex").slice(0, 32);
    this.#path = join(state, "ecs-migrate", "runs", `${name}.json`);
    this.#now = now;
    this.#warn = warn;
  }

  /**
   * The run that was begun and never told, or a new one, written down before anything is started.
   *
   * @param spare the nonce where nothing can be written, such as a build's id
   */
  async begin(spare: string = randomUUID()): Promise<BegunRun> {
    const unfinished = await this.#read();
    if (unfinished) {
      this.#entry = unfinished;
      const mayBeForgotten = unfinished.attempt > 0 && this.#now() - unfinished.startedAt >= LISTED_FOR_MS;
      return { ...unfinished, resumed: true, mayBeForgotten };
    }
    return { ...(await this.#begin(spare)), resumed: false, mayBeForgotten: false };
  }

  /** Gives up what was begun and begins another run with the same words; answers its nonce. */
  async renew(): Promise<string> {
    return (await this.#begin(randomUUID())).nonce;
  }

  async #begin(spare: string): Promise<JournalEntry> {
    this.#entry = { nonce: randomUUID(), startedAt: this.#now(), attempt: 0, taskArn: null };
    if (await this.#write()) await this.#sweep();
    else this.#entry = { ...this.#entry, nonce: spare };
    return this.#entry;
  }

  /** Removes what nobody asks for any more: the entry of a killed run whose end `attach` told, or nobody did. */
  async #sweep(): Promise<void> {
    const folder = dirname(this.#path);
    try {
      for (const name of await readdir(folder)) {
        const entry = parseEntry(await readFile(join(folder, name), "utf8"));
        if (entry && this.#isStale(entry)) await rm(join(folder, name), { force: true });
      }
    } catch {
      // Another run swept at the same moment, or the folder cannot be read: what stays costs nothing.
    }
  }

  #isStale({ startedAt }: JournalEntry): boolean {
    return this.#now() - startedAt >= STALE_AFTER_MS;
  }

  /** Writes down how far the run has come: before RunTask is called, and when there is a task. */
  async note(progress: Partial<Pick<JournalEntry, "attempt" | "taskArn">>): Promise<void> {
    if (!this.#entry) return;
    this.#entry = { ...this.#entry, ...progress };
    await this.#write();
  }

  /** The verdict was told: the next run with the same words is another. */
  async end(): Promise<void> {
    try {
      await rm(this.#path, { force: true });
    } catch (error) {
      this.#warn(
        `${this.#path} could not be removed (${text(error)}); remove it before you run the same again`,
      );
    }
  }

  async #write(): Promise<boolean> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFile(this.#path, JSON.stringify(this.#entry), { mode: 0o600 });
      return true;
    } catch (error) {
      this.#warn(
        `this run is not remembered on this machine (${text(error)}); set XDG_STATE_HOME to a folder`,
      );
      return false;
    }
  }

  async #read(): Promise<JournalEntry | undefined> {
    let content: string;
    try {
      content = await readFile(this.#path, "utf8");
    } catch {
      // Not there, or not to be read: #write tells the latter.
      return undefined;
    }
    const entry = parseEntry(content);
    return entry && !this.#isStale(entry) ? entry : undefined;
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A file cut short by the very kill that it is there for counts as none. */
function parseEntry(content: string): JournalEntry | undefined {
  try {
    const { nonce, startedAt, attempt = 0, taskArn = null } = JSON.parse(content) as Partial<JournalEntry>;
    return typeof nonce === "string" && typeof startedAt === "number"
      ? { nonce, startedAt, attempt, taskArn }
      : undefined;
  } catch {
    return undefined;
  }
}
