/**
 * The Pulumi program. Its outputs are those of automation/outputs.ts, which is their only reader.
 *
 * A default export, as Pulumi's Node host takes it: so the names are those of the object, which its type checks.
 */
import * as pulumi from "@pulumi/pulumi";
import { ConfigError, EcsMigrateError } from "../automation/errors.ts";
import { loadConfig } from "./config.ts";
import { createStack, type StackOutputs } from "./stack.ts";

export default program();

function program(): StackOutputs {
  try {
    return createStack(loadConfig());
  } catch (error) {
    throw withoutStackTrace(error);
  }
}

/** Pulumi shows a RunError without a stack trace: what is wrong is in the configuration, not in the program. */
function withoutStackTrace(error: unknown): unknown {
  if (error instanceof ConfigError) {
    // automation/stack.ts knows a problem of the configuration by these words.
    return new pulumi.RunError(`Configuration of stack ${pulumi.getStack()}: ${error.message}`);
  }
  return error instanceof EcsMigrateError ? new pulumi.RunError(error.message) : error;
}
