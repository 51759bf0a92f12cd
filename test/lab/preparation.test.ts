/** What the lab says on a machine that lacks something, and the small parts that need no AWS. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ensureMiniStack, faultsIn } from "./aws/ministack.ts";
import type { CommandResult } from "./command.ts";
import { ensureBaseImages, officialImages } from "./docker/baseImages.ts";
import { Docker, ensureDocker, noDocker } from "./docker/docker.ts";
import { LabError } from "./labError.ts";
import { freePort, type Machine, portError } from "./machine.ts";
import { Cleanup, step, stepLine } from "./steps.ts";

const report = () => undefined;

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "ecs-migrate-preparation-"));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A machine that has only the given commands; each answers by `code`, with `text` on both outputs. */
function machine(
  commands: Record<string, (args: readonly string[]) => { code: number; text?: string }>,
  more: Partial<Machine> = {},
): Machine & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    platform: "linux",
    isRoot: false,
    cache: "/nonexistent",
    runtime: "/nonexistent",
    which: (name) => (name in commands ? [name] : []),
    run: async (name, args): Promise<CommandResult> => {
      ran.push([name, ...args].join(" "));
      const { code, text = "" } = commands[name]?.(args) ?? { code: 127, text: "no such command" };
      return { code, stdout: text, stderr: text };
    },
    ...more,
    ran,
  };
}

const failing = () => ({ code: 1 });

async function labError(work: Promise<unknown>, message: string | RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof LabError, String(error));
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });
}

test("no docker command, not root: what to install", async () => {
  const text =
    "No docker command is on the PATH; install Docker Engine or Docker Desktop, start it, and try again.";
  await labError(ensureDocker({ report, machine: machine({}) }), text);
});

test("no engine, not root: how to start it, and nothing is started", async () => {
  const one = machine({ docker: failing, dockerd: failing, "apt-get": failing });
  const text =
    "No Docker engine answers `docker info`; start it with `sudo systemctl start docker` (and be in the group docker) and try again.";
  await labError(ensureDocker({ report, machine: one }), text);
  assert.deepEqual(one.ran, ["docker info --format {{.ServerVersion}}"]);
  assert.match(
    noDocker({ ...one, platform: "darwin" }).message,
    /start it with Docker Desktop and try again/,
  );
});

test("a client without BuildKit is passed over for one that has it", async () => {
  const answers = (version: string) => (args: readonly string[]) => {
    if (args[0] === "buildx") return { code: 1 };
    return { code: 0, text: args[0] === "version" ? version : "20.10.24" };
  };
  const one = machine({ "/new/docker": answers("28.2.2"), "/old/docker": answers("20.10.24") });
  const both = { ...one, which: () => ["/new/docker", "/old/docker"] };
  const found = await ensureDocker({ report, machine: both });
  assert.equal(found.docker.path, "/old/docker");
  assert.equal(found.started, false);
  const text =
    "The docker command has no BuildKit; install its buildx plugin (docker-buildx-plugin) and try again.";
  await labError(ensureDocker({ report, machine: { ...one, which: () => ["/new/docker"] } }), text);
});

test("no Python that will do: what to install", async () => {
  const text =
    "No Python 3.10 or newer with its venv module is on the PATH; install it (Debian: python3-venv) and try again.";
  await labError(ensureMiniStack(machine({}), report), text);
  await labError(ensureMiniStack(machine({ python3: () => ({ code: 3 }) }), report), text);
});

test("apt-get that cannot install: its last line", async () => {
  const broken = machine({ "apt-get": () => ({ code: 100, text: "E: no space left" }) }, { isRoot: true });
  await labError(
    ensureMiniStack(broken, report),
    "apt-get install python3 python3-venv failed (E: no space left); install it by hand.",
  );
});

test("MiniStack that cannot be installed: pip's last line, and no half of it stays", async (context) => {
  const cache = folder(context);
  const one = machine({ python3: () => ({ code: 0 }) }, { cache });
  const pipFails: Machine = {
    ...one,
    run: async (name, args) =>
      args.includes("pip")
        ? { code: 1, stdout: "", stderr: "ERROR: No matching distribution" }
        : one.run(name, args),
  };
  await labError(
    ensureMiniStack(pipFails, report),
    "ministack 1.5.33 could not be installed from the Python package index (ERROR: No matching distribution); check pip's configuration and the network.",
  );
  assert.deepEqual(readdirSync(cache), []);
});

