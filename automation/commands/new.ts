/** The command `new`: makes the two files of a migration. */
import { relative } from "node:path";
import { type KnownDatabase, type LintTarget, lintTarget, readAs } from "../check/lintTarget.ts";
import type { CommandContext } from "../cli/context.ts";
import type { NewCommandOptions } from "../cli/programLook.ts";
import { ConfigError, EXIT } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { createMigration } from "../migrations/create.ts";
import { readMigrationFiles } from "../migrations/folder.ts";
import type { HeaderKind } from "../migrations/headers.ts";
import { shellWord } from "../text/commandLine.ts";
import { jsonText } from "../text/json.ts";
import { findFolder, insteadBelow } from "./folder.ts";
import { outputsOf } from "./locate.ts";
import { statedTarget } from "./target.ts";

export async function newCommand(
  context: CommandContext,
  name: string,
  options: NewCommandOptions,
): Promise<void> {
  const outputs = await outputsOf(context, options, options.against);
  const known = [...outputs.values()].flatMap(({ migrations }) => migrations);
  const { path: dir, namedBy } = findFolder(context, options, options.against[0]);
  requireNoOther(context.cwd, dir, { name, namedBy });
  const target = await targetFor(context, options, [...outputs.values()], dir);
  context.terminal.say(`The header is for ${readAs(target)}`);
  const made = createMigration({ dir, name, now: new Date(), known, header: headerOf(target) });
  const shown = (path: string) => relative(context.cwd, path);
  const files = { up: shown(made.up), down: made.down === null ? null : shown(made.down) };
  const paths = files.down === null ? [files.up] : [files.up, files.down];
  context.print(options.json ? jsonText(files) : `${paths.join("\n")}\n`);
  context.finish(EXIT.ok);
}

/**
 * The first file of an application goes into an empty folder, but not beside the folder where its others are.
 *
 * @throws {ConfigError} if there is no migration in the folder, and some below
 */
function requireNoOther(
  cwd: string,
  dir: string,
  { name, namedBy }: { name: string; namedBy: string },
): void {
  if (readMigrationFiles(dir).some(({ parsed }) => parsed)) return;
  const instead = insteadBelow(cwd, dir, `new ${shellWord(name)}`);
  if (instead === undefined) return;
  throw new ConfigError([
    `There is no migration in ${relative(cwd, dir) || "."}, which ${namedBy} names; ${instead}`,
  ]);
}

/** What a stack's database reported goes before what the stacks' files say of it. */
async function targetFor(
  context: CommandContext,
  options: NewCommandOptions,
  outputs: readonly Outputs[],
  dir: string,
): Promise<LintTarget> {
  const stated = statedTarget(context, options, options.against);
  const dialect = options.dialect ?? stated.dialect;
  const database = dialect === "auto" ? await reportedDatabase(outputs) : null;
  return lintTarget({ ...stated, dialect }, readMigrationFiles(dir), database);
}

/** null if no run on any of them is on record, or the record cannot be read: then there is no header to wait for. */
async function reportedDatabase(outputs: readonly Outputs[]): Promise<KnownDatabase | null> {
  if (outputs.length === 0) return null;
  const [{ connectEcs, connectLogs }, { readKnownVersion }, { systemClock: clock }] = await Promise.all([
    import("../aws/clients.ts"),
    import("../history/knownVersion.ts"),
    import("../task/clock.ts"),
  ]);
  for (const one of outputs) {
    const { database } = await readKnownVersion({ connectEcs, connectLogs, clock }, one);
    if (database) return database;
  }
  return null;
}

function headerOf({ dialect }: LintTarget): HeaderKind {
  return dialect === "mariadb" ? "mysql" : dialect;
}
