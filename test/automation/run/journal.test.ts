import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { runIdentity } from "../../../automation/run/identity.ts";
import { endRunOfTask, RunJournal } from "../../../automation/run/journal.ts";
import { temporaryHome } from "../../support/runFixture.ts";

const HOUR = 3_600_000;

function journalOf(
  env: NodeJS.ProcessEnv,
  key: string,
  now: () => number,
  warn: (line: string) => void = assert.fail,
  asker: "person" | "job" = "person",
): RunJournal {
  return new RunJournal({ env, key, asker, now, warn });
}

describe("RunJournal", () => {
  test("a run that was begun and never told is found again, with how far it came", async (t) => {
    const env = { XDG_STATE_HOME: await temporaryHome(t) };
    const first = journalOf(env, "a", () => 1_000);
    const begun = await first.begin();
    assert.equal(begun.resumed, false);
    await first.note({ attempt: 3 });
    await first.note({ taskArn: "arn:task" });
    const found = await journalOf(env, "a", () => 2_000).begin();
    assert.deepEqual(found, {
      nonce: begun.nonce,
      runId: begun.runId,
      ended: false,
      startedAt: 1_000,
      attempt: 3,
      taskArn: "arn:task",
      resumed: true,
      mayBeForgotten: false,
    });
  });

  test("other words are another run, and so is the same after its end", async (t) => {
    const env = { XDG_STATE_HOME: await temporaryHome(t) };
    const journal = journalOf(env, "a", () => 0);
    const { nonce } = await journal.begin();
    assert.notEqual((await journalOf(env, "b", () => 0).begin()).nonce, nonce);
    await journal.end();
    const next = await journalOf(env, "a", () => 0).begin();
    assert.equal(next.resumed, false);
    assert.notEqual(next.nonce, nonce);
  });

  test("after an hour ECS may have forgotten the task, after a day the run is another", async (t) => {
    const env = { XDG_STATE_HOME: await temporaryHome(t) };
    let now = 0;
    const journal = () => journalOf(env, "a", () => now);
    const first = journal();
    const { nonce } = await first.begin();
    now = HOUR;
    assert.equal((await journal().begin()).mayBeForgotten, false, "RunTask was never called");
    await first.note({ attempt: 1 });
    now = HOUR - 1;
    assert.equal((await journal().begin()).mayBeForgotten, false);
    now = HOUR;
    assert.equal((await journal().begin()).mayBeForgotten, true);
    now = 24 * HOUR - 1;
    assert.equal((await journal().begin()).nonce, nonce);
    now = 24 * HOUR;
    assert.notEqual((await journal().begin()).nonce, nonce);
  });

  test("renew begins another run", async (t) => {
    const env = { XDG_STATE_HOME: await temporaryHome(t) };
    const journal = journalOf(env, "a", () => 0);
    const { runId } = await journal.begin();
    const renewed = await journal.renew();
    assert.notEqual(renewed, runId);
    assert.equal((await journalOf(env, "a", () => 0).begin()).runId, renewed);
  });

  test("a new run removes what is older than a day, of whatever words, and nothing else", async (t) => {
    const home = await temporaryHome(t);
    const env = { XDG_STATE_HOME: home };
    const folder = join(home, "ecs-migrate", "runs");
    await journalOf(env, "old", () => 0).begin();
    await journalOf(env, "young", () => 1).begin();
    await writeFile(join(folder, "notes.txt"), "not a run");
    await journalOf(env, "new", () => 24 * HOUR).begin();
    const left = await readdir(folder);
    assert.equal(left.length, 3);
    assert.equal((await journalOf(env, "young", () => 24 * HOUR).begin()).resumed, true);
    assert.equal(left.includes("notes.txt"), true);
  });

  test("a kill while the entry is written leaves the old one: a half-written file counts for nothing", async (t) => {
    const home = await temporaryHome(t);
    const env = { XDG_STATE_HOME: home };
    const { runId } = await journalOf(env, "a", () => 0).begin();
    const folder = join(home, "ecs-migrate", "runs");
    const [name = ""] = await readdir(folder);
    assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
    // As a SIGKILL leaves it in the middle of the write.
    const whole = await readFile(join(folder, name), "utf8");
    await writeFile(join(folder, `${name}.4711.0123.tmp`), whole.slice(0, 20));
    const found = await journalOf(env, "a", () => 0).begin();
    assert.equal(found.resumed, true);
    assert.equal(found.runId, runId);
  });

  test("every write is whole at each moment, and leaves no other file behind", async (t) => {
    const home = await temporaryHome(t);
    const env = { XDG_STATE_HOME: home };
    const folder = join(home, "ecs-migrate", "runs");
    const journal = journalOf(env, "a", () => 0);
    await journal.begin();
    const [name = ""] = await readdir(folder);
    let writing = true;
    const writes = (async () => {
      for (let attempt = 1; attempt <= 200; attempt++) await journal.note({ attempt });
      writing = false;
    })();
    while (writing) JSON.parse(await readFile(join(folder, name), "utf8"));
    await writes;
    assert.deepEqual(await readdir(folder), [name]);
  });

  test("a damaged entry may be that of a run that started a task", async (t) => {
    const home = await temporaryHome(t);
    const env = { XDG_STATE_HOME: home };
    await journalOf(env, "a", () => 0).begin();
    const folder = join(home, "ecs-migrate", "runs");
    const [name = ""] = await readdir(folder);
    await writeFile(join(folder, name), "\0\0\0\0");
    const found = await journalOf(env, "a", () => HOUR).begin();
    assert.equal(found.resumed, true);
    assert.equal(found.mayBeForgotten, true);
  });

  test("two processes that begin at the same moment are one run", async (t) => {
    const env = { XDG_STATE_HOME: await temporaryHome(t) };
    const begun = await Promise.all(Array.from({ length: 8 }, () => journalOf(env, "a", () => 0).begin()));
    assert.equal(new Set(begun.map(({ runId }) => runId)).size, 1);
    assert.equal(begun.filter(({ resumed }) => !resumed).length, 1);
  });

  test("a job's runs are numbered, so that another machine finds them by the same identity", async (t) => {
    const here = { XDG_STATE_HOME: await temporaryHome(t) };
    const there = { XDG_STATE_HOME: await temporaryHome(t) };
    const journal = (env: NodeJS.ProcessEnv) => journalOf(env, "a", () => 0, assert.fail, "job");
    const first = journal(here);
    const begun = await first.begin();
    assert.equal(begun.runId, runIdentity("a", "1"));
    assert.equal((await journal(there).begin()).runId, begun.runId);
    await first.end();
    const second = await journal(here).begin();
    assert.equal(second.resumed, false);
    assert.equal(second.runId, runIdentity("a", "2"));
  });

  test("attach ends the entry of the task's run, known by its ARN or by its startedBy", async (t) => {
    const home = await temporaryHome(t);
    const env = { XDG_STATE_HOME: home };
    const byArn = journalOf(env, "a", () => 0);
    await byArn.begin();
    await byArn.note({ taskArn: "arn:task/1" });
    const { runId } = await journalOf(env, "b", () => 0).begin();
    const other = await journalOf(env, "c", () => 0).begin();
    await endRunOfTask(env, "arn:task/1", "ecs-migrate/unknown");
    await endRunOfTask(env, "arn:task/2", `ecs-migrate/${runId}`);
    await endRunOfTask(env, "arn:task/3", undefined);
    assert.equal((await journalOf(env, "a", () => 0).begin()).resumed, false);
    assert.equal((await journalOf(env, "b", () => 0).begin()).resumed, false);
    assert.equal((await journalOf(env, "c", () => 0).begin()).runId, other.runId);
  });

  test("a home that cannot be written is a warning, and a job's runs are still known by their number", async (t) => {
    const home = await temporaryHome(t);
    await mkdir(join(home, "state"));
    await writeFile(join(home, "state", "ecs-migrate"), "a file where a folder must be");
    const warnings: string[] = [];
    const env = { XDG_STATE_HOME: join(home, "state") };
    const journal = journalOf(
      env,
      "a",
      () => 0,
      (line) => warnings.push(line),
      "job",
    );
    const begun = await journal.begin();
    assert.equal(begun.runId, runIdentity("a", "1"));
    assert.equal(begun.resumed, false);
    assert.match(
      warnings[0] ?? "",
      /^this run is not remembered on this machine \(.*\); set XDG_STATE_HOME to a folder$/,
    );
  });
});
