/**
 * An image is built where its content is new, and nowhere else: what another checkout, a builder without a cache and a
 * registry that refuses make of it, in both ways to carry the migrations.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  ECRClient,
  type ImageDetail,
} from "@aws-sdk/client-ecr";
import { CONTAINER_EXIT, MIGRATOR_PATH } from "../../automation/contract/container.ts";
import type { RunReport } from "../../automation/report/report.ts";
import { command, tryCommand } from "./command.ts";
import { migratorBinary } from "./docker/baseImages.ts";
import { WatchedDocker } from "./docker/watchedDocker.ts";
import { type Lab, startLab } from "./lab.ts";
import { type CommandResult, createLabStack, type LabStack } from "./labStack.ts";
import { thisMachine } from "./machine.ts";

interface Manifest {
  readonly config: { readonly digest: string; readonly size: number };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

const MIGRATION = "app/resources/db/migrations/20261121_add_discounts";

describe("an image is built where its content is new", () => {
  let lab: Lab;
  let stack: LabStack;
  let ecr: ECRClient;
  let watched: WatchedDocker;
  let first = "";

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`), sharedPlugins: true });
    stack = await createLabStack(lab);
    ecr = new ECRClient(lab.clientConfig);
    watched = new WatchedDocker(join(lab.folder, "watched"), lab.docker.path, lab.env.PATH ?? "");
    first = await up();
  });
  after(async () => {
    ecr?.destroy();
    await lab?.stop();
  });
  beforeEach(() => watched.forget());

  /** @returns the stack's image afterwards, `<repository>@<digest>` */
  async function up(): Promise<string> {
    const { exitCode, stdout, stderr } = await stack.pulumi(["up", "--yes", "--skip-preview"], watched);
    assert.equal(exitCode, 0, stdout + stderr);
    return await image();
  }

  async function image(): Promise<string> {
    return (await stack.pulumi(["stack", "output", "image"])).stdout.trim();
  }

  async function imagesInEcr(): Promise<ImageDetail[]> {
    const question = new DescribeImagesCommand({ repositoryName: "local-shop" });
    return (await ecr.send(question)).imageDetails ?? [];
  }

  async function pushedDigests(): Promise<string[]> {
    return (await imagesInEcr()).map(({ imageDigest }) => String(imageDigest)).sort();
  }

  /** The stack's image as the engine that built it knows it. */
  async function tagged(): Promise<string> {
    const [url, digest] = (await image()).split("@");
    const found = (await imagesInEcr()).find(({ imageDigest }) => imageDigest === digest);
    return `${url}:${found?.imageTags?.[0]}`;
  }

  /** What an image's manifest names, digest to bytes: what a push sends where the registry does not have it. */
  async function blobs(reference: string): Promise<Map<string, number>> {
    const imageIds = [{ imageDigest: reference.split("@")[1] }];
    const { images } = await ecr.send(new BatchGetImageCommand({ repositoryName: "local-shop", imageIds }));
    const manifest = JSON.parse(images?.[0]?.imageManifest ?? "") as Manifest;
    return new Map([manifest.config, ...manifest.layers].map(({ digest, size }) => [digest, size]));
  }

  async function deploy(...args: string[]): Promise<{ report: RunReport }> {
    const file = join(lab.folder, "image-report.json");
    const { exitCode, stderr } = await stack.run(["deploy", ...args, "--report", file], watched);
    assert.equal(exitCode, 0, stderr);
    return { report: JSON.parse(readFileSync(file, "utf8")) as RunReport };
  }

  /** Fails where the preview has a change; the engine says which. */
  function assertEmpty({ exitCode, stdout, stderr }: CommandResult): void {
    assert.equal(exitCode, 0, stdout + stderr);
  }

  const write = (text: string) => writeFileSync(join(stack.project, `${MIGRATION}.up.sql`), text);

  it("the same checkout at another path, by another umask: nothing to do", async () => {
    const elsewhere = join(lab.folder, "elsewhere");
    cpSync(stack.project, elsewhere, { recursive: true, verbatimSymlinks: true });
    await command("chmod", ["-R", "go-rwx", elsewhere]);
    const preview = await command(
      "pulumi",
      ["preview", "--stack", "local", "--non-interactive", "--expect-no-changes", "--diff"],
      { cwd: elsewhere, env: { ...lab.env, ...watched.env } },
    );
    assert.match(preview, /\d+ unchanged/);
    assert.deepEqual(watched.calls(), []);
  });

  it("a base image whose tag has moved: nothing to do", async () => {
    const { runtime } = lab.images;
    const kept = await lab.docker.inspect(runtime, "{{.Id}}");
    await lab.docker.exec(["build", "--tag", runtime, "-"], { input: `FROM ${runtime}\nLABEL moved=1\n` });
    try {
      assert.notEqual(await lab.docker.inspect(runtime, "{{.Id}}"), kept);
      assertEmpty(await stack.pulumi(["preview", "--expect-no-changes", "--diff"], watched));
      assert.equal(await up(), first);
      assert.deepEqual(watched.calls(), []);
    } finally {
      await lab.docker.exec(["tag", kept, runtime]);
    }
  });

  it("A, then B, then A again, without a builder's cache: A's own image, and nothing is built", async () => {
    write("CREATE TABLE discounts (id bigint);\n");
    const second = await up();
    assert.notEqual(second, first);
    assert.deepEqual(watched.calls(), ["build", "push"]);
    watched.forget();
    rmSync(join(stack.project, `${MIGRATION}.up.sql`));
    assert.equal(await up(), first);
    assert.deepEqual(watched.calls(), []);
    assert.equal((await pushedDigests()).length, 2);
  });

  it("killed between the push and the state: the next up takes what was pushed", async () => {
    const before = await pushedDigests();
    write("CREATE TABLE discounts (id integer);\n");
    watched.killAfterPush(true);
    const killed = await stack.pulumi(["up", "--yes", "--skip-preview"], watched);
    assert.notEqual(killed.exitCode, 0);
    watched.killAfterPush(false);
    const pushed = await pushedDigests();
    assert.equal(pushed.length, before.length + 1);
    assert.equal(await image(), first);
    watched.forget();
    await stack.pulumi(["cancel", "--yes"]);
    const third = await up();
    assert.notEqual(third, first);
    assert.equal(before.includes(third.split("@")[1] ?? ""), false);
    assert.deepEqual(await pushedDigests(), pushed);
    assert.deepEqual(watched.calls(), []);
  });

  describe("of migrations alone", () => {
    before(async () => {
      await stack.pulumi(["config", "set", "ecs-migrate:image", "migrations"]);
    });

    it("is small, has a user without rights, and applies the migrations", async () => {
      const { report } = await deploy("--allow-infra");
      assert.equal(report.verdict.kind, "applied");
      const [size, user] = (await lab.docker.inspect(await tagged(), "{{.Size}} {{.Config.User}}")).split(
        " ",
      );
      assert.ok(Number(size) < 15_000_000, size);
      assert.equal(user, "65534:65534");
    });

    it("stays as it is where only the application changes, and no task runs", async () => {
      writeFileSync(join(stack.project, "app/server/extra.go"), "package main\n");
      const { report } = await deploy();
      assert.equal(report.task, null);
      assert.deepEqual(watched.calls(), []);
    });

    it("with one more file pushes under 100 kB", async () => {
      const before = await blobs(await image());
      writeFileSync(join(stack.project, "app/resources/db/migrations/20261122_more.up.sql"), "SELECT 1;\n");
      assert.notEqual(await up(), "");
      assert.deepEqual(watched.calls(), ["build", "push"]);
      const pushed = [...(await blobs(await image()))].filter(([digest]) => !before.has(digest));
      const bytes = pushed.reduce((sum, [, size]) => sum + size, 0);
      assert.ok(bytes > 0 && bytes < 100_000, String(bytes));
    });
  });

  describe("of the application, with a migrator that the stack builds", () => {
    before(async () => {
      await stack.pulumi(["config", "set", "ecs-migrate:image", "application"]);
      await stack.pulumi(["config", "rm", "--path", "ecs-migrate:buildArgs.MIGRATOR_IMAGE"]);
      // The project's own Dockerfile compiles with Go from the network, which a container of the lab does not have.
      const migrator = join(stack.project, "migrator");
      rmSync(migrator);
      mkdirSync(migrator);
      cpSync(await migratorBinary(thisMachine(), { report: () => undefined }), join(migrator, "migrator"));
      writeFileSync(join(migrator, "Dockerfile"), "FROM scratch AS migrator\nCOPY migrator /app/migrator\n");
    });

    it("is built from the migrator's digest, after it", async () => {
      const reference = await up();
      assert.deepEqual(watched.calls(), ["build", "push", "build", "push"]);
      const tags = (await imagesInEcr()).flatMap(({ imageTags }) => imageTags ?? []);
      assert.equal(tags.filter((tag) => /^migrator-[0-9a-f]{40}$/.test(tag)).length, 1);
      // Without a database's address it can only say so.
      const run = ["run", "--rm", "--entrypoint", MIGRATOR_PATH, reference, "version"];
      const { code, stdout, stderr } = await tryCommand(lab.docker.path, run);
      assert.equal(code, CONTAINER_EXIT.usage, stdout + stderr);
    });

    it("is built alone where only the application changes", async () => {
      writeFileSync(join(stack.project, "app/server/extra.go"), "package main\n\n");
      await up();
      assert.deepEqual(watched.calls(), ["build", "push"]);
    });
  });
});
