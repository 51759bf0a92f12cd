/** Writes a text to where the user asked for it. It never replaces anything but a regular file, and never waits for a reader. */
import { constants } from "node:fs";
import { lstat, mkdir, open, readlink, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Links are followed this often (Linux itself follows 40). */
const MOST_LINKS = 40;
/** A pipe that is full is tried again so long, in milliseconds. */
const PIPE_MS = 5_000;
const PIPE_STEP_MS = 50;

/** What the process has open already; a rename or a truncation would take the place of what was printed before. */
const OPEN_FILES = /^\/dev\/(?:stdin|stdout|stderr|fd\/)|^\/proc\//;

/**
 * A regular file appears whole or not at all; its folder is created if it does not exist, and links are followed. A pipe or
 * a device is written to as it is.
 *
 * @throws the file system's error
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const target = await followLinks(resolve(path));
  if (target.special) return await writeSpecial(target.path, text);
  await makeFolder(dirname(target.path));
  // Beside its target, since a rename does not cross file systems.
  const temporary = `${target.path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, target.path);
  } catch (error) {
    await rm(temporary, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    // Node's own words go on with the temporary path, which nobody gave.
    throw new Error(code === "EISDIR" ? "it is a folder" : (message.split(", ")[0] ?? message), {
      cause: error,
    });
  }
}

interface Target {
  readonly path: string;
  readonly special: boolean;
}

async function followLinks(path: string): Promise<Target> {
  let current = path;
  for (let link = 0; link < MOST_LINKS; link++) {
    if (OPEN_FILES.test(current)) return { path: current, special: true };
    const found = await lstat(current).catch(absent);
    if (!found?.isSymbolicLink())
      return { path: current, special: found !== undefined && !found.isFile() && !found.isDirectory() };
    current = resolve(dirname(current), await readlink(current));
  }
  throw new Error(`${path} is a link that leads to itself`);
}

/** Node's own `recursive` never ends in a folder that was removed, and in /proc. */
async function makeFolder(path: string): Promise<void> {
  if (await stat(path).catch(absent)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** Without waiting: a pipe that nobody reads is an error at once. */
async function writeSpecial(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
  try {
    let rest = Buffer.from(text);
    for (let waitedMs = 0; rest.length > 0; ) {
      const written = await file.write(rest).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EAGAIN" || waitedMs >= PIPE_MS) throw error;
        return undefined;
      });
      if (written) rest = rest.subarray(written.bytesWritten);
      else {
        await pause(PIPE_STEP_MS);
        waitedMs += PIPE_STEP_MS;
      }
    }
  } finally {
    await file.close();
  }
}
