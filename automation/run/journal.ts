/**
 * Remembers on this machine which run is under way, until its verdict was reported. A command that was killed in mid-run
 * and is given again finds its run's identity here, and with it its task: so `down 1` given twice is two steps, and
 * `down 1` given again after a crash is one.
 *
 * A job of a CI may run again on another machine, so its runs are numbered: there the first number without a result is
 * the run. A home that cannot be written costs this memory and nothing else: it is a warning.
 */
import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Asker, runIdentity } from "./identity.ts";

/** A task may run for hours, and ECS lists it for one more; what is older belongs to a run that nobody asks for again. */
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;
/** A stopped task is listed for at least so long (Amazon ECS API reference, DescribeTasks). */
const LISTED_FOR_MS = 60 * 60 * 1000;

interface JournalEntry {
  /** Which of the runs with this key; see `runIdentity`. */
  readonly nonce: string;
  /** The identity that follows from it. */
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The last attempt for which RunTask was called; 0 if it was not. */
  readonly attempt: number;
  /** The last task that is known to be this run's. */
  readonly taskArn: string | null;
  /** A job's run whose verdict was reported: the next one has the next number. */
  readonly ended: boolean;
}

export interface BegunRun extends JournalEntry {
  /** True if an earlier process began this run and never reported its verdict. */
  readonly resumed: boolean;
  /** True if RunTask was called so long ago that a task which is not listed may have run all the same. */
  readonly mayBeForgotten: boolean;
}

/** A new number or a random text for the next run. */
type NextNonce = (last: JournalEntry | undefined) => string;

interface JournalOptions {
  readonly env: NodeJS.ProcessEnv;
  /** See `runKey`. */
  readonly key: string;
  readonly asker: Asker["kind"];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly warn: (line: string) => void;
}

export class RunJournal {
  readonly #options: JournalOptions;
  readonly #path: string;
  readonly #nextNonce: NextNonce;
  #entry: JournalEntry | undefined;

  constructor(options: JournalOptions) {
    this.#options = options;
    const name = createHash("sha256").update(options.key).digest("hex").slice(0, 32);
    this.#path = join(journalFolder(options.env), `${name}.json`);
    this.#nextNonce = options.asker === "job" ? nextNumber : () => randomUUID();
  }

  /** The run that was begun and never reported, or a new one, written down before anything is started. */
  async begin(): Promise<BegunRun> {
    const found = await this.#read();
    if (found && !found.ended) return this.#resume(found);
    const entry = this.#create(found);
    // An entry that another process wrote in the meantime is this run as well.
    const rival = await this.#write(entry, found === undefined);
    if (rival) return this.#resume(rival);
    await this.#sweep();
    return { ...entry, resumed: false, mayBeForgotten: false };
  }

  /** Gives up what was begun and begins another run with the same words; answers its identity. */
  async renew(): Promise<string> {
    const entry = this.#create(this.#entry);
    await this.#write(entry);
    return entry.runId;
  }

