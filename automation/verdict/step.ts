/** A step of what a person does now, and the command lines of this program. Pure. */
import type { NextStep, VerdictContext } from "./facts.ts";

/** How a person starts this program. */
export const COMMAND = "npm run ecs-migrate --";

/** The operations on the database, which are commands of `migrate`. */
const OPERATION = /^(up|down|goto|force|version|status)\b/;

/** A command line for a stack: `commandFor("force 7", "prod")`. */
export function commandFor(words: string, stack: string): string {
  return `${COMMAND} ${OPERATION.test(words) ? "migrate " : ""}${words} --stack ${shellWord(stack)}`;
}

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function step(text: string, context: VerdictContext, words: string | null = null): NextStep {
  return { text, command: words === null ? null : commandFor(words, context.stack) };
}

export function readTheLog(context: VerdictContext): NextStep[] {
  return context.logStream === null ? [] : [step(`Read the log: stream ${context.logStream}.`, context)];
}
