/**
 * The last line that the migration container prints: one JSON object, written by `entry_point.sh` and read here.
 *
 * The line informs and is remembered (`history` reads it back from the log group); the container's exit code judges.
 * Unknown fields are let through, so that an older script reads a newer image's line, and every field that came after
 * schema 1 must be optional, so that a newer script reads an older image's.
 */
import { z } from "zod";

/** The first bytes of every result line, whatever its schema. */
export const RESULT_LINE_PREFIX = '{"ecsMigrate":';

/** Exit codes of `entry_point.sh`; the same numbers as the script's own where they mean the same. */
export const CONTAINER_EXIT = { ok: 0, usage: 2, failed: 11, dirty: 12, interrupted: 13 } as const;

const databaseVersion = z.object({
  /** null: golang-migrate has applied nothing yet. */
  version: z.number().int().nullable(),
  dirty: z.boolean(),
});

const ranFile = z.object({
  version: z.number().int(),
  name: z.string(),
  direction: z.enum(["up", "down"]),
  /** As golang-migrate reports it: reading and running, in milliseconds. */
  ms: z.number().nonnegative(),
});

const resultLine = z.object({
  ecsMigrate: z.number().int().min(1),
  operation: z.enum(["up", "down", "goto", "force", "version", "status"]),
  /** What follows the operation (`3`, `--all`, `20261124`), or null. */
  argument: z.string().nullable(),
  outcome: z.enum(["applied", "unchanged", "failed", "dirty", "usage", "interrupted"]),
  exitCode: z.number().int(),
  /** The database's version before; null where it could not be read. */
  from: databaseVersion.nullable(),
  /** The database's version after; null where it could not be read. */
  to: databaseVersion.nullable(),
  /** In the order in which they ran to their end. */
  files: z.array(ranFile),
  /** golang-migrate's own error line, masked; null on success. */
  error: z.string().nullable(),
  /** `status` only: the up files of the image above the current version. */
  pending: z.array(z.object({ version: z.number().int(), name: z.string() })).optional(),
  /** UTC, ISO 8601 with seconds. */
  startedAt: z.string(),
  durationMs: z.number().nonnegative(),
  /** The image by digest, and the digest of its set of migrations, as the task definition tells the container. */
  image: z.string().nullable().optional(),
  migrationsSha256: z.string().nullable().optional(),
  /** Who asked for the run, from the task's overrides. */
  run: z
    .object({
      by: z.string().nullable().optional(),
      commit: z.string().nullable().optional(),
      branch: z.string().nullable().optional(),
      build: z.string().nullable().optional(),
    })
    .optional(),
});

export type ResultLine = z.infer<typeof resultLine>;
export type DatabaseVersion = z.infer<typeof databaseVersion>;
export type RanFile = z.infer<typeof ranFile>;

/**
 * Reads one log line as a result line.
 *
 * @returns the result, or undefined where the line is none (an ordinary log line, one cut short, one of another program)
 */
export function parseResultLine(line: string): ResultLine | undefined {
  if (!line.startsWith(RESULT_LINE_PREFIX)) return undefined;
  try {
    const parsed = resultLine.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
