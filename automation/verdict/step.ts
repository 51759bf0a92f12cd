/** A step of what a person does now. Pure. */
import { commandFor } from "../text/commandLine.ts";
import type { NextStep, VerdictContext } from "./facts.ts";

export function step(text: string, context: VerdictContext, words: string | null = null): NextStep {
  return { text, command: words === null ? null : commandFor(words, context.stack) };
}

export function readTheLog(context: VerdictContext): NextStep[] {
  return context.logStream === null ? [] : [step(`Read the log: stream ${context.logStream}.`, context)];
}
