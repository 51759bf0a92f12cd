/** The digest of what a Docker build can see of its context, so that a build happens when something in it changed. */
import { createHash, type Hash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";

/**
 * SHA-256, hex, over the path, whole mode and content of each file of the context that `.dockerignore` (or
 * `<Dockerfile>.dockerignore`, which goes before it) lets through, and over the Dockerfile.
 *
 * @param context the context's folder
 * @param dockerfile path of the Dockerfile, in the context or elsewhere
 * @throws where the folder or the Dockerfile cannot be read
 */
export async function contextHash(context: string, dockerfile: string): Promise<string> {
  const hash = createHash("sha256");
  hash.update(await readFile(dockerfile));
  const patterns = await ignorePatterns(context, dockerfile);
  const isIncluded = dockerignore.default().add(patterns).createFilter();
  const mayPrune = !patterns.some((pattern) => pattern.startsWith("!"));
  for await (const path of files(context, "", (folder) => mayPrune && !isIncluded(folder))) {
    if (isIncluded(path)) await addFile(hash, context, path);
  }
  return hash.digest("hex");
}

/** The lines of a `.dockerignore` that are patterns. Pure. */
export function patternsOf(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

async function ignorePatterns(context: string, dockerfile: string): Promise<string[]> {
  for (const file of [`${dockerfile}.dockerignore`, join(context, ".dockerignore")]) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return patternsOf(text);
  }
  return [];
}

/** All files below a folder, as paths relative to the context, in an order that does not depend on the file system. */
async function* files(
  context: string,
  folder: string,
  isPruned: (folder: string) => boolean,
): AsyncGenerator<string> {
  const entries = await readdir(join(context, folder), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) yield path;
    else if (!isPruned(path)) yield* files(context, path, isPruned);
  }
}

async function addFile(hash: Hash, context: string, path: string): Promise<void> {
  const file = join(context, path);
  const { mode } = await lstat(file);
  const isLink = (mode & 0o170000) === 0o120000;
  const content = isLink ? Buffer.from(await readlink(file)) : await readFile(file);
  hash.update(`\0${path}\0${mode.toString(8)}\0${content.length}\0`).update(content);
}
