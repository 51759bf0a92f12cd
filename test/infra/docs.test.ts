/** What the documents must say of the lab and of the build's role, by what is true in the code. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const text = (file: string) => readFileSync(join(import.meta.dirname, "..", "..", file), "utf8");

test("the README leads to what the lab does not show: an older provider than the one that is shipped", () => {
  assert.match(
    text("README.md"),
    /\[docs\/lab\.md\]\(docs\/lab\.md\) says what is real in it and what was never run/,
  );
  const { dependencies } = JSON.parse(text("package.json")) as { dependencies: Record<string, string> };
  const [major] = dependencies["@pulumi/aws"]?.split(".") ?? [];
  assert.match(
    text("docs/infrastructure.md"),
    new RegExp(`runs Terraform's AWS provider 5\\.\\d+, and @pulumi/aws ${major} wraps version 6`),
  );
  assert.match(text("docs/lab.md"), /The published AWS plugin never ran/);
});

test("the build's role is no barrier against whoever controls the build, and the documents say so", () => {
  const document = text("docs/infrastructure.md");
  assert.match(document, /Whoever controls the build can run any image with the database's secret/);
  assert.match(document, /The role is no barrier against that\.\nThe protected branch is/);
});
