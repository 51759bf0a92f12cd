/** How a folder is checked, as far as the stacks' files say it: of a command that asks no stack. */
import { type CheckSettings, checkSettings, DEFAULT_CHECK } from "../check/settings.ts";
import type { CommandContext } from "../cli/context.ts";
import { PROJECT, readStackFile, type Settings, settingOf } from "../stack/settings.ts";
import { type FolderOptions, stackFiles } from "./folder.ts";
import { projectFolder } from "./locate.ts";

const KEYS = [
  "checkDialect",
  "checkDisable",
  "mysqlVersion",
  "databaseHost",
  "databaseEngine",
  "postgresVersion",
  "multiStatement",
  "lockTimeout",
].map((key) => `${PROJECT}:${key}`);

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
): CheckSettings {
  if (stacks.length === 0 && options.dir !== undefined) return DEFAULT_CHECK;
  const project = projectFolder(context, options);
  const files =
    stacks.length > 0
      ? stacks.map((stack) => readStackFile(project, stack))
      : stackFiles(project).map(({ settings }) => settings);
  return agreed(files.map(targetOf));
}

/** Of one stack's file. Pure. */
export function targetOf(settings: Settings): CheckSettings {
  return checkSettings({}, new Map(KEYS.map((key) => [key, settingOf(settings, key) ?? ""])));
}

/** What all say alike, and the rules that all switch off. Pure. */
export function agreed(targets: readonly CheckSettings[]): CheckSettings {
  const [first = DEFAULT_CHECK] = targets;
  const same = <K extends keyof CheckSettings>(key: K): CheckSettings[K] =>
    targets.every((target) => target[key] === first[key]) ? first[key] : DEFAULT_CHECK[key];
  return {
    dialect: same("dialect"),
    mysqlVersion: same("mysqlVersion"),
    engine: same("engine"),
    disable: first.disable.filter((rule) => targets.every(({ disable }) => disable.includes(rule))),
    postgresVersion: same("postgresVersion"),
    multiStatement: same("multiStatement"),
    lockLimit: same("lockLimit"),
  };
}
