import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FORMATS } from "../../../automation/check/choices.ts";
import { runGit } from "../../../automation/check/git.ts";
import { RULES } from "../../../automation/check/rules.ts";
import { type CheckDeps, type CheckOptions, runCheck } from "../../../automation/check/runCheck.ts";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import { type Files, NOW, recordFrom } from "./folders.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
const DIR = "db/migrations";

/** A repository's root with the files in its folder of migrations; gone after `use`. */
async function withCheckout(files: Files, use: (cwd: string) => Promise<void>): Promise<void> {
  const cwd = mkdtempSync(join(tmpdir(), "ecs-migrate-"));
  try {
    mkdirSync(join(cwd, DIR), { recursive: true });
    write(cwd, files);
    await use(cwd);
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

function write(cwd: string, files: Files): void {
  for (const [file, content] of Object.entries(files)) writeFileSync(join(cwd, DIR, file), content);
}

function git(cwd: string, ...args: string[]): void {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
  execFileSync("git", [...identity, ...args], { cwd, stdio: "pipe" });
}

type Changes = Partial<CheckOptions> & { disable?: string[] };

function check(cwd: string, { disable = [], ...options }: Changes = {}) {
  const deps: CheckDeps = { now: () => NOW, cwd, git: runGit };
  const defaults: CheckOptions = {
    dir: DIR,
    format: "human",
    settings: { ...DEFAULT_CHECK, disable },
    fix: false,
    strict: false,
    shipped: new Map(),
  };
  return runCheck(deps, { ...defaults, ...options });
}

const SHIPPED: Files = {
  "20261101_a.up.sql": "CREATE TABLE a (x int);\n",
  "20261101_a.down.sql": "DROP TABLE a;\n",
};
const prod = new Map([["prod", recordFrom("", SHIPPED).migrations]]);

/** One folder for the goldens: errors and warnings, up and down, with a name that a terminal must not obey. */
const MIXED: Files = {
  ...SHIPPED,
  "20261031_late.up.sql": "ALTER TABLE a ADD COLUMN y uuid DEFAULT gen_random_uuid();\n",
  "20261031_late.down.sql": "ALTER TABLE a DROP COLUMN y;\n",
  "20261124_two words.up.sql": "\n\nBEGIN;\nUPDATE a SET x = 1;\nUPDATE a SET x = 2;\nCOMMIT;\n",
  "20261124_two words.down.sql": "-- none\n",
  "esc\u001b[31m.sql": "",
};

/** UPDATE_GOLDEN=1 writes what there is; look at the difference before you commit it. */
function equalsGolden(text: string, file: string): void {
  const golden = join(import.meta.dirname, "golden", file);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, "utf8"));
}

for (const format of FORMATS) {
  test(`the ${format} report is as it was`, async () => {
    await withCheckout(MIXED, async (cwd) => {
      const { text, exitCode } = await check(cwd, { format, shipped: prod });
      equalsGolden(text, `mixed.${format}.txt`);
      assert.equal(exitCode, 3);
    });
  });

  test(`the ${format} report of a clean folder`, async () => {
    await withCheckout(SHIPPED, async (cwd) => {
      const { text, exitCode, findings } = await check(cwd, { format, shipped: prod });
      equalsGolden(text, `clean.${format}.txt`);
      assert.deepEqual([exitCode, findings], [0, []]);
    });
  });
}

test("a finding's command leads to the folder that was named", async () => {
  await withCheckout(MIXED, async (cwd) => {
    write(cwd, { "20261101_a.up.sql": "CREATE TABLE a (y int);\n" });
    const { findings } = await check(cwd, { shipped: prod, givenDir: "db/my sql" });
    const fixes = (rule: string) => findings.find((found) => found.rule === rule)?.fix ?? "";
    assert.match(fixes("late"), / \(npx ecs-migrate check --dir 'db\/my sql' --against prod --fix\)$/);
    assert.match(fixes("up-edited"), / \(npx ecs-migrate new NAME --dir 'db\/my sql'\)$/);
  });
});

