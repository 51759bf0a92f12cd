/** The command `new`: makes the two files of a migration. */
import { relative } from "node:path";
import type { CommandContext } from "../cli/context.ts";
import type { NewCommandOptions } from "../cli/programLook.ts";
import { EXIT } from "../contract/errors.ts";
import { createMigration } from "../migrations/create.ts";
import { jsonText } from "../text/json.ts";
import { findFolder } from "./folder.ts";
import { outputsOf } from "./locate.ts";

export async function newCommand(
  context: CommandContext,
  name: string,
  options: NewCommandOptions,
): Promise<void> {
  const outputs = await outputsOf(context, options, options.against);
  const known = [...outputs.values()].flatMap(({ migrations }) => migrations);
  const { path: dir } = findFolder(context, options, options.against[0]);
  const made = createMigration({ dir, name, now: new Date(), known });
  const shown = (path: string) => relative(context.cwd, path);
  const files = { up: shown(made.up), down: made.down === null ? null : shown(made.down) };
  const paths = files.down === null ? [files.up] : [files.up, files.down];
  context.print(options.json ? jsonText(files) : `${paths.join("\n")}\n`);
  context.finish(EXIT.ok);
}
