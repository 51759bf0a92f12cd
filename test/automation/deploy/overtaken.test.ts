import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { runGit } from "../../../automation/check/git.ts";
import { commitTime, isOvertaken, orderOf } from "../../../automation/deploy/overtaken.ts";

const EARLY = { commit: "a", branch: "prod/shop", time: "2026-11-26T10:00:00+09:00" };
const LATE = { commit: "b", branch: "prod/shop", time: "2026-11-26T01:30:00Z" };

describe("isOvertaken", () => {
  test("by the history if it is known", () => {
    assert.equal(isOvertaken(LATE, EARLY, "after"), true);
    assert.equal(isOvertaken(EARLY, LATE, "before"), false);
  });

  test("by the commits' own times if it is not", () => {
    for (const order of ["unknown", "diverged"] as const) {
      assert.equal(isOvertaken(EARLY, LATE, order), true);
      assert.equal(isOvertaken(LATE, EARLY, order), false);
      assert.equal(isOvertaken(EARLY, { ...LATE, time: null }, order), false);
    }
  });

  test("never by the same commit, another branch or an unknown commit", () => {
    assert.equal(isOvertaken(EARLY, EARLY, "unknown"), false);
    assert.equal(isOvertaken(EARLY, { ...LATE, branch: "prod/other" }, "after"), false);
    assert.equal(isOvertaken(null, LATE, "after"), false);
    assert.equal(isOvertaken(EARLY, null, "after"), false);
  });
});

test("orderOf and commitTime by git, also inside a hook of another repository", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-git-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (date: string) => ({ GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date });
  const git = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      encoding: "utf8",
    }).trim();
  git(["init", "--quiet"]);
  const commit = (date: string) => {
    git(["commit", "--allow-empty", "--quiet", "-m", date], at(date));
    return git(["rev-parse", "HEAD"]);
  };
  const first = commit("2026-11-26T10:00:00Z");
  const second = commit("2026-11-26T11:00:00Z");
  git(["checkout", "--quiet", first]);
  const side = commit("2026-11-26T12:00:00Z");
  process.env.GIT_DIR = join(folder, "elsewhere");
  t.after(() => delete process.env.GIT_DIR);
  assert.equal(await orderOf(runGit, folder, second, first), "before");
  assert.equal(await orderOf(runGit, folder, first, second), "after");
  assert.equal(await orderOf(runGit, folder, side, second), "diverged");
  assert.equal(await orderOf(runGit, folder, first, "0".repeat(40)), "unknown");
  assert.equal(Date.parse((await commitTime(runGit, folder, first)) ?? ""), Date.UTC(2026, 10, 26, 10));
  assert.equal(await commitTime(runGit, tmpdir(), first), null);
});
