/** Where a deploy searches the running code. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Git } from "../../../automation/check/git.ts";
import { searchCode } from "../../../automation/commands/codeSearch.ts";
import type { CodeSearch } from "../../../automation/deploy/deps.ts";

const COMMIT = "1".repeat(40);
const FOLDER = { path: "/repo/shop/app/db/migrations", appPath: "/repo/shop/app", namedBy: "Pulumi.yaml" };

/** A clone at /repo; answers what it was asked to search. */
function fakeGit(fails: readonly string[] = []): { git: Git; searched: string[][] } {
  const searched: string[][] = [];
  const git: Git = async (args) => {
    const verb = args.find((word) => /^(?:rev-parse|cat-file|grep)$/.test(word)) ?? "";
    if (fails.includes(verb)) throw Object.assign(new Error(verb), { code: 128 });
    if (verb === "grep")
      searched.push(
        args.slice(args.indexOf("--") + 1).filter((word) => !/glob.*\*\*\/(?!\*\.md)/.test(word)),
      );
    return Buffer.from(verb === "rev-parse" ? "shop/app/\n" : "");
  };
  return { git, searched };
}

async function search(config: [string, string][], git: Git): Promise<CodeSearch> {
  const found = await searchCode(FOLDER, new Map(config), COMMIT, git);
  if ("find" in found)
    await found.find({ kind: "gone", file: "1_a.up.sql", line: 1, name: "users", table: null });
  return found;
}

describe("the running code is searched", () => {
  test("in the application's folder without its migrations", async () => {
    const { git, searched } = fakeGit();
    const found = await search([], git);
    assert.equal("searched" in found && found.searched, "shop/app");
    assert.deepEqual(searched, [
      [":(top)shop/app/", ":(top,exclude)shop/app/db/migrations", ":(top,exclude,glob)shop/app/**/*.md"],
    ]);
  });

  test("in the folders that the stack's configuration names", async () => {
    const { git, searched } = fakeGit();
    const found = await search([["ecs-migrate:searchPaths", '["web", "shared/models"]']], git);
    assert.equal("searched" in found && found.searched, "web, shared/models");
    assert.deepEqual(searched, [
      [
        ...[":(top)web", ":(top)shared/models", ":(top,exclude)shop/app/db/migrations"],
        ...[":(top,exclude,glob)web/**/*.md", ":(top,exclude,glob)shared/models/**/*.md"],
      ],
    ]);
  });

  test("only if the clone has the commit", async () => {
    assert.deepEqual(await search([], fakeGit(["cat-file"]).git), {
      problem: "this clone does not have that commit",
      fix: `fetch it (\`git fetch --unshallow\`, or \`git fetch origin ${COMMIT}\`) and deploy again`,
    });
  });

  test("only if there is a clone", async () => {
    assert.deepEqual(await search([], fakeGit(["rev-parse"]).git), {
      problem: "this checkout is no git clone",
      fix: "see that the running code does not use it, then let the file pass with `-- ecs-migrate:disable still-used REASON`",
    });
  });
});
