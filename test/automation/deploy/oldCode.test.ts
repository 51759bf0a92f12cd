/** Between the migration and the roll the old code runs on the new schema: a deploy looks at it before anything is built. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_CHECK } from "../../../automation/check/settings.ts";
import type { CodeSearch, DeployDeps } from "../../../automation/deploy/deps.ts";
import { type MigrationFile, parseMigrationFileName } from "../../../automation/migrations/folder.ts";
import { FakeServices, OLD_IMAGE, TARGET } from "../../support/fakeServices.ts";
import { fakeStack } from "../../support/previews.ts";
import { RunFixture, temporaryHome } from "../../support/runFixture.ts";
import { sampleCheckout } from "../../support/sampleOutputs.ts";

const COMMIT = "1234567890abcdef1234567890abcdef12345678";
const FILE = "20261125_drop.up.sql";

const FOUND: CodeSearch = {
  searched: "app",
  find: async ({ name }) =>
    name === "users.nick" ? ["app/a.ts:1", "app/b.ts:2", "app/c.ts:3", "app/d.ts:4"] : [],
};

function file(name: string, text: string): MigrationFile {
  return { file: name, parsed: parseMigrationFileName(name), bytes: Buffer.from(text) };
}

interface Case {
  readonly sql: string;
  readonly search?: CodeSearch;
  /** The tag of the running revision. */
  readonly commit?: string | null;
  readonly changes?: Partial<DeployDeps>;
}

async function deploy(
  t: Parameters<typeof temporaryHome>[0],
  { sql, search = FOUND, commit = COMMIT, changes }: Case,
) {
  const fixture = new RunFixture(await temporaryHome(t));
  const services = new FakeServices(fixture.aws.clock);
  const [running] = services.registered;
  if (running && commit !== null) services.tags.set(running, [{ key: "ecs-migrate:commit", value: commit }]);
  const asked: string[] = [];
  const outputs = {
    ...fixture.aws.outputs,
    services: { targets: [TARGET], parallel: false, timeoutSeconds: 900 },
  };
  const opened: string[] = [];
  const report = await fixture.deploy({
    findOutputs: async () => outputs,
    connectServices: async () => services.api,
    readCheckout: async () => [...sampleCheckout(), file(FILE, sql)],
    openStack: async () => {
      opened.push("stack");
      return fakeStack();
    },
    codeAt: async (at) => {
      asked.push(at);
      return search;
    },
    ...changes,
  });
  return { report, asked, opened, said: fixture.said, services };
}

describe("a file that drops or renames", () => {
  test("what the running code names is refused before anything is built, with the way in two deploys", async (t) => {
    const { report, asked, opened, said } = await deploy(t, {
      sql: "SET lock_timeout = '5s';\nALTER TABLE users DROP COLUMN nick;\n",
    });
    assert.deepEqual([report.exitCode, asked, opened], [3, [COMMIT], []]);
    assert.ok(
      said.includes(
        `${FILE}:2: error still-used: commit 1234567, which service web runs, still names users.nick (app/a.ts:1, app/b.ts:2, app/c.ts:3 and 1 more) → two deploys: first deploy code that does not name users.nick, without ${FILE} (expand); then ${FILE} (contract)`,
      ),
      said,
    );
    assert.ok(
      said.includes(
        "Searched app at commit 1234567, which service web runs, for users.nick: 1 of them named",
      ),
    );
  });

  test("by a rename gets its own two deploys", async (t) => {
    const { report, said } = await deploy(t, { sql: "ALTER TABLE users RENAME COLUMN nick TO alias;" });
    assert.equal(report.exitCode, 3);
    assert.ok(
      said.includes(
        `two deploys: first, in place of the rename, let ${FILE} add the new name beside users.nick (a column that both fill, or a view) and deploy code that uses only the new one (expand); then drop users.nick in a later file (contract)`,
      ),
      said,
    );
  });

  test("what the running code does not name goes on, and the search is reported", async (t) => {
    const { report, said } = await deploy(t, { sql: "DROP TABLE invoices;" });
    assert.equal(report.verdict.kind, "applied", said);
    assert.ok(
      said.includes("Searched app at commit 1234567, which service web runs, for invoices: not named"),
      said,
    );
  });

  test("passes with a comment, with --no-check, and with the rule off; nothing is asked then", async (t) => {
    const sql = "ALTER TABLE users DROP COLUMN nick;";
    const cases: Case[] = [
      { sql: `-- ecs-migrate:disable still-used the job that names it is off\n${sql}` },
      { sql, changes: { checkContent: false } },
      { sql, changes: { checkSettings: async () => ({ ...DEFAULT_CHECK, disable: ["still-used"] }) } },
    ];
    for (const one of cases) {
      const { report, asked } = await deploy(t, one);
      assert.deepEqual([report.verdict.kind, asked], ["applied", []]);
    }
  });

  test("whose commit the clone lacks is refused with what to do", async (t) => {
    const { report, said } = await deploy(t, {
      sql: "DROP TABLE invoices;",
      search: { problem: "this clone does not have that commit", fix: "fetch it and deploy again" },
    });
    assert.equal(report.exitCode, 3);
    assert.ok(
      said.includes(
        "the file drops invoices, and commit 1234567, which service web runs, could not be searched for it: this clone does not have that commit → fetch it and deploy again",
      ),
      said,
    );
  });

  test("is a warning if nobody knows the commit", async (t) => {
    const { report, asked, said } = await deploy(t, { sql: "DROP TABLE invoices;", commit: null });
    assert.deepEqual([report.verdict.kind, asked], ["applied", []]);
    assert.ok(
      said.includes(
        "nobody knows which commit the image of service web was built from, so its code was not searched for invoices: make sure that it does not use them",
      ),
      said,
    );
  });

  test("nothing costs no call", async (t) => {
    const { services, asked } = await deploy(t, {
      sql: "CREATE TABLE invoices (id bigint PRIMARY KEY);",
      changes: { migrate: "skip" },
    });
    assert.deepEqual([services.calls, asked], [[], []]);
  });
});

test("a roll tags the revision with its commit, and takes an earlier one's tag away", async (t) => {
  const fixture = new RunFixture(await temporaryHome(t));
  const services = new FakeServices(fixture.aws.clock);
  const outputs = {
    ...fixture.aws.outputs,
    services: { targets: [TARGET], parallel: false, timeoutSeconds: 900 },
    source: { commit: COMMIT, branch: "stage/a", time: null },
  };
  const connected = { findOutputs: async () => outputs, connectServices: async () => services.api };
  await fixture.deploy(connected);
  const tagged = services.registered[1];
  const team = { key: "team", value: "shop" };
  assert.deepEqual(tagged && services.tags.get(tagged), [
    team,
    { key: "ecs-migrate:commit", value: COMMIT },
    { key: "ecs-migrate:branch", value: "stage/a" },
  ]);
  await fixture.deploy({
    ...connected,
    findOutputs: async () => ({ ...outputs, image: OLD_IMAGE, source: null }),
  });
  const untagged = services.registered[2];
  assert.deepEqual(untagged && services.tags.get(untagged), [team]);
});
