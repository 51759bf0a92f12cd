import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkSettings, DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import { ConfigError } from "../../../automation/contract/errors.ts";
import { announce } from "../../../automation/deploy/announcePlan.ts";
import type { DeployDeps, PlanDeps } from "../../../automation/deploy/deps.ts";
import {
  type MigrationFile,
  parseMigrationFileName,
  recordOf,
} from "../../../automation/migrations/folder.ts";
import { slackNotifier } from "../../../automation/notify/slack/notifier.ts";
import { FakeAws } from "../../support/fakeAws.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { sampleCheckout, sampleOutputs } from "../../support/sampleOutputs.ts";

const URL_ = "https://hooks.slack.com/services/T000/B000/secretsecret";

function file(name: string, text: string): MigrationFile {
  return { file: name, parsed: parseMigrationFileName(name), bytes: Buffer.from(text) };
}

/** The shipped files and a new pair. */
function checkout(up: string): MigrationFile[] {
  return [
    ...sampleCheckout(),
    file("20261125_x.up.sql", up),
    file("20261125_x.down.sql", "-- nothing to undo\n"),
  ];
}

const INDEX = "CREATE INDEX i ON users (email);\n";

const checkContent = true;

/** The settings of a deploy whose flags switch rules off. */
function off(...disable: string[]): NonNullable<DeployDeps["checkSettings"]> {
  return async () => checkSettings({ disable }, new Map());
}

/** A stack whose database has run what was shipped. */
async function migrated(t: Parameters<typeof temporaryHome>[0]): Promise<RunFixture> {
  const fixture = new RunFixture(await temporaryHome(t));
  await fixture.run({ name: "up" });
  fixture.said = "";
  return fixture;
}

