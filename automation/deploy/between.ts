/** The migrations that were applied since an earlier revision was made, and whether its code can live with them. */
import { type Break, lookAtOldCode } from "../check/oldCode.ts";
import type { CheckSettings } from "../check/settings.ts";
import type { Outputs, ShippedMigration } from "../contract/outputs.ts";
import {
  type KnownVersion,
  type KnownVersionDeps,
  lastChange,
  readKnownVersion,
} from "../history/knownVersion.ts";
import { readBack } from "../history/record.ts";
import { type MigrationFile, sha256, shippedFileName } from "../migrations/folder.ts";
import type { Between } from "../report/rollback.ts";

interface BetweenDeps extends KnownVersionDeps {
  readonly outputs: Outputs;
  readonly checkout: readonly MigrationFile[];
  readonly settings: CheckSettings;
}

/**
 * Takes what was applied from the record of runs, and reads those files in the checkout. A roll registers its revision
 * right after its migration passed, so the last run before that moment has the version that the code was built for.
 *
 * @param since milliseconds since the epoch: when the earlier revision was registered
 */
export async function lookBetween(deps: BetweenDeps, since: number): Promise<Between> {
  const known = await readKnownVersion(deps, deps.outputs);
  const versionThen = await versionAt(deps, since);
  const versionNow = known.kind === "known" ? (known.version.version ?? -1) : null;
  const from = versionThen ?? -1;
  const applied = deps.outputs.migrations.filter(
    ({ version }) => version > from && version <= (versionNow ?? Number.POSITIVE_INFINITY),
  );
  const read = await readApplied(deps, applied, from);
  return {
    ...{ versionThen, versionNow },
    files: applied.map((migration) => shippedFileName(migration, "up")),
    breaks: [...versionBreaks(known, versionThen, versionNow), ...read.breaks.map(breakText)],
    doubts: [...doubtsOf(known, versionThen), ...read.doubts],
  };
}

/** -1: nothing was applied yet; null: the record does not say. */
async function versionAt(deps: BetweenDeps, since: number): Promise<number | null> {
  try {
    const reader = { outputs: deps.outputs, logs: await deps.connectLogs(deps.outputs.region) };
    for await (const record of readBack(reader, deps.clock.now())) {
      // A run's start is known in whole seconds: the roll may register in the very second.
      const change = lastChange(record, deps.outputs, Math.floor(since / 1_000) * 1_000 + 1_000);
      if (change !== undefined) return change === "unclear" ? null : change.version;
    }
    return null;
  } catch {
    // readKnownVersion reads the same log group and says why it cannot be read.
    return null;
  }
}

function versionBreaks(known: KnownVersion, versionThen: number | null, versionNow: number | null): string[] {
  if (known.kind === "known" && known.version.dirty)
    return [`the database is dirty at version ${versionNow}`];
  if (versionNow === null || versionThen === null || versionNow >= versionThen) return [];
  return [`the database is at version ${versionNow}, below ${versionThen}, which the earlier code ran on`];
}

function doubtsOf(known: KnownVersion, versionThen: number | null): string[] {
  return [
    ...(known.kind === "known"
      ? []
      : [`the database's version is not known (${known.why}): every later file counts as applied`]),
    ...(versionThen === null
      ? [
          "the record does not say which version the database had when that revision was made: every file of the stack counts as applied since",
        ]
      : []),
  ];
}

async function readApplied(
  { checkout, settings }: BetweenDeps,
  applied: readonly ShippedMigration[],
  from: number,
): Promise<{ breaks: readonly Break[]; doubts: string[] }> {
  const hashes = new Map(checkout.map(({ file, bytes }) => [file, sha256(bytes)]));
  const missing = applied.filter(
    (migration) => hashes.get(shippedFileName(migration, "up")) !== migration.up,
  );
  const versions = new Set(applied.filter((each) => !missing.includes(each)).map(({ version }) => version));
  const relevant = checkout.filter(
    ({ parsed }) => parsed && (Number(parsed.version) <= from || versions.has(Number(parsed.version))),
  );
  const look = await lookAtOldCode(relevant, (version) => versions.has(version), settings);
  return {
    breaks: look.breaks,
    doubts: [
      ...missing.map(
        (each) =>
          `${shippedFileName(each, "up")} is not in this checkout as it was shipped, so it was not read`,
      ),
      ...look.unread.map((file) => `the SQL of ${file} could not be read`),
    ],
  };
}

const EFFECTS: Readonly<Record<Break["kind"], (name: string) => string>> = {
  gone: (name) => `drops ${name}: code that names it fails`,
  renamed: (name) => `renames ${name}: code that names it as before fails`,
  rows: (name) => `makes ${name} NOT NULL: an INSERT or UPDATE that leaves it empty fails`,
};

function breakText({ kind, file, line, name }: Break): string {
  return `${file}:${line} ${EFFECTS[kind](name)}`;
}

/** Of several services: the widest span, each sentence once. Pure. */
export function widest(found: readonly Between[]): Between {
  const [first, ...others] = found;
  if (!first) return { versionThen: null, versionNow: null, files: [], breaks: [], doubts: [] };
  return others.reduce((all, each) => (each.files.length > all.files.length ? each : all), first);
}
