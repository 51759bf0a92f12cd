/**
 * A database below the version of its last run stops a deploy before anything is changed: it is another database, it was
 * restored, or its table of versions has another name. Pure.
 */
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import type { KnownVersion, LastChange } from "../history/knownVersion.ts";
import { commandFor } from "../text/commandLine.ts";
import { versionText } from "../text/version.ts";

class DatabaseBelowError extends EcsMigrateError {
  readonly code = "databaseBelow";
  readonly exitCode = EXIT.refused;
}

/** @throws {DatabaseBelowError} if the last answer of the database is below what its last run left */
export function refuseBelow(known: KnownVersion, stack: string): void {
  if (known.kind === "known" && known.below)
    throw new DatabaseBelowError(belowText(known, known.below, stack));
}

function belowText(
  { version }: Extract<KnownVersion, { kind: "known" }>,
  last: LastChange,
  stack: string,
): string {
  const apply = commandFor("migrate up", stack);
  const keep = commandFor(`migrate force ${version.version ?? -1}`, stack);
  return `The database of stack ${stack} is at ${versionText(version)}, below ${last.version} where the run of ${last.at} left it: it is another database, it was restored, or x-migrations-table names another table. Nothing was changed. If it was restored on purpose, apply what it lacks (${apply}) or let this version count (${keep}), then deploy again`;
}
