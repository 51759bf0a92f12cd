/** Command lines of this program, ready to paste. Pure. */

/** How a person starts this program in the checkout: npx finds the checkout's own. */
export const COMMAND = "npx ecs-migrate";

/** The operations on the database, which are commands of `migrate`. */
const OPERATION = /^(up|down|goto|force|version|status)\b/;

/** A command line for a stack: `commandFor("force 7", "prod")`. */
export function commandFor(words: string, stack: string): string {
  return `${COMMAND} ${OPERATION.test(words) ? "migrate " : ""}${words} --stack ${shellWord(stack)}`;
}

/** What a command line needs so that it reaches this checkout and this project from where the person stands. */
export interface Standpoint {
  /** The folder of package.json, for npm's `--prefix`; undefined where npm finds it. */
  readonly prefix: string | undefined;
  /** `--project` as it was given. */
  readonly project: string | undefined;
  /** The folder of Pulumi.yaml, for Pulumi's own `-C`; undefined where Pulumi finds it. */
  readonly pulumi: string | undefined;
}

/** What every command line of a text starts with, and what follows if it names its project already. */
const START =
  /npx (?<words>ecs-migrate (?:migrate )?[a-z]+)\b(?<named> -C )?|npm run bootstrap\b|pulumi (?<verb>[a-z]+)(?= -s )/g;

/**
 * A text whose command lines do what they say where the person stands.
 *
 * @param isJson whether a quote of the shell's must be escaped
 */
export function fromThere(text: string, { prefix, project, pulumi }: Standpoint, isJson = false): string {
  const option = (name: string, value: string | undefined) => {
    const word = value === undefined ? "" : shellWord(value);
    return word === "" ? "" : `${name} ${isJson ? JSON.stringify(word).slice(1, -1) : word} `;
  };
  const npm = option("--prefix", prefix);
  return text.replace(START, (line, words?: string, named?: string, verb?: string) => {
    if (verb !== undefined) return `pulumi ${option("-C", pulumi)}${verb}`;
    if (words === undefined) return `npm ${npm}run bootstrap`;
    return named ? line : `npx ${npm}${words} ${option("-C", project)}`.trimEnd();
  });
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
