/** The command `new`: makes the two files of a migration. */
import { relative } from "node:path";
import { type CommandContext, jsonText } from "../cli/context.ts";
import type { NewCommandOptions } from "../cli/programLook.ts";
import { EXIT } from "../contract/errors.ts";
import { createMigration } from "../migrations/create.ts";
import { findFolder, shippedBy } from "./migrationsFolder.ts";

export async function newCommand(
  context: CommandContext,
  name: string,
  options: NewCommandOptions,
): Promise<void> {
  const shipped = await shippedBy(context, options, options.against);
  const dir = findFolder(context, options);
  const made = createMigration({ dir, name, now: new Date(), known: [...shipped.values()].flat() });
  const files = { up: relative(process.cwd(), made.up), down: relative(process.cwd(), made.down) };
  context.print(options.json ? jsonText(files) : `${files.up}\n${files.down}\n`);
  context.finish(EXIT.ok);
}
