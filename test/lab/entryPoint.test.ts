import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { CONTAINER_EXIT, parseResultLine, type ResultLine } from "../../automation/contract/resultLine.ts";
import { type Run, runEntryPoint, type Shell, shells } from "../app/fakeMigrate.ts";
import { tryCommand } from "./command.ts";
import { type Postgres, startPostgres } from "./database/postgres.ts";
import { type BaseImages, ensureBaseImages } from "./docker/baseImages.ts";
import { type Docker, ensureDocker, type RunningDocker } from "./docker/docker.ts";

const APP = join(import.meta.dirname, "..", "..", "app");
const SHIPPED = join(APP, "resources", "db", "migrations");
const VERSIONS = [20261102, 20261105, 20261110, 20261112, 20261113, 20261117, 20261118, 20261120];
const IMAGE = "ecs-migrate-test/entry-point";
const LABEL = "ecs-migrate-test=entry-point";

const folder = mkdtempSync(join(tmpdir(), "entry-point-lab-"));
const none = { version: null, dirty: false };
const clean = (version: number) => ({ version, dirty: false });

let running: RunningDocker;
let docker: Docker;
let images: BaseImages;
let postgres: Postgres;
let migrate: string;

before(async () => {
  const report = () => undefined;
  running = await ensureDocker({ report });
  docker = running.docker;
  images = await ensureBaseImages({ docker, report });
  migrate = join(folder, "migrate");
  const container = (await docker.exec(["create", "--label", LABEL, images.migrate])).trim();
  await docker.exec(["cp", `${container}:/usr/local/bin/migrate`, migrate]);
  postgres = await startPostgres({ folder, gateway: await docker.bridgeGateway() });
});

