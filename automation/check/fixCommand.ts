/** The command that renames late and doubled files, as a finding prints it. Pure. */
import { COMMAND, shellWord } from "../text/commandLine.ts";

/** `--dir` and `--project` as they were given: without them the command would reach another folder. */
export interface GivenPlace {
  readonly dir?: string | undefined;
  readonly project?: string | undefined;
}

/** The options that lead to the same folder again. */
export function placeWords({ dir, project }: GivenPlace): string[] {
  return [
    ...(dir === undefined ? [] : ["--dir", dir]),
    ...(project === undefined ? [] : ["--project", project]),
  ];
}

/** `check --fix` against the same records: without them it could rename a file that has run. */
export function fixCommand(stacks: readonly string[], base?: string, place: GivenPlace = {}): string {
  const words = [
    ...placeWords(place),
    ...(stacks.length === 0 ? [] : ["--against", stacks.join(",")]),
    ...(base === undefined ? [] : ["--base", base]),
  ];
  return [COMMAND, "check", ...words.map(shellWord), "--fix"].join(" ");
}
