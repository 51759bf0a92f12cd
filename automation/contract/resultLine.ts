/**
 * The last line that the migration container prints: one JSON object, written by `entry_point.sh` and read here.
 *
 * The line informs and is remembered (`history` reads it back from the log group); the container's exit code judges.
 * Unknown fields are let through, so that an older script reads a newer image's line, and every field that came after
 * schema 1 must be optional, so that a newer script reads an older image's.
 */
import * as v from "valibot";

/** The first bytes of every result line, whatever its schema. */
export const RESULT_LINE_PREFIX = '{"ecsMigrate":';

/** Exit codes of `entry_point.sh`; the same numbers as the script's own where they mean the same. */
export const CONTAINER_EXIT = { ok: 0, usage: 2, failed: 11, dirty: 12, interrupted: 13 } as const;

const whole = v.pipe(v.number(), v.safeInteger());
const duration = v.pipe(v.number(), v.finite(), v.minValue(0));
/** What came after schema 1, and may be null besides. */
const laterText = v.optional(v.nullable(v.string()));

const databaseVersion = v.object({
  /** null: golang-migrate has applied nothing yet. */
  version: v.nullable(whole),
  dirty: v.boolean(),
});

const ranFile = v.object({
  version: whole,
  name: v.string(),
  direction: v.picklist(["up", "down"]),
  /** As golang-migrate reports it: reading and running, in milliseconds. */
  ms: duration,
});

const resultLine = v.object({
  ecsMigrate: v.pipe(whole, v.minValue(1)),
  operation: v.picklist(["up", "down", "goto", "force", "version", "status"]),
  /** What follows the operation (`3`, `--all`, `20261124`), or null. */
  argument: v.nullable(v.string()),
  outcome: v.picklist(["applied", "unchanged", "failed", "dirty", "usage", "interrupted"]),
  exitCode: whole,
  /** The database's version before; null where it could not be read. */
  from: v.nullable(databaseVersion),
  /** The database's version after; null where it could not be read. */
  to: v.nullable(databaseVersion),
  /** In the order in which they ran to their end. */
  files: v.array(ranFile),
  /** golang-migrate's own error line, masked; null on success. */
  error: v.nullable(v.string()),
  /** `status` only: the up files of the image above the current version. */
  pending: v.optional(v.array(v.object({ version: whole, name: v.string() }))),
  /** UTC, ISO 8601 with seconds. */
  startedAt: v.string(),
  durationMs: duration,
  /** The image by digest, and the digest of its set of migrations, as the task definition tells the container. */
  image: laterText,
  migrationsSha256: laterText,
  /** Who asked for the run, from the task's overrides. */
  run: v.optional(v.object({ by: laterText, commit: laterText, branch: laterText, build: laterText })),
});

export type ResultLine = v.InferOutput<typeof resultLine>;
export type DatabaseVersion = v.InferOutput<typeof databaseVersion>;
export type RanFile = v.InferOutput<typeof ranFile>;

/**
 * Reads one log line as a result line.
 *
 * @returns the result, or undefined where the line is none (an ordinary log line, one cut short, one of another program)
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