test("no Go and no registry: what to give", async (context) => {
  const dockerfile = join(import.meta.dirname, "..", "..", "app", "Dockerfile");
  // A client that fails at everything: no image is there, none can be pulled.
  const docker = new Docker("false");
  const bare = machine({}, { cache: folder(context) });
  await labError(
    ensureBaseImages({ docker, report, dockerfile, machine: bare }),
    /^The base images can neither be pulled nor made .*busybox-static.*; give Docker access to a registry/,
  );
});

test("the official images are those that the Dockerfile names", () => {
  const dockerfile = "ARG RUNTIME_IMAGE=alpine:3\nARG BUILDER_IMAGE=golang:1\nFROM x\n";
  assert.deepEqual(officialImages(dockerfile), {
    runtime: "alpine:3",
    builder: "golang:1",
  });
  assert.equal(officialImages("ARG RUNTIME_IMAGE=alpine:3\nFROM x\n"), undefined);
  assert.equal(officialImages("FROM alpine:3\n"), undefined);
});

test("a port that is taken, or none at all", async (context) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  context.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  await labError(
    freePort(address.port),
    `Port ${address.port} cannot be used (EADDRINUSE); end what holds it, or name another port.`,
  );
  const none = portError(0, Object.assign(new Error("x"), { code: "EADDRINUSE" }));
  assert.equal(none.message, "No TCP port is free (EADDRINUSE); end what holds it, or name another port.");
});

test("a step reports one line with its time, also where it fails", async () => {
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line.replace(/\d+\.\d/, "N"));
  assert.equal(
    await step(
      keep,
      "aws",
      async () => 7,
      (value) => `port ${value}`,
    ),
    7,
  );
  const missing = new LabError("x");
  await assert.rejects(
    step(keep, "docker", () => Promise.reject(missing)),
    missing,
  );
  const broken = new TypeError("y");
  await assert.rejects(
    step(keep, "images", () => Promise.reject(broken)),
    broken,
  );
  await assert.rejects(step(keep, "pulumi", async () => AbortSignal.abort().throwIfAborted()));
  assert.deepEqual(lines, [
    "   N s  aws: port 7",
    "   N s  docker: not available",
    "   N s  images: failed",
    "   N s  pulumi: stopped",
  ]);
  assert.equal(stepLine("a", 123_456, "b"), " 123.5 s  a: b");
});

test("the cleanup undoes all, the last first, once, and names what it could not", async () => {
  const cleanup = new Cleanup();
  const undone: string[] = [];
  cleanup.add("first", () => void undone.push("first"));
  cleanup.add("second", () => Promise.reject(new Error("no")));
  cleanup.add("third", () => void undone.push("third"));
  await assert.rejects(cleanup.run(), (error) => {
    assert.ok(error instanceof AggregateError);
    assert.equal(error.message, "second could not be stopped");
    return true;
  });
  assert.deepEqual(undone, ["third", "first"]);
  await cleanup.run();
  assert.deepEqual(undone, ["third", "first"]);
});

test("the local AWS's own faults are told when its lab ends, and nothing else of its log", () => {
  const log = [
    "2026-11-25 11:08:12 INFO [hypercorn.error] Running on http://0.0.0.0:45241 (CTRL + C to quit)",
    "2026-11-25 11:08:13 ERROR [ministack] Error handling logs request: no",
    "Traceback (most recent call last):",
    '  File "app.py", line 1, in app',
    "RuntimeError: dictionary changed size during iteration",
    "2026-11-25 11:08:14 INFO [s3] S3 bucket created: Error",
  ].join("\n");
  assert.deepEqual(faultsIn(log), [
    "2026-11-25 11:08:13 ERROR [ministack] Error handling logs request: no",
    "RuntimeError: dictionary changed size during iteration",
  ]);
});
