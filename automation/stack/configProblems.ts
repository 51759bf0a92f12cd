/** Finds what is wrong with a stack's configuration before Pulumi's engine starts, which takes seconds to get that far. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";
import type { PulumiLocation } from "./pulumiCli.ts";
import { hasSecret, readStackFile } from "./settings.ts";

/** The program refuses its configuration; every problem is listed with its fix. Nothing was started. */
export class StackConfigError extends EcsMigrateError {
  readonly code = "stackConfig";
  readonly exitCode = EXIT.usage;
}

/** What the program says before its list of configuration problems; see infra/index.ts. */
export const CONFIG_PROBLEMS_MARK = "Configuration of stack";

/** The project's infra/config/config.ts. */
interface ConfigModule {
  readonly ROOT: string;
  readonly parseConfig: (
    values: ReadonlyMap<string, string>,
    context: { readonly stack: string; readonly rootDirectory: string },
  ) => unknown;
}

/**
 * Reads the configuration as the project's own program does. It is loaded from the project's folder, which may hold another
 * version than this one. A configuration with a secret is left to the engine, which can decrypt it.
 *
 * @param config as `readStackConfig` gives it
 * @throws {StackConfigError} with every problem
 */
export async function requireConfig(
  { project, stack }: Pick<PulumiLocation, "project" | "stack">,
  config: ReadonlyMap<string, string>,
): Promise<void> {
  const path = join(project, "infra/config/config.ts");
  if (!existsSync(path) || hasSecret(readStackFile(project, stack))) return;
  const { parseConfig, ROOT } = (await import(pathToFileURL(path).href)) as ConfigModule;
  try {
    parseConfig(config, { stack: stack.slice(stack.lastIndexOf("/") + 1), rootDirectory: ROOT });
  } catch (error) {
    if ((error as { code?: unknown }).code !== "config") throw error;
    throw new StackConfigError(`${CONFIG_PROBLEMS_MARK} ${stack}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
