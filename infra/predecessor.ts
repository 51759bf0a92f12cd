/** `up` continues from the state that the CLI decided by: an older commit must not replace a newer one. */
import { getStack } from "@pulumi/pulumi/metadata.js";
import { invoke } from "@pulumi/pulumi/runtime/invoke.js";
import { isDryRun } from "@pulumi/pulumi/runtime/settings.js";
import { AFTER_VARIABLE, CHANGED_SINCE_MARK, stateOf } from "../automation/contract/source.ts";
import { programError } from "./programError.ts";

/** The stack's own outputs as they were deployed; none before its first deploy. */
export async function deployedOutputs(): Promise<Readonly<Record<string, unknown>>> {
  // The function behind StackReference (pulumi pkg/resource/deploy/builtins.go): an invoke leaves nothing in the state.
  const { outputs } = (await invoke("pulumi:pulumi:readStackOutputs", {
    name: getStack(),
  })) as { outputs: Readonly<Record<string, unknown>> };
  return outputs;
}

/**
 * Compares the stack's outputs with those that the CLI read. `pulumi up` holds the stack's lock by now, so nothing comes
 * in between any more. Without the CLI, and in a preview, there is nothing to compare.
 *
 * @throws {RunError} if they differ
 */
export function requirePredecessor(env: NodeJS.ProcessEnv, outputs: Readonly<Record<string, unknown>>): void {
  const expected = env[AFTER_VARIABLE];
  if (expected === undefined || isDryRun()) return;
  const found = Object.keys(outputs).length === 0 ? stateOf(undefined) : stateOf(outputs);
  if (found !== expected) throw programError(CHANGED_SINCE_MARK);
}
