/** `--base` where git converts line ends: a file that git takes for unchanged is no edited one. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runGit } from "../../../automation/check/git.ts";
import { runCheck } from "../../../automation/check/runCheck.ts";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import { temporaryHome } from "../../support/runFixture.ts";

const FILE = "20261101_a.up.sql";
const LF = "CREATE TABLE a (x int);\nCREATE TABLE b (x int);\n";
const CRLF = LF.replaceAll("\n", "\r\n");

interface Repository {
  /** What the commit holds, byte for byte. */
  readonly stored: string;
  /** Settings as `core.autocrlf=true`, given to the clone. */
  readonly config?: string;
  /** `.gitattributes`, written after the commit. */
  readonly attributes?: string;
  /** What is written over the file that git has checked out. */
  readonly edited?: string;
}

/** [what, the repository, the bytes that git checks out, the rules of order that speak] */
const CASES: [string, Repository, string, string[]][] = [
  ["LF, and nothing converts", { stored: LF }, LF, []],
  ["CRLF is stored, and nothing converts", { stored: CRLF }, CRLF, []],
  ["CRLF is stored, and autocrlf is true", { stored: CRLF, config: "core.autocrlf=true" }, CRLF, []],
  ["CRLF is stored, and text=auto comes later", { stored: CRLF, attributes: "* text=auto\n" }, CRLF, []],
  ["CRLF is stored, and eol=lf comes later", { stored: CRLF, attributes: "*.sql text eol=lf\n" }, CRLF, []],
  [
    "CRLF is stored, and eol=crlf comes later",
    { stored: CRLF, attributes: "*.sql text eol=crlf\n" },
    CRLF,
    [],
  ],
  ["autocrlf=true", { stored: LF, config: "core.autocrlf=true" }, CRLF, []],
  ["autocrlf=input", { stored: LF, config: "core.autocrlf=input" }, LF, []],
  ["eol=crlf of .gitattributes", { stored: LF, attributes: "*.sql text eol=crlf\n" }, CRLF, []],
  [
    "core.eol=crlf and text=auto",
    { stored: LF, config: "core.eol=crlf", attributes: "* text=auto\n" },
    CRLF,
    [],
  ],
  ["an editor wrote CRLF", { stored: LF, edited: CRLF }, LF, ["line-ends"]],
  ["an editor wrote LF", { stored: CRLF, edited: LF }, CRLF, ["line-ends"]],
  [
    "an edit under autocrlf=true",
    { stored: LF, config: "core.autocrlf=true", edited: CRLF.replace("int", "text") },
    CRLF,
    ["up-edited"],
  ],
  [
    "an edit under eol=crlf",
    { stored: LF, attributes: "*.sql text eol=crlf\n", edited: CRLF.replace("int", "text") },
    CRLF,
    ["up-edited"],
  ],
];

for (const [what, { stored, config, attributes, edited }, checkedOut, rules] of CASES)
  test(`--base: ${what}`, async (t) => {
    const cwd = await temporaryHome(t);
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
        cwd,
        stdio: "pipe",
        env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
      });
    mkdirSync(join(cwd, "db"));
    writeFileSync(join(cwd, "db", FILE), stored);
    git("init", "-q", "-b", "main");
    git("add", ".");
    git("commit", "-qm", "first");
    if (config !== undefined) git("config", ...config.split("="));
    if (attributes !== undefined) writeFileSync(join(cwd, ".gitattributes"), attributes);
    rmSync(join(cwd, "db", FILE));
    git("checkout", "--", "db");
    assert.equal(readFileSync(join(cwd, "db", FILE), "utf8"), checkedOut);
    if (edited !== undefined) writeFileSync(join(cwd, "db", FILE), edited);
    const { findings } = await runCheck(
      { now: () => new Date("2026-11-24T12:00:00Z"), cwd, git: runGit },
      {
        ...{ dir: "db", format: "human", settings: DEFAULT_CHECK, fix: false, strict: false },
        ...{ shipped: new Map(), base: "main" },
      },
    );
    // Of the content, what was shipped has no finding.
    assert.deepEqual(
      findings.map(({ rule }) => rule).filter((rule) => rule === "line-ends" || rule === "up-edited"),
      rules,
    );
  });