  #resume(entry: JournalEntry): BegunRun {
    this.#entry = entry;
    const mayBeForgotten = entry.attempt > 0 && this.#options.now() - entry.startedAt >= LISTED_FOR_MS;
    return { ...entry, resumed: true, mayBeForgotten };
  }

  #create(last: JournalEntry | undefined): JournalEntry {
    const nonce = this.#nextNonce(last);
    const runId = runIdentity(this.#options.key, nonce);
    const startedAt = this.#options.now();
    this.#entry = { nonce, runId, startedAt, attempt: 0, taskArn: null, ended: false };
    return this.#entry;
  }

  /** Removes what nobody asks for any more: the entry of a killed run whose end nobody reported. */
  async #sweep(): Promise<void> {
    for (const { path, entry } of await entriesIn(this.#options.env))
      if (this.#isStale(entry)) await rm(path, { force: true }).catch(() => undefined);
  }

  #isStale({ startedAt }: JournalEntry): boolean {
    return this.#options.now() - startedAt >= STALE_AFTER_MS;
  }

  /** Writes down how far the run has come: before RunTask is called, and when there is a task. */
  async note(progress: Partial<Pick<JournalEntry, "attempt" | "taskArn">>): Promise<void> {
    if (!this.#entry) return;
    this.#entry = { ...this.#entry, ...progress };
    await this.#write(this.#entry);
  }

  /** The verdict was reported: the next run with the same words is another. */
  async end(): Promise<void> {
    if (!this.#entry) return;
    try {
      await endEntry(this.#path, this.#entry);
    } catch (error) {
      this.#options.warn(
        `${this.#path} could not be removed (${text(error)}); remove it before you run the same again`,
      );
    }
  }

  /**
   * Writes the entry whole or not at all: a kill in between leaves the old file.
   *
   * @param exclusive do not replace a file that is there
   * @returns the entry that is there instead
   */
  async #write(entry: JournalEntry, exclusive = false): Promise<JournalEntry | undefined> {
    try {
      await mkdir(journalFolder(this.#options.env), { recursive: true });
      if (await writeWhole(this.#path, entry, exclusive)) return undefined;
      return await this.#read();
    } catch (error) {
      this.#options.warn(
        `this run is not remembered on this machine (${text(error)}); set XDG_STATE_HOME to a folder`,
      );
      return undefined;
    }
  }

  async #read(): Promise<JournalEntry | undefined> {
    let content: string;
    try {
      content = await readFile(this.#path, "utf8");
    } catch {
      // Not there, or not to be read: #write reports the latter.
      return undefined;
    }
    const entry = parseEntry(content);
    // Entries are written whole, so one that cannot be read was damaged: its run may have started a task.
    if (!entry) return { ...damaged, runId: runIdentity(this.#options.key, damaged.nonce) };
    if (!this.#isStale(entry)) return entry;
    await rm(this.#path, { force: true }).catch(() => undefined);
    return undefined;
  }
}

/** Old enough that nobody can say what became of it. */
const damaged = { nonce: "damaged", startedAt: 0, attempt: 1, taskArn: null, ended: false };

/**
 * Ends the entry of the run that a task belongs to: its verdict was reported by another command, such as `attach`.
 *
 * @param startedBy the task's, which holds the run's identity
 */
export async function endRunOfTask(
  env: NodeJS.ProcessEnv,
  taskArn: string,
  startedBy: string | undefined,
): Promise<void> {
  for (const { path, entry } of await entriesIn(env)) {
    const isOwn = entry.taskArn === taskArn || startedBy?.endsWith(`/${entry.runId}`) === true;
    if (isOwn && !entry.ended) await endEntry(path, entry);
  }
}

function nextNumber(last: JournalEntry | undefined): string {
  const number = Number(last?.nonce ?? 0);
  return String(Number.isSafeInteger(number) ? number + 1 : 1);
}

function journalFolder(env: NodeJS.ProcessEnv): string {
  const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state");
  return join(state, "ecs-migrate", "runs");
}

/** A job's entry stays, since its number counts; a person's goes. */
async function endEntry(path: string, entry: JournalEntry): Promise<void> {
  if (/^\d+$/.test(entry.nonce)) await writeWhole(path, { ...entry, ended: true }, false);
  else await rm(path, { force: true });
}

/** @returns false if the file is there and is not to be replaced */
async function writeWhole(path: string, entry: JournalEntry, exclusive: boolean): Promise<boolean> {
  const temporary = `${path}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await writeFile(temporary, JSON.stringify(entry), { mode: 0o600, flush: true });
    if (exclusive) await link(temporary, path);
    else await rename(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** What cannot be read is passed over: another process may sweep at the same moment. */
async function entriesIn(env: NodeJS.ProcessEnv): Promise<{ path: string; entry: JournalEntry }[]> {
  const folder = journalFolder(env);
  const names = await readdir(folder).catch(() => []);
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const entry = parseEntry(await readFile(path, "utf8").catch(() => ""));
      return entry && name.endsWith(".json") ? [{ path, entry }] : [];
    }),
  );
  return entries.flat();
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function parseEntry(content: string): JournalEntry | undefined {
  try {
    const entry = JSON.parse(content) as Partial<JournalEntry>;
    const { nonce, runId, startedAt, attempt = 0, taskArn = null, ended = false } = entry;
    const isEntry =
      [nonce, runId, taskArn ?? ""].every((value) => typeof value === "string") &&
      [startedAt, attempt].every(Number.isSafeInteger) &&
      typeof ended === "boolean";
    return isEntry ? ({ nonce, runId, startedAt, attempt, taskArn, ended } as JournalEntry) : undefined;
  } catch {
    return undefined;
  }
}
