/** A report for a person or for a merge request: to the terminal, or to the file of `--output`. */
import { resolve } from "node:path";
import type { CommandContext } from "../cli/context.ts";
import { ConfigError } from "../contract/errors.ts";
import { writeWhole } from "../report/write.ts";

/**
 * With `--output` the file gets the report and the terminal the human text.
 *
 * @throws {ConfigError} if the file cannot be written
 */
export async function printReport(
  { cwd, print }: CommandContext,
  output: string | undefined,
  report: string,
  human: () => string,
): Promise<void> {
  if (output === undefined) {
    print(report);
    return;
  }
  try {
    await writeWhole(resolve(cwd, output), report);
  } catch (error) {
    throw new ConfigError([`The report could not be written to ${output}: ${(error as Error).message}`], {
      cause: error,
    });
  }
  print(human());
}
