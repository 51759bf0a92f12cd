/** Command lines of this program, ready to paste. Pure. */

/** How a person starts this program in the checkout: npx finds the checkout's own. */
export const COMMAND = "npx ecs-migrate";

/** The operations on the database, which are commands of `migrate`. */
const OPERATION = /^(up|down|goto|force|version|status)\b/;

/** A command line for a stack: `commandFor("force 7", "prod")`. */
export function commandFor(words: string, stack: string): string {
  return `${COMMAND} ${OPERATION.test(words) ? "migrate " : ""}${words} --stack ${shellWord(stack)}`;
}

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w.:/@,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
