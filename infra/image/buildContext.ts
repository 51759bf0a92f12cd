/**
 * A digest over everything that goes into an image: its tag.
 *
 * The repository takes no tag twice, and awsx derives its own tag from the context's path, which stays the same when a
 * file changes. A tag made of the content is new exactly where the image is new.
 */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import dockerignore from "@balena/dockerignore";

export interface BuildContext {
  /** Absolute path of the folder that docker build gets. */
  readonly appPath: string;
  /** Absolute path. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly platform: string;
}

const TAG_LENGTH = 40;

/**
 * Reads every file of the context that `.dockerignore` lets through.
 *
 * @returns the image's tag: lower-case hex, the first 40 digits of a SHA-256
 */
export function imageTagOf(context: BuildContext): string {
  const hash = createHash("sha256");
  const { appPath, dockerfile, target, buildArgs, platform } = context;
  hash.update(
    JSON.stringify({ platform, target: target ?? null, buildArgs: Object.entries(buildArgs).sort() }),
  );
  hash.update(readFileSync(dockerfile));
  for (const path of contextFiles(appPath, dockerfile)) addFile(hash, appPath, path);
  return hash.digest("hex").slice(0, TAG_LENGTH);
}

function contextFiles(appPath: string, dockerfile: string): string[] {
  const ignored = readIgnored(appPath, dockerfile);
  return readdirSync(appPath, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(appPath, join(entry.parentPath, entry.name)))
    .filter((path) => !ignored(path))
    .sort();
}

/** Docker reads `<Dockerfile>.dockerignore` where it exists, and `.dockerignore` only where it does not. */
function readIgnored(appPath: string, dockerfile: string): (path: string) => boolean {
  const candidates = [`${dockerfile}.dockerignore`, join(appPath, ".dockerignore")];
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) return () => false;
  // The package is CommonJS with a default export of its own.
  const rules = dockerignore.default().add(readFileSync(path, "utf8"));
  return (file) => rules.ignores(file);
}

/** Length-prefixed parts, so that no two different trees run together into the same bytes. */
function addFile(hash: ReturnType<typeof createHash>, appPath: string, path: string): void {
  const absolute = join(appPath, path);
  const stat = lstatSync(absolute);
  const content = stat.isSymbolicLink() ? Buffer.from(readlinkSync(absolute)) : readFileSync(absolute);
  const kind = stat.isSymbolicLink() ? "link" : stat.mode & 0o111 ? "executable" : "file";
  hash.update(JSON.stringify([path, kind, content.length]));
  hash.update(content);
}
