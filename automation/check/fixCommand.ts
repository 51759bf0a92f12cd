/** The commands on a folder of migrations that findings print. Pure. */
import { COMMAND, shellWord } from "../text/commandLine.ts";

/** A command on a folder: `folderCommand("new NAME", "db")`. Without `--dir` as it was given it would reach another one. */
export function folderCommand(words: string, dir?: string): string {
  return `${COMMAND} ${words}${dir === undefined ? "" : ` --dir ${shellWord(dir)}`}`;
}

/** `check --fix` against the same records: without them it could rename a file that has run. */
export function fixCommand(stacks: readonly string[], base?: string, dir?: string): string {
  const words = [
    ...(stacks.length === 0 ? [] : ["--against", stacks.join(",")]),
    ...(base === undefined ? [] : ["--base", base]),
  ];
  return [folderCommand("check", dir), ...words.map(shellWord), "--fix"].join(" ");
}
