/** The command `new`: creates a pair of migration files with a version later than every known one. */
import { unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../contract/errors.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import { groupByVersion, isUpOnly, readMigrationFiles } from "./folder.ts";
import { HEADERS, type HeaderKind } from "./headers.ts";
import { versionAfter } from "./version.ts";

/** File systems take 255 bytes; version, direction and extension need 24 of them. */
const MAX_NAME_LENGTH = 100;

interface Created {
  up: string;
  down: string | null;
}

interface NewMigration {
  /** The folder of migrations. */
  dir: string;
  /** What the migration does, in words: `add users email`. */
  name: string;
  /** The clock, UTC. */
  now: Date;
  /** For whose SQL the files' headers are; Postgres's where left out. */
  header?: HeaderKind;
  /** What the stacks have shipped, so that the version is later than theirs too. */
  known?: readonly ShippedMigration[];
}

/**
 * Creates the next pair, each file with a header that says how to write a safe one. The version goes on in the folder's
 * scheme; a folder that has no down file gets none.
 *
 * Two people who start at the same second, or at the same number, get the same version; `check` finds that.
 *
 * @returns the paths of the files; `down` is null in a folder without down files
 * @throws {ConfigError} if the name has no letter or digit, is too long, or a file cannot be made
 * @throws {MigrationsError} if the folder cannot be read
 */
export function createMigration({ dir, name, now, header = "postgres", known = [] }: NewMigration): Created {
  const slug = slugOf(name);
  const files = [...groupByVersion(readMigrationFiles(dir)).values()].flat().map(({ parsed }) => parsed);
  const others = known.map(({ version }) => BigInt(version));
  const version = versionAfter(
    files.map(({ digits }) => digits),
    others,
    now,
  );
  const stem = join(dir, `${version}_${slug}`);
  const up = `${stem}.up.sql`;
  writeNew(up, HEADERS[header].up);
  if (isUpOnly(files)) return { up, down: null };
  const down = `${stem}.down.sql`;
  try {
    writeNew(down, HEADERS[header].down);
  } catch (error) {
    unlinkSync(up);
    throw error;
  }
  return { up, down };
}

/**
 * Turns words into a name that `check` accepts: lower-case ASCII letters, digits and single underscores.
 *
 * @throws {ConfigError} if nothing is left, or more than 100 characters
 */
export function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  if (slug === "") {
    throw new ConfigError([
      `${JSON.stringify(name)} holds no letter a-z and no digit; say what the migration does: npx ecs-migrate new add_users_email`,
    ]);
  }
  if (slug.length > MAX_NAME_LENGTH) {
    throw new ConfigError([
      `the name has ${slug.length} characters, at most ${MAX_NAME_LENGTH} fit; shorten it`,
    ]);
  }
  return slug;
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ConfigError([`cannot make ${path} (${reason}); run the command again`], { cause });
  }
}