test("fingerprints differ from each other and stay when lines shift", async () => {
  const fingerprints = async (cwd: string) => {
    const { text } = await check(cwd, { format: "codequality", shipped: prod });
    return (JSON.parse(text) as { fingerprint: string }[]).map(({ fingerprint }) => fingerprint);
  };
  await withCheckout(MIXED, async (cwd) => {
    const before = await fingerprints(cwd);
    assert.equal(new Set(before).size, before.length);
    const moved = `-- one more line\n${MIXED["20261124_two words.up.sql"]}`;
    write(cwd, { "20261124_two words.up.sql": moved });
    assert.deepEqual(await fingerprints(cwd), before);
  });
});

test("warnings refuse with --strict alone", async () => {
  const files = { "20261124_a.up.sql": "ALTER TABLE a RENAME x TO y;\n", "20261124_a.down.sql": "-- none\n" };
  await withCheckout(files, async (cwd) => {
    assert.equal((await check(cwd)).exitCode, 0);
    assert.equal((await check(cwd, { strict: true })).exitCode, 3);
    assert.equal((await check(cwd, { strict: true, disable: ["rename"] })).exitCode, 0);
  });
});

test("rules that do not exist are all named, and nothing is checked", async () => {
  await assert.rejects(check("/nowhere", { disable: ["late", "no-such", "vanish"] }), {
    name: "ConfigError",
    exitCode: 2,
    message: [
      "2 problems:",
      "  - --disable no-such: there is no such rule; docs/check.md lists them all",
      "  - --disable vanish: there is no such rule; docs/check.md lists them all",
    ].join("\n"),
  });
});

test("L15: a base without the folder of migrations is named, and every file counts as new", async () => {
  await withCheckout(SHIPPED, async (cwd) => {
    git(cwd, "init", "--quiet", "--initial-branch", "main");
    git(cwd, "commit", "--quiet", "--allow-empty", "-m", "before the folder");
    assert.deepEqual((await check(cwd, { base: "main" })).notes, [
      "main has no folder db/migrations, so every file counts as new",
    ]);
    git(cwd, "add", ".");
    git(cwd, "commit", "--quiet", "-m", "with it");
    assert.deepEqual((await check(cwd, { base: "main" })).notes, []);
  });
});

test("a folder that is not there exits 2, with a base as well", async () => {
  for (const options of [{}, { base: "main" }]) {
    await assert.rejects(check("/nowhere", options), {
      name: "MigrationsError",
      exitCode: 2,
      message:
        "Migrations in /nowhere/db/migrations: there is no such folder; set the migrations' folder in the stack's configuration, or make it",
    });
  }
});

test("--fix renames the late pair, says so, and the second run has nothing to do", async () => {
  const late = { "20261031_c.up.sql": "CREATE TABLE c (x int);\n", "20261031_c.down.sql": "DROP TABLE c;\n" };
  await withCheckout({ ...SHIPPED, ...late }, async (cwd) => {
    assert.equal((await check(cwd, { shipped: prod })).exitCode, 3);
    const fixed = await check(cwd, { shipped: prod, fix: true });
    assert.equal(fixed.exitCode, 0);
    assert.equal(
      fixed.text,
      [
        "renamed db/migrations/20261031_c.down.sql to 20261124120000_c.down.sql",
        "renamed db/migrations/20261031_c.up.sql to 20261124120000_c.up.sql",
        "4 files checked, nothing found\n",
      ].join("\n"),
    );
    assert.deepEqual(readdirSync(join(cwd, DIR)), [
      "20261101_a.down.sql",
      "20261101_a.up.sql",
      "20261124120000_c.down.sql",
      "20261124120000_c.up.sql",
    ]);
    assert.deepEqual((await check(cwd, { shipped: prod, fix: true })).renamed, []);
  });
});

