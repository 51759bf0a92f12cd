import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { migrationFoldersBelow } from "../../../automation/migrations/foldersBelow.ts";

test("the folders below that hold migrations, not those of dependencies or an archive", (t) => {
  const root = mkdtempSync(join(tmpdir(), "below-"));
  t.after(() => rmSync(root, { recursive: true }));
  const files = [
    ...["db/postgres/000001_a.up.sql", "db/mysql/000001_a.up.sql", "db/notes/readme.sql"],
    ...["node_modules/x/000001_a.up.sql", ".cache/000001_a.up.sql", "vendor/y/000001_a.up.sql"],
    ...["archive/000001_a.up.sql", "_Archived/000001_a.up.sql", "db/old/000001_a.up.sql"],
    ...["legacy/000001_a.up.sql", "squashed/2025/000001_a.up.sql"],
    ...["a/b/c/d/000001_a.up.sql", "a/b/c/d/e/000001_a.up.sql", "000001_own.up.sql"],
  ];
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), "SELECT 1;");
  }
  assert.deepEqual(migrationFoldersBelow(root), ["a/b/c/d", "db/mysql", "db/postgres"]);
  assert.deepEqual(migrationFoldersBelow(join(root, "missing")), []);
});
