import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type CommandContext, workingFolder } from "../../../automation/cli/context.ts";
import { defaultsOf, findFolder, insteadBelow } from "../../../automation/commands/folder.ts";
import { parseSettings } from "../../../automation/stack/settings.ts";

const ROOT = resolve(import.meta.dirname, "..", "..", "..");

/** A project with these files, folders made as needed; text by path. */
function project(t: TestContext, files: Readonly<Record<string, string>>, folders: readonly string[]) {
  const home = mkdtempSync(join(tmpdir(), "ecs-migrate-folder-"));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  for (const folder of folders) mkdirSync(join(home, folder), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(home, file), text);
  return { home, context: { home, cwd: home } as CommandContext };
}

const appPath = (path: string) => `config:\n  aws:region: eu-west-1\n  ecs-migrate:appPath: ${path} # ours\n`;
const MIGRATIONS = "resources/db/migrations";

describe("the folder of migrations", () => {
  it("without a stack of one's own is that of Pulumi.yaml's defaults", () => {
    const context = { home: ROOT, cwd: ROOT } as CommandContext;
    assert.deepEqual(findFolder(context, { project: ROOT }, "local"), {
      path: resolve(ROOT, "app", MIGRATIONS),
      appPath: join(ROOT, "app"),
      namedBy: "Pulumi.yaml",
    });
  });

  it("is --dir, against the folder that the person stands in", (t) => {
    const { home, context } = project(t, {}, ["sub/db"]);
    const there = { ...context, cwd: join(home, "sub") };
    assert.deepEqual(findFolder(there, { dir: "db" }), {
      path: join(home, "sub/db"),
      appPath: null,
      namedBy: "--dir",
    });
  });

  it("is told of as a path where --dir leads nowhere", (t) => {
    const { context } = project(t, {}, []);
    assert.throws(() => findFolder(context, { dir: "nowhere" }), {
      message:
        "There is no folder nowhere, where --dir says the migrations are; correct the path; it starts at the folder that the command is given in",
    });
  });

  it("is not the one above it, and the command that is given instead pastes", (t) => {
    const { home } = project(t, { "it's/pg/000001_a.up.sql": "" }, ["it's/pg", "empty"]);
    const below = "golang-migrate reads no folder below, and there are some in";
    assert.equal(
      insteadBelow(home, join(home, "it's"), "new x"),
      `${below} it's/pg: \`npx ecs-migrate new x --dir 'it'\\''s/pg'\``,
    );
    assert.equal(
      insteadBelow(join(home, "it's/pg"), join(home, "it's"), "check"),
      `${below} .: \`npx ecs-migrate check --dir .\``,
    );
    assert.equal(insteadBelow(home, join(home, "empty"), "check"), undefined);
  });

  it("is the one that the stack's file names, with or without the stack's name given", (t) => {
    const { home, context } = project(t, { "Pulumi.stage.yaml": appPath('"../shop"') }, []);
    mkdirSync(join(home, "../shop", MIGRATIONS), { recursive: true });
    t.after(() => rmSync(join(home, "../shop"), { recursive: true }));
    const wanted = {
      path: resolve(home, "../shop", MIGRATIONS),
      appPath: resolve(home, "../shop"),
      namedBy: "Pulumi.stage.yaml",
    };
    assert.deepEqual(findFolder(context, {}, "stage"), wanted);
    assert.deepEqual(findFolder(context, {}, "acme/ecs-migrate/stage"), wanted);
    assert.deepEqual(findFolder(context, {}), wanted);
  });

  it("is not that of a stack's file as it was shipped, once another is filled in", (t) => {
    const shipped = `${appPath("./app")}  ecs-migrate:application: "<your application, like shop>"\n`;
    const files = { "Pulumi.prod.yaml": shipped, "Pulumi.stage.yaml": appPath("./one") };
    const { home, context } = project(t, files, [`one/${MIGRATIONS}`]);
    assert.equal(findFolder(context, {}).path, join(home, "one", MIGRATIONS));
    rmSync(join(home, "Pulumi.stage.yaml"));
    mkdirSync(join(home, "app", MIGRATIONS), { recursive: true });
    assert.equal(findFolder(context, {}).path, join(home, "app", MIGRATIONS));
  });

  it("is asked for if the stacks differ", (t) => {
    const files = { "Pulumi.prod.yaml": appPath("./two"), "Pulumi.stage.yaml": appPath("./one") };
    const { home, context } = project(t, files, [`one/${MIGRATIONS}`]);
    assert.throws(() => findFolder(context, {}), {
      exitCode: 2,
      message: `The stacks have different folders of migrations: two/${MIGRATIONS} (Pulumi.prod.yaml), one/${MIGRATIONS} (Pulumi.stage.yaml); name one with --against or --dir`,
    });
    assert.equal(findFolder(context, {}, "stage").path, join(home, "one", MIGRATIONS));
  });

  it("that does not exist is named with who named it", (t) => {
    const { context } = project(t, { "Pulumi.stage.yaml": appPath("./one") }, []);
    assert.throws(() => findFolder(context, {}, "stage"), {
      exitCode: 2,
      message: `There is no folder one/${MIGRATIONS}, where Pulumi.stage.yaml says the migrations are; correct ecs-migrate:appPath and ecs-migrate:migrationsPath, or name the folder with --dir`,
    });
  });

  it("of a stack without a file is no default that leads nowhere", (t) => {
    const { context } = project(t, { "Pulumi.stage.yaml": appPath("./one") }, []);
    assert.throws(() => findFolder(context, {}, "stgae"), {
      exitCode: 2,
      message:
        "There is no Pulumi.stgae.yaml, so stack stgae names no folder of migrations; the project has Pulumi.stage.yaml",
    });
  });

  it("is not looked for in a --project that is none", (t) => {
    const { context } = project(t, {}, ["docs"]);
    for (const wrong of ["docs", "nowhere"])
      assert.throws(() => findFolder(context, { project: wrong }), {
        exitCode: 2,
        message: `There is no Pulumi.yaml in ${wrong}, which --project names`,
      });
  });

  it("is not looked for in a project that was renamed, whose settings Pulumi would not read", (t) => {
    const { context } = project(t, { "Pulumi.yaml": "name: shop\n" }, []);
    assert.throws(() => findFolder(context, {}), {
      exitCode: 2,
      message:
        "Pulumi.yaml names the project shop, but every key of a stack's file starts with ecs-migrate:; keep `name: ecs-migrate` and name your application with ecs-migrate:application",
    });
  });
});

