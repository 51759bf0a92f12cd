/** The process and the project that it finds: whose stack, which backend, which folder, from where it is called. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { runCommand } from "../support/commandProcess.ts";
import { temporaryHome } from "../support/runFixture.ts";
import { sampleOutputs } from "../support/sampleOutputs.ts";
import { configJson, SMALLEST } from "../support/stackConfig.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
const MIGRATIONS = "resources/db/migrations";
const GOOD = "SET lock_timeout = '5s';\nCREATE TABLE users (id bigint PRIMARY KEY);\n";
const stackFile = (lines: readonly string[]) => `config:\n${lines.map((line) => `  ${line}\n`).join("")}`;

/** A repository with an application beside `tools/ecs-migrate`, as in a monorepo. */
async function monorepo(t: TestContext, settings: readonly string[]) {
  const root = await temporaryHome(t);
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  const project = join(root, "tools/ecs-migrate");
  const folder = join(root, "services/shop", MIGRATIONS);
  for (const path of [project, folder]) mkdirSync(path, { recursive: true });
  writeFileSync(join(project, "Pulumi.yaml"), "name: ecs-migrate\n");
  writeFileSync(
    join(project, "Pulumi.stage.yaml"),
    stackFile(["aws:region: eu-west-1", "ecs-migrate:appPath: ../../services/shop", ...settings]),
  );
  writeFileSync(join(folder, "20261102_create_users.up.sql"), GOOD);
  writeFileSync(
    join(folder, "20261102_create_users.down.sql"),
    "SET lock_timeout = '5s';\nDROP TABLE users;\n",
  );
  return { root, project, folder };
}

/** A Pulumi that notes its backend and answers with these outputs. */
function answering(file: string, outputs: object): string {
  const note = `printf '%s %s\\n' "$PULUMI_BACKEND_URL" "$*" >> '${file}'`;
  return `${note}\nif [ "$1" = config ]; then echo '{}'; exit; fi\ncat <<'EOT'\n${JSON.stringify(outputs)}\nEOT`;
}

describe("each stack knows its own backend", () => {
  for (const command of [
    ["history"],
    ["migrate", "version"],
    ["doctor"],
    ["plan"],
    ["attach", "a-task"],
    ["deploy"],
  ]) {
    test(`${command[0]} asks the one of the stack's file, whatever the shell says`, async (t) => {
      const { root, project } = await monorepo(t, ["ecs-migrate:stateBucket: shop-stage"]);
      const seen = join(root, "seen");
      const { code, stderr } = await runCommand(t, [...command, "--stack", "stage", "--project", project], {
        pulumi: `printf '%s\\n' "$PULUMI_BACKEND_URL" >> '${seen}'; echo "error: no stack named 'stage' found" >&2; exit 255`,
        env: { PULUMI_BACKEND_URL: "s3://somebody-elses" },
      });
      assert.equal(code, 2, stderr);
      assert.deepEqual(
        [...new Set(readFileSync(seen, "utf8").trim().split("\n"))],
        ["s3://shop-stage?region=eu-west-1"],
      );
      assert.match(
        stderr,
        /There is no stack stage in s3:\/\/shop-stage\?region=eu-west-1, which Pulumi\.stage\.yaml names/,
      );
      assert.doesNotMatch(stderr, /stack init|pulumi login/);
    });
  }

  test("check --against asks each stack's own, and no login is written", async (t) => {
    const { root, project } = await monorepo(t, ["ecs-migrate:stateBucket: shop-stage"]);
    writeFileSync(
      join(project, "Pulumi.prod.yaml"),
      stackFile([
        "aws:region: eu-west-1",
        "ecs-migrate:appPath: ../../services/shop",
        "ecs-migrate:stateUrl: file:///prod",
      ]),
    );
    const seen = join(root, "seen");
    const outputs = sampleOutputs({ migrations: [] });
    const { code, stderr } = await runCommand(t, ["check", "--against", "stage,prod", "--project", project], {
      pulumi: answering(seen, outputs),
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      readFileSync(seen, "utf8")
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
      ["s3://shop-stage?region=eu-west-1", "file:///prod"],
    );
  });
});

describe("a stack of another application", () => {
  for (const command of [
    ["migrate", "up"],
    ["migrate", "down", "1", "--yes", "stage"],
    ["deploy", "--allow-infra"],
    ["history"],
    ["doctor"],
    ["plan"],
    ["attach", "a-task"],
  ])
    test(`${command.join(" ")} refuses it, and calls nothing but \`pulumi stack output\``, async (t) => {
      const { root, project } = await monorepo(t, ["ecs-migrate:application: store"]);
      const seen = join(root, "seen");
      const { code, stdout, stderr } = await runCommand(
        t,
        [...command, "--stack", "stage", "--project", project],
        {
          pulumi: answering(seen, sampleOutputs()),
          // Nobody listens there, so that any call of AWS's would show as an error of its own.
          env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
        },
      );
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /^Stack stage in the backend that Pulumi is logged in to belongs to application shop, but Pulumi\.stage\.yaml names store, so nothing was started; correct the file, or make a state of its own for store with `npm run bootstrap -- --stack stage`$/m,
      );
      for (const line of readFileSync(seen, "utf8").trim().split("\n"))
        assert.match(line, /^ ?(stack output|config) --json /);
    });
});

