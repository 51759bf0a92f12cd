import { RunError } from "@pulumi/pulumi/errors.js";

/**
 * An error of what the user gave. Pulumi shows a RunError without a stack trace, but its host still formats the whole error
 * for a trace if it has a stack: with the text of all resources that hang on it, for minutes (@pulumi/pulumi 3.270,
 * cmd/run/error.js).
 */
export function programError(message: string): RunError {
  const error = new RunError(message);
  error.stack = "";
  return error;
}
