/**
 * Deploys of several commits at once on the real Pulumi engine, its real lock and its real state, over the model of ECS.
 *
 * Four by default. By hand `ECS_MIGRATE_COMMITS=10` starts ten of them within two minutes, as CI would (design 21).
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { SOURCE_VARIABLE, type Source } from "../../../automation/contract/source.ts";
import { deploy } from "../../../automation/deploy/deploy.ts";
import type { RunReport } from "../../../automation/report/report.ts";
import { createTerminal } from "../../../automation/report/terminal.ts";
import {
  findOutputs,
  locateStack,
  OtherApplicationError,
  type PulumiLocation,
} from "../../../automation/stack/pulumiCli.ts";
import { openStack } from "../../../automation/stack/update.ts";
import { systemClock } from "../../../automation/task/clock.ts";
import { FakeAws } from "../../support/fakeAws.ts";
import type { FakeFile } from "../../support/fakeDatabase.ts";
import { revisionOf, SAMPLE_FILES, sampleCheckout, sampleOutputs } from "../../support/sampleOutputs.ts";
import { command } from "../command.ts";
import { ensureToolchain } from "../toolchain.ts";

const CHECKOUT = resolve(import.meta.dirname, "..", "..", "..");
const STACK = "stage";
const COMMITS = Number(process.env.ECS_MIGRATE_COMMITS ?? 4);
/** Between two starts, in milliseconds. */
const PAUSE_MS = COMMITS > 4 ? 120_000 / COMMITS : 0;
/** The model's time goes with the machine's, in such steps. */
const TICK_MS = 50;

/** Commit n has the first n of these files. */
const FILES: readonly FakeFile[] = Array.from({ length: 50 }, (_, index) => ({
  version: 20261101 + index,
  name: `step_${index}`,
  ms: 500,
}));

/** As infra/index.ts, without resources; it takes a second, so that others meet its lock. */
const PROGRAM = `
import { readFileSync } from "node:fs";
import { parseSource, SOURCE_VARIABLE } from ${JSON.stringify(join(CHECKOUT, "automation/contract/source.ts"))};
import { deployedOutputs, requirePredecessor } from ${JSON.stringify(join(CHECKOUT, "infra/predecessor.ts"))};
requirePredecessor(process.env, await deployedOutputs());
await new Promise((done) => setTimeout(done, 1000));
const outputs = JSON.parse(readFileSync(new URL("outputs.json", import.meta.url), "utf8"));
export default { ...outputs, source: parseSource(process.env[SOURCE_VARIABLE]) };
`;

interface Build {
  readonly report: RunReport;
  readonly said: string;
}

