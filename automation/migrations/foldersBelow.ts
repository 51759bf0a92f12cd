/** Folders of migrations below another one. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseMigrationFileName } from "./folder.ts";

/** A folder further down belongs to something else. */
const DEPTH = 4;

/** Hidden folders and those of dependencies hold other people's migrations, an archive those that run no more. */
const LEFT_OUT = /^(\.|(node_modules|vendor|_?archived?|_?old|legacy|squashed)$)/i;

/**
 * The folders below that hold at least one file with a name that golang-migrate reads, in order of their names. One that cannot be read
 * counts as empty.
 *
 * @returns paths relative to `dir`
 */
export function migrationFoldersBelow(dir: string): string[] {
  return visit(dir, "", DEPTH);
}

function visit(dir: string, path: string, depth: number): string[] {
  const entries = entriesOf(join(dir, path));
  const own = path !== "" && entries.some((entry) => entry.isFile() && parseMigrationFileName(entry.name));
  const below = entries
    .filter((entry) => depth > 0 && entry.isDirectory() && !LEFT_OUT.test(entry.name))
    .map(({ name }) => name)
    .sort();
  return [...(own ? [path] : []), ...below.flatMap((name) => visit(dir, join(path, name), depth - 1))];
}

function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    // Only a hint hangs on it.
    return [];
  }
}
