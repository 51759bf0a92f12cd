import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { withArchiveFiles, zipOf } from "./archives.ts";

const TEXTS = { "index.mjs": "export const a = 1;\n", "names/ü.txt": "ü" };

test("a zip file that Python reads back", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "archives-"));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "a.zip"), zipOf(TEXTS));
  const script =
    "import json, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; " +
    "print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))";
  const read = execFileSync("python3", ["-c", script, join(folder, "a.zip")], { encoding: "utf8" });
  assert.deepEqual(JSON.parse(read), TEXTS);
});

test("an archive of texts becomes the path of such a file, by its content; nothing else changes", (context) => {
  const archive = {
    "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
    hash: "0a1b",
    assets: {
      "index.mjs": { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", text: "1" },
    },
  };
  const { code, name, tags } = withArchiveFiles({ code: archive, name: "n", tags: { a: "b" } });
  context.after(() => rmSync(String(code)));
  assert.deepEqual(readFileSync(String(code)), zipOf({ "index.mjs": "1" }));
  assert.deepEqual([name, tags], ["n", { a: "b" }]);
  assert.deepEqual(withArchiveFiles({ code: archive }), { code });
  assert.deepEqual(withArchiveFiles({ code: String(code) }), { code });
});
