/** What the commands share: what they need of the process, and how they find their stack and its folder. */
import { dirname, join, relative } from "node:path";
import type { ExitCode } from "../contract/errors.ts";
import type { Terminal } from "../report/terminal.ts";
import type { Standpoint } from "../text/commandLine.ts";

/** What the commands need of the process; `main.ts` gives it. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv;
  /** The folder of package.json. */
  readonly home: string;
  /** The folder that the person stands in: where relative paths start. */
  readonly cwd: string;
  readonly terminal: Terminal;
  /** Aborts when the command is asked to stop. */
  readonly signal: AbortSignal;
  /** Aborts where a running `pulumi up` must be told to stop: see `stopSignals.ts`. */
  readonly pulumiSignal: AbortSignal;
  /** Masks a secret from now on, in all that is said. */
  readonly keepSecret: (secret: string) => void;
  /** True if a person can answer a question. */
  readonly interactive: boolean;
  readonly color: boolean;
  /**
   * Writes to standard output. As on the terminal, the command lines in the text work in the folder where the person is.
   * Files and Slack's messages have other readers, so their command lines are for the project's own folder.
   */
  readonly print: (text: string) => void;
  readonly finish: (exitCode: ExitCode) => void;
}

/**
 * The folder that the person stands in. `npm run` changes to the folder of the package.json that it names in
 * npm_package_json, and leaves the other in INIT_CWD. Another project's script passes both on to all it starts. Pure.
 */
export function workingFolder(env: NodeJS.ProcessEnv, cwd: string, home: string): string {
  const isScriptOfOurs = cwd === home && env.npm_package_json === join(home, "package.json");
  return isScriptOfOurs && env.INIT_CWD ? env.INIT_CWD : cwd;
}

/**
 * What a printed command needs where the person stands. npm's root is the nearest folder with a package.json or a
 * node_modules (npm's documentation, "folders"); Pulumi's project the nearest with a Pulumi.yaml.
 *
 * @param project `--project` as it was given
 */
export function standpoint(
  { cwd, home, exists }: { cwd: string; home: string; exists: (path: string) => boolean },
  project: string | undefined,
): Standpoint {
  const nearest = (folder: string, names: readonly string[]): string =>
    folder === dirname(folder) || names.some((name) => exists(join(folder, name)))
      ? folder
      : nearest(dirname(folder), names);
  const root = nearest(cwd, ["package.json", "node_modules"]);
  // A copy whose program is a link elsewhere is a root of its own.
  const npmFinds = root === home || exists(join(root, "automation/main.ts"));
  const stands = nearest(cwd, ["Pulumi.yaml"]);
  const its = exists(join(cwd, "Pulumi.yaml")) ? cwd : home;
  return {
    prefix: npmFinds ? undefined : relative(cwd, home),
    project,
    pulumi: project ?? (stands === its ? undefined : relative(cwd, its)),
  };
}
