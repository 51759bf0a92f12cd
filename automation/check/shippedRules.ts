/**
 * Compares the checkout's migrations with those that a stack has shipped, and says what would go wrong.
 *
 * golang-migrate remembers one integer: `up` reads only what follows it, so a file merged late with a lower version is
 * never run and nothing is said, and an edited file of an applied version changes nothing in the database. The record
 * in the stack's outputs is the memory that it lacks. Pure: no file, no clock, no network.
 */

import type { ShippedMigration } from "../contract/outputs.ts";
import { groupByVersion, type MigrationFile, type NamedMigrationFile, sha256 } from "../migrations/folder.ts";
import { versionAfter } from "../migrations/version.ts";

/** The rules by id. */
export const GUARD_RULES = {
  "broken-name": "A file that looks like a migration and that golang-migrate passes over in silence",
  "duplicate-version": "Two files of one direction share a version; golang-migrate refuses the whole folder",
  late: "A file that is not shipped has a version at or below the highest shipped one, and would never run",
  vanished: "A shipped migration's up file is gone",
  "up-edited": "A shipped migration's up file was edited; databases that ran it do not get the change",
  "down-edited": "A shipped migration's down file was edited or is gone",
  renamed:
    "A shipped migration has another name now; golang-migrate does not mind, readers of the history do",
} as const;

export type GuardRule = keyof typeof GUARD_RULES;

export interface GuardProblem {
  rule: GuardRule;
  /** `error` refuses the deploy; `warning` is shown. */
  severity: "error" | "warning";
  /** Base name; of a vanished file the name that it had. */
  file: string;
  /** null where the file has no version, or one above `Number.MAX_SAFE_INTEGER`. */
  version: number | null;
  /** What is wrong, in one sentence without a full stop. */
  message: string;
  /** What to do about it. */
  mend: string;
  /** The stack whose record was compared. */
  stack: string;
}

export interface GuardInput {
  /** The folder as {@link readMigrationFiles} lists it. */
  checkout: readonly MigrationFile[];
  /** The record in the outputs of the stack; empty before the first deploy. */
  shipped: readonly ShippedMigration[];
  stack: string;
  /** How messages call the holder of the record, where it is no stack (`origin/main`). */
  holder?: string;
  /** The clock (UTC), for the version that a mend proposes. */
  now: Date;
  /** Rules that are switched off. */
  disabled?: ReadonlySet<string>;
}

/** What each rule looks at. */
interface Comparison {
  checkout: readonly MigrationFile[];
  byVersion: ReadonlyMap<bigint, readonly NamedMigrationFile[]>;
  shipped: ReadonlyMap<bigint, ShippedMigration>;
  highest: bigint;
  /** `stack prod`, as messages say it. */
  holder: string;
  /** A version later than all that are known. */
  nextVersion: string;
}

type Found = Omit<GuardProblem, "stack" | "severity" | "version"> & { version: bigint | null };

/**
 * Compares the checkout with one stack's record.
 *
 * @returns the problems in order of version, those without a version first; empty where the deploy may go on
 */
