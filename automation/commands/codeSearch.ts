/** The application's code at the commit that runs: where a deploy looks for what its migrations drop or rename. */
import { relative } from "node:path";
import { type Git, runGit } from "../check/git.ts";
import { findName, hasCommit } from "../check/nameSearch.ts";
import { searchPaths } from "../check/settings.ts";
import type { CodeSearch } from "../deploy/deps.ts";
import type { MigrationsFolder } from "./folder.ts";

/**
 * @param config the stack's configuration by full key
 * @param git injected by tests
 */
export async function searchCode(
  folder: MigrationsFolder,
  config: ReadonlyMap<string, string>,
  commit: string,
  git: Git = runGit,
): Promise<CodeSearch> {
  const cwd = folder.appPath ?? folder.path;
  const prefix = await prefixOf(git, cwd);
  if (prefix === undefined)
    return {
      problem: "this checkout is no git clone",
      fix: "see that the running code does not use it, then let the file pass with `-- ecs-migrate:disable still-used REASON`",
    };
  if (!(await hasCommit(git, cwd, commit)))
    return {
      problem: "this clone does not have that commit",
      fix: `fetch it (\`git fetch --unshallow\`, or \`git fetch origin ${commit}\`) and deploy again`,
    };
  const configured = searchPaths(config);
  const paths = configured.length > 0 ? configured : [prefix];
  const without = `${prefix}${relative(cwd, folder.path)}`;
  const place = { cwd, commit, paths, without: [without] };
  return {
    searched: paths.map((path) => path.replace(/\/$/, "") || "the repository").join(", "),
    find: (broken) => findName(git, place, broken),
  };
}

/** The folder's path from the repository's root, with a slash at its end; undefined outside a clone. */
async function prefixOf(git: Git, cwd: string): Promise<string | undefined> {
  try {
    return (await git(["rev-parse", "--show-prefix"], { cwd })).toString("utf8").trim();
  } catch {
    return undefined;
  }
}
