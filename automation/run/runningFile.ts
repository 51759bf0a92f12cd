/** Which file runs, told from the log: golang-migrate names a file when it has ended, so the next one is on. Pure. */
import type { Operation } from "../contract/operations.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import { shippedFileName } from "../migrations/folder.ts";

/**
 * @param line a line of the task's log: `version before: 20261120`, `20261121/u add_discounts (12.3ms)`
 * @param migrations in ascending order of version
 * @returns the up file that has begun with this line, or undefined if the line does not tell
 */
export function runningFile(
  line: string,
  operation: Operation,
  migrations: readonly ShippedMigration[],
): string | undefined {
  if (operation.name !== "up") return undefined;
  const [, ended, before] = /^(?:(\d+)\/u |version before: (\d+|none)$)/.exec(line) ?? [];
  const version = ended ?? before;
  if (version === undefined) return undefined;
  const done = version === "none" ? -1 : Number(version);
  const next = migrations.find((migration) => migration.version > done);
  return next && shippedFileName(next, "up");
}