/** main holds SHIPPED and, after the branch `feature` left it, one more pair. */
async function withBranches(use: (cwd: string) => Promise<void>): Promise<void> {
  await withCheckout(SHIPPED, async (cwd) => {
    git(cwd, "init", "-q", "-b", "main");
    git(cwd, "add", ".");
    git(cwd, "commit", "-qm", "first");
    git(cwd, "branch", "feature");
    write(cwd, { "20261115_m.up.sql": "SELECT 1;\n", "20261115_m.down.sql": "-- none\n" });
    git(cwd, "add", ".");
    git(cwd, "commit", "-qm", "second");
    git(cwd, "checkout", "-q", "feature");
    await use(cwd);
  });
}

test("--base: what main has merged meanwhile is not missed on the branch", async () => {
  await withBranches(async (cwd) => {
    assert.deepEqual((await check(cwd, { base: "main" })).findings, []);
  });
});

test("--base: a version below what main has merged meanwhile is late, and --fix puts it behind", async () => {
  await withBranches(async (cwd) => {
    write(cwd, { "20261112_f.up.sql": "SELECT 2;\n", "20261112_f.down.sql": "-- none\n" });
    const { findings } = await check(cwd, { base: "main" });
    assert.deepEqual(
      findings.map(({ file, rule, message }) => [file, rule, message]),
      [
        [
          "20261112_f.up.sql",
          "late",
          "version 20261112 is not shipped and lies below 20261115, the highest that main has; it would never run",
        ],
      ],
    );
    const fixed = await check(cwd, { base: "main", fix: true });
    assert.deepEqual([fixed.exitCode, fixed.renamed.length], [0, 2]);
  });
});

test("--base: a file that the branch point had is missed, an edited one is found", async () => {
  await withBranches(async (cwd) => {
    write(cwd, { "20261101_a.down.sql": "DROP TABLE IF EXISTS a;\n" });
    const edited = await check(cwd, { base: "main" });
    assert.deepEqual(
      edited.findings.map(({ rule }) => rule),
      ["down-edited"],
    );
    rmSync(join(cwd, DIR, "20261101_a.up.sql"));
    const gone = await check(cwd, { base: "main", disable: ["down-edited", "missing-up"] });
    assert.deepEqual(
      gone.findings.map(({ rule }) => rule),
      ["vanished"],
    );
  });
});

test("--base: a commit without the folder has shipped nothing", async () => {
  await withCheckout({}, async (cwd) => {
    git(cwd, "init", "-q", "-b", "main");
    git(cwd, "commit", "-qm", "empty", "--allow-empty");
    write(cwd, SHIPPED);
    assert.deepEqual((await check(cwd, { base: "main" })).findings, []);
  });
});

test("--base: a commit that git does not know exits 2", async () => {
  await withBranches(async (cwd) => {
    await assert.rejects(check(cwd, { base: "origin/gone" }), { name: "ConfigError", exitCode: 2 });
  });
});

test("the documentation lists every rule as the catalogue has it, and no other", () => {
  const page = readFileSync(join(REPOSITORY, "docs/check.md"), "utf8");
  const cells = (row: string) =>
    row
      .split("|")
      .map((cell) => cell.trim())
      .join("|");
  const listed = page
    .split("\n")
    .map(cells)
    .filter((row) => /^\|`[a-z-]+`\|(error|warning)\|/.test(row));
  assert.deepEqual(
    listed,
    Object.entries(RULES).map(([rule, { severity, summary }]) => `|\`${rule}\`|${severity}|${summary}|`),
  );
});

for (const [path, readAs] of [
  ["app/resources/db/migrations", ""],
  ["app/resources/db/mysql", " as MySQL 8.0 (what the SQL looks like; --dialect names another)"],
] as const) {
  test(`the example application's migrations in ${path} are clean, warnings included`, async () => {
    const { text, exitCode } = await check(REPOSITORY, { dir: path, strict: true });
    const count = readdirSync(join(REPOSITORY, path)).length;
    assert.equal(text, `${count} files checked${readAs}, nothing found\n`);
    assert.equal(exitCode, 0);
  });
}
