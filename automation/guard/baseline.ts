/**
 * The first deploy onto a database: what it has run before is the baseline. No record says so, since golang-migrate's own command or
 * another tool ran it; the database's version does. Pure but for the parser that the check loads.
 */
import { checkFolder } from "../check/checkFolder.ts";
import { errorsOf, type Finding } from "../check/finding.ts";
import { fixCommand } from "../check/fixCommand.ts";
import type { KnownDatabase } from "../check/lintTarget.ts";
import type { CheckSettings } from "../check/settings.ts";
import type { DatabaseVersion } from "../contract/resultLine.ts";
import { type MigrationFile, recordOf } from "../migrations/folder.ts";
import { countText, versionText } from "../text/version.ts";
import { CheckoutRefusedError } from "./checkout.ts";

interface BaselineDeps {
  readonly stack: string;
  readonly checkout: readonly MigrationFile[];
  readonly settings: CheckSettings;
  /** What the database said it is. */
  readonly database: KnownDatabase | null;
  /** The clock, UTC. */
  readonly now: Date;
}

interface Baseline {
  /** The warnings: an error is thrown. */
  readonly findings: readonly Finding[];
  /** What counts as run, in one sentence without a full stop; null if the database has run nothing. */
  readonly text: string | null;
}

/**
 * Checks what lies above the database's version. Nothing at or below it is refused or reported.
 *
 * @param version as the migrator reports it
 * @throws {CheckoutRefusedError} naming every finding of severity `error`
 */
export async function checkAboveBaseline(
  { stack, checkout: files, settings, database, now }: BaselineDeps,
  version: DatabaseVersion,
): Promise<Baseline> {
  const at = version.version ?? -1;
  const ran = recordOf(files).migrations.filter((migration) => migration.version <= at);
  const records = [{ holder: `the database of stack ${stack}`, migrations: ran }];
  const command = fixCommand([stack]);
  const findings = await checkFolder({ files, records, settings, database, now, fixCommand: command });
  const errors = errorsOf(findings);
  if (errors.length > 0) throw new CheckoutRefusedError(stack, errors);
  const count = countText(ran.length, "migration");
  const text = `The database is at ${versionText(version)}: ${count} up to it count as run, and are not checked`;
  return { findings, text: version.version === null ? null : text };
}
