/** The configuration as Pulumi hands it to the program. */
import * as log from "@pulumi/pulumi/log/index.js";
import { getStack } from "@pulumi/pulumi/metadata.js";
import { allConfig } from "@pulumi/pulumi/runtime/config.js";
import { parseConfig, ROOT, type StackConfig } from "./config.ts";
import { earlierDefault } from "./database.ts";
import { CONFIG_NAMESPACE } from "./reader.ts";

/**
 * The configuration of the stack that Pulumi is running.
 *
 * @param outputs the stack's own, as deployed
 * @throws {ConfigError} listing every problem
 */
export async function loadConfig(outputs: Readonly<Record<string, unknown>>): Promise<StackConfig> {
  const values = new Map(Object.entries(allConfig()));
  const kept = earlierDefault(values, getStack(), outputs);
  if (kept !== undefined) {
    values.set(`${CONFIG_NAMESPACE}:databaseSecret`, kept);
    await log.warn(keptDefaultText(kept, getStack()));
  }
  return parseConfig(values, { stack: getStack(), rootDirectory: ROOT });
}

function keptDefaultText(secret: string, stack: string): string {
  return `The stack goes on reading ${secret}, the default before it carried the application's name; set ${CONFIG_NAMESPACE}:databaseSecret: ${secret} in Pulumi.${stack}.yaml, or see docs/updating.md`;
}
