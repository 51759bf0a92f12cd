import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { type BuildContext, imageTagOf, stageContext } from "../../../infra/image/buildContext.ts";

let app: string;

beforeEach(() => {
  app = mkdtempSync(join(tmpdir(), "build-context-"));
  mkdirSync(join(app, "resources"));
  writeFileSync(join(app, "Dockerfile"), "FROM scratch\n");
  writeFileSync(join(app, "resources", "1_a.up.sql"), "SELECT 1;\n");
  writeFileSync(join(app, ".dockerignore"), "*.log\nnotes\n!notes/kept.md\n");
});

afterEach(() => rmSync(app, { recursive: true }));

function tag(changes: Partial<BuildContext> = {}): string {
  const dockerfile = join(app, "Dockerfile");
  return imageTagOf({
    appPath: app,
    dockerfile,
    target: undefined,
    buildArgs: {},
    platform: "linux/amd64",
    ...changes,
  });
}

test("the same content has the same tag, whatever the order of the arguments", () => {
  assert.match(tag(), /^[0-9a-f]{40}$/);
  assert.equal(tag(), tag());
  assert.equal(tag({ buildArgs: { A: "1", B: "2" } }), tag({ buildArgs: { B: "2", A: "1" } }));
});

const NEW: [string, () => Partial<BuildContext> | undefined][] = [
  ["another byte", () => void writeFileSync(join(app, "resources", "1_a.up.sql"), "SELECT 2;\n")],
  ["another file", () => void writeFileSync(join(app, "resources", "2_b.up.sql"), "")],
  [
    "another name",
    () => void renameSync(join(app, "resources", "1_a.up.sql"), join(app, "resources", "1_b.up.sql")),
  ],
  ["another mode", () => void chmodSync(join(app, "resources", "1_a.up.sql"), 0o755)],
  ["a link", () => void symlinkSync("1_a.up.sql", join(app, "resources", "link"))],
  ["another Dockerfile", () => void writeFileSync(join(app, "Dockerfile"), "FROM busybox\n")],
  [
    "a file that is let through again",
    () => {
      mkdirSync(join(app, "notes"));
      writeFileSync(join(app, "notes", "kept.md"), "");
      return undefined;
    },
  ],
  ["another build argument", () => ({ buildArgs: { RUNTIME_IMAGE: "mirror/alpine" } })],
  ["another platform", () => ({ platform: "linux/arm64" })],
  ["another target", () => ({ target: "runtime" })],
];

for (const [name, change] of NEW) {
  test(`${name} is another tag`, () => {
    const before = tag();
    const changes = change();
    assert.notEqual(tag(changes ?? {}), before);
  });
}

test("the umask of the checkout changes nothing, in the tag and in what the builder gets", () => {
  const before = tag();
  const staged = () => {
    const target = join(app, "..", `${basename(app)}-staged`);
    try {
      stageContext(app, join(app, "Dockerfile"), target);
      const paths = readdirSync(target, { recursive: true, encoding: "utf8" }).sort();
      return paths.map((path) => `${path} ${(lstatSync(join(target, path)).mode & 0o777).toString(8)}`);
    } finally {
      rmSync(target, { recursive: true });
    }
  };
  const wanted = [".dockerignore 644", "Dockerfile 644", "resources 755", "resources/1_a.up.sql 644"];
  assert.deepEqual(staged(), wanted);
  for (const path of ["resources/1_a.up.sql", "Dockerfile"]) chmodSync(join(app, path), 0o600);
  chmodSync(join(app, "resources"), 0o700);
  const umask = process.umask(0o077);
  try {
    assert.deepEqual(staged(), wanted);
  } finally {
    process.umask(umask);
  }
  assert.equal(tag(), before);
});

test("what .dockerignore keeps out changes nothing", () => {
  const before = tag();
  mkdirSync(join(app, "notes"));
  writeFileSync(join(app, "notes", "draft.md"), "draft");
  writeFileSync(join(app, "npm.log"), "log");
  assert.equal(tag(), before);
});

test("a .dockerignore of the Dockerfile's own goes before the folder's", () => {
  writeFileSync(join(app, "npm.log"), "log");
  const before = tag();
  writeFileSync(join(app, "Dockerfile.dockerignore"), "Dockerfile.dockerignore\n");
  assert.notEqual(tag(), before);
});