export function findGuardProblems(input: GuardInput): GuardProblem[] {
  const comparison = compare(input);
  const found = [
    ...brokenNames(comparison),
    ...duplicates(comparison),
    ...lateFiles(comparison),
    ...changedFiles(comparison),
  ];
  return found
    .filter(({ rule }) => !input.disabled?.has(rule))
    .sort((a, b) => order(a.version ?? -1n, b.version ?? -1n))
    .map((problem) => ({
      ...problem,
      version: safeNumber(problem.version),
      severity: problem.rule === "renamed" ? "warning" : "error",
      stack: input.stack,
    }));
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function safeNumber(version: bigint | null): number | null {
  return version === null || version > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(version);
}

function compare({ checkout, shipped, stack, holder = `stack ${stack}`, now }: GuardInput): Comparison {
  const byVersion = groupByVersion(checkout);
  const record = new Map(shipped.map((migration) => [BigInt(migration.version), migration]));
  const highest = [...record.keys()].reduce((high, version) => (version > high ? version : high), -1n);
  const nextVersion = versionAfter([...byVersion.keys(), ...record.keys()], now);
  return { checkout, byVersion, shipped: record, highest, holder, nextVersion };
}

/** Whether a file that golang-migrate passes over was meant as a migration. */
export function looksLikeMigration(file: string): boolean {
  return /\.sql$/i.test(file) || /\.(up|down)\./i.test(file);
}

function brokenNames({ checkout }: Comparison): Found[] {
  return checkout
    .filter(({ file, parsed }) => !parsed && looksLikeMigration(file))
    .map(({ file }) => ({
      rule: "broken-name",
      file,
      version: null,
      message: "golang-migrate passes over this file in silence",
      mend: "name it <version>_<name>.up.sql or .down.sql, or move it out of the folder",
    }));
}

function duplicates({ byVersion, shipped, nextVersion }: Comparison): Found[] {
  const found: Found[] = [];
  for (const [version, files] of byVersion) {
    const twice = (["up", "down"] as const)
      .map((direction) => files.filter(({ parsed }) => parsed.direction === direction))
      .filter(({ length }) => length > 1)
      .flat();
    if (twice.length === 0) continue;
    const record = shipped.get(version);
    const isShipped = ({ bytes }: NamedMigrationFile) => [record?.up, record?.down].includes(sha256(bytes));
    // The pair that databases have run keeps its number.
    const movable = twice.filter((file) => !isShipped(file));
    const mover = movable.findLast(({ parsed }) => parsed.direction === "up") ?? twice.at(-1);
    if (!mover) continue;
    found.push({
      rule: "duplicate-version",
      file: mover.file,
      version,
      message: `version ${version} belongs to ${twice.map(({ file }) => file).join(", ")}`,
      mend: `keep one pair and rename the other to ${renamed(mover, nextVersion)} (npx ecs-migrate check --fix)`,
    });
  }
  return found;
}

function renamed({ parsed }: NamedMigrationFile, version: string): string {
  return `${version}_${parsed.name}.${parsed.direction}.${parsed.extension}`;
}

/** One problem a version: the pair moves together. */
function lateFiles({ byVersion, shipped, highest, holder, nextVersion }: Comparison): Found[] {
  const found: Found[] = [];
  for (const [version, files] of byVersion) {
    const file = upOf(files) ?? files[0];
    if (!file || version > highest || shipped.has(version)) continue;
    found.push({
      rule: "late",
      file: file.file,
      version,
      message: `version ${version} is not shipped and lies below ${highest}, the highest that ${holder} has; it would never run`,
      mend: `rename to ${renamed(file, nextVersion)} (npx ecs-migrate check --fix)`,
    });
  }
  return found;
}

function upOf(files: readonly NamedMigrationFile[]): NamedMigrationFile | undefined {
  return files.find(({ parsed }) => parsed.direction === "up");
}

function changedFiles(comparison: Comparison): Found[] {
  return [...comparison.shipped].flatMap(([version, shipped]) => {
    const files = comparison.byVersion.get(version) ?? [];
    const ups = files.filter(({ parsed }) => parsed.direction === "up");
    if (ups.length === 0) return [vanished(comparison, version, shipped)];
    // Of a version that is there twice, the pair that was shipped is the one to judge.
    const up = ups.find(({ bytes }) => sha256(bytes) === shipped.up) ?? ups[0];
    if (!up) return [];
    const problems: Found[] = [];
    if (sha256(up.bytes) !== shipped.up) problems.push(upEdited(comparison, up, version, shipped));
    else if (up.parsed.name !== shipped.name) problems.push(nameChanged(up, version, shipped));
    return [...problems, ...downChanged(comparison, files, version, shipped)];
  });
}

function vanished(comparison: Comparison, version: bigint, shipped: ShippedMigration): Found {
  const file = `${version}_${shipped.name}.up.sql`;
  const twin = twinOf(comparison, shipped);
  return {
    rule: "vanished",
    file,
    version,
    message: `${comparison.holder} has shipped version ${version} (${shipped.name}), and its up file is gone`,
    mend: twin
      ? `${twin.file} holds the same SQL and would run again: rename it back to ${file}`
      : "restore the file, with its down file; undo it by a new migration",
  };
}

/** A file that is not shipped and holds the SQL of one that is: the same migration under a new number. */
function twinOf({ checkout, shipped: record }: Comparison, shipped: ShippedMigration) {
  return checkout.find(
    ({ parsed, bytes }) =>
      parsed?.direction === "up" && !record.has(parsed.version) && sha256(bytes) === shipped.up,
  );
}

function upEdited(
  comparison: Comparison,
  up: NamedMigrationFile,
  version: bigint,
  shipped: ShippedMigration,
): Found {
  const named = up.parsed.name === shipped.name ? "" : `, where it is called ${shipped.name},`;
  return {
    rule: "up-edited",
    file: up.file,
    version,
    message: `version ${version} differs from what ${comparison.holder} has shipped${named} and will not run again there`,
    mend: "restore the file as it was shipped, and put the change into a new migration (npx ecs-migrate new NAME)",
  };
}

function nameChanged(up: NamedMigrationFile, version: bigint, shipped: ShippedMigration): Found {
  return {
    rule: "renamed",
    file: up.file,
    version,
    message: `version ${version} was shipped as ${shipped.name}; its SQL is the same`,
    mend: `rename it back to ${version}_${shipped.name}.up.sql, so that the history keeps one name for it`,
  };
}

/** A down file that came later is a repair; one that changed or went is not what a rollback was tried with. */
function downChanged(
  { holder }: Comparison,
  files: readonly NamedMigrationFile[],
  version: bigint,
  shipped: ShippedMigration,
): Found[] {
  if (shipped.down === null) return [];
  const downs = files.filter(({ parsed }) => parsed.direction === "down");
  if (downs.some(({ bytes }) => sha256(bytes) === shipped.down)) return [];
  const down = downs[0];
  return [
    {
      rule: "down-edited",
      file: down?.file ?? `${version}_${shipped.name}.down.sql`,
      version,
      message: down
        ? `the down file of version ${version} differs from what ${holder} has shipped`
        : `${holder} has shipped a down file for version ${version}, and it is gone`,
      mend: "restore it as it was shipped; where the edit repairs the way back, allow it with --disable down-edited",
    },
  ];
}
