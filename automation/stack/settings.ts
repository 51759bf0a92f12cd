/**
 * What a command reads of Pulumi.yaml and Pulumi.<stack>.yaml before it calls Pulumi: where the state is, whose it is, and
 * the folder of migrations. All are plain one-line values, so no YAML parser is loaded for them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../contract/errors.ts";

/** The project's name in Pulumi.yaml: every key of a stack's file starts with it. */
export const PROJECT = "ecs-migrate";

const KEY = { region: "aws:region", url: `${PROJECT}:stateUrl`, bucket: `${PROJECT}:stateBucket` } as const;

/** `Pulumi.prod.yaml` for `prod` and for `acme/ecs-migrate/prod`. */
export function stackFileName(stack: string): string {
  return `Pulumi.${stack.slice(stack.lastIndexOf("/") + 1)}.yaml`;
}

/** The file's text, or "" if it does not exist. */
export function readStackFile(project: string, stack: string): string {
  return readText(join(project, stackFileName(stack)));
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

/** The value of one line `  key: value` below `config:`; undefined if it is not there, empty or still a placeholder. Pure. */
export function settingOf(yaml: string, key: string): string | undefined {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const line = new RegExp(`^[ \\t]+["']?${escaped}["']?:[ \\t]*(.*)$`, "m").exec(yaml)?.[1] ?? "";
  const quoted = /^(["'])(.*?)\1/.exec(line)?.[2];
  const value = quoted ?? line.replace(/(^|\s)#.*$/, "").trim();
  return value === "" || /<[^<>]*>/.test(value) ? undefined : value;
}

/**
 * The plain values of a list below `config:`, as `key: [a, "b"]` or as lines `- a`. Pure.
 *
 * @returns empty if the key is not there or holds no list
 */
export function listOf(yaml: string, key: string): string[] {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const start = new RegExp(`^[ \\t]+["']?${escaped}["']?:[ \\t]*`, "m").exec(yaml);
  if (!start) return [];
  const rest = yaml.slice(start.index + start[0].length);
  const inline = /^\[([^\]]*)\]/.exec(rest)?.[1];
  if (inline !== undefined) return inline.split(/[,\n]/).map(unquoted).filter(Boolean);
  const lines = rest.split(/\r?\n/).slice(1);
  const end = lines.findIndex((line) => !/^\s*(?:-\s.*|#.*)?$/.test(line));
  const items = end === -1 ? lines : lines.slice(0, end);
  return items.flatMap((line) => /^\s*-\s+(.*)$/.exec(line)?.[1] ?? []).map(unquoted);
}

/** A plain value without its quotes, or the comment behind it. */
function unquoted(text: string): string {
  return text
    .replace(/(^|\s)#.*$/, "")
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2");
}

/** The stack's own backend, as `pulumi login` takes it; undefined if its file does not say. Pure. */
export function backendOf(yaml: string): string | undefined {
  const bucket = settingOf(yaml, KEY.bucket);
  const region = settingOf(yaml, KEY.region);
  const url = settingOf(yaml, KEY.url);
  if (url !== undefined) return url;
  return bucket === undefined || region === undefined ? undefined : `s3://${bucket}?region=${region}`;
}

/** The application that a stack's file names. Pure. */
export function applicationOf(yaml: string): string | undefined {
  return settingOf(yaml, `${PROJECT}:application`);
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
