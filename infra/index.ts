/**
 * The Pulumi program. Its outputs are those of automation/outputs.ts, which is their only reader.
 *
 * A default export, as Pulumi's Node host takes it: so the names are those of the object, which its type checks.
 */
import { getStack } from "@pulumi/pulumi/metadata.js";
import { EcsMigrateError } from "../automation/contract/errors.ts";
import { deferUnusedOfPulumi } from "../automation/contract/pulumiSdk.ts";
import { parseSource, SOURCE_VARIABLE } from "../automation/contract/source.ts";
import { loadConfig } from "./config/load.ts";
import { deployedOutputs, requirePredecessor } from "./predecessor.ts";
import { programError } from "./programError.ts";
import type { StackOutputs } from "./stack.ts";

// Pulumi's host formats a stack trace for every promise with ts-node's source-map hook, 0.4 s of CPU a run. Node strips types
// in place, so lines are right without it.
Reflect.deleteProperty(Error, "prepareStackTrace");

const deployed = await deployedOutputs();
requirePredecessor(process.env, deployed);

export default await program();

async function program(): Promise<StackOutputs> {
  try {
    const config = await loadConfig(deployed);
    // What is wrong with the configuration is said before @pulumi/aws loads, which takes most of the program's time.
    deferUnusedOfPulumi();
    const { createStack } = await import("./stack.ts");
    return createStack(config, parseSource(process.env[SOURCE_VARIABLE]));
  } catch (error) {
    throw withoutStackTrace(error);
  }
}

/** What is wrong is what the user gave, not the program. */
function withoutStackTrace(error: unknown): unknown {
  if (!(error instanceof EcsMigrateError)) return error;
  // automation/stack.ts knows such a problem by these words.
  return programError(`Configuration of stack ${getStack()}: ${error.message}`);
}
