/** Finds names of the database in the code of one commit, by git. */
import type { Git } from "./git.ts";
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
 * only in files that name its table too, in the singular perhaps; a column with a name that is everywhere, only in such lines.
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
  const whereOf = GENERIC.has(wordOf(name).toLowerCase()) ? (hit: string) => hit : fileOf;
  const tables = await grep(git, place, [...spellings(table), ...spellings(singular(table))], true);
  const places = new Set(tables.map(whereOf));
  return hits.filter((hit) => places.has(whereOf(hit)));
}

/** Names of columns that most files hold anyway. */
const GENERIC = new Set(
  "id name type kind status state value data code key title label description text body content count total date time order position url path version user active enabled email".split(
    " ",
  ),
);

function fileOf(hit: string): string {
  return hit.slice(0, hit.lastIndexOf(":"));
}

function wordOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function spellings(name: string): string[] {
  const word = wordOf(name);
  return [...new Set([word, word.replaceAll("_", ""), word.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")])];
}

function singular(table: string): string {
  return table
    .replace(/ies$/i, "y")
    .replace(/(ss|x|ch|sh)es$/i, "$1")
    .replace(/([^s])s$/i, "$1");
}

/** What does not run in production, or is another's: texts, tests, dumps of the schema, migrations of other folders, vendored code. */
const NO_CODE = [
  ...["*.md", "*.rst", "*.adoc", "*.txt", "*.lock", "package-lock.json", "*.map", "*.min.js", "*.svg"],
  ...["test/**", "tests/**", "__tests__/**", "spec/**", "*_test.go", "*.test.*", "*.spec.*", "*_spec.rb"],
  ...["*.up.sql", "*.down.sql", "structure.sql", "schema.rb"],
  ...["node_modules/**", "vendor/**", "third_party/**"],
];

/** A line that only tells something. `#[table]` and `#include` are code. */
const COMMENT = /^\s*(?:\/\/|\/\*|\*\s|#\s|--\s|<!--)/;

/** With a commit and `top` git looks from the root of the repository, wherever it is called. */
async function grep(
  git: Git,
  { cwd, commit, paths, without }: SearchPlace,
  words: readonly string[],
  withComments = false,
): Promise<string[]> {
  const patterns = words.flatMap((word) => ["-e", word]);
  const roots = paths.length === 0 ? [""] : paths;
  const inside = roots.map((path) => `:(top)${path}`);
  const below = roots.map((path) => path.replace(/([^/])$/, "$1/"));
  const outside = [
    ...without.map((path) => `:(top,exclude)${path}`),
    ...below.flatMap((root) => NO_CODE.map((glob) => `:(top,exclude,glob)${root}**/${glob}`)),
  ];
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
    return lines.flatMap((line) => {
      const [, hit, text = ""] = /^[^:]+:(.+?:\d+):(.*)/.exec(line) ?? [];
      return hit === undefined || (!withComments && COMMENT.test(text)) ? [] : [hit];
    });
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
