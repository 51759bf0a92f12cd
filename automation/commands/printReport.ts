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
  await writeOutput(cwd, output, report);
  print(human());
}

/** @throws {ConfigError} if the file cannot be written */
export async function writeOutput(cwd: string, file: string, text: string): Promise<void> {
  try {
    await writeWhole(resolve(cwd, file), text);
  } catch (error) {
    throw new ConfigError([`The report could not be written to ${file}: ${(error as Error).message}`], {
      cause: error,
    });
  }
}
