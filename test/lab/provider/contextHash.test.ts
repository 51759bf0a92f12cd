import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { contextHash, patternsOf } from "./contextHash.ts";

let context = "";
const hash = () => contextHash(context, join(context, "Dockerfile"));
const write = (path: string, text: string) => writeFile(join(context, path), text);

beforeEach(async () => {
  context = await mkdtemp(join(tmpdir(), "context-"));
  await mkdir(join(context, "sub"));
  await write("Dockerfile", "FROM scratch\n");
  await write("sub/a.sql", "select 1;");
});

afterEach(() => rm(context, { recursive: true }));

test("the same content has the same hash, and a changed file another", async () => {
  const before = await hash();
  assert.match(before, /^[0-9a-f]{64}$/);
  assert.equal(await hash(), before);
  await write("sub/a.sql", "select 2;");
  assert.notEqual(await hash(), before);
});

test("a new name, any bit of a mode and another Dockerfile count", async () => {
  const hashes = [await hash()];
  await write("sub/b.sql", "");
  hashes.push(await hash());
  await chmod(join(context, "sub/b.sql"), 0o755);
  hashes.push(await hash());
  await chmod(join(context, "sub/b.sql"), 0o700);
  hashes.push(await hash());
  await write("Dockerfile", "FROM other\n");
  hashes.push(await hash());
  assert.equal(new Set(hashes).size, 5);
});

test("what .dockerignore leaves out does not count, what it lets back in does", async () => {
  await write(".dockerignore", "# logs\n*.log\nsub\n!sub/a.sql\n");
  const before = await hash();
  await write("x.log", "1");
  await write("sub/b.sql", "1");
  assert.equal(await hash(), before);
  await write("sub/a.sql", "select 2;");
  assert.notEqual(await hash(), before);
});

test("<Dockerfile>.dockerignore goes before .dockerignore", async () => {
  await write(".dockerignore", "sub\n");
  await write("Dockerfile.dockerignore", "*.log\n");
  const before = await hash();
  await write("sub/a.sql", "select 2;");
  assert.notEqual(await hash(), before);
});

test("comments, blank lines, a byte-order mark and CRLF are no patterns", () => {
  assert.deepEqual(patternsOf("\uFEFF# c\r\n\r\n a \r\n!b\r\n"), ["a", "!b"]);
});