describe("a wrong configuration", () => {
  const answer = (file: string) => {
    const config = configJson({ ...SMALLEST, cpu: 300, tpyo: 1 });
    return `printf '%s\\n' "$*" >> '${file}'\n[ "$1" = config ] || exit 1\ncat <<'EOT'\n${config}\nEOT`;
  };

  async function deployed(t: TestContext, settings: readonly string[]) {
    const { root, project } = await monorepo(t, settings);
    symlinkSync(join(CHECKOUT, "infra"), join(project, "infra"));
    const seen = join(root, "seen");
    const run = await runCommand(t, ["deploy", "--stack", "acme/x/stage", "--project", project], {
      pulumi: answer(seen),
    });
    return { ...run, seen: readFileSync(seen, "utf8").trim().split("\n") };
  }

  test("is told whole by the program's own reader, before the engine is started", async (t) => {
    const { code, stdout, stderr, seen } = await deployed(t, []);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.equal(
      stderr,
      `Configuration of stack acme/x/stage: 2 problems:
  - ecs-migrate:tpyo is not a key of this project; remove it, or see Pulumi.yaml for the keys
  - ecs-migrate:cpu is 300, but Fargate takes 256, 512, 1024, 2048, 4096, 8192, 16384; set it in Pulumi.stage.yaml
`,
    );
    assert.deepEqual(seen, ["config --json --stack acme/x/stage --non-interactive --color never"]);
  });

  test("is left to the engine if a value is a secret, which only Pulumi can read", async (t) => {
    const { stderr, seen } = await deployed(t, ["ecs-migrate:tags:", "  team:", "    secure: v1:abc"]);
    assert.doesNotMatch(stderr, /Configuration of stack/);
    assert.equal(seen[1]?.split(" --")[0], "stack output");
  });
});

test("a project that is the working folder is the one that is meant, as in the shell that demo --keep prints", async (t) => {
  const { root, project } = await monorepo(t, ["ecs-migrate:stateUrl: file:///own"]);
  const seen = join(root, "seen");
  const pulumi = `pwd >> '${seen}'; printf '%s\\n' "$PULUMI_BACKEND_URL" >> '${seen}'; exit 1`;
  await runCommand(t, ["deploy", "--stack", "stage"], { pulumi, cwd: project });
  assert.deepEqual(readFileSync(seen, "utf8").trim().split("\n").slice(0, 2), [project, "file:///own"]);
});

