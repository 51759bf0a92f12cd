/** The command `check`: the folder, perhaps git, and what stacks have shipped. */

import { runGit } from "../check/gitBase.ts";
import { runCheck } from "../check/runCheck.ts";
import type { CommandContext } from "../cli/context.ts";
import type { CheckCommandOptions } from "../cli/programLook.ts";
import type { ShippedMigration } from "../contract/outputs.ts";
import { readMigrationFiles } from "../migrations/folder.ts";
import { findFolder, outputsOf } from "./migrationsFolder.ts";

export async function checkCommand(context: CommandContext, options: CheckCommandOptions): Promise<void> {
  const dir = findFolder(context, options);
  const { text, exitCode } = await runCheck(
    { now: () => new Date(), cwd: process.cwd(), git: runGit },
    {
      dir,
      dirOption: options.dir,
      format: options.json ? "json" : options.format,
      dialect: options.dialect,
      fix: options.fix,
      strict: options.strict,
      shipped: await shippedAndRun(context, options, dir),
      disable: options.disable,
      ...(options.base === undefined ? {} : { base: options.base }),
    },
  );
  context.print(text);
  context.finish(exitCode);
}

/** What each stack has shipped, without what its database has not run where the checkout has changed that. */
async function shippedAndRun(
  context: CommandContext,
  options: CheckCommandOptions,
  dir: string,
): Promise<Map<string, readonly ShippedMigration[]>> {
  const outputs = await outputsOf(context, options, options.against);
  if (outputs.size === 0) return new Map();
  // A check of the folder alone, as a hook before each commit, does not wait for them.
  const [{ connectEcs, connectLogs }, { recordOfStack }, { systemClock: clock }] = await Promise.all([
    import("../aws/clients.ts"),
    import("../guard/checkout.ts"),
    import("../task/clock.ts"),
  ]);
  const disabled = new Set(options.disable);
  const records = new Map<string, readonly ShippedMigration[]>();
  for (const [stack, its] of outputs) {
    const { migrations, released, hint, doubt } = await recordOfStack({
      ...{ stack, outputs: its, checkout: readMigrationFiles(dir), now: new Date(), disabled },
      ...{ connectEcs, connectLogs, clock },
    });
    for (const { text } of released) context.terminal.say(`stack ${stack}: ${text}`);
    if (doubt !== null) context.terminal.warn(`stack ${stack}: ${doubt}`);
    if (hint !== null) context.terminal.warn(`stack ${stack}: ${hint}`);
    records.set(stack, migrations);
  }
  return records;
}
