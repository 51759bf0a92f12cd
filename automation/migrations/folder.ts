/**
 * The application's folder of migrations as golang-migrate sees it, and the record of it that a stack exports.
 *
 * Used by the Pulumi program, which ships the record, and by `automation/`, which compares the checkout with it.
 * Nothing here knows Pulumi. Only what would make the record meaningless is an error here; style and safety are the
 * business of `automation/check/`.
 */
import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import { LARGEST_VERSION } from "./version.ts";

export type Direction = "up" | "down";

/** The parts of a file name that golang-migrate takes for a migration. */
export interface MigrationFileName {
  /** The digits as they are written: `20261124`, `0007`. */
  digits: string;
  /** The digits as a number; golang-migrate reads an unsigned 64-bit integer, so this is not always a safe `number`. */
  version: bigint;
  /** What stands between the version and the direction; may be empty. */
  name: string;
  direction: Direction;
  /** All that follows the direction: `sql`, but also `sql.bak`, which golang-migrate runs just the same. */
  extension: string;
}

/** One entry of the folder, whether or not golang-migrate would read it. Folders in the folder are left out. */
export interface MigrationFile {
  /** Base name. */
  file: string;
  /** undefined if golang-migrate passes the file over in silence. */
  parsed: MigrationFileName | undefined;
  bytes: Uint8Array;
}

/** A file that golang-migrate reads. */
export interface NamedMigrationFile extends MigrationFile {
  parsed: MigrationFileName;
}

/** The folder of migrations cannot be turned into a record. Lists every problem at once. */
export class MigrationsError extends EcsMigrateError {
  readonly code = "migrations";
  readonly exitCode = EXIT.usage;
  readonly problems: readonly string[];

  /** @param directory the folder as the user named it, for the message */
  constructor(directory: string, problems: readonly string[], options?: ErrorOptions) {
    const list = problems.map((problem) => `  - ${problem}`).join("\n");
    super(
      problems.length === 1
        ? `Migrations in ${directory}: ${problems[0]}`
        : `Migrations in ${directory}: ${problems.length} problems:\n${list}`,
      options,
    );
    this.problems = problems;
  }
}

/**
 * golang-migrate 4.20.1, `source/parse.go`: `^([0-9]+)_(.*)\.(down|up)\.(.*)$`, where Go's dot is all but a line feed.
 * The dots are greedy there and here, so the last `.up.` or `.down.` of a name is the direction.
 */
const FILE_NAME = /^([0-9]+)_([^\n]*)\.(down|up)\.([^\n]*)$/;

/** What fits golang-migrate's unsigned 64-bit version; it passes a file with more over in silence. */
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Reads a file name as golang-migrate does.
 *
 * @returns undefined if golang-migrate takes the file for none of its own and says nothing
 */
export function parseMigrationFileName(file: string): MigrationFileName | undefined {
  const match = FILE_NAME.exec(file);
  if (!match) return undefined;
  const [, digits = "", name = "", direction = "", extension = ""] = match;
  const version = BigInt(digits);
  if (version > MAX_UINT64) return undefined;
  return { digits, version, name, direction: direction as Direction, extension };
}

