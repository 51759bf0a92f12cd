/** Where `check` and `new` find the folder of migrations and what stacks have shipped: they need no stack of their own. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CommandContext } from "../cli/context.ts";
import type { Outputs, ShippedMigration } from "../contract/outputs.ts";
import { readOutputs } from "../stack/pulumiCli.ts";
import { projectFolder, requireStack } from "./locate.ts";

interface FolderOptions {
  readonly project?: string;
  readonly dir?: string;
}

const DEFAULTS = { appPath: "./app", migrationsPath: "resources/db/migrations" };

/**
 * The folder of migrations: `--dir`, against the working folder; else by the defaults that Pulumi.yaml gives, since
 * there is no stack whose configuration could say otherwise.
 *
 * @returns an absolute path
 */
export function findFolder(context: CommandContext, options: FolderOptions): string {
  if (options.dir !== undefined) return resolve(options.dir);
  const project = projectFolder(context, { verbose: false, json: false, ...options });
  const { appPath, migrationsPath } = readDefaults(join(project, "Pulumi.yaml"));
  return resolve(project, appPath, migrationsPath);
}

function readDefaults(file: string): typeof DEFAULTS {
  try {
    return defaultsOf(readFileSync(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return DEFAULTS;
    throw error;
  }
}

/**
 * The two keys' defaults out of Pulumi.yaml: lines `appPath:` and, deeper, `default:`. A whole YAML parser would be
 * loaded for these two plain strings alone. Pure.
 */
export function defaultsOf(yaml: string): typeof DEFAULTS {
  const read = (key: keyof typeof DEFAULTS): string => {
    const block =
      new RegExp(`^( +)${key}:[ \\t]*\\n((?:\\1[ ]+[^\\n]*\\n|[ ]*\\n)*)`, "m").exec(`${yaml}\n`)?.[2] ?? "";
    const value = /^ +default:[ \t]*(.*?)[ \t]*$/m.exec(block)?.[1] ?? "";
    return value.replace(/^(["'])(.*)\1$/, "$2") || DEFAULTS[key];
  };
  return { appPath: read("appPath"), migrationsPath: read("migrationsPath") };
}

/**
 * What each stack has shipped.
 *
 * @throws {NotDeployedError} where one has no outputs yet; {@link readOutputs} names the others
 */
export async function shippedBy(
  context: CommandContext,
  options: FolderOptions,
  stacks: readonly string[],
): Promise<Map<string, readonly ShippedMigration[]>> {
  const outputs = await outputsOf(context, options, stacks);
  return new Map([...outputs].map(([stack, { migrations }]) => [stack, migrations]));
}

/**
 * The outputs of each stack, by its name.
 *
 * @throws {NotDeployedError} where one has none yet; {@link readOutputs} names the others
 */
export async function outputsOf(
  context: CommandContext,
  options: FolderOptions,
  stacks: readonly string[],
): Promise<Map<string, Outputs>> {
  const project = projectFolder(context, { verbose: false, json: false, ...options });
  const outputs = new Map<string, Outputs>();
  for (const name of stacks) {
    const stack = requireStack(name, undefined, null);
    outputs.set(stack, await readOutputs({ stack, project, env: context.env, signal: context.signal }));
  }
  return outputs;
}