describe("workingFolder", () => {
  it("is INIT_CWD only for a process that npm run has put into the folder of package.json", () => {
    const npm = { npm_package_json: "/repo/tools/package.json", INIT_CWD: "/repo/services" };
    assert.equal(workingFolder(npm, "/repo/tools", "/repo/tools"), "/repo/services");
    assert.equal(workingFolder(npm, "/elsewhere", "/repo/tools"), "/elsewhere");
    assert.equal(workingFolder({ INIT_CWD: "/repo/services" }, "/repo/tools", "/repo/tools"), "/repo/tools");
    assert.equal(workingFolder({}, "/repo/tools", "/repo/tools"), "/repo/tools");
  });

  it("is not the INIT_CWD of another project's script, which a build under it inherits", () => {
    const npm = { npm_package_json: "/other/package.json", INIT_CWD: "/other" };
    assert.equal(workingFolder(npm, "/repo/tools", "/repo/tools"), "/repo/tools");
  });
});

it("a key that Pulumi.yaml does not declare is refused: the default would hold in its place", (t) => {
  const declared = "name: ecs-migrate\nconfig:\n  appPath:\n    default: ./app\n  cpu:\n    default: 256\n";
  const stage = "config:\n  ecs-migrate:appPth: ../shop\n  ecs-migrate:cpu: 512\n  other:key: 1\n";
  const files = { "Pulumi.yaml": declared, "Pulumi.stage.yaml": stage };
  const { home, context } = project(t, files, [`app/${MIGRATIONS}`]);
  const error = {
    name: "ConfigError",
    message:
      "ecs-migrate:appPth in Pulumi.stage.yaml is not a key of this project; remove it, or see Pulumi.yaml for the keys",
  };
  assert.throws(() => findFolder(context, { project: home }), error);
  assert.throws(() => findFolder(context, { project: home }, "stage"), error);
  assert.equal(findFolder(context, { project: home, dir: "app" }).namedBy, "--dir");
});

describe("defaultsOf", () => {
  it("reads this project's Pulumi.yaml", () => {
    const text = readFileSync(resolve(ROOT, "Pulumi.yaml"), "utf8");
    assert.deepEqual(defaultsOf(parseSettings(text, "Pulumi.yaml")), {
      appPath: "./app",
      migrationsPath: MIGRATIONS,
    });
  });

  it("reads other defaults, quoted or not, and takes no other key's", () => {
    const yaml = `config:
  appPath:
    type: string
    default: "../shop api"

    description: "default: no"
  other:
    default: wrong
  migrationsPath:
    description: none
  last:
    default: wrong too
`;
    assert.deepEqual(defaultsOf(parseSettings(yaml, "Pulumi.yaml")), {
      appPath: "../shop api",
      migrationsPath: MIGRATIONS,
    });
  });
});
