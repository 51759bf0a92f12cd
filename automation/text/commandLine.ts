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

/**
 * Stores a SecureString. The value comes from standard input, because AWS CLI v1 fetches a value that starts with
 * `https://` (AWS CLI User Guide, "cli_follow_urlparam"); this form works in v1 and v2.
 */
export function putParameter(name: string, value: string): string {
  return `printf %s ${shellWord(value)} | aws ssm put-parameter --type SecureString --name ${shellWord(name)} --value file:///dev/stdin`;
}