describe("deploy and the check", () => {
  it("refuses an error in a new file before anything is built, with file, line, rule and fix", async (t) => {
    const fixture = await migrated(t);
    let opened = false;
    const report = await fixture.deploy({
      readCheckout: async () => checkout(INDEX),
      checkContent,
      openStack: async () => {
        opened = true;
        throw new Error("not to be reached");
      },
    });
    assert.equal(opened, false);
    assert.equal(report.exitCode, 3);
    assert.equal(fixture.aws.ecs.tasks.length, 1);
    assert.deepEqual(report.verdict, {
      kind: "notStarted",
      reason: "refused",
      detail: "The check refuses the migrations for stack stage: 20261125_x.up.sql:1 index-not-concurrent",
    });
    const whole =
      "The check refuses the migrations for stack stage; nothing was run:\n" +
      "  20261125_x.up.sql:1: error index-not-concurrent: index i blocks writes to users while it builds → CREATE INDEX CONCURRENTLY, in a file of its own\n" +
      "If a finding is meant so: `-- ecs-migrate:disable RULE reason` in the file, `--disable RULE` for one deploy, or `--no-check` for all rules of content.";
    assert.equal(fixture.said.split(whole).length, 2, "the list is printed once");
  });

  it("shows warnings and goes on; what was shipped gets none, whatever it holds", async (t) => {
    const fixture = await migrated(t);
    const report = await fixture.deploy({
      readCheckout: async () => checkout("SET lock_timeout = 0;\nALTER TABLE users ADD COLUMN x int;\n"),
      checkContent,
    });
    assert.equal(report.exitCode, 0);
    const warnings = fixture.said.split("\n").filter((line) => line.startsWith("warning: "));
    assert.deepEqual(warnings, [
      "warning: 20261125_x.up.sql:2: warning lock-timeout: the lock on users is waited for without limit, and all who come later wait behind it → delete line 1, which takes the migrator's limit away, or set a few seconds",
    ]);
  });

  it("goes past with the rule off, or without the check; not past the order of the files", async (t) => {
    const fixture = await migrated(t);
    const readCheckout = async () => checkout(INDEX);
    const settings = off("index-not-concurrent");
    assert.equal((await fixture.deploy({ readCheckout, checkContent, checkSettings: settings })).exitCode, 0);
    assert.equal((await fixture.deploy({ readCheckout })).exitCode, 0);
    const late = async () => [...sampleCheckout(), file("20261121_late.up.sql", "SELECT 1;")];
    assert.equal((await fixture.deploy({ readCheckout: late })).exitCode, 3);
  });

  it("takes an unknown rule for wrong usage", async (t) => {
    const fixture = await migrated(t);
    await assert.rejects(fixture.deploy({ checkContent, checkSettings: off("nope") }), ConfigError);
  });

  it("lets a repaired way back pass where its rule is off, as the refusal says", async (t) => {
    const fixture = await migrated(t);
    const repaired = sampleCheckout().map((entry) =>
      entry.parsed?.direction === "down" ? { ...entry, bytes: Buffer.from("SELECT 2;\n") } : entry,
    );
    const readCheckout = async () => repaired;
    const refused = await fixture.deploy({ readCheckout });
    assert.equal(refused.exitCode, 3);
    assert.match(fixture.said, /repairs the way back, allow it with --disable down-edited/);
    const passed = await fixture.deploy({ readCheckout, checkContent, checkSettings: off("down-edited") });
    assert.equal(passed.exitCode, 0);
  });

  it("reads the SQL of the database that it is for, and none of an unknown one", async (t) => {
    const fixture = await migrated(t);
    const readCheckout = async () => checkout("ALTER TABLE `users` ENGINE = InnoDB;\n");
    const codeOf = async (dialect: string) => {
      const settings = async () => checkSettings({}, new Map([["ecs-migrate:checkDialect", dialect]]));
      return (await fixture.deploy({ readCheckout, checkContent, checkSettings: settings })).exitCode;
    };
    assert.equal(await codeOf("postgres"), 3);
    assert.equal(await codeOf("other"), 0);
    // The database said that it is Postgres.
    assert.equal(await codeOf("auto"), 3);
  });

  it("reads what its database reported, whatever the SQL looks like, and says so", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    Object.assign(fixture.aws.database, { engine: "mysql", serverVersion: "10.11.19-MariaDB-0+deb12u1" });
    await fixture.run({ name: "up" });
    const readCheckout = async () => checkout("DELIMITER //\n");
    const report = await fixture.deploy({ readCheckout, checkContent });
    assert.equal(report.exitCode, 3);
    assert.match(fixture.said, /20261125_x\.up\.sql:1: error delimiter/);
    const fine = await fixture.deploy({ readCheckout: async () => checkout("SELECT 1;\n"), checkContent });
    assert.equal(fine.exitCode, 0);
    assert.match(
      fixture.said,
      /The migrations are read as MariaDB 10\.11\.19 \(what the database reported\)\n/,
    );
  });
});

describe("the first deploy onto a database", () => {
  it("reads the SQL of the database that it asked", async (t) => {
    const fixture = new RunFixture(await temporaryHome(t));
    Object.assign(fixture.aws.database, { engine: "mysql", serverVersion: "8.0.40" });
    const report = await fixture.deploy({
      findOutputs: async () => ({ ...fixture.aws.outputs, migrations: [] }),
      readCheckout: async () => checkout("DELIMITER //\n"),
      checkContent,
    });
    assert.equal(report.exitCode, 3);
    assert.match(fixture.said, /20261125_x\.up\.sql:1: error delimiter/);
  });

  const first = async (t: Parameters<typeof temporaryHome>[0], version: number) => {
    const fixture = new RunFixture(await temporaryHome(t));
    fixture.aws.database.force(version, "by hand");
    return fixture;
  };

  it("takes what the database has run as the baseline, and says so", async (t) => {
    const fixture = await first(t, 20261124);
    const readCheckout = async () =>
      checkout("SELECT 1;\n").map((one) =>
        one.parsed?.version === 20261122n ? { ...one, bytes: Buffer.from(INDEX) } : one,
      );
    const report = await fixture.deploy({
      findOutputs: async () => ({ ...fixture.aws.outputs, migrations: [] }),
      readCheckout,
      checkContent,
    });
    assert.equal(report.exitCode, 0);
    assert.match(
      fixture.said,
      /The database is at 20261124: 3 migrations up to it count as run, and are not checked/,
    );
  });

  it("refuses what lies above it, before the migration runs", async (t) => {
    const fixture = await first(t, 20261124);
    const report = await fixture.deploy({ readCheckout: async () => checkout(INDEX), checkContent });
    assert.equal(report.exitCode, 3);
    assert.match(fixture.said, /20261125_x\.up\.sql:1: error index-not-concurrent/);
    assert.deepEqual(fixture.aws.database.state, { version: 20261124, dirty: false });
  });
});

