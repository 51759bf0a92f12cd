/** The command `check`: the folder, perhaps git, and what stacks have shipped. */

import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { looksLikeMigration, nameFix } from "../check/brokenName.ts";
import { folderCommand } from "../check/fixCommand.ts";
import { runGit } from "../check/git.ts";
import type { KnownDatabase } from "../check/lintTarget.ts";
import { runCheck } from "../check/runCheck.ts";
import type { CommandContext } from "../cli/context.ts";
import type { CheckCommandOptions } from "../cli/programLook.ts";
import { ConfigError } from "../contract/errors.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import { type MigrationFile, readMigrationFiles } from "../migrations/folder.ts";
import { findFolder, insteadBelow, type MigrationsFolder } from "./folder.ts";
import { outputsOf } from "./locate.ts";
import { printReport } from "./printReport.ts";
import { statedTarget } from "./target.ts";

export async function checkCommand(context: CommandContext, options: CheckCommandOptions): Promise<void> {
  const folder = findFolder(context, options, options.against[0]);
  const dir = folder.path;
  requireMigrations(context, folder, options.dir);
  const stated = statedTarget(context, options, options.against);
  const { records, database } = await shippedAndRun(context, options, dir);
  const result = await runCheck(
    { now: () => new Date(), cwd: repositoryRoot(context.cwd), git: runGit },
    {
      dir,
      givenDir: options.dir,
      format: options.json ? "json" : options.markdown ? "markdown" : options.format,
      settings: {
        ...stated,
        dialect: options.dialect ?? stated.dialect,
        mysqlVersion: options.mysqlVersion ?? stated.mysqlVersion,
        disable: [...stated.disable, ...options.disable],
        postgresVersion: options.postgresVersion ?? stated.postgresVersion,
        multiStatement: options.multiStatement || stated.multiStatement,
      },
      fix: options.fix,
      strict: options.strict,
      shipped: records,
      database,
      ...(options.base === undefined ? {} : { base: options.base }),
    },
  );
  for (const note of result.notes) context.terminal.warn(note);
  await printReport(context, options.output, result.text, () => result.textIn("human"));
  context.finish(result.exitCode);
}

/** A wrong folder would pass as one without a fault. @throws {ConfigError} if there is no migration in it */
function requireMigrations(
  { terminal, cwd }: CommandContext,
  { path, namedBy }: MigrationsFolder,
  dir: string | undefined,
): void {
  const shown = relative(cwd, path) || ".";
  terminal.say(`Migrations: ${shown} (${namedBy})`);
  const files = readMigrationFiles(path);
  if (files.some(({ parsed }) => parsed)) return;
  const next = insteadBelow(cwd, path, "check") ?? nextWithoutFolder(files, dir);
  throw new ConfigError([`There is no migration in ${shown}, which ${namedBy} names; ${next}`]);
}

/** Another tool's names, or a wrong separator, are no reason to start anew. */
function nextWithoutFolder(files: readonly MigrationFile[], dir: string | undefined): string {
  const meant = files.map(({ file }) => file).filter(looksLikeMigration);
  const [first] = meant;
  if (first === undefined)
    return `name the folder with --dir, or make the first one with \`${folderCommand("new NAME", dir)}\``;
  const more = meant.length > 1 ? ` and ${meant.length - 1} more` : "";
  return `golang-migrate passes over ${first}${more} in silence: ${nameFix(first)}`;
}

/** Paths in a report are relative to it, as GitLab and GitHub want them. The working folder if there is no repository. */
function repositoryRoot(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) return cwd;
  }
}

interface StackRecords {
  /** What each stack has shipped, without what its database has not run where the checkout has changed that. */
  readonly records: ReadonlyMap<string, readonly ShippedMigration[]>;
  /** What the first of the databases that had a run said it is; null if none had. */
  readonly database: KnownDatabase | null;
}

async function shippedAndRun(
  context: CommandContext,
  options: CheckCommandOptions,
  dir: string,
): Promise<StackRecords> {
  const outputs = await outputsOf(context, options, options.against);
  if (outputs.size === 0) return { records: new Map(), database: null };
  // A check of the folder alone, as a hook before each commit, does not wait for them.
  const [{ connectEcs, connectLogs }, { recordOfStack }, { systemClock: clock }] = await Promise.all([
    import("../aws/clients.ts"),
    import("../guard/checkout.ts"),
    import("../task/clock.ts"),
  ]);
  const disabled = new Set(options.disable);
  const records = new Map<string, readonly ShippedMigration[]>();
  const databases: KnownDatabase[] = [];
  for (const [stack, its] of outputs) {
    const { migrations, released, hint, doubt, database } = await recordOfStack({
      ...{ stack, outputs: its, checkout: readMigrationFiles(dir), now: new Date(), disabled },
      ...{ connectEcs, connectLogs, clock },
    });
    for (const { text } of released) context.terminal.say(`stack ${stack}: ${text}`);
    if (doubt !== null) context.terminal.warn(`stack ${stack}: ${doubt}`);
    if (hint !== null) context.terminal.warn(`stack ${stack}: ${hint}`);
    records.set(stack, migrations);
    if (database) databases.push(database);
  }
  return { records, database: databases[0] ?? null };
}
