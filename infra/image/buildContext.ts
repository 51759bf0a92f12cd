/**
 * What goes into an image, and a digest over it: the image's tag. The tag is new exactly where the content is new.
 *
 * Of a file's mode only the executable bit counts, as in git: the rest is the umask of whoever made the checkout. So the
 * builder gets a copy whose modes are the same on every machine; otherwise the tag would not say what is in the image.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
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

/**
 * Copies what `.dockerignore` lets through, owned and dated by this process: files are 644, programs and folders 755.
 *
 * @param target a folder that does not exist yet
 */
export function stageContext(appPath: string, dockerfile: string, target: string): void {
  const makeFolder = (folder: string) => {
    if (existsSync(folder)) return;
    if (folder !== target) makeFolder(dirname(folder));
    mkdirSync(folder);
    // mkdir's own mode is subject to the umask.
    chmodSync(folder, 0o755);
  };
  makeFolder(target);
  for (const path of contextFiles(appPath, dockerfile)) {
    const [from, to] = [join(appPath, path), join(target, path)];
    makeFolder(dirname(to));
    const kind = kindOf(from);
    if (kind === "link") symlinkSync(readlinkSync(from), to);
    else {
      copyFileSync(from, to, constants.COPYFILE_FICLONE);
      chmodSync(to, kind === "executable" ? 0o755 : 0o644);
    }
  }
}

/** Regular files and links, sorted; git keeps nothing else, so an empty folder is not part of the content. */
function contextFiles(appPath: string, dockerfile: string): string[] {
  const ignored = readIgnored(appPath, dockerfile);
  return readdirSync(appPath, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
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
  const kind = kindOf(absolute);
  const content = kind === "link" ? Buffer.from(readlinkSync(absolute)) : readFileSync(absolute);
  hash.update(JSON.stringify([path, kind, content.length]));
  hash.update(content);
}

function kindOf(path: string): "link" | "executable" | "file" {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return "link";
  return stat.mode & 0o100 ? "executable" : "file";
}
