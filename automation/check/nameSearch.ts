/** Finds names of the database in the code of one commit, by git. */
import type { Git } from "./gitBase.ts";
import type { Break } from "./oldCode.ts";

/** Where names are looked for. Paths are from the repository's root. */
interface SearchPlace {
  /** Any folder of the work tree. */
  readonly cwd: string;
  readonly commit: string;
  /** None: the whole repository. */
  readonly paths: readonly string[];
  /** Left out: the folder of migrations, which names everything. */
  readonly without: readonly string[];
}

/**
 * Finds a name as a whole word, in any case, with and without its underscores (`first_name`, `firstName`). A column counts
 * only in files that name its table too, in the singular perhaps.
 *
 * @returns `path:line`, in git's order
 */
export async function findName(
  git: Git,
  place: SearchPlace,
  { name, table }: Pick<Break, "name" | "table">,
): Promise<string[]> {
  const hits = await grep(git, place, spellings(name));
  if (table === null || hits.length === 0) return hits;
  const files = new Set(
    (await grep(git, place, [...spellings(table), ...spellings(singular(table))])).map(fileOf),
  );
  return hits.filter((hit) => files.has(fileOf(hit)));
}

function fileOf(hit: string): string {
  return hit.slice(0, hit.lastIndexOf(":"));
}

function spellings(name: string): string[] {
  const word = name.slice(name.lastIndexOf(".") + 1);
  return [word, word.replaceAll("_", "")];
}

function singular(table: string): string {
  return table.replace(/ies$/i, "y").replace(/s$/i, "");
}

/** With a commit and `top` git looks from the root of the repository, wherever it is called. */
async function grep(
  git: Git,
  { cwd, commit, paths, without }: SearchPlace,
  words: readonly string[],
): Promise<string[]> {
  const patterns = words.flatMap((word) => ["-e", word]);
  const inside = (paths.length === 0 ? [""] : paths).map((path) => `:(top)${path}`);
  const outside = without.map((path) => `:(top,exclude)${path}`);
  const options = ["-n", "-i", "-w", "-F", "-I", "--full-name", "--no-color"];
  const args = [
    "-c",
    "core.quotePath=false",
    "grep",
    ...options,
    ...patterns,
    commit,
    "--",
    ...inside,
    ...outside,
  ];
  try {
    const lines = (await git(args, { cwd })).toString("utf8").split("\n");
    return lines.flatMap((line) => /^[^:]+:(.+?:\d+):/.exec(line)?.[1] ?? []);
  } catch (error) {
    // Source: git-grep(1) ends with 1 if nothing matches.
    if ((error as { code?: unknown }).code === 1) return [];
    throw error;
  }
}

/** True if the clone has the commit: a shallow one may not. */
export async function hasCommit(git: Git, cwd: string, commit: string): Promise<boolean> {
  try {
    await git(["cat-file", "-e", `${commit}^{commit}`], { cwd });
    return true;
  } catch {
    return false;
  }
}
