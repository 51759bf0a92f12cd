/**
 * Remembers on this machine which run is under way, until its verdict was told. A script that was killed in mid-run and is
 * started again with the same words finds its run's identity here, and with it its task: so `down 1` typed twice by a
 * person is two steps, and `down 1` started again after a crash is one.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** ECS lists a stopped task for about an hour; an older entry can find nothing any more. */
const STALE_AFTER_MS = 60 * 60 * 1000;

export interface JournalEntry {
  /** Random text that makes this run's identity; see `runIdentity`. */
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

export class RunJournal {
  readonly #path: string;
  readonly #now: () => number;

  /** @param key what makes two commands the same run: cluster, task definition, operation */
  constructor(env: NodeJS.ProcessEnv, key: string, now: () => number) {
    const state = env.XDG_STATE_HOME || join(homedir(), ".local", "state");
    const name = createHash("sha256").update(key).digest("hex").slice(0, 32);
    this.#path = join(state, "ecs-migrate", "runs", `${name}.json`);
    this.#now = now;
  }

  /** The nonce of the run that was begun and never told, or a new one, written down before anything is started. */
  async begin(): Promise<JournalEntry> {
    const unfinished = await this.#read();
    if (unfinished) return unfinished;
    const entry: JournalEntry = { nonce: randomUUID(), startedAt: this.#now() };
    await mkdir(dirname(this.#path), { recursive: true });
    await writeFile(this.#path, JSON.stringify(entry), { mode: 0o600 });
    return entry;
  }

  /** The verdict was told: the next run with the same words is another. */
  async end(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #read(): Promise<JournalEntry | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    const entry = parseEntry(text);
    return entry && this.#now() - entry.startedAt < STALE_AFTER_MS ? entry : undefined;
  }
}

/** A file cut short by the very kill that it is there for counts as none. */
function parseEntry(text: string): JournalEntry | undefined {
  try {
    const { nonce, startedAt } = JSON.parse(text) as Partial<JournalEntry>;
    return typeof nonce === "string" && typeof startedAt === "number" ? { nonce, startedAt } : undefined;
  } catch {
    return undefined;
  }
}
