/**
 * Which files an operation runs on a database at a version. Pure.
 *
 * Source of the rules: golang-migrate 4.20.1, migrate.go: `Up`, `Down`, `Steps` and `Migrate` with `readUp`, `readDown`,
 * `read` and `newMigration`. A version without a file of the direction is passed through: it sets the version and runs nothing.
 */

import type { Operation } from "../contract/operations.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import type { DatabaseVersion } from "../contract/resultLine.ts";
import {
  groupByVersion,
  type MigrationFile,
  type NamedMigrationFile,
  sha256,
  shippedFileName,
} from "../migrations/folder.ts";

/** Whether the checkout's file is the one that the stack's image holds. */
export type FileState = "shipped" | "new" | "edited" | "missing";

export interface PlannedStep {
  readonly version: number;
  readonly name: string;
  readonly direction: "up" | "down";
  /** Base name; null if the version has no file of this direction, so that only the number moves. */
  readonly file: string | null;
  /**
   * `shipped`: the checkout has the file as the stack shipped it. `new`: not shipped yet. `edited`: the checkout's file
   * differs from what the image holds. `missing`: the checkout lacks it, so that nothing can be said of its SQL.
   */
  readonly state: FileState;
  /** The checkout's file; null if it has none. */
  readonly bytes: Uint8Array | null;
  /** The database's version after it; null for none. */
  readonly target: number | null;
}

export type Plan =
  | { readonly kind: "steps"; readonly steps: readonly PlannedStep[]; readonly note: string | null }
  /** golang-migrate would run nothing and end well. */
  | { readonly kind: "nothing" }
  /** golang-migrate would run nothing and end with an error. `reason`: one sentence without a full stop. */
  | { readonly kind: "refused"; readonly reason: string };

export interface PlanInput {
  readonly current: DatabaseVersion;
  /** `up` plans the next deploy of the checkout; the others run on the image that the stack has shipped. */
  readonly operation: Operation;
  /** What the stack has shipped, in ascending order of version. */
  readonly migrations: readonly ShippedMigration[];
  /** The checkout's folder. */
  readonly files: readonly MigrationFile[];
}

interface Version {
  readonly version: number;
  readonly up: NamedMigrationFile | undefined;
  readonly down: NamedMigrationFile | undefined;
  readonly shipped: ShippedMigration | undefined;
}

/** @returns the steps in the order in which golang-migrate takes them */
export function planOf(input: PlanInput): Plan {
  const { current, operation } = input;
  if (current.dirty)
    return { kind: "refused", reason: `the database is dirty at version ${current.version ?? "none"}` };
  const versions = versionsOf(input);
  const at = current.version === null ? -1 : versions.findIndex(({ version }) => version === current.version);
  if (current.version !== null && at < 0)
    return { kind: "refused", reason: `no file has the database's version, ${current.version}` };
  switch (operation.name) {
    case "up":
      return between(versions, at, versions.length - 1, null);
    case "down":
      return planDown(versions, at, operation.steps);
    case "goto": {
      const to = versions.findIndex(({ version }) => version === operation.version);
      if (to < 0) return { kind: "refused", reason: `the stack has shipped no version ${operation.version}` };
      return between(versions, at, to, null);
    }
    default:
      return { kind: "nothing" };
  }
}

/** With fewer versions than asked for, golang-migrate undoes all and ends with an error (`ErrShortLimit`). */
function planDown(versions: readonly Version[], at: number, steps: number | "all"): Plan {
  if (steps === "all") return between(versions, at, -1, null);
  if (at < 0) return { kind: "refused", reason: "nothing is applied, so nothing can be undone" };
  const short = steps - (at + 1);
  const note =
    short > 0 ? `there are only ${at + 1} to undo; golang-migrate undoes them and ends with an error` : null;
  return between(versions, at, Math.max(at - steps, -1), note);
}

function between(versions: readonly Version[], from: number, to: number, note: string | null): Plan {
  if (from === to) return { kind: "nothing" };
  const steps =
    from < to
      ? versions.slice(from + 1, to + 1).map((version) => step(version, "up", version.version))
      : versions
          .slice(to + 1, from + 1)
          .map((version, index) => step(version, "down", versions[to + index]?.version ?? null))
          .reverse();
  return { kind: "steps", steps, note };
}

function step(version: Version, direction: "up" | "down", target: number | null): PlannedStep {
  const { shipped } = version;
  const file = version[direction];
  const name = shipped?.name ?? version.up?.parsed.name ?? version.down?.parsed.name ?? "";
  const recorded = shipped?.[direction] ?? null;
  const shippedName = recorded === null || !shipped ? null : shippedFileName(shipped, direction);
  return {
    version: version.version,
    name,
    direction,
    file: file?.file ?? shippedName,
    state: stateOf(file, recorded),
    bytes: file?.bytes ?? null,
    target,
  };
}

function stateOf(file: NamedMigrationFile | undefined, recorded: string | null): FileState {
  if (!file) return "missing";
  if (recorded === null) return "new";
  return sha256(file.bytes) === recorded ? "shipped" : "edited";
}

/** `up` takes the checkout's folder, as the next deploy does; what goes down is in the image. */
function versionsOf({ operation, migrations, files }: PlanInput): Version[] {
  const groups = groupByVersion(files);
  const shipped = new Map(migrations.map((migration) => [migration.version, migration]));
  const numbers = operation.name === "up" ? [...groups.keys()].map(Number) : [...shipped.keys()];
  return numbers
    .sort((a, b) => a - b)
    .map((version) => {
      const group = groups.get(BigInt(version)) ?? [];
      const record = shipped.get(version);
      const has = (direction: "up" | "down") =>
        operation.name === "up" || record?.[direction] != null
          ? group.find(({ parsed }) => parsed.direction === direction)
          : undefined;
      return { version, up: has("up"), down: has("down"), shipped: record };
    });
}
