/**
 * Compares the checkout's migrations with those that a stack has shipped, and finds what would go wrong.
 *
 * golang-migrate remembers one integer: `up` reads only what follows it, so a file merged late with a lower version is
 * never run and nothing is said, and an edited file of an applied version changes nothing in the database. The record
 * in the stack's outputs is the memory that it lacks. Pure: no file, no clock, no network.
 */

import type { ShippedMigration } from "../contract/outputs.ts";
import { groupByVersion, type MigrationFile, type NamedMigrationFile, sha256 } from "../migrations/folder.ts";
import { isRecordable, versionAfter } from "../migrations/version.ts";
import { looksLikeMigration, nameFix } from "./brokenName.ts";
import { changedFiles, type Found, type Shipment } from "./changedFiles.ts";
import { type Finding, finding } from "./finding.ts";
import { folderCommand } from "./fixCommand.ts";
import { planRenames } from "./lateRenames.ts";

/** One memory of what was shipped: a stack's, or a git commit's. */
export interface ShippedRecord {
  /** As messages call it: `stack prod`, `origin/main`. */
  holder: string;
  migrations: readonly ShippedMigration[];
  /** Versions that the checkout need not have, because its branch has not merged them yet. */
  notMergedYet?: ReadonlySet<number>;
  /** The commit has no such folder, so nothing counts as shipped. */
  lacksFolder?: true;
}

interface OrderInput {
  /** The folder as {@link readMigrationFiles} lists it. */
  files: readonly MigrationFile[];
  /** Empty when nothing is known of what was shipped. */
  records: readonly ShippedRecord[];
  /** The clock (UTC), for the version that a fix proposes. */
  now: Date;
  /** The command that renames late and doubled files, as it is printed. */
  fixCommand: string;
  /** The command that makes a new migration, as it is printed; left out: without `--dir`. */
  newCommand?: string;
}

/** What each rule looks at. */
interface Comparison extends Shipment {
  highest: bigint;
  /** What `--fix` makes of a file's name; of one that it leaves, a version later than all that are known. */
  renamed: (file: NamedMigrationFile) => string;
  /** The command that renames one of these files, in brackets; empty if `--fix` leaves them all. */
  fixHint: (files: readonly NamedMigrationFile[]) => string;
}

/**
 * Compares the checkout with each record.
 *
 * @returns in order of record and version, each finding once; empty if the checkout follows from all records
 */
export function checkOrder(input: OrderInput): Finding[] {
  const records = input.records.length > 0 ? input.records : [{ holder: "", migrations: [] }];
  const shipped = records.map(({ migrations }) => migrations);
  const plans = planRenames(input.files, shipped, input.now);
  const renames = new Map(plans.flat().map(({ from, to }) => [from, to]));
  const seen = new Map<string, Finding>();
  for (const record of records) {
    for (const { rule, file, version, message, fix } of findProblems(input, record, renames)) {
      // Two findings of one record about one version are told apart by the rule; those of the folder have no holder.
      const holder = rule === "broken-name" || rule === "duplicate-version" ? "" : record.holder;
      const subject = `${version ?? ""} ${holder}`;
      seen.set(`${rule}\t${file}\t${message}`, finding(rule, { file, subject }, message, fix));
    }
  }
  return [...seen.values()];
}

type Renames = ReadonlyMap<string, string>;

function findProblems(input: OrderInput, record: ShippedRecord, renames: Renames): Found[] {
  const comparison = compare(input, record, renames);
  return [
    ...brokenNames(comparison),
    ...duplicates(comparison),
    ...lateFiles(comparison),
    ...changedFiles(comparison),
  ]
    .filter(({ rule, version }) => rule !== "vanished" || !record.notMergedYet?.has(Number(version)))
    .sort((a, b) => order(a.version ?? -1n, b.version ?? -1n));
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compare(
  { files: checkout, now, fixCommand, newCommand = folderCommand("new NAME") }: OrderInput,
  { holder, migrations }: ShippedRecord,
  renames: Renames,
): Comparison {
  const byVersion = groupByVersion(checkout);
  const record = new Map(migrations.map((migration) => [BigInt(migration.version), migration]));
  const highest = [...record.keys()].reduce((high, version) => (version > high ? version : high), -1n);
  const digits = [...byVersion.values()]
    .flat()
    .map(({ parsed }) => parsed.digits)
    .filter(isRecordable);
  const renamed = (file: NamedMigrationFile) =>
    renames.get(file.file) ?? withVersion(file, versionAfter(digits, record.keys(), now));
  const fixHint = (files: readonly NamedMigrationFile[]) =>
    files.some(({ file }) => renames.has(file)) ? ` (${fixCommand})` : "";
  return { checkout, byVersion, shipped: record, highest, holder, renamed, fixHint, newCommand };
}

function brokenNames({ checkout }: Comparison): Found[] {
  return checkout
    .filter(({ file, parsed }) => !parsed && looksLikeMigration(file))
    .map(({ file }) => ({
      rule: "broken-name",
      file,
      version: null,
      message: "golang-migrate passes over this file in silence",
      fix: nameFix(file),
    }));
}

function duplicates({ byVersion, shipped, renamed, fixHint }: Comparison): Found[] {
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
      message: `version ${mover.parsed.digits} belongs to ${twice.map(({ file }) => file).join(", ")}`,
      fix: `keep one pair and rename the other to ${renamed(mover)}${fixHint(twice)}`,
    });
  }
  return found;
}

function withVersion({ parsed }: NamedMigrationFile, version: string): string {
  return `${version}_${parsed.name}.${parsed.direction}.${parsed.extension}`;
}

/** One problem a version: the pair moves together. */
function lateFiles({ byVersion, shipped, highest, holder, renamed, fixHint }: Comparison): Found[] {
  const found: Found[] = [];
  for (const [version, files] of byVersion) {
    const file = upOf(files) ?? files[0];
    if (!file || version > highest || shipped.has(version)) continue;
    found.push({
      rule: "late",
      file: file.file,
      version,
      message: `version ${file.parsed.digits} is not shipped and lies below ${digitsAt(shipped, highest)}, the highest that ${holder} has; it would never run`,
      fix: `rename to ${renamed(file)}${fixHint(files)}`,
    });
  }
  return found;
}

/** A version as its file was shipped: `000003`. */
function digitsAt(shipped: Comparison["shipped"], version: bigint): string {
  return shipped.get(version)?.digits ?? String(version);
}

function upOf(files: readonly NamedMigrationFile[]): NamedMigrationFile | undefined {
  return files.find(({ parsed }) => parsed.direction === "up");
}