/** SHA-256 of a file's bytes, lower-case hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The files that golang-migrate reads, by version in ascending order; within a version in the order given. */
export function groupByVersion(files: readonly MigrationFile[]): Map<bigint, NamedMigrationFile[]> {
  const groups = new Map<bigint, NamedMigrationFile[]>();
  for (const { file, parsed, bytes } of files) {
    if (!parsed) continue;
    const group = groups.get(parsed.version);
    if (group) group.push({ file, parsed, bytes });
    else groups.set(parsed.version, [{ file, parsed, bytes }]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a folder is one without down files, by choice: it has migrations, and none of them has one. */
export function isUpOnly(files: readonly MigrationFileName[]): boolean {
  return files.length > 0 && files.every(({ direction }) => direction === "up");
}

/**
 * Makes the record of a set of files, and the list of what stands in its way.
 *
 * A version's name is that of its up file; golang-migrate pairs by version alone.
 *
 * @returns `migrations` in ascending order of version, complete only where `problems` is empty
 */
export function recordOf(files: readonly MigrationFile[]): {
  migrations: ShippedMigration[];
  problems: string[];
} {
  const problems: string[] = [];
  const byVersion = groupByVersion(files);
  const migrations: ShippedMigration[] = [];
  for (const [version, group] of byVersion) {
    const pair = {
      up: group.filter(({ parsed }) => parsed.direction === "up"),
      down: group.filter(({ parsed }) => parsed.direction === "down"),
    };
    const found = problemsOfVersion(version, pair);
    problems.push(...found);
    const up = pair.up[0];
    if (found.length > 0 || !up) continue;
    const down = pair.down[0];
    migrations.push({
      version: Number(version),
      ...(up.parsed.digits === String(version) ? {} : { digits: up.parsed.digits }),
      name: up.parsed.name,
      up: sha256(up.bytes),
      down: down ? sha256(down.bytes) : null,
    });
  }
  if (byVersion.size === 0) {
    problems.push(
      "no file is named like 20261124_name.up.sql or 000001_name.up.sql; add the first migration",
    );
  }
  return { migrations, problems };
}

/** What keeps one version out of the record. golang-migrate itself refuses a duplicate, and skips a missing up file. */
function problemsOfVersion(version: bigint, pair: Record<Direction, MigrationFile[]>): string[] {
  const problems: string[] = [];
  if (version > LARGEST_VERSION) {
    problems.push(
      `${fileNames([...pair.up, ...pair.down])}: version ${version} is above ${LARGEST_VERSION}, the largest ` +
        "that the record can hold; use YYYYMMDDHHMMSS",
    );
  }
  for (const direction of ["up", "down"] as const) {
    if (pair[direction].length > 1) {
      problems.push(
        `version ${version} has ${pair[direction].length} ${direction} files, ${fileNames(pair[direction])}; ` +
          "give each migration a version of its own and delete copies",
      );
    }
  }
  if (pair.up.length === 0) {
    problems.push(
      `${fileNames(pair.down)}: version ${version} has no up file; add it or delete the down file`,
    );
  }
  return problems;
}

function fileNames(files: readonly MigrationFile[]): string {
  return files.map(({ file }) => file).join(", ");
}

/**
 * Lists the folder's files in order of name (by UTF-16 code unit), with their bytes.
 *
 * @param directory path of the folder
 * @throws {MigrationsError} if the folder is missing or unreadable, or an entry is no regular file. A symbolic link
 *   is refused: `COPY` puts the link itself into the image, so the bytes read here say nothing of what runs there.
 */
export function readMigrationFiles(directory: string): MigrationFile[] {
  const problems: string[] = [];
  const files: MigrationFile[] = [];
  for (const entry of listFolder(directory)) {
    const parsed = parseMigrationFileName(entry.name);
    if (!entry.isFile()) {
      if (parsed) problems.push(`${entry.name} is ${entry.isDirectory() ? A_FOLDER : NO_FILE}`);
      continue;
    }
    try {
      files.push({ file: entry.name, parsed, bytes: readFileSync(join(directory, entry.name)) });
    } catch (cause) {
      problems.push(`${entry.name} cannot be read (${reasonOf(cause)})`);
    }
  }
  if (problems.length > 0) throw new MigrationsError(directory, problems);
  return files;
}

/** golang-migrate 4.20.1, source/iofs/iofs.go: `if e.IsDir() { continue }`. */
const A_FOLDER = "a folder, which golang-migrate passes over in silence; put the file itself there";
const NO_FILE = "not a regular file; put the file itself there";

/** What is said of a folder that cannot be listed, by the system's code. */
const NOT_LISTED: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder; set the migrations' folder in the stack's configuration, or make it",
  ENOTDIR: "it is a file or lies below one; name the folder that holds the migrations",
};

function listFolder(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    const reason = reasonOf(cause);
    const problem = NOT_LISTED[reason] ?? `the folder cannot be read (${reason})`;
    throw new MigrationsError(directory, [problem], { cause });
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : String(error);
}

/**
 * Reads the folder as the record that a stack exports.
 *
 * @param directory path of the folder with the `.up.sql` and `.down.sql` files
 * @returns at least one migration, in ascending order of version, each hash over the file's bytes
 * @throws {MigrationsError} naming every problem at once: folder missing, no migration, a version twice, a version
 *   above `Number.MAX_SAFE_INTEGER`, an up file missing, a link in place of a file
 */
export function readMigrations(directory: string): ShippedMigration[] {
  const { migrations, problems } = recordOf(readMigrationFiles(directory));
  if (problems.length > 0) throw new MigrationsError(directory, problems);
  return migrations;
}

/** A shipped migration's file name, with the zeros that its version is written with. */
export function shippedFileName({ version, digits, name }: ShippedMigration, direction: Direction): string {
  return `${digits ?? version}_${name}.${direction}.sql`;
}

/**
 * One digest for a whole set: SHA-256, lower-case hex, of a UTF-8 text with one line a migration in ascending order of
 * version, each `<version> TAB <up hash> TAB <down hash or -> TAB <name> LF`. The name comes last because it alone has
 * no fixed alphabet, and it cannot hold a line feed; so no two sets share a text.
 */
export function digestOfMigrations(migrations: readonly ShippedMigration[]): string {
  const lines = [...migrations]
    .sort((a, b) => a.version - b.version)
    .map(({ version, name, up, down }) => `${version}\t${up}\t${down ?? "-"}\t${name}\n`);
  return sha256(lines.join(""));
}
