/** `prepare.sh` in a project of its own, with an npm that only writes down what it was asked. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

const lock = (versions: Record<string, object>) =>
  JSON.stringify({ packages: { "": { name: "x" }, ...versions } });
const LOCKED = {
  "node_modules/a": { version: "1.0.0" },
  "node_modules/other": { version: "2.0.0", optional: true },
};
const PRESENT = lock({ "node_modules/a": { version: "1.0.0" } });

const INSTALLS = `echo "$@" > npm-was-asked
mkdir -p node_modules/.bin
ln -sf "${process.execPath}" node_modules/.bin/node
echo '${PRESENT}' > node_modules/.package-lock.json`;

interface Project {
  readonly present?: string;
  /** The body of the npm command; no npm at all where left out. */
  readonly npm?: string;
}

function prepare(context: TestContext, { present, npm }: Project, ...args: string[]) {
  const root = mkdtempSync(join(tmpdir(), "ecs-migrate-prepare-"));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ["test/lab", "bin"]) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(join(import.meta.dirname, "prepare.sh"), join(root, "test/lab/prepare.sh"));
  // The machine has all that the lab needs, and a Go in a folder of its own.
  writeFileSync(join(root, "test/lab/needs.ts"), 'process.stdout.write("/opt/go/bin");\n');
  writeFileSync(join(root, "package-lock.json"), lock(LOCKED));
  if (present !== undefined) {
    mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
    symlinkSync(process.execPath, join(root, "node_modules/.bin/node"));
    writeFileSync(join(root, "node_modules/.package-lock.json"), present);
  }
  if (npm !== undefined) writeFileSync(join(root, "bin/npm"), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
  symlinkSync(process.execPath, join(root, "bin/node"));
  for (const tool of ["sh", "dirname", "mkdir", "ln"]) symlinkSync(`/bin/${tool}`, join(root, "bin", tool));
  const env = { PATH: join(root, "bin") };
  const script = join(root, "test/lab/prepare.sh");
  const { status, stdout, stderr } = spawnSync("/bin/sh", [script, ...args], {
    encoding: "utf8",
    env,
    cwd: root,
  });
  const asked = join(root, "npm-was-asked");
  return {
    root,
    status,
    stdout,
    stderr,
    npm: existsSync(asked) ? readFileSync(asked, "utf8").trim() : undefined,
  };
}

test("packages as locked: no npm, the packages' Node first, the command's own exit code", (context) => {
  const result = prepare(
    context,
    { present: PRESENT, npm: INSTALLS },
    "sh",
    "-c",
    "command -v node; echo $PATH; exit 7",
  );
  assert.deepEqual(
    { status: result.status, stdout: result.stdout, stderr: result.stderr, npm: result.npm },
    {
      status: 7,
      stdout: `${result.root}/node_modules/.bin/node\n/opt/go/bin:${result.root}/node_modules/.bin:${result.root}/bin\n`,
      stderr: "",
      npm: undefined,
    },
  );
});

const STALE = {
  missing: undefined,
  older: lock({ "node_modules/a": { version: "0.9.0" } }),
  incomplete: lock({}),
  "with one too many": lock({
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b": { version: "1.0.0" },
  }),
  broken: "{",
};

for (const [name, present] of Object.entries(STALE))
  test(`packages ${name}: npm ci once, install scripts allowed, one line`, (context) => {
    const project = present === undefined ? { npm: INSTALLS } : { present, npm: INSTALLS };
    const result = prepare(context, project, "node", "-p", "1 + 1");
    assert.equal(result.stdout, "2\n");
    assert.equal(result.npm, "ci --no-audit --no-fund --ignore-scripts=false --loglevel=error");
    assert.equal(
      result.stderr,
      "prepare: npm ci, since node_modules is missing or is not what package-lock.json names\n",
    );
  });

test("no npm, npm that fails, no command: one sentence each, exit 2, nothing run", (context) => {
  const cases: [Project, string[], RegExp][] = [
    [
      {},
      ["echo", "ran"],
      /^prepare: there is no npm on the PATH; install Node.js 18 or newer with npm and try again.\n$/,
    ],
    [
      { npm: "exit 1" },
      ["echo", "ran"],
      /\nprepare: npm ci failed; see the lines above, fix them and try again.\n$/,
    ],
    [{ present: PRESENT }, [], /^prepare: name the command to run.\n$/],
  ];
  for (const [project, args, message] of cases) {
    const { status, stdout, stderr } = prepare(context, project, ...args);
    assert.match(stderr, message);
    assert.deepEqual({ status, stdout }, { status: 2, stdout: "" });
  }
});
