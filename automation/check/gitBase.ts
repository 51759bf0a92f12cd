/** `check --base REF`: takes the migrations of a git commit for those that were shipped, where there is no stack. */
import { ConfigError } from "../contract/errors.ts";
import { type MigrationFile, parseMigrationFileName, recordOf } from "../migrations/folder.ts";
import { howToFetch, howToJoin } from "./baseAdvice.ts";
import type { Git } from "./git.ts";
import type { ShippedRecord } from "./shippedRules.ts";

/**
 * Reads the folder as it is at a commit.
 *
 * A file that the commit has and the branch point has not is not missed in the checkout: its branch is merged later. One
 * that git takes for unchanged (core.autocrlf, eol=crlf, a filter) counts as shipped with the bytes of the checkout.
 *
 * @param directory the folder of migrations, in a git work tree
 * @param checkout the files that it holds
 * @param ref branch, tag or commit
 * @throws {ConfigError} if git does not know the commit, or no common ancestor (a shallow clone)
 */
export async function readBase(
  git: Git,
  directory: string,
  ref: string,
  checkout: readonly MigrationFile[],
): Promise<ShippedRecord> {
  const commit = await resolve(git, directory, ref);
  const branchPoint = await mergeBase(git, directory, commit, ref);
  const listed = await listAt(git, directory, commit);
  const ours = await storedIds(git, directory, checkout);
  const { migrations } = recordOf(await filesOf(git, directory, listed, ours));
  const listedThen = await listAt(git, directory, branchPoint);
  const then = new Set(
    recordOf(await filesOf(git, directory, listedThen, ours)).migrations.map(({ version }) => version),
  );
  const notMergedYet = new Set(
    migrations.map(({ version }) => version).filter((version) => !then.has(version)),
  );
  // Git has no empty folders: one without an entry is not there.
  return { holder: ref, migrations, notMergedYet, ...(listed === "" ? { lacksFolder: true } : {}) };
}

async function resolve(git: Git, cwd: string, ref: string): Promise<string> {
  try {
    const id = await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`], {
      cwd,
    });
    return id.toString("utf8").trim();
  } catch (cause) {
    throw new ConfigError([`git knows no commit ${ref} here; ${await howToFetch(git, cwd, ref)}`], { cause });
  }
}

async function mergeBase(git: Git, cwd: string, commit: string, ref: string): Promise<string> {
  try {
    return (await git(["merge-base", commit, "HEAD"], { cwd })).toString("utf8").trim();
  } catch (cause) {
    throw new ConfigError([`git finds no common ancestor of ${ref} and HEAD; ${await howToJoin(git, cwd)}`], {
      cause,
    });
  }
}

/** Git's list of the folder at a commit; empty if the folder is not there. */
async function listAt(git: Git, cwd: string, commit: string): Promise<string> {
  return (await git(["ls-tree", "-z", commit], { cwd })).toString("utf8");
}

/** The checkout's files by the id that git would store each under, after its own conversions. */
async function storedIds(
  git: Git,
  cwd: string,
  checkout: readonly MigrationFile[],
): Promise<ReadonlyMap<string, MigrationFile>> {
  const named = checkout.filter(({ parsed }) => parsed);
  if (named.length === 0) return new Map();
  const where = await git(["rev-parse", "--show-toplevel", "--show-prefix"], { cwd });
  const [root = cwd, prefix = ""] = where.toString("utf8").split("\n");
  // hash-object takes the paths of its input from the work tree's root, wherever it is run.
  const input = named.map(({ file }) => `${prefix}${file}\n`).join("");
  const hashed = await git(["hash-object", "--stdin-paths"], { cwd: root, input });
  const ids = hashed.toString("utf8").split("\n");
  return new Map(named.map((entry, index) => [`${ids[index]} ${entry.file}`, entry]));
}

/** The migrations of such a list. */
async function filesOf(
  git: Git,
  cwd: string,
  listing: string,
  ours: ReadonlyMap<string, MigrationFile>,
): Promise<MigrationFile[]> {
  const blobs = listing
    .split("\0")
    .map((entry) => /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(entry))
    .filter((match) => match !== null)
    .map(([, id = "", file = ""]) => ({ id, file, same: ours.get(`${id} ${file}`) }))
    .filter(({ file }) => parseMigrationFileName(file));
  const changed = blobs.filter(({ same }) => !same).map(({ id }) => id);
  const contents = (await readBlobs(git, cwd, changed)).values();
  return blobs.map(
    ({ file, same }) =>
      same ?? { file, parsed: parseMigrationFileName(file), bytes: contents.next().value ?? Buffer.alloc(0) },
  );
}

/** `cat-file --batch` answers `<id> blob <size> LF <bytes> LF` for each id, in order. */
async function readBlobs(git: Git, cwd: string, ids: readonly string[]): Promise<Buffer[]> {
  if (ids.length === 0) return [];
  const output = await git(["cat-file", "--batch"], { cwd, input: `${ids.join("\n")}\n` });
  const blobs: Buffer[] = [];
  let offset = 0;
  for (const id of ids) {
    const end = output.indexOf(10, offset);
    const [found, , size] = output.toString("utf8", offset, end).split(" ");
    if (found !== id) throw new ConfigError([`git cannot read object ${id}; run git fsck`]);
    blobs.push(output.subarray(end + 1, end + 1 + Number(size)));
    offset = end + 1 + Number(size) + 1;
  }
  return blobs;
}