describe("deploys of one stack at the same time, on the real engine", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    const toolchain = await ensureToolchain({ report: (line) => process.stderr.write(`${line}\n`) });
    folder = mkdtempSync(join(tmpdir(), "ecs-migrate-turns-"));
    mkdirSync(join(folder, "state"));
    env = {
      ...process.env,
      ...toolchain.env,
      PULUMI_BACKEND_URL: "file:///this-is-the-shell-s-own-and-wrong",
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    // The Automation API looks for the CLI on this process's own PATH.
    process.env.PATH = toolchain.env.PATH ?? process.env.PATH;
    const first = checkout("first", 12);
    await command("pulumi", ["stack", "init", STACK, "--non-interactive"], {
      cwd: first.project,
      env: first.env,
    });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A checkout of one commit; its stack file names the state that all share. */
  function checkout(
    name: string,
    revision: number,
    { application = "shop", state = "state", files = SAMPLE_FILES } = {},
  ): PulumiLocation {
    const project = join(folder, name);
    mkdirSync(project);
    writeFileSync(
      join(project, "Pulumi.yaml"),
      "name: ecs-migrate\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
    );
    writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
    writeFileSync(join(project, "index.ts"), PROGRAM);
    writeFileSync(
      join(project, `Pulumi.${STACK}.yaml`),
      `config:\n  ecs-migrate:application: ${application}\n  ecs-migrate:stateUrl: file://${join(folder, state)}\n`,
    );
    const family = sampleOutputs().taskDefinitionArn.replace(/:\d+$/, "");
    const outputs = sampleOutputs({ application, taskDefinitionArn: `${family}:${revision}` }, files);
    writeFileSync(join(project, "outputs.json"), JSON.stringify(outputs));
    symlinkSync(join(CHECKOUT, "node_modules"), join(project, "node_modules"));
    return locateStack(STACK, project, { env });
  }

  async function build(
    location: PulumiLocation,
    source: Source,
    { breakLock = false, aws = new FakeAws(), files = SAMPLE_FILES, migrates = false } = {},
  ): Promise<Build> {
    let said = "";
    const withSource = { ...location, env: { ...location.env, [SOURCE_VARIABLE]: JSON.stringify(source) } };
    const { report } = await deploy({
      stack: STACK,
      clock: systemClock,
      terminal: createTerminal({
        stream: {
          write: (text) => {
            said += text;
          },
        },
        redact: (text) => text,
        now: Date.now,
      }),
      origin: { by: null, commit: source.commit, branch: source.branch, build: null, buildUrl: null },
      env: { XDG_STATE_HOME: location.project },
      settings: { timeoutMs: 5 * 60_000, waitMs: 0, stopOnCancel: false },
      signal: new AbortController().signal,
      openStack: () => openStack(withSource, { onStep: () => undefined }),
      findOutputs: () => findOutputs(location),
      readCheckout: async () => sampleCheckout(files),
      connectEcs: async () => aws.ecs.api,
      connectLogs: async () => aws.logs.api,
      connectServices: async () => assert.fail("no service is rolled"),
      allowInfra: true,
      migrate: migrates ? "auto" : "skip",
      source,
      breakLock,
    });
    return { report, said };
  }

  const commit = (minute: number): Source => ({
    commit: `c${minute}`,
    branch: "stage/shop",
    time: new Date(Date.UTC(2026, 10, 26, 9, minute)).toISOString(),
  });

  it("all end green, the newest commit is what is deployed, and each migration ran once", async (t) => {
    const aws = new FakeAws();
    const timer = setInterval(() => aws.clock.advance(TICK_MS), TICK_MS);
    t.after(() => clearInterval(timer));
    // In no order: 3 and 7 have no common factor with 4 and 10.
    const numbers = Array.from(
      { length: COMMITS },
      (_, index) => ((index * (COMMITS > 4 ? 7 : 3)) % COMMITS) + 1,
    );
    const builds = await Promise.all(
      numbers.map(async (number, index) => {
        await systemClock.sleep(index * PAUSE_MS);
        const files = FILES.slice(0, number);
        const outputs = sampleOutputs({}, files);
        aws.revisions.set(20 + number, revisionOf(outputs, files));
        const location = checkout(`commit-${number}`, 20 + number, { files });
        return build(location, commit(number), { aws, files, migrates: true });
      }),
    );
    const said = builds.map((each) => each.said).join("\n---\n");
    assert.deepEqual(
      builds.map(({ report }) => report.exitCode),
      numbers.map(() => 0),
      said,
    );
    if (PAUSE_MS === 0)
      assert.match(
        said,
        /Stack stage is locked by \S+@\S+ \(pid \d+\) since 20\d\d-\d\d-\d\d [\d:]+ UTC; waiting for it|Another deploy came first/,
      );
    const outputs = await findOutputs(locateStack(STACK, join(folder, "commit-1"), { env }));
    assert.deepEqual(outputs?.source, commit(COMMITS));
    assert.match(outputs?.taskDefinitionArn ?? "", new RegExp(`:${20 + COMMITS}$`));
    assert.deepEqual(
      aws.database.ran.map(({ version }) => version),
      FILES.slice(0, COMMITS).map(({ version }) => version),
    );
    t.diagnostic(builds.map(({ report }, index) => `c${numbers[index]}: ${report.headline}`).join("; "));
  });

  it("an older commit that comes later is skipped", async () => {
    const { report, said } = await build(checkout("late", 31), commit(2));
    assert.equal(report.exitCode, 0);
    assert.equal(report.headline, "Skipped: a newer commit is deployed", said);
  });

  it("takes the lock of a process that died, when told to", async () => {
    const locks = join(folder, "state/.pulumi/locks/organization/ecs-migrate", STACK);
    mkdirSync(locks, { recursive: true });
    const dead = { pid: 7, username: "root", hostname: "ip-10-0-0-1", timestamp: "2026-11-26T08:00:00Z" };
    writeFileSync(join(locks, "6c8f0b6e-0000-4000-8000-000000000000.json"), JSON.stringify(dead));
    const files = FILES.slice(0, COMMITS);
    const after = checkout("after", 32, { files });
    const { report, said } = await build(after, commit(COMMITS + 1), { breakLock: true, files });
    assert.equal(report.exitCode, 0, said);
    assert.match(
      said,
      /Taking the lock of stack stage away from root@ip-10-0-0-1 \(pid 7\) since 2026-11-26 08:00:00 UTC/,
    );
  });

  it("two applications with a stack of the same name live side by side, and neither reaches the other's", async () => {
    mkdirSync(join(folder, "store-state"));
    const store = checkout("store", 41, { application: "store", state: "store-state" });
    await command("pulumi", ["stack", "init", STACK, "--non-interactive"], {
      cwd: store.project,
      env: store.env,
    });
    assert.equal((await build(store, commit(1))).report.exitCode, 0);
    assert.equal((await findOutputs(store))?.application, "store");
    const shop = checkout("shop", 42);
    assert.equal((await findOutputs(shop))?.application, "shop");
    // The store's checkout with the shop's state, as after a copied stack file.
    const mixed = checkout("mixed", 43, { application: "store" });
    await assert.rejects(build(mixed, commit(COMMITS + 5)), OtherApplicationError);
    assert.match((await findOutputs(shop))?.taskDefinitionArn ?? "", /:32$/);
  });
});
