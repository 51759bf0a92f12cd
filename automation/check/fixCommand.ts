/** The command that renames late and doubled files, as a finding prints it. Pure. */
import { COMMAND, shellWord } from "../text/commandLine.ts";

/**
 * `check --fix` against the same records: without them it could rename a file that has run.
 *
 * @param dir `--dir` if it was given
 */
export function fixCommand(stacks: readonly string[], base?: string, dir?: string): string {
  const words = [
    ...(dir === undefined ? [] : ["--dir", dir]),
    ...(stacks.length === 0 ? [] : ["--against", stacks.join(",")]),
    ...(base === undefined ? [] : ["--base", base]),
  ];
  return [COMMAND, "check", ...words.map(shellWord), "--fix"].join(" ");
}
