/** Deploys of one stack that come at the same time: each waits for the other, and the last commit is what runs. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Outputs } from "../../../automation/contract/outputs.ts";
import { type Source, stateOf } from "../../../automation/contract/source.ts";
import type { DeployDeps } from "../../../automation/deploy/deps.ts";
import { StackLockedError } from "../../../automation/stack/lock.ts";
import { type DeployableStack, StackChangedError } from "../../../automation/stack/update.ts";
import { FakeAws } from "../../support/fakeAws.ts";
import type { FakeFile } from "../../support/fakeDatabase.ts";
import { fakeStack } from "../../support/previews.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { revisionOf, SAMPLE_FILES, sampleCheckout, sampleOutputs } from "../../support/sampleOutputs.ts";

/** Pulumi's backend and engine for one stack: a lock, and outputs that change at the end of an update. */
class FakePulumi {
  outputs: Outputs | undefined;
  /** Every update, by commit. */
  readonly updates: string[] = [];
  #owner: { process: string; since: number } | undefined;
  #revision = 12;
  readonly #aws: FakeAws;

  constructor(aws: FakeAws) {
    this.#aws = aws;
    this.outputs = sampleOutputs({ source: null });
  }

  stack(commit: Commit): DeployableStack {
    return fakeStack({ up: (after) => this.#up(commit, after), cancel: async () => this.unlock() });
  }

  lock(process: string, since: number): void {
    this.#owner = { process, since };
  }

  unlock(): void {
    this.#owner = undefined;
  }

  async #up({ source, files }: Commit, after: string): Promise<void> {
    const { clock } = this.#aws;
    await clock.sleep(1_500);
    if (this.#owner) throw new StackLockedError("stage", this.#owner);
    this.lock(`root@${source.commit} (pid 1)`, clock.now());
    try {
      await clock.sleep(1_000);
      if (stateOf(this.outputs) !== after) throw new StackChangedError("changed");
      await clock.sleep(12_000);
      this.#revision += 1;
      const family = this.#aws.outputs.taskDefinitionArn.replace(/:\d+$/, "");
      const outputs = sampleOutputs({ source, taskDefinitionArn: `${family}:${this.#revision}` }, files);
      this.#aws.revisions.set(this.#revision, revisionOf(outputs, files));
      this.outputs = outputs;
      this.updates.push(source.commit);
    } finally {
      this.unlock();
    }
  }
}

interface Commit {
  readonly source: Source;
  readonly files: readonly FakeFile[];
}

/** Ten commits of one branch, one a minute; each adds a migration to those before. */
const COMMITS: readonly Commit[] = Array.from({ length: 10 }, (_, index) => ({
  source: {
    commit: `c${index}`,
    branch: "stage/shop",
    time: new Date(Date.UTC(2026, 10, 24, 8, index)).toISOString(),
  },
  files: [
    ...SAMPLE_FILES,
    ...Array.from({ length: index + 1 }, (_, more) => ({
      version: 20261125 + more,
      name: `m${more}`,
      ms: 4_000,
    })),
  ],
}));

/** A generator of its own, so that a failing seed can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

class Builds {
  readonly aws = new FakeAws();
  readonly pulumi = new FakePulumi(this.aws);
  readonly said: string[] = [];
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  async deploy(commit: Commit, changes: Partial<DeployDeps> = {}) {
    const fixture = new RunFixture(`${this.#home}/${commit.source.commit}`, this.aws);
    fixture.origin = { by: "ci", ...commit.source, build: commit.source.commit, buildUrl: null };
    const report = await fixture.deploy({
      openStack: async () => this.pulumi.stack(commit),
      findOutputs: async () => {
        await this.aws.clock.sleep(500);
        return this.pulumi.outputs;
      },
      readCheckout: async () => sampleCheckout(commit.files),
      source: commit.source,
      ...changes,
    });
    this.said.push(fixture.said);
    return report;
  }
}

describe("ten deploys of ten commits within two minutes", () => {
  for (let seed = 1; seed <= 25; seed++) {
    test(`seed ${seed}`, async (t) => {
      const builds = new Builds(await temporaryHome(t));
      const { aws, pulumi } = builds;
      const next = random(seed);
      const reports = await aws.clock.together(
        COMMITS.map((commit) => async () => {
          await aws.clock.sleep(Math.round(next() * 120_000));
          return builds.deploy(commit);
        }),
      );
      assert.deepEqual(
        reports.map(({ exitCode }) => exitCode),
        COMMITS.map(() => 0),
        reports.map(({ headline, why }) => `${headline}: ${why}`).join("\n"),
      );
      assert.equal(pulumi.outputs?.source?.commit, "c9");
      assert.equal(pulumi.updates.at(-1), "c9");
      const ran = aws.database.ran.map(({ version }) => version);
      assert.deepEqual(
        ran,
        (COMMITS.at(-1) as Commit).files.map(({ version }) => version),
      );
    });
  }
});

describe("a deploy that meets a lock", () => {
  const [first] = COMMITS as [Commit, ...Commit[]];
  const SINCE = Date.UTC(2026, 10, 24, 8, 59, 30);

  test("says for whom it waits and since when, then deploys", async (t) => {
    const builds = new Builds(await temporaryHome(t));
    builds.pulumi.lock("root@ip-10-0-0-1 (pid 7)", SINCE);
    builds.aws.clock.after(90_000, () => builds.pulumi.unlock());
    const report = await builds.deploy(first);
    assert.equal(report.verdict.kind, "applied");
    const lines = builds.said[0]?.split("\n").filter((line) => line.includes("waiting for it")) ?? [];
    assert.equal(lines.length, 2, builds.said[0]);
    assert.match(
      lines[0] ?? "",
      /Stack stage is locked by root@ip-10-0-0-1 \(pid 7\) since 2026-11-24 08:59:30 UTC; waiting for it \(2 s of 20 min 0 s\)$/,
    );
  });

  test("gives up after --timeout and names the command that takes the lock away", async (t) => {
    const builds = new Builds(await temporaryHome(t));
    builds.pulumi.lock("root@ip-10-0-0-1 (pid 7)", SINCE);
    const report = await builds.deploy(first);
    assert.equal(report.exitCode, 10);
    assert.match(report.why ?? "", /deploy --break-lock --stack stage/);
    assert.deepEqual(builds.pulumi.updates, []);
  });

  test("takes it away only when told to, and only the one that was there before", async (t) => {
    const builds = new Builds(await temporaryHome(t));
    builds.pulumi.lock("root@ip-10-0-0-1 (pid 7)", SINCE);
    const report = await builds.deploy(first, { breakLock: true });
    assert.equal(report.exitCode, 0);
    assert.match(builds.said[0] ?? "", /Taking the lock of stack stage away from root@ip-10-0-0-1 \(pid 7\)/);

    const later = new Builds(await temporaryHome(t));
    later.aws.clock.after(1_000, () => later.pulumi.lock("root@other (pid 8)", later.aws.clock.now()));
    later.aws.clock.after(30_000, () => later.pulumi.unlock());
    assert.equal((await later.deploy(first, { breakLock: true })).exitCode, 0);
    assert.doesNotMatch(later.said[0] ?? "", /Taking the lock/);
  });
});

describe("an older commit", () => {
  const [older, newer] = COMMITS as [Commit, Commit, ...Commit[]];

  test("is skipped with exit 0 and both commits named; --allow-older deploys it", async (t) => {
    const builds = new Builds(await temporaryHome(t));
    await builds.deploy(newer);
    const report = await builds.deploy(older);
    assert.equal(report.exitCode, 0);
    assert.deepEqual(report.verdict, { kind: "unchanged", version: null, skipped: "overtaken" });
    assert.equal(report.headline, "Skipped: a newer commit is deployed");
    assert.match(
      builds.said[1] ?? "",
      /Nothing to do: commit c1 is deployed, which is newer than c0; `npx ecs-migrate deploy --allow-older --stack stage` deploys c0 all the same/,
    );
    const forced = await builds.deploy(older, {
      allowOlder: true,
      readCheckout: async () => sampleCheckout(newer.files),
    });
    assert.notEqual(forced.verdict.kind === "unchanged" && forced.verdict.skipped, "overtaken");
    assert.deepEqual(builds.pulumi.updates, ["c1", "c0"]);
  });

  test("of another branch is deployed: the later push wins", async (t) => {
    const builds = new Builds(await temporaryHome(t));
    await builds.deploy(newer);
    const other = { ...newer, source: { ...older.source, branch: "stage/other" } };
    assert.equal((await builds.deploy(other)).exitCode, 0);
    assert.deepEqual(builds.pulumi.updates, ["c1", "c0"]);
  });
});
