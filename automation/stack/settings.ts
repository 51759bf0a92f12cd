/**
 * What a command reads of Pulumi.yaml and Pulumi.<stack>.yaml before it calls Pulumi: where the state is, whose it is, and
 * the folder of migrations.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ConfigError } from "../contract/errors.ts";

/** The project's name in Pulumi.yaml: every key of a stack's file starts with it. */
export const PROJECT = "ecs-migrate";

const KEY = { region: "aws:region", url: `${PROJECT}:stateUrl`, bucket: `${PROJECT}:stateBucket` } as const;

/** `Pulumi.prod.yaml` for `prod` and for `acme/ecs-migrate/prod`. */
export function stackFileName(stack: string): string {
  return `Pulumi.${stack.slice(stack.lastIndexOf("/") + 1)}.yaml`;
}

/** What is below `config:` of a stack's file, by full key; text, numbers and truth values stay as they are written. */
export type Settings = ReadonlyMap<string, unknown>;

/**
 * Empty if the file does not exist.
 *
 * @throws {ConfigError} if it is no YAML
 */
export function readStackFile(project: string, stack: string): Settings {
  const file = stackFileName(stack);
  return parseSettings(readText(join(project, file)), file);
}

/** A file's text, or "" if it does not exist. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

interface YamlParser {
  readonly FAILSAFE_SCHEMA: object;
  readonly load: (text: string, options: { readonly schema: object }) => unknown;
}

/** Loaded when it is first needed: bootstrap looks for the packages before it uses one. */
const require = createRequire(import.meta.url);

/**
 * @param file its name, for what is wrong with it
 * @throws {ConfigError} if the text is no YAML, or has no map below `config:`
 */
export function parseSettings(text: string, file: string): Settings {
  if (text === "") return new Map();
  const { load, FAILSAFE_SCHEMA } = require("js-yaml") as YamlParser;
  const refuse = (problem: string, cause?: unknown): never => {
    throw new ConfigError([`${file} ${problem}`], { cause });
  };
  let content: unknown;
  try {
    content = load(text, { schema: FAILSAFE_SCHEMA });
  } catch (error) {
    const { reason, mark } = error as { reason?: string; mark?: { line: number } };
    const line = mark === undefined ? "" : ` (line ${mark.line + 1})`;
    return refuse(`is no YAML: ${reason ?? String(error)}${line}`, error);
  }
  const config = isMap(content) ? (content.config ?? {}) : (content ?? {});
  return isMap(config) ? new Map(Object.entries(config)) : refuse("has no map of keys below config:");
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list as JSON, as Pulumi hands it on; undefined if the key is not there, empty, a secret or still a placeholder. Pure. */
export function settingOf(settings: Settings, key: string): string | undefined {
  const value = settings.get(key);
  const text = Array.isArray(value)
    ? JSON.stringify(value)
    : typeof value === "string"
      ? value.trim()
      : value;
  return typeof text !== "string" || text === "" || /<[^<>]*>/.test(text) ? undefined : text;
}

/** True if a value is encrypted, which no command can read without Pulumi. Pure. */
export function hasSecret(settings: Settings): boolean {
  return JSON.stringify([...settings.values()]).includes('{"secure":');
}

/** The stack's own backend, as `pulumi login` takes it; undefined if its file does not say. Pure. */
export function backendOf(settings: Settings): string | undefined {
  const bucket = settingOf(settings, KEY.bucket);
  const region = settingOf(settings, KEY.region);
  const url = settingOf(settings, KEY.url);
  if (url !== undefined) return url;
  return bucket === undefined || region === undefined ? undefined : `s3://${bucket}?region=${region}`;
}

/** The application that a stack's file names. Pure. */
export function applicationOf(settings: Settings): string | undefined {
  return settingOf(settings, `${PROJECT}:application`);
}

/** True for the text of this project's Pulumi.yaml. Pure. */
export function isProject(yaml: string): boolean {
  return projectName(yaml) === PROJECT;
}

function projectName(yaml: string): string | undefined {
  return /^name:[ \t]*["']?([^"'#\s]+)/m.exec(yaml)?.[1];
}

/**
 * Pulumi hands the program the keys of the project's own name only, so a renamed project would lose every setting.
 *
 * @param yaml Pulumi.yaml; "" is for Pulumi to complain of
 * @throws {ConfigError} if the project has another name
 */
export function requireProjectName(yaml: string): void {
  const name = projectName(yaml);
  if (name === undefined || name === PROJECT) return;
  throw new ConfigError([
    `Pulumi.yaml names the project ${name}, but every key of a stack's file starts with ${PROJECT}:; keep \`name: ${PROJECT}\` and name your application with ${PROJECT}:application`,
  ]);
}