describe("deploy --plan", () => {
  async function fixtureOf(t: Parameters<typeof temporaryHome>[0]): Promise<RunFixture> {
    return new RunFixture(await temporaryHome(t), new FakeAws(sampleOutputs({ production: true })));
  }

  /** Bodies that Slack got, and when: how many tasks had run by then. */
  function slackOf(fixture: RunFixture, status = 200) {
    const got: { body: string; tasks: number }[] = [];
    const fetch = (async (_url: unknown, init?: RequestInit) => {
      got.push({ body: String(init?.body), tasks: fixture.aws.ecs.tasks.length });
      return new Response(status === 200 ? "ok" : "no_service", { status });
    }) as typeof globalThis.fetch;
    const beforeUp = (deps: PlanDeps) =>
      announce(deps, DEFAULT_CHECK, async () => [slackNotifier(URL_, fetch)]);
    return { got, beforeUp };
  }

  it("asks the database, tells Slack what will run, and then runs it", async (t) => {
    const fixture = await fixtureOf(t);
    const { got, beforeUp } = slackOf(fixture);
    const report = await fixture.deploy({ beforeUp });
    assert.equal(report.verdict.kind, "applied");
    assert.equal(got.length, 1);
    assert.equal(got[0]?.tasks, 1);
    assert.equal(fixture.aws.ecs.tasks.length, 2);
    assert.match(got[0]?.body ?? "", /up would run 3 files: no version → 20261124/);
    assert.match(fixture.said, /stage: up would run 3 files: no version → 20261124/);
    assert.deepEqual(
      report.verdict.kind === "applied" && report.verdict.files.map(({ version }) => version),
      [20261120, 20261122, 20261124],
    );
  });

  it("takes the answer that the check of a first push has got, and asks once", async (t) => {
    const fixture = await fixtureOf(t);
    const { got, beforeUp } = slackOf(fixture);
    const files = sampleCheckout().map((one) => ({ ...one, bytes: Buffer.from("SELECT 1;\n") }));
    const { migrations } = recordOf(files);
    const report = await fixture.deploy({
      ...{ beforeUp, checkContent, readCheckout: async () => files },
      findOutputs: async () => ({ ...fixture.aws.outputs, migrations }),
    });
    assert.equal(report.verdict.kind, "applied", fixture.said);
    assert.match(fixture.said, /No run on this database is on record: asking it what it has run/);
    assert.match(got[0]?.body ?? "", /up would run 3 files: no version → 20261124/);
    assert.equal(fixture.aws.ecs.tasks.length, 2, "the question and the migration");
  });

  it("runs the migration though Slack refuses, and never prints its URL", async (t) => {
    const fixture = await fixtureOf(t);
    const report = await fixture.deploy({ beforeUp: slackOf(fixture, 404).beforeUp });
    assert.equal(report.verdict.kind, "applied");
    assert.match(fixture.said, /warning: .*Slack/);
    assert.equal(fixture.said.includes("secretsecret"), false);
  });

  it("runs the migration though the database could not be asked", async (t) => {
    const fixture = await fixtureOf(t);
    fixture.aws.ecs.scripts.push({
      startFailure: { stoppedReason: "CannotPullContainerError: pull image manifest" },
    });
    const { got, beforeUp } = slackOf(fixture);
    assert.equal((await fixture.deploy({ beforeUp })).verdict.kind, "applied");
    assert.deepEqual(got, []);
    assert.match(fixture.said, /warning: no plan could be made: Not started/);
  });

  it("is not made where nothing runs", async (t) => {
    const fixture = await fixtureOf(t);
    await fixture.deploy();
    const { got, beforeUp } = slackOf(fixture);
    assert.equal((await fixture.deploy({ beforeUp })).verdict.kind, "unchanged");
    assert.deepEqual(got, []);
  });
});
