/** The steps that several verdicts end with. Pure. */
import { operationText } from "../contract/operations.ts";
import { commandFor } from "../text/commandLine.ts";
import type { NextStep, VerdictContext } from "./context.ts";

export function step(text: string, context: VerdictContext, words: string | null = null): NextStep {
  return { text, command: words === null ? null : commandFor(words, context.stack) };
}

export function readTheLog(context: VerdictContext): NextStep[] {
  return context.logStream === null ? [] : [step(`Read the log: stream ${context.logStream}.`, context)];
}

export function runAgain(context: VerdictContext, text = "Run the same again."): NextStep {
  const { operation, flags = "" } = context;
  return step(text, context, `${operationText(operation)} ${flags}`.trimEnd());
}

export function attach(context: VerdictContext, text: string): NextStep[] {
  return context.taskArn === null ? [] : [step(text, context, `attach ${context.taskArn}`)];
}

export function readVersion(context: VerdictContext): NextStep {
  return step("Read the database's version and whether it is dirty.", context, "version");
}

export function runDoctor(context: VerdictContext, text = "Check the parts of the stack."): NextStep {
  return step(text, context, "doctor");
}
