/** Labs that share an engine: a script in dockerd's place, so that starts and ends are seen and cost nothing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { LabError } from "../labError.ts";
import type { Machine } from "../machine.ts";
import { ensureDocker } from "./docker.ts";

const report = () => undefined;

interface Fake extends Machine {
  /** How often dockerd was started. */
  starts(): number;
  isRunning(): boolean;
  usersFolder: string;
}

/** @param script what dockerd does */
function machineWithDockerd(context: TestContext, script: (folder: string) => string): Fake {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-engine-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const dockerd = join(folder, "dockerd");
  writeFileSync(dockerd, `#!/bin/sh\n${script(folder)}`);
  chmodSync(dockerd, 0o755);
  const isRunning = () => existsSync(join(folder, "ready"));
  return {
    platform: "linux",
    isRoot: true,
    cache: folder,
    runtime: join(folder, "run"),
    which: (name) => ({ dockerd: [dockerd], docker: ["docker"] })[name] ?? [],
    run: async (_, [verb]) => {
      const code = verb === "buildx" || isRunning() ? 0 : 1;
      return { code, stdout: code === 0 ? "28.0.0\n" : "", stderr: "" };
    },
    starts: () => readFileSync(join(folder, "starts"), "utf8").length,
    isRunning,
    usersFolder: join(folder, "run", "docker-engine", "users"),
  };
}

const runs = (folder: string) => `
printf x >> '${folder}/starts'
trap "rm -f '${folder}/ready'; exit 0" TERM
touch '${folder}/ready'
while :; do sleep 0.05; done
`;

test("labs at the same moment: one engine, which ends with the last of them, whoever that is", async (context) => {
  const machine = machineWithDockerd(context, runs);
  const labs = await Promise.all([1, 2, 3].map(() => ensureDocker({ report, machine })));
  assert.deepEqual(labs.map(({ started }) => started).sort(), [false, false, true]);
  assert.equal(machine.starts(), 1);
  const [starter, ...others] = [...labs].sort((a, b) => Number(b.started) - Number(a.started));
  await starter?.stop();
  assert.equal(machine.isRunning(), true, "others use it still");
  for (const lab of others) await lab.stop();
  assert.equal(machine.isRunning(), false);
});

test("an engine finds iptables, whatever the PATH of who starts it", async (context) => {
  const machine = machineWithDockerd(context, (folder) => `echo "$PATH" > '${folder}/path'\n${runs(folder)}`);
  const { PATH } = process.env;
  context.after(() => {
    process.env.PATH = PATH;
  });
  process.env.PATH = "/usr/bin:/bin";
  const lab = await ensureDocker({ report, machine });
  await lab.stop();
  assert.equal(readFileSync(join(machine.cache, "path"), "utf8"), "/usr/bin:/bin:/usr/sbin:/sbin\n");
});

test("the next lab starts a new engine", async (context) => {
  const machine = machineWithDockerd(context, runs);
  for (const _ of [1, 2]) {
    const lab = await ensureDocker({ report, machine });
    assert.equal(lab.started, true);
    await lab.stop();
  }
  assert.equal(machine.starts(), 2);
});

test("a lab that was killed does not keep the engine", async (context) => {
  const machine = machineWithDockerd(context, runs);
  const lab = await ensureDocker({ report, machine });
  const { pid } = spawnSync("true");
  writeFileSync(join(machine.usersFolder, `${pid}-1`), "");
  await lab.stop();
  assert.equal(machine.isRunning(), false);
});

test("an engine that no lab has started stays", async (context) => {
  const machine = machineWithDockerd(context, runs);
  writeFileSync(join(machine.cache, "ready"), "");
  const lab = await ensureDocker({ report, machine });
  assert.equal(lab.started, false);
  await lab.stop();
  assert.equal(machine.isRunning(), true);
  assert.equal(existsSync(machine.usersFolder), false, "nothing is written down");
});

test("dockerd that ends at once: its last line and where the rest is", async (context) => {
  const machine = machineWithDockerd(
    context,
    () => "echo first; echo 'failed to start: no iptables' >&2; exit 1",
  );
  await assert.rejects(ensureDocker({ report, machine }), (error) => {
    assert.ok(error instanceof LabError);
    const log = join(machine.runtime, "docker-engine", "dockerd.log");
    assert.equal(
      error.message,
      `dockerd was started and is not ready (failed to start: no iptables); see ${log}.`,
    );
    return true;
  });
});

test("Ctrl-C while the engine starts leaves none", async (context) => {
  const machine = machineWithDockerd(
    context,
    (folder) => `touch '${folder}/begun'; while :; do sleep 0.05; done`,
  );
  const controller = new AbortController();
  const work = ensureDocker({ report, machine, signal: controller.signal });
  setTimeout(() => controller.abort(), 200);
  await assert.rejects(work, { name: "AbortError" });
  assert.equal(existsSync(join(machine.runtime, "docker-engine", "pid")), false);
  const left = spawnSync("pgrep", ["-f", join(machine.cache, "dockerd")], { encoding: "utf8" }).stdout;
  assert.equal(left, "");
});
