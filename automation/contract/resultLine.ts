/**
 * The last line that the migration container prints: one JSON object, written by `migrator/` (schema 2) or by an older
 * image's `entry_point.sh` (schema 1), and read here. docs/migrator.md describes each field.
 *
 * The line informs and is remembered (`history` reads it back from the log group); the container's exit code judges.
 * Unknown fields are let through, so that an older script reads a newer image's line, and every field that came after
 * schema 1 must be optional, so that a newer script reads an older image's.
 */
import * as v from "valibot";

/** The first bytes of every result line, whatever its schema. */
export const RESULT_LINE_PREFIX = '{"ecsMigrate":';

const whole = v.pipe(v.number(), v.safeInteger());
const duration = v.pipe(v.number(), v.finite(), v.minValue(0));
/** What came after schema 1, and may be null besides. */
const laterText = v.optional(v.nullable(v.string()));

const databaseVersion = v.object({
  /** null: golang-migrate has applied nothing yet. */
  version: v.nullable(whole),
  dirty: v.boolean(),
});

const statementCount = v.pipe(whole, v.minValue(0));

/** One statement that completed. `line` is counted from 1 in the file. */
const ranStatement = v.object({
  /** From 1. */
  n: whole,
  line: whole,
  /** Its leading key words, never its text: `CREATE INDEX`. */
  kind: v.string(),
  ms: duration,
  /** As the server counts them; 0 for DDL. */
  rows: statementCount,
  /** Milliseconds spent in attempts that gave up on a lock, and between them. */
  waitedMs: duration,
});

const ranFile = v.object({
  version: whole,
  name: v.string(),
  direction: v.picklist(["up", "down"]),
  /** Reading and running, in milliseconds. */
  ms: duration,
  /** Schema 2: the file's full name, leading zeros kept; null if the image has no file for this direction. */
  file: laterText,
  /** Schema 2: the statements in order, or as many of them as the line has room for. */
  statements: v.optional(v.array(ranStatement)),
});

/** Who held a lock that a statement, or the migrator itself, waited for. */
const blocker = v.object({
  /** The server's number of the session: Postgres's pid, MySQL's connection id. */
  pid: whole,
  application: v.nullable(v.string()),
  user: v.nullable(v.string()),
  /** Postgres: `active`, `idle in transaction`; MySQL: the processlist's command and state. */
  state: v.nullable(v.string()),
  /** Milliseconds since its transaction (Postgres) or its command (MySQL) began. */
  ageMs: v.nullable(duration),
  /** The kind of its last statement: `UPDATE`. */
  kind: v.nullable(v.string()),
});

/** Why a run failed, as typed values. `kind` is open, so that a newer image may know more of them. */
const failure = v.object({
  /**
   * `statement`: the database refused a statement; `lock`: a lock was not given within the budget; `cancelled`: stopped
   * at the server; `lost`: the connection ended; `password`, `login`, `host`, `unreachable`, `tls`, `noDatabase`,
   * `pooler`, `credentials`: no session; `source`: the folder or a file of the image; `version`: the image has no
   * such version; `dirtyBefore`; `shortLimit`; `settings`: arguments or environment; `other`.
   */
  kind: v.optional(v.string()),
  /** All four are null if no file had begun. */
  file: v.nullable(v.string()),
  version: v.nullable(whole),
  direction: v.nullable(v.picklist(["up", "down"])),
  statement: v.nullable(v.object({ n: whole, of: whole, line: whole })),
  /** SQLSTATE, or MySQL's error number as text. */
  code: v.nullable(v.string()),
  /** Masked; literals and row values are withheld. */
  message: v.string(),
  /** Of the file that failed. `nothing` is proven, never guessed. */
  tookEffect: v.picklist(["nothing", "some", "unknown"]),
  /** The statements of the file that took effect. */
  completed: v.array(v.object({ n: whole, line: whole, kind: v.string() })),
  blockers: v.array(blocker),
});

/** Which database this is, without saying where it is. */
const database = v.object({
  /** `postgres`, `mysql`, or the scheme of a driver that was built in. */
  engine: v.string(),
  /** {@link digest16} of DATABASE_SECRET, or of `host:port/name` if the stack configures the database by its parts. */
  secret: v.nullable(v.string()),
  /** {@link digest16} of `host:port/name`. */
  endpoint: v.nullable(v.string()),
  serverVersion: v.nullable(v.string()),
});

/** Which migrations the image really holds. */
const holds = v.object({
  /** Versions that have an up file. */
  count: whole,
  first: v.nullable(whole),
  last: v.nullable(whole),
  /** As `digestOfMigrations` in migrations/record computes it. */
  sha256: v.string(),
});

const resultLine = v.object({
  ecsMigrate: v.pipe(whole, v.minValue(1)),
  operation: v.picklist(["up", "down", "goto", "force", "version", "status", "inspect"]),
  /** What follows the operation (`3`, `--all`, `20261124`), or null. */
  argument: v.nullable(v.string()),
  outcome: v.picklist(["applied", "unchanged", "failed", "dirty", "usage", "interrupted"]),
  exitCode: whole,
  /** The database's version before; null if it could not be read. */
  from: v.nullable(databaseVersion),
  /** The database's version after; null if it could not be read. */
  to: v.nullable(databaseVersion),
  /** In the order in which they ran to their end. */
  files: v.array(ranFile),
  /** One sentence or golang-migrate's own error line, masked; null on success. */
  error: v.nullable(v.string()),
  /** `status` only: the up files of the image above the current version. */
  pending: v.optional(v.array(v.object({ version: whole, name: v.string(), file: laterText }))),
  /** UTC, ISO 8601 with seconds. */
  startedAt: v.string(),
  durationMs: duration,
  /** The image by digest, and the digest of its set of migrations, as the task definition tells the container. */
  image: laterText,
  migrationsSha256: laterText,
  /** Who asked for the run, from the task's overrides. */
  run: v.optional(v.object({ by: laterText, commit: laterText, branch: laterText, build: laterText })),
  /** Schema 2 from here on. */
  database: v.optional(v.nullable(database)),
  holds: v.optional(v.nullable(holds)),
  failed: v.optional(v.nullable(failure)),
  /** How many entries of `files` and `pending` the line had no room for; they are missing in the middle. */
  filesOmitted: v.optional(whole),
  pendingOmitted: v.optional(whole),
  /** How often a file was run again because of a lock or a deadlock. */
  retries: v.optional(whole),
  /** Milliseconds spent waiting for locks: golang-migrate's own and those of statements. */
  waitedMs: v.optional(duration),
  /** `inspect` only: what it found, in the shape of docs/migrator.md. */
  inspection: v.optional(v.nullable(v.unknown())),
});

export type ResultLine = v.InferOutput<typeof resultLine>;
export type DatabaseVersion = v.InferOutput<typeof databaseVersion>;
export type RanFile = v.InferOutput<typeof ranFile>;
export type RanStatement = v.InferOutput<typeof ranStatement>;
export type Failure = v.InferOutput<typeof failure>;
export type Blocker = v.InferOutput<typeof blocker>;
export type DatabaseIdentity = v.InferOutput<typeof database>;
export type HeldMigrations = v.InferOutput<typeof holds>;

/**
 * Reads one log line as a result line.
 *
 * @returns the result, or undefined if the line is none (an ordinary log line, one cut short, one of another program)
 */
export function parseResultLine(line: string): ResultLine | undefined {
  if (!line.startsWith(RESULT_LINE_PREFIX)) return undefined;
  try {
    const parsed = v.safeParse(resultLine, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
