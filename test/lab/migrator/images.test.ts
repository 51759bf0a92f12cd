/** The images that carry the migrator, and the one that is nothing but it. */
import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  CONTAINER_EXIT,
  MIGRATIONS_DOCKERFILE,
  MIGRATOR_DOCKERFILE,
  MIGRATOR_PATH,
  MIGRATOR_TARGET,
} from "../../../automation/contract/container.ts";
import { parseResultLine, type ResultLine } from "../../../automation/contract/resultLine.ts";
import { command, tryCommand } from "../command.ts";
import { type Postgres, startPostgres } from "../database/postgres.ts";
import { type BaseImages, ensureBaseImages } from "../docker/baseImages.ts";
import { type Docker, ensureDocker, type RunningDocker } from "../docker/docker.ts";
import { findHostAddress } from "../docker/hostAddress.ts";
import { serveModules } from "./moduleProxy.ts";
import { APP, assertNoPassword, clean, PROJECT, SHIPPED, STOPPABLE } from "./support.ts";

const IMAGE = "ecs-migrate-test/application";
const DISTROLESS_IMAGE = "ecs-migrate-test/distroless";
const MIGRATIONS_IMAGE = "ecs-migrate-test/migrations";
const MIGRATOR_IMAGE = "ecs-migrate-test/migrator";
const LABEL = "ecs-migrate-test=migrator";

const folder = mkdtempSync(join(tmpdir(), "migrator-lab-"));

let running: RunningDocker;
let docker: Docker;
let images: BaseImages;
let postgres: Postgres;
let hostAddress: string;

before(async () => {
  running = await ensureDocker({ report: () => undefined });
  docker = running.docker;
  images = await ensureBaseImages({ docker, report: () => undefined });
  hostAddress = await findHostAddress(docker);
  postgres = await startPostgres({ folder, gateway: hostAddress });
});

