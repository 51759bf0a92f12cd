import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const CHECKOUT = join(import.meta.dirname, "..", "..", "..");

for (const [program, args] of [
  ["main.ts", ["migrate", "version", "--stack", "prod"]],
  ["main.ts", ["--help"]],
  ["bootstrap.ts", ["--stack", "prod"]],
] as const)
  test(`${program} ${args[0]} before npm ci is one sentence`, (t) => {
    const home = mkdtempSync(join(tmpdir(), "ecs-migrate-packages-"));
    t.after(() => rmSync(home, { recursive: true, force: true }));
    for (const name of ["automation", "package.json", "Pulumi.yaml"])
      cpSync(join(CHECKOUT, name), join(home, name), { recursive: true });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(home, "automation", program), ...args],
      {
        encoding: "utf8",
      },
    );
    assert.equal(
      stderr,
      `The packages are not installed: run \`npm ci\` in ${home}, then the same command again\n`,
    );
    assert.equal(stdout, "");
    assert.equal(status, 2);
  });
