/** Says whose SQL the migrations are read as, where it is not Postgres's. */
import { type KnownDatabase, lintTarget, readAs, type TargetSettings } from "../check/lintTarget.ts";
import type { MigrationFile } from "../migrations/folder.ts";

/** @param database what a run said of it; null if none did */
export function sayDialect(
  terminal: { say(line: string): void },
  settings: TargetSettings,
  files: readonly MigrationFile[],
  database: KnownDatabase | null,
): void {
  const target = lintTarget(settings, files, database);
  if (target.dialect !== "postgres") terminal.say(`The migrations are read as ${readAs(target)}`);
}
