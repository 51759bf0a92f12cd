/** The one answer to "where are the migrations". */
import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { folderCommand } from "../check/fixCommand.ts";
import type { CommandContext } from "../cli/context.ts";
import { ConfigError } from "../contract/errors.ts";
import { migrationFoldersBelow } from "../migrations/foldersBelow.ts";
import {
  PROJECT,
  parseSettings,
  readStackFile,
  readText,
  type Settings,
  settingOf,
  stackFileName,
} from "../stack/settings.ts";
import { projectFolder } from "./locate.ts";

export interface FolderOptions {
  readonly project?: string;
  readonly dir?: string;
}

export interface MigrationsFolder {
  /** Absolute. */
  readonly path: string;
  /** Absolute: the application's folder, if the settings say where the migrations are. */
  readonly appPath: string | null;
  /** What names it: `--dir`, `Pulumi.stage.yaml`, `Pulumi.yaml`. */
  readonly namedBy: string;
}

const DEFAULTS = { appPath: "./app", migrationsPath: "resources/db/migrations" };

/**
 * The folder of migrations: `--dir`, else what the stack's file says over the defaults of Pulumi.yaml. Without a stack all
 * stacks are asked, and must agree.
 *
 * @param stack the stack that the command is about
 * @throws {ConfigError} if the folder does not exist, or the stacks name different ones
 */
export function findFolder(
  context: CommandContext,
  options: FolderOptions,
  stack?: string,
): MigrationsFolder {
  const found = chooseFolder(context, options, stack);
  if (existsSync(found.path)) return found;
  const next =
    options.dir === undefined
      ? `correct ${PROJECT}:appPath and ${PROJECT}:migrationsPath, or name the folder with --dir`
      : "correct the path; it starts at the folder that the command is given in";
  throw new ConfigError([
    `There is no folder ${relative(context.cwd, found.path) || "."}, where ${found.namedBy} says the migrations are; ${next}`,
  ]);
}

/**
 * What to do where a folder holds no migration and folders below it do, as the end of a sentence; undefined if none does.
 *
 * @param command the words of the command that was given, without its options
 */
export function insteadBelow(cwd: string, path: string, command: string): string | undefined {
  const below = migrationFoldersBelow(path).map((one) => relative(cwd, join(path, one)) || ".");
  const [first] = below;
  if (first === undefined) return undefined;
  const more = below.length > 3 ? `, and ${below.length - 3} more` : "";
  return `golang-migrate reads no folder below, and there are some in ${below.slice(0, 3).join(", ")}${more}: \`${folderCommand(command, first)}\``;
}

function chooseFolder(context: CommandContext, options: FolderOptions, stack?: string): MigrationsFolder {
  if (options.dir !== undefined)
    return { path: resolve(context.cwd, options.dir), appPath: null, namedBy: "--dir" };
  const project = projectFolder(context, options);
  if (stack !== undefined) return folderOfStack(project, stack);
  const declared = declaredKeys(project);
  const stacks = stackFiles(project).map((stackFile) => folderOf(project, declared, stackFile));
  const named = stacks.filter(({ namedBy }) => namedBy !== PROJECT_FILE);
  if (new Set(stacks.map(({ path }) => path)).size <= 1)
    return named[0] ?? stacks[0] ?? folderOf(project, declared, { file: "", settings: new Map() });
  const places = stacks.map(({ path, namedBy }) => `${relative(project, path)} (${namedBy})`);
  throw new ConfigError([
    `The stacks have different folders of migrations: ${places.join(", ")}; name one with --against or --dir`,
  ]);
}

/** @throws {ConfigError} if the stack has no file and the defaults lead nowhere: the name may be wrong */
function folderOfStack(project: string, stack: string): MigrationsFolder {
  const file = stackFileName(stack);
  const settings = readStackFile(project, stack);
  const found = folderOf(project, declaredKeys(project), { file, settings });
  if (existsSync(join(project, file)) || existsSync(found.path)) return found;
  const others = stackFiles(project).map((one) => one.file);
  throw new ConfigError([
    `There is no ${file}, so stack ${stack} names no folder of migrations; the project has ${others.join(", ") || "no stack's file"}`,
  ]);
}

const PROJECT_FILE = "Pulumi.yaml";
/** The lab's own stack (npm run demo); a team has no use for it. */
const LAB_FILE = "Pulumi.local.yaml";

interface StackFile {
  readonly file: string;
  readonly settings: Settings;
}

/** The files of all stacks, by name; one whose application is not filled in yet counts only if no other does. */
export function stackFiles(project: string): StackFile[] {
  const files = readdirSync(project).filter((file) => /^Pulumi\.[\w-]+\.yaml$/.test(file));
  const own = files.filter((file) => file !== LAB_FILE);
  const chosen = (own.length > 0 ? own : files).sort();
  const read = chosen.map((file) => ({ file, settings: parseSettings(readText(join(project, file)), file) }));
  const filledIn = read.filter(
    ({ settings }) => !String(settings.get(`${PROJECT}:application`)).startsWith("<"),
  );
  return filledIn.length > 0 ? filledIn : read;
}

/** What Pulumi.yaml declares, by key. */
function declaredKeys(project: string): Settings {
  return parseSettings(readText(join(project, PROJECT_FILE)), PROJECT_FILE);
}

function folderOf(project: string, declared: Settings, { file, settings }: StackFile): MigrationsFolder {
  const appPath = settingOf(settings, `${PROJECT}:appPath`);
  const migrationsPath = settingOf(settings, `${PROJECT}:migrationsPath`);
  requireDeclared(file, settings, declared);
  const defaults = defaultsOf(declared);
  const app = resolve(project, appPath ?? defaults.appPath);
  return {
    path: resolve(app, migrationsPath ?? defaults.migrationsPath),
    appPath: app,
    namedBy: appPath === undefined && migrationsPath === undefined ? PROJECT_FILE : file,
  };
}

/**
 * With a mistyped key the default would apply: the example's folder, not the application's.
 *
 * @param declared the keys of Pulumi.yaml
 * @throws {ConfigError} naming every unknown key
 */
function requireDeclared(file: string, settings: Settings, declared: Settings): void {
  const own = [...settings.keys()].filter((key) => key.startsWith(`${PROJECT}:`));
  const unknown = own.filter((key) => !declared.has(key.slice(PROJECT.length + 1)));
  if (declared.size === 0 || unknown.length === 0) return;
  throw new ConfigError(
    unknown.map(
      (key) => `${key} in ${file} is not a key of this project; remove it, or see Pulumi.yaml for the keys`,
    ),
  );
}

/** The two keys' defaults as Pulumi.yaml declares them. Pure. */
export function defaultsOf(declared: Settings): typeof DEFAULTS {
  const read = (key: keyof typeof DEFAULTS): string =>
    (declared.get(key) as { default?: string } | undefined)?.default || DEFAULTS[key];
  return { appPath: read("appPath"), migrationsPath: read("migrationsPath") };
}
