/** What `--base` advises where git lacks the commit, tried in real clones. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { runGit } from "../../../automation/check/git.ts";
import { readBase } from "../../../automation/check/gitBase.ts";
import { temporaryHome } from "../../support/runFixture.ts";

const FOLDER = "db";

function git(cwd: string, ...args: string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd, stdio: "pipe", encoding: "utf8" }).trim();
}

/** Twelve commits with a file each, tags, a branch `release`, and a branch `feature/x` that left main at the tenth. */
async function upstream(t: TestContext): Promise<string> {
  const up = join(await temporaryHome(t), "up");
  mkdirSync(join(up, FOLDER), { recursive: true });
  git(up, "init", "-q", "-b", "main");
  for (let number = 1; number <= 12; number += 1) {
    writeFileSync(join(up, FOLDER, `00000${number}_a.up.sql`), "SELECT 1;\n");
    git(up, "add", ".");
    git(up, "commit", "-qm", `${number}`);
    if (number === 5) git(up, "tag", "v5");
    if (number === 7) git(up, "tag", "-a", "-m", "seven", "v7");
    if (number === 9) git(up, "branch", "release");
    if (number === 10) git(up, "branch", "feature/x");
  }
  git(up, "checkout", "-q", "feature/x");
  writeFileSync(join(up, FOLDER, "000013_mine.up.sql"), "SELECT 1;\n");
  git(up, "add", ".");
  git(up, "commit", "-qm", "mine");
  return up;
}

function clone(up: string, name: string, ...words: string[]): string {
  git(join(up, ".."), "clone", "-q", ...words, `file://${up}`, name);
  return join(up, "..", name);
}

async function refusal(cwd: string, ref: string): Promise<string> {
  return readBase(runGit, join(cwd, FOLDER), ref, []).then(
    () => assert.fail(`${ref} is known`),
    (error: Error) => error.message,
  );
}

/** [the base, the command that is advised, how many migrations it then has] */
const SHALLOW: [(up: string) => string, (ref: string) => string, number][] = [
  [() => "HEAD~9", () => "git fetch --unshallow", 2],
  [() => "HEAD^", () => "git fetch --unshallow", 10],
  [() => "origin/feature/x~3", () => "git fetch --unshallow", 8],
  [() => "origin/main", () => "git fetch --unshallow origin main:refs/remotes/origin/main", 12],
  [() => "remotes/origin/main", () => "git fetch --unshallow origin main:refs/remotes/origin/main", 12],
  [() => "refs/remotes/origin/main", () => "git fetch --unshallow origin main:refs/remotes/origin/main", 12],
  [() => "origin/main~4", () => "git fetch --unshallow origin main:refs/remotes/origin/main", 8],
  [() => "refs/heads/release", () => "git fetch --unshallow origin release:release", 9],
  [() => "refs/tags/v5", () => "git fetch --unshallow origin tag v5", 5],
  [() => "main", () => "git fetch --unshallow origin main:main", 12],
  [() => "release", () => "git fetch --unshallow origin release:release", 9],
  [() => "v5", () => "git fetch --unshallow origin tag v5", 5],
  [() => "v7", () => "git fetch --unshallow origin tag v7", 7],
  [() => "v7~2", () => "git fetch --unshallow origin tag v7", 5],
  [(up) => git(up, "rev-parse", "main"), (ref) => `git fetch --unshallow origin ${ref}`, 12],
  [(up) => git(up, "rev-parse", "v5"), (ref) => `git fetch --unshallow origin ${ref}`, 5],
  [(up) => git(up, "rev-parse", "--short", "v5"), () => "git fetch --unshallow", 5],
];

describe("in a shallow clone of one branch", () => {
  for (const [index, [base, advised, count]] of SHALLOW.entries())
    test(`${index}: the command that is advised gets the base (${base.toString().slice(6)})`, async (t) => {
      const up = await upstream(t);
      const cwd = clone(up, "shallow", "--depth", "1", "--branch", "feature/x");
      const ref = base(up);
      const message = await refusal(cwd, ref);
      const command = advised(ref);
      const commands = [...message.matchAll(/git fetch [^;)]*/g)].map(([line]) => line);
      assert.ok(commands.includes(command), message);
      execFileSync("sh", ["-c", command], { cwd, stdio: "pipe" });
      assert.equal((await readBase(runGit, join(cwd, FOLDER), ref, [])).migrations.length, count);
    });

  test("no common ancestor is a matter of depth", async (t) => {
    const up = await upstream(t);
    const cwd = clone(up, "shallow", "--depth", "1", "--no-single-branch", "--branch", "feature/x");
    const message = await refusal(cwd, "origin/main");
    assert.equal(
      message,
      "git finds no common ancestor of origin/main and HEAD; fetch more history (git fetch --unshallow)",
    );
    git(cwd, "fetch", "--unshallow");
    const { migrations, notMergedYet } = await readBase(runGit, join(cwd, FOLDER), "origin/main", []);
    assert.deepEqual([migrations.length, notMergedYet?.size], [12, 2]);
  });
});

describe("in a clone with its whole history", () => {
  const whole = async (t: TestContext) =>
    clone(await upstream(t), "whole", "--single-branch", "--branch", "feature/x");
  const known = "git knows no commit";

  test("a relative revision beyond the first commit is named as such", async (t) => {
    const cwd = await whole(t);
    assert.equal(
      await refusal(cwd, "HEAD~99"),
      `${known} HEAD~99 here; the history of HEAD does not go back so far; name another base`,
    );
  });

  test("what is no name of a commit is not fetched", async (t) => {
    const cwd = await whole(t);
    assert.equal(await refusal(cwd, "--help"), `${known} --help here; name a branch, a tag or a commit`);
  });

  test("the command that is advised gets the base", async (t) => {
    const cwd = await whole(t);
    assert.equal(
      await refusal(cwd, "origin/main"),
      `${known} origin/main here; fetch it first (git fetch origin main:refs/remotes/origin/main)`,
    );
    git(cwd, "fetch", "origin", "main:refs/remotes/origin/main");
    assert.equal((await readBase(runGit, join(cwd, FOLDER), "origin/main", [])).migrations.length, 12);
    assert.equal(
      await refusal(cwd, "release"),
      `${known} release here; fetch it first (a branch: git fetch origin release:release; a tag: git fetch origin tag release)`,
    );
    git(cwd, "fetch", "origin", "release:release");
    assert.equal((await readBase(runGit, join(cwd, FOLDER), "release", [])).migrations.length, 9);
  });

  test("histories that share nothing are told apart from short ones", async (t) => {
    const cwd = await whole(t);
    git(cwd, "checkout", "-q", "--orphan", "other");
    git(cwd, "commit", "-qm", "elsewhere");
    assert.equal(
      await refusal(cwd, "feature/x"),
      "git finds no common ancestor of feature/x and HEAD; their histories are whole, so name another base",
    );
  });
});

test("outside of a repository the advice names that", async (t) => {
  const home = await temporaryHome(t);
  mkdirSync(join(home, FOLDER));
  assert.equal(
    await refusal(home, "main"),
    "git knows no commit main here; git is not installed, or the folder is in no repository",
  );
});