describe("check in a monorepo", () => {
  test("finds the stack's folder from any folder, says which, and writes paths from the repository's root", async (t) => {
    const { root, project, folder } = await monorepo(t, []);
    writeFileSync(join(folder, "20261103_lonely.up.sql"), GOOD);
    for (const cwd of [root, project, join(root, "services")]) {
      const { stdout, stderr } = await runCommand(t, ["check", "--project", project, "--format", "json"], {
        cwd,
      });
      assert.match(
        stderr,
        new RegExp(
          `^Migrations: .*services/shop/${MIGRATIONS} \\(Pulumi\\.stage\\.yaml\\)|^Migrations: shop/`,
          "m",
        ),
      );
      const paths = (JSON.parse(stdout) as { findings: { path: string }[] }).findings.map(({ path }) => path);
      assert.ok(paths.length > 0);
      for (const path of paths) assert.match(path, new RegExp(`^services/shop/${MIGRATIONS}/20261103_`));
    }
  });

  test("--output writes the report to the file and the human text to the terminal", async (t) => {
    const { root, project, folder } = await monorepo(t, []);
    writeFileSync(join(folder, "20261103_lonely.up.sql"), GOOD);
    const args = ["check", "--project", project, "--format", "codequality", "--output", "report.json"];
    const { stdout } = await runCommand(t, args, { cwd: root });
    assert.match(stdout, /files? checked: /);
    const report = JSON.parse(readFileSync(join(root, "report.json"), "utf8")) as {
      location: { path: string };
    }[];
    assert.match(report[0]?.location.path ?? "", /^services\/shop\//);
    const lost = await runCommand(t, [...args.slice(0, -1), "report.json/inside"], { cwd: root });
    assert.equal(lost.code, 2);
    assert.match(lost.stderr, /^The report could not be written to report\.json\/inside: /m);
  });

  test("an empty or missing folder is no clean one", async (t) => {
    const { root, project } = await monorepo(t, []);
    mkdirSync(join(root, "empty"));
    const empty = await runCommand(t, ["check", "--project", project, "--dir", "empty"], { cwd: root });
    assert.equal(empty.code, 2);
    const { stderr } = empty;
    assert.ok(
      stderr.includes(
        `There is no migration in empty, which --dir names; name the folder with --dir, or make the first one with \`npx --prefix ${relative(root, CHECKOUT)} ecs-migrate new -C ${project} NAME --dir empty\`\n`,
      ),
      stderr,
    );
    writeFileSync(join(root, "empty", "0001-make-t.up.sql"), "SELECT 1;");
    const hyphens = await runCommand(t, ["check", "--project", project, "--dir", "empty"], { cwd: root });
    assert.equal(hyphens.code, 2);
    assert.match(
      hyphens.stderr,
      /^There is no migration in empty, which --dir names; golang-migrate passes over 0001-make-t\.up\.sql in silence: rename to 0001_make_t\.up\.sql$/m,
    );
    const parent = await runCommand(t, ["check", "--project", project, "--dir", "services"], { cwd: root });
    assert.equal(parent.code, 2);
    mkdirSync(join(root, "sql", "my sql"), { recursive: true });
    writeFileSync(join(root, "sql", "my sql", "000001_a.up.sql"), "SELECT 1;");
    const above = await runCommand(t, ["check", "--project", project, "--dir", "sql"], { cwd: root });
    assert.equal(above.code, 2);
    assert.ok(
      above.stderr.includes(
        `there are some in sql/my sql: \`npx --prefix ${relative(root, CHECKOUT)} ecs-migrate check -C ${project} --dir 'sql/my sql'\``,
      ),
      above.stderr,
    );
    const beside = await runCommand(t, ["new", "add email", "--dir", "sql"], { cwd: root });
    assert.deepEqual([beside.code, beside.stdout, readdirSync(join(root, "sql"))], [2, "", ["my sql"]]);
    assert.match(beside.stderr, /`npx --prefix \S+ ecs-migrate new 'add email' --dir 'sql\/my sql'`$/m);
    const missing = await runCommand(t, ["check", "--project", project, "--dir", "nowhere"], { cwd: root });
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /^There is no folder nowhere, where --dir says/m);
  });

  test("new puts its files where the stack's file says", async (t) => {
    const { root, project, folder } = await monorepo(t, []);
    const { code, stdout, stderr } = await runCommand(t, ["new", "add email", "--project", project], {
      cwd: root,
    });
    assert.equal(code, 0, stderr);
    const [up = ""] = stdout.trim().split("\n");
    assert.match(up, new RegExp(`^services/shop/${MIGRATIONS}/\\d+_add_email\\.up\\.sql$`));
    assert.ok(existsSync(join(root, up)));
    assert.ok(up.includes(folder.slice(root.length + 1)));
  });
});
