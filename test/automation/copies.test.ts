/** The two copies that the documents print: the project into a repository, and a newer version over it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { temporaryHome } from "../support/runFixture.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..");

/** The lines of the block of shell that has `git … archive`, without `npm ci`. */
function printed(document: string): string {
  const blocks = readFileSync(join(CHECKOUT, document), "utf8").matchAll(/```sh\n(.*?)```/gs);
  const block = [...blocks].map(([, text = ""]) => text).find((text) => text.includes(" archive HEAD"));
  assert.ok(block, document);
  return block.replace(/^npm ci$/m, "");
}

function commit(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], { cwd: folder });
  if (!existsSync(join(folder, ".git"))) git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "x");
}

const ours = (version: string) => ({
  ...{ "Pulumi.yaml": version, "Pulumi.stage.yaml": "<shipped>", "app/Dockerfile": "example" },
  ...{ "infra/index.ts": version, "test/app/x.test.ts": version },
});

test("the copy is part of the user's repository, and an update leaves what is theirs", async (t) => {
  const home = await temporaryHome(t);
  const [shop, project] = [join(home, "shop"), join(home, "shop/tools/ecs-migrate")];
  commit(join(home, "ecs-migrate"), { ...ours("old"), "infra/gone.ts": "old" });
  commit(join(home, "ecs-migrate-new"), ours("new"));
  mkdirSync(shop);
  execFileSync("sh", ["-ec", printed("README.md")], { cwd: shop });
  assert.equal(existsSync(join(project, ".git")), false);
  commit(shop, {
    "tools/ecs-migrate/Pulumi.stage.yaml": "theirs",
    "tools/ecs-migrate/Pulumi.dev.yaml": "theirs",
    "tools/ecs-migrate/app/Dockerfile": "theirs",
  });
  execFileSync("sh", ["-ec", printed("docs/updating.md")], { cwd: shop });
  const read = (file: string) => readFileSync(join(project, file), "utf8");
  for (const file of ["Pulumi.stage.yaml", "Pulumi.dev.yaml", "app/Dockerfile"])
    assert.equal(read(file), "theirs", file);
  for (const file of ["Pulumi.yaml", "infra/index.ts", "test/app/x.test.ts"])
    assert.equal(read(file), "new", file);
  assert.deepEqual(
    [".git", "infra/gone.ts"].filter((file) => existsSync(join(project, file))),
    [],
  );
});
