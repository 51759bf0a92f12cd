/** The command `new`: makes the two files of a migration. */
import { relative } from "node:path";
import { type CommandContext, jsonText } from "../cli/context.ts";
import type { NewCommandOptions } from "../cli/programLook.ts";
import { EXIT } from "../contract/errors.ts";
import { createMigration } from "../migrations/create.ts";
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
  const files = { up: relative(context.cwd, made.up), down: relative(context.cwd, made.down) };
  context.print(options.json ? jsonText(files) : `${files.up}\n${files.down}\n`);
  context.finish(EXIT.ok);
}