after(async () => {
  await postgres?.stop();
  await docker?.removeContainers(LABEL);
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What ECS does: the entrypoint overridden, the root read-only, no capability. */
function task(image: string, url: string, more: string[] = []): string[] {
  const options = ["--label", LABEL, "--read-only", "--cap-drop", "ALL", "--user", "65534:65534"];
  const env = ["--env", `MIGRATION_DB=${url}`, "--env", "ENV=test"];
  return [...options, ...env, ...more, "--entrypoint", MIGRATOR_PATH, image];
}

async function migrateInContainer(image: string, database: string): Promise<ResultLine> {
  const { fromContainer } = await postgres.createDatabase(database);
  const ended = await tryCommand(docker.path, ["run", "--rm", ...task(image, fromContainer), "up"]);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  assertNoPassword(postgres.password, ended.stdout + ended.stderr);
  return parseResultLine(ended.stdout.trimEnd().split("\n").at(-1) ?? "") ?? assert.fail(ended.stdout);
}

describe("the application's image", () => {
  before(async () => {
    await docker.build(APP, IMAGE, [
      "--quiet",
      ...["--build-arg", `RUNTIME_IMAGE=${images.runtime}`],
      ...["--build-arg", `BUILDER_IMAGE=${images.builder}`],
      ...["--build-arg", `MIGRATOR_IMAGE=${images.migrator}`],
    ]);
  });

  it("migrates with a read-only root, as a user without rights", async () => {
    const result = await migrateInContainer(IMAGE, "image_up");
    assert.deepEqual([result.outcome, result.to], ["applied", clean(20261120)]);
    assert.equal(await docker.inspect(IMAGE, "{{.Config.User}}"), "65534:65534");
    assert.equal(await docker.inspect(IMAGE, "{{json .Config.Entrypoint}}"), '["/app/server"]');
  });

  it("ends as process 1 within the stop timeout, and reports", async () => {
    const { fromContainer } = await postgres.createDatabase("image_stop");
    const path = join(folder, "stoppable");
    mkdirSync(path);
    for (const [name, sql] of Object.entries(STOPPABLE)) writeFileSync(join(path, name), sql);
    chmodSync(path, 0o755);
    const volume = ["--volume", `${path}:/app/migrations:ro`];
    const run = ["run", "--detach", ...task(IMAGE, fromContainer, volume), "up"];
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

describe("the migrations image", () => {
  before(async () => {
    await docker.build(SHIPPED, MIGRATIONS_IMAGE, [
      "--quiet",
      ...["--file", join(PROJECT, MIGRATIONS_DOCKERFILE)],
      ...["--build-arg", `MIGRATOR_IMAGE=${images.migrator}`],
    ]);
  });

  it("holds the migrator and the SQL, nothing else, in under 15 MB", async () => {
    const result = await migrateInContainer(MIGRATIONS_IMAGE, "migrations_up");
    assert.deepEqual([result.outcome, result.to, result.holds?.count], ["applied", clean(20261120), 8]);
    assert.equal(await docker.inspect(MIGRATIONS_IMAGE, "{{.Config.User}}"), "65534:65534");
    assert.ok(Number(await docker.inspect(MIGRATIONS_IMAGE, "{{.Size}}")) < 15e6);
  });
});

describe("an application's image without a shell, as distroless images are", () => {
  before(async () => {
    const context = mkdtempSync(join(folder, "distroless-"));
    cpSync(SHIPPED, join(context, "migrations"), { recursive: true });
    writeFileSync(join(context, "passwd"), "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n");
    const lines = [
      "ARG MIGRATOR_IMAGE",
      `FROM \${MIGRATOR_IMAGE} AS migrator`,
      "FROM scratch",
      "COPY passwd /etc/passwd",
      `COPY --from=migrator ${MIGRATOR_PATH} ${MIGRATOR_PATH}`,
      "COPY migrations /app/migrations",
      "USER nonroot",
      'ENTRYPOINT ["/app/server"]',
    ];
    writeFileSync(join(context, "Dockerfile"), `${lines.join("\n")}\n`);
    const buildArgs = ["--build-arg", `MIGRATOR_IMAGE=${images.migrator}`];
    await docker.build(context, DISTROLESS_IMAGE, ["--quiet", ...buildArgs]);
  });

  it("migrates", async () => {
    const shell = [
      "run",
      "--rm",
      "--label",
      LABEL,
      "--entrypoint",
      "/bin/sh",
      DISTROLESS_IMAGE,
      "-c",
      "true",
    ];
    assert.equal((await tryCommand(docker.path, shell)).code, 127);
    const result = await migrateInContainer(DISTROLESS_IMAGE, "distroless_up");
    assert.deepEqual([result.outcome, result.to], ["applied", clean(20261120)]);
  });
});

describe(MIGRATOR_DOCKERFILE, () => {
  it("compiles the migrator from the module proxy that MODULE_PROXY names", async () => {
    const source = join(PROJECT, "migrator");
    // What this machine's Go has or takes from its own proxy, a container of the lab gets from here.
    await command("go", ["mod", "download"], { cwd: source });
    const cache = (await command("go", ["env", "GOMODCACHE"], { cwd: source })).trim();
    const proxy = await serveModules(join(cache, "cache", "download"));
    try {
      const buildArgs = {
        BUILDER_IMAGE: images.builder,
        MODULE_PROXY: `http://${hostAddress}:${proxy.port}`,
      };
      await docker.build(source, MIGRATOR_IMAGE, [
        "--quiet",
        ...["--file", join(PROJECT, MIGRATOR_DOCKERFILE), "--target", MIGRATOR_TARGET],
        ...Object.entries(buildArgs).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ]);
    } finally {
      await proxy.close();
    }
    const served = proxy.served();
    assert.ok(
      served.some((path) => /golang-migrate\/migrate\/v4\/@v\/v[\d.]+\.zip$/.test(path)),
      served.join("\n"),
    );
    assert.equal(await docker.inspect(MIGRATOR_IMAGE, "{{.Config.User}}"), "65534:65534");
    assert.ok(Number(await docker.inspect(MIGRATOR_IMAGE, "{{.Size}}")) < 12e6);
    // Without a database's address it can only say so.
    const ended = await tryCommand(docker.path, ["run", "--rm", "--label", LABEL, MIGRATOR_IMAGE, "version"]);
    assert.equal(ended.code, CONTAINER_EXIT.usage, ended.stdout + ended.stderr);
    assert.equal(parseResultLine(ended.stdout.trimEnd().split("\n").at(-1) ?? "")?.failed?.kind, "settings");
  });
});
