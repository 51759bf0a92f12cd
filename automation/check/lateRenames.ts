/** `check --fix`: gives late and doubled migrations a version after all that are known. */
import { constants, copyFileSync, linkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import { groupByVersion, type MigrationFile, type NamedMigrationFile, sha256 } from "../migrations/folder.ts";
import { isRecordable, versionAfter } from "../migrations/version.ts";

/** Base names. */
export interface Rename {
  from: string;
  to: string;
}

/** A file could not be renamed; what was renamed before it in the same pair is back in place. */
export class RenameError extends EcsMigrateError {
  readonly code = "rename";
  readonly exitCode = EXIT.usage;

  constructor(rename: Rename, reason: string, options?: ErrorOptions) {
    super(
      `Cannot rename ${rename.from} to ${rename.to} (${reason}); correct that and run \`npx ecs-migrate check --fix\` again`,
      options,
    );
  }
}

/** Files that move together. */
type Unit = NamedMigrationFile[];

/**
 * Says which files to rename. The order among the renamed ones stays; each goes behind every known version.
 *
 * Left alone: a version that any record holds, a file that holds the SQL of a shipped version which is gone (it is that
 * version under a wrong number), and names that do not end in `.sql`.
 *
 * @param records what each stack has shipped
 * @param now the clock, UTC
 * @returns units of one or two files
 */
export function planRenames(
  files: readonly MigrationFile[],
  records: readonly (readonly ShippedMigration[])[],
  now: Date,
): Rename[][] {
  const shipped = records.flat();
  const groups = groupByVersion(files);
  const gone = shipped.filter(({ version }) => !groups.has(BigInt(version)));
  let known = [...groups.values()]
    .flat()
    .map(({ parsed }) => parsed.digits)
    .filter(isRecordable);
  const byVersion = new Map<bigint, ShippedMigration[]>();
  for (const one of shipped)
    byVersion.set(BigInt(one.version), [...(byVersion.get(BigInt(one.version)) ?? []), one]);
  let others = [...byVersion.keys()];
  const highest = [...byVersion.keys()].reduce((high, version) => (version > high ? version : high), -1n);
  const plans: Rename[][] = [];
  for (const [version, group] of groups) {
    for (const unit of unitsToMove(group, byVersion.get(version) ?? [], gone, highest > version)) {
      const digits = versionAfter(known, others, now);
      // It is the highest now, and the others need no second look.
      [known, others] = [[digits], []];
      plans.push(
        unit.map(({ file, parsed }) => ({
          from: file,
          to: `${digits}_${parsed.name}.${parsed.direction}.${parsed.extension}`,
        })),
      );
    }
  }
  return plans;
}

function unitsToMove(
  group: readonly NamedMigrationFile[],
  recorded: readonly ShippedMigration[],
  gone: readonly ShippedMigration[],
  isLate: boolean,
): Unit[] {
  const units = unitsOf(group.filter(({ parsed }) => parsed.extension === "sql"));
  const movable = units.filter((unit) => !isTwin(unit, gone));
  if (recorded.length > 0) {
    const rest = movable.filter((unit) => !recorded.some((migration) => isOf(unit, migration)));
    // Where none is the shipped one, all are edits of it, and a new number would run the same thing twice.
    return rest.length < units.length ? rest : [];
  }
  return isLate ? movable : movable.slice(1);
}

/** One unit where each direction is there once, whatever the names; otherwise one a name. */
function unitsOf(group: readonly NamedMigrationFile[]): Unit[] {
  const ups = group.filter(({ parsed }) => parsed.direction === "up").length;
  if (ups <= 1 && group.length - ups <= 1) return group.length > 0 ? [[...group]] : [];
  const units = new Map<string, Unit>();
  for (const entry of group) {
    const key = `${entry.parsed.digits}_${entry.parsed.name}`;
    units.set(key, [...(units.get(key) ?? []), entry]);
  }
  return [...units.values()];
}

function isOf(unit: Unit, { name, up }: ShippedMigration): boolean {
  return unit.some(
    ({ parsed, bytes }) => parsed.direction === "up" && (parsed.name === name || sha256(bytes) === up),
  );
}

/** Whether the unit holds the SQL of a shipped version that is gone. */
function isTwin(unit: Unit, gone: readonly ShippedMigration[]): boolean {
  if (gone.length === 0) return false;
  const hashes = unit.filter(({ parsed }) => parsed.direction === "up").map(({ bytes }) => sha256(bytes));
  return gone.some(({ up }) => hashes.includes(up));
}

/**
 * Renames, never over a file that is there.
 *
 * @param directory the folder of migrations
 * @throws {RenameError} at the first unit that cannot be renamed as a whole; the units before it stay renamed
 */
export function applyRenames(directory: string, plans: readonly (readonly Rename[])[]): void {
  for (const unit of plans) {
    const done: Rename[] = [];
    for (const rename of unit) {
      try {
        renameExclusive(join(directory, rename.from), join(directory, rename.to));
      } catch (cause) {
        for (const { from, to } of done.reverse())
          renameExclusive(join(directory, to), join(directory, from));
        throw new RenameError(rename, (cause as NodeJS.ErrnoException).code ?? String(cause), { cause });
      }
      done.push(rename);
    }
  }
}

/** rename(2) overwrites; link(2) does not, and a copy serves where the file system has no hard links. */
function renameExclusive(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
  unlinkSync(from);
}
