/** The command `check`: the folder, perhaps git, and what stacks have shipped. */
import { runGit } from "../check/gitBase.ts";
import { runCheck } from "../check/runCheck.ts";
import type { CommandContext } from "../commandContext.ts";
import { findFolder, shippedBy } from "../migrationsFolder.ts";
import type { CheckCommandOptions } from "../programLook.ts";

export async function checkCommand(context: CommandContext, options: CheckCommandOptions): Promise<void> {
  const shipped = await shippedBy(context, options, options.against);
  const { text, exitCode } = await runCheck(
    { now: () => new Date(), cwd: process.cwd(), git: runGit },
    {
      dir: findFolder(context, options),
      format: options.json ? "json" : options.format,
      dialect: options.dialect,
      fix: options.fix,
      strict: options.strict,
      shipped,
      disable: options.disable,
      ...(options.base === undefined ? {} : { base: options.base }),
    },
  );
  context.print(text);
  context.finish(exitCode);
}
