/** Files that were meant as migrations and have a name that golang-migrate does not read. Pure. */

/** Whether a file that golang-migrate passes over was meant as a migration. */
export function looksLikeMigration(file: string): boolean {
  return /\.sql$/i.test(file) || /\.(up|down)\./i.test(file);
}

/**
 * What to do with such a file: the name that it was to have, as far as it can be told (source/parse.go of golang-migrate
 * 4.20.1: `^([0-9]+)_(.*)\.(down|up)\.(.*)$`, 64 bits).
 */
export function nameFix(file: string): string {
  if (/^\d+_.*\.(up|down)\./.test(file)) return "take a number of at most 15 digits: this one is too large";
  const small = file.replace(/\.(up|down)\./i, (direction) => direction.toLowerCase());
  if (small !== file && /^\d+_/.test(file)) return `write the direction in small letters: ${small}`;
  const [, stem = "", direction = ""] = /^(.*?)(?:\.(up|down))+\.[^.]+$/i.exec(file) ?? [];
  // Flyway writes V1__name; others put a hyphen, a dot or a blank where golang-migrate wants the underscore.
  const [, digits = "", rest = ""] = /^v?(\d+)(?!\d)(.*)$/i.exec(stem) ?? ["", "", stem];
  const name = wordsOf(rest);
  if (name === "") return "name it <version>_<name>.up.sql or .down.sql, or move it out of the folder";
  const wanted = `${name}.${direction.toLowerCase()}.sql`;
  return digits === ""
    ? `put a version before the name: <version>_${wanted}, or move it out of the folder`
    : `rename to ${digits}_${wanted}`;
}

function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
}
