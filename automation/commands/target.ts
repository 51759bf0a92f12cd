/** Which database a folder is for, as far as the stacks' files say it: of a command that asks no stack. */
import type { TargetSettings } from "../check/lintTarget.ts";
import { checkSettings } from "../check/settings.ts";
import type { CommandContext } from "../cli/context.ts";
import { PROJECT, readStackFile, settingOf } from "../stack/settings.ts";
import { type FolderOptions, stackFiles } from "./folder.ts";
import { projectFolder } from "./locate.ts";

const KEYS = ["checkDialect", "mysqlVersion", "databaseHost", "databaseEngine"].map(
  (key) => `${PROJECT}:${key}`,
);

/**
 * What the named stacks' files say; without a name those of all stacks, unless `--dir` names a folder that may be none of
 * theirs. What they do not agree on is not said.
 *
 * @throws {ConfigError} for a value of the wrong form
 */
export function statedTarget(
  context: CommandContext,
  options: FolderOptions,
  stacks: readonly string[],
): TargetSettings {
  if (stacks.length === 0 && options.dir !== undefined) return { dialect: "auto" };
  const project = projectFolder(context, options);
  const files =
    stacks.length > 0
      ? stacks.map((stack) => readStackFile(project, stack))
      : stackFiles(project).map(({ yaml }) => yaml);
  return agreed(files.map(targetOf));
}

/** Of one stack's file. Pure. */
export function targetOf(yaml: string): TargetSettings {
  const config = new Map(KEYS.flatMap((key) => [[key, settingOf(yaml, key) ?? ""] as const]));
  const { dialect, mysqlVersion, engine } = checkSettings({}, config);
  return { dialect, mysqlVersion, engine };
}

/** What all say alike. Pure. */
export function agreed(targets: readonly TargetSettings[]): TargetSettings {
  const [first = { dialect: "auto" }] = targets;
  const same = (key: keyof TargetSettings) => targets.every((target) => target[key] === first[key]);
  return {
    dialect: same("dialect") ? first.dialect : "auto",
    mysqlVersion: same("mysqlVersion") ? first.mysqlVersion : undefined,
    engine: same("engine") ? first.engine : undefined,
  };
}