after(async () => {
  await postgres?.stop();
  await docker?.removeContainers(LABEL);
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A folder of migrations: file name to SQL. */
function migrations(files: Record<string, string>): string {
  const made = mkdtempSync(join(folder, "migrations-"));
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(made, name), sql);
  return made;
}

/** No spelling of the password may leave the script. */
function assertNoPassword(text: string): void {
  for (const secret of [
    postgres.password,
    encodeURIComponent(postgres.password),
    postgres.password.slice(0, 9),
  ])
    assert.ok(!text.includes(secret), text);
}

const STOPPABLE = {
  "1_one.up.sql": "SELECT 1;",
  "2_slow.up.sql": "SELECT pg_sleep(2); CREATE TABLE slow (id int);",
  "3_three.up.sql": "SELECT 1;",
};

let databases = 0;

describe("entry_point.sh with golang-migrate and Postgres", () => {
  for (const shell of shells(folder)) describe(`under ${shell.name}`, () => against(shell));
});

function against(shell: Shell): void {
  /** A database of its own and a way to run the script on it. */
  async function fresh(path: string) {
    databases += 1;
    const name = `entry_point_${databases}`;
    const { fromHost } = await postgres.createDatabase(name);
    const run = async (args: string[], more: Partial<Parameters<typeof runEntryPoint>[0]> = {}) => {
      const env = { MIGRATION_DB: fromHost, MIGRATIONS_PATH: path, ...more.env };
      const ended = await runEntryPoint({ shell, args, migrate, ...more, env });
      assertNoPassword(ended.stdout + ended.stderr);
      assert.equal(ended.stderr, "");
      return ended;
    };
    return { name, url: fromHost, run };
  }

  it("applies the shop's files, undoes each and applies them again", async () => {
    const { run, name } = await fresh(SHIPPED);
    const up = resultOf(await run(["up"]));
    assert.deepEqual([up.outcome, up.from, up.to], ["applied", none, clean(20261120)]);
    assert.deepEqual(
      up.files.map((file) => file.version),
      VERSIONS,
    );
    const columns = "SELECT is_nullable FROM information_schema.columns WHERE column_name = 'currency'";
    assert.deepEqual(await postgres.query(name, columns), [{ is_nullable: "NO" }]);
    const last = await schemaOf(name);
    assert.deepEqual(resultOf(await run(["down", "--all"])).to, none);
    // Up one by one, then down one by one: each down file must leave what its up file found.
    const found: Record<string, unknown>[][] = [];
    for (const version of VERSIONS) {
      found.push(await schemaOf(name));
      const up = resultOf(await run(["goto", String(version)]));
      assert.deepEqual([up.outcome, up.to, up.files.length], ["applied", clean(version), 1]);
    }
    assert.deepEqual(await schemaOf(name), last);
    for (const version of VERSIONS.toReversed()) {
      const { files } = resultOf(await run(["down", "1"]));
      assert.deepEqual(
        files.map((file) => [file.version, file.direction]),
        [[version, "down"]],
      );
      assert.deepEqual(await schemaOf(name), found.pop(), `after ${version} down`);
    }
    await run(["up"]);
    assert.equal(resultOf(await run(["up"])).outcome, "unchanged");
  });

  it("leaves no timeout of one of the shop's files to the next", async () => {
    const show =
      "CREATE TABLE seen AS SELECT current_setting('lock_timeout') l, current_setting('statement_timeout') s;";
    const path = migrations({ "99990101_show.up.sql": show });
    cpSync(SHIPPED, path, { recursive: true });
    const { run, name } = await fresh(path);
    assert.equal(resultOf(await run(["up"])).outcome, "applied");
    assert.deepEqual(await postgres.query(name, "SELECT l, s FROM seen"), [{ l: "0", s: "0" }]);
  });

  it("times each file by itself", async () => {
    const { run } = await fresh(
      migrations({ "1_slow.up.sql": "SELECT pg_sleep(0.5);", "2_quick.up.sql": "SELECT 1;" }),
    );
    const [slow, quick] = resultOf(await run(["up"])).files;
    assert.ok((slow?.ms ?? 0) >= 500, `${slow?.ms} ms`);
    // Read ahead, the second file's time would count the first's.
    assert.ok((quick?.ms ?? 1000) < 500, `${quick?.ms} ms`);
  });

  it("tells dirty, clears it with force, and sees the mark that golang-migrate hides at none", async () => {
    const path = migrations({
      "1_one.up.sql": "SELECT 1;",
      "1_one.down.sql": "SELECT 1/0;",
      "2_bad.up.sql": "SELEC 1;",
    });
    const { run } = await fresh(path);
    const failed = await run(["up"]);
    assert.equal(failed.code, CONTAINER_EXIT.dirty);
    assert.deepEqual(resultOf(failed).to, { version: 2, dirty: true });
    assert.deepEqual(
      resultOf(failed).files.map((file) => file.name),
      ["one"],
    );
    assert.match(resultOf(failed).error ?? "", /^migration failed: syntax error at or near "SELEC"/);
    const refused = resultOf(await run(["up"]));
    assert.deepEqual(
      [refused.outcome, refused.error],
      ["dirty", "Dirty database version 2. Fix and force version."],
    );
    const forced = resultOf(await run(["force", "1"]));
    assert.deepEqual(
      [forced.outcome, forced.from, forced.to],
      ["applied", { version: 2, dirty: true }, clean(1)],
    );
    const down = await run(["down", "--all"]);
    assert.equal(down.code, CONTAINER_EXIT.dirty);
    assert.deepEqual(resultOf(down).to, { version: null, dirty: true });
    assert.equal((await run(["version"])).code, CONTAINER_EXIT.dirty);
    assert.deepEqual(resultOf(await run(["up"])).from, { version: null, dirty: true });
    const cleared = resultOf(await run(["force", "-1"]));
    assert.deepEqual(
      [cleared.outcome, cleared.from, cleared.to],
      ["applied", { version: null, dirty: true }, none],
    );
    assert.equal((await run(["status"])).code, CONTAINER_EXIT.ok);
  });

  it("says that an older image lacks the database's version", async () => {
    const { run } = await fresh(migrations({ "1_one.up.sql": "SELECT 1;" }));
    await run(["force", "9"]);
    const old = await run(["up"]);
    assert.equal(old.code, CONTAINER_EXIT.failed);
    assert.match(resultOf(old).error ?? "", /^no migration found for version 9: [^\n]*file does not exist$/);
    assert.equal(resultOf(old).error?.split("no migration found").length, 2);
  });

  it("keeps the password to itself where the database refuses it, is not there, or the URL is none", async () => {
    const { run, url } = await fresh(SHIPPED);
    const raw = url.replace(encodeURIComponent(postgres.password), postgres.password);
    for (const [bad, error] of [
      [url.replace("@", "x@"), /password authentication failed for user "migrator"/],
      [url.replace(/:\d+\//, ":1/"), /connection refused/],
      [raw, /^failed to open database: parse "\*\*\*": /],
    ] as const) {
      const ended = await run(["up"], { env: { MIGRATION_DB: bad } });
      assert.equal(ended.code, CONTAINER_EXIT.failed, ended.stdout);
      assert.deepEqual([resultOf(ended).from, resultOf(ended).to], [null, null]);
      assert.match(resultOf(ended).error ?? "", error);
    }
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`lets the running statement end after ${signal}, and starts no other`, async () => {
      const { run, name } = await fresh(migrations(STOPPABLE));
      let sent = false;
      const stopped = await run(["up"], {
        onOutput: (text, kill) => {
          if (sent || !text.includes("1/u one (")) return;
          sent = true;
          kill(signal);
        },
      });
      assert.equal(stopped.code, CONTAINER_EXIT.interrupted, stopped.stdout);
      assert.ok(stopped.lines.includes("Stopping after this running migration ..."), stopped.stdout);
      const { outcome, from, to, files } = resultOf(stopped);
      assert.equal(outcome, "interrupted");
      assert.deepEqual(from, none);
      // The signal meets file 2, or the moment before it.
      assert.ok(to?.dirty === false && (to.version === 1 || to.version === 2), stopped.stdout);
      assert.equal(files.length, to.version);
      const tables = await postgres.query(name, "SELECT to_regclass('slow') IS NOT NULL AS made");
      assert.deepEqual(tables, [{ made: to.version === 2 }]);
      const rest = resultOf(await run(["up"]));
      assert.deepEqual([rest.outcome, rest.to], ["applied", clean(3)]);
    });
  }
}

function resultOf(run: Pick<Run, "result" | "stdout">): ResultLine {
  return run.result ?? assert.fail(run.stdout);
}

/** Every table's columns, indexes and constraints but golang-migrate's own, in a fixed order. */
async function schemaOf(database: string): Promise<Record<string, unknown>[]> {
  return await postgres.query(
    database,
    `SELECT 'column' AS kind, table_name || '.' || column_name || ' ' || is_nullable AS text
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_migrations'
     UNION ALL SELECT 'index', indexdef FROM pg_indexes
       WHERE schemaname = 'public' AND tablename <> 'schema_migrations'
     UNION ALL SELECT 'constraint', conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND conrelid <> to_regclass('schema_migrations')
     ORDER BY 1, 2`,
  );
}

describe("the application's image", () => {
  before(async () => {
    const app = join(folder, "app");
    cpSync(APP, app, { recursive: true });
    chmodSync(join(app, "entry_point.sh"), 0o755);
    await docker.build(app, IMAGE, [
      "--quiet",
      ...["--build-arg", `RUNTIME_IMAGE=${images.runtime}`],
      ...["--build-arg", `BUILDER_IMAGE=${images.builder}`],
      ...["--build-arg", `MIGRATE_IMAGE=${images.migrate}`],
    ]);
  });

  /** What ECS does: the entrypoint overridden, the root read-only, no capability. */
  const task = (url: string, more: string[] = []) => [
    ...[
      "--label",
      LABEL,
      "--read-only",
      "--cap-drop",
      "ALL",
      "--env",
      `MIGRATION_DB=${url}`,
      "--env",
      "ENV=test",
    ],
    ...[...more, "--entrypoint", "/app/entry_point.sh", IMAGE],
  ];

  it("migrates with a read-only root, as a user without rights", async () => {
    const { fromContainer } = await postgres.createDatabase("image_up");
    const ended = await tryCommand(docker.path, ["run", "--rm", ...task(fromContainer), "up"]);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assertNoPassword(ended.stdout + ended.stderr);
    const result = parseResultLine(ended.stdout.trimEnd().split("\n").at(-1) ?? "");
    assert.deepEqual([result?.outcome, result?.to], ["applied", clean(20261120)]);
    assert.equal(await docker.inspect(IMAGE, "{{.Config.User}}"), "65534:65534");
    assert.equal(await docker.inspect(IMAGE, "{{json .Config.Entrypoint}}"), '["/app/server"]');
  });

  it("ends as process 1 within the stop timeout, and reports", async () => {
    const { fromContainer } = await postgres.createDatabase("image_stop");
    const path = join(folder, "stoppable");
    mkdirSync(path);
    for (const [name, sql] of Object.entries(STOPPABLE)) writeFileSync(join(path, name), sql);
    chmodSync(path, 0o755);
    const run = ["run", "--detach", ...task(fromContainer, ["--volume", `${path}:/app/migrations:ro`]), "up"];
    const container = (await docker.exec(run)).trim();
    const sleeping =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(2)%' AND pid <> pg_backend_pid()";
    for (let n = 0; n === 0; ) n = Number((await postgres.query("image_stop", sleeping))[0]?.n);
    await docker.exec(["stop", "--time", "60", container]);
    const log = await docker.exec(["logs", container]);
    assert.equal(
      await docker.inspect(container, "{{.State.ExitCode}}"),
      String(CONTAINER_EXIT.interrupted),
      log,
    );
    const result = parseResultLine(log.trimEnd().split("\n").at(-1) ?? "");
    assert.deepEqual([result?.outcome, result?.to], ["interrupted", clean(2)]);
  });
});
