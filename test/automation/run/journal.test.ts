import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { RunJournal } from "../../../automation/run/journal.ts";
import { temporaryHome } from "../../support/runFixture.ts";

const HOUR = 3_600_000;

describe("RunJournal", () => {
  test("a run that was begun and never told is found again, with how far it came", async (t) => {
    const env = { XDG_STATE_HOME: await temporaryHome(t) };
    const first = new RunJournal(env, "a", () => 1_000);
    const begun = await first.begin();
    assert.equal(begun.resumed, false);
    await first.note({ attempt: 3 });
    await first.note({ taskArn: "arn:task" });
    const found = await new RunJournal(env, "a", () => 2_000).begin();
    assert.deepEqual(found, {
      nonce: begun.nonce,
      startedAt: 1_000,
      attempt: 3,
      taskArn: "arn:task",
      resumed: true,
      mayBeForgotten: false,
    });
  });

  test("other words are another run, and so is the same after its end", async (t) => {
    const env = { XDG_STATE_HOME: await temporaryHome(t) };
    const journal = new RunJournal(env, "a", () => 0);
    const { nonce } = await journal.begin();
    assert.notEqual((await new RunJournal(env, "b", () => 0).begin()).nonce, nonce);
    await journal.end();
    const next = await new RunJournal(env, "a", () => 0).begin();
    assert.equal(next.resumed, false);
    assert.notEqual(next.nonce, nonce);
  });

  test("after an hour ECS may have forgotten the task, after a day the run is another", async (t) => {
    const env = { XDG_STATE_HOME: await temporaryHome(t) };
    let now = 0;
    const journal = () => new RunJournal(env, "a", () => now);
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
    const journal = new RunJournal(env, "a", () => 0);
    const { nonce } = await journal.begin();
    const renewed = await journal.renew();
    assert.notEqual(renewed, nonce);
    assert.equal((await new RunJournal(env, "a", () => 0).begin()).nonce, renewed);
  });

  test("a new run removes what is older than a day, of whatever words, and nothing else", async (t) => {
    const home = await temporaryHome(t);
    const env = { XDG_STATE_HOME: home };
    const folder = join(home, "ecs-migrate", "runs");
    await new RunJournal(env, "old", () => 0).begin();
    await new RunJournal(env, "young", () => 1).begin();
    await writeFile(join(folder, "notes.txt"), "not a run");
    await new RunJournal(env, "new", () => 24 * HOUR).begin();
    const left = await readdir(folder);
    assert.equal(left.length, 3);
    assert.equal((await new RunJournal(env, "young", () => 24 * HOUR).begin()).resumed, true);
    assert.equal(left.includes("notes.txt"), true);
  });

  test("a file that was cut short counts as none; its rights are the owner's", async (t) => {
    const home = await temporaryHome(t);
    const env = { XDG_STATE_HOME: home };
    await new RunJournal(env, "a", () => 0).begin();
    const folder = join(home, "ecs-migrate", "runs");
    const [name = ""] = await readdir(folder);
    assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
    await writeFile(join(folder, name), (await readFile(join(folder, name), "utf8")).slice(0, 20));
    assert.equal((await new RunJournal(env, "a", () => 0).begin()).resumed, false);
  });

  test("a home that cannot be written is a warning, and the spare nonce is taken", async (t) => {
    const home = await temporaryHome(t);
    await mkdir(join(home, "state"));
    await writeFile(join(home, "state", "ecs-migrate"), "a file where a folder must be");
    const warnings: string[] = [];
    const journal = new RunJournal(
      { XDG_STATE_HOME: join(home, "state") },
      "a",
      () => 0,
      (line) => warnings.push(line),
    );
    const begun = await journal.begin("shop:1");
    assert.equal(begun.nonce, "shop:1");
    assert.equal(begun.resumed, false);
    assert.match(
      warnings[0] ?? "",
      /^this run is not remembered on this machine \(.*\); set XDG_STATE_HOME to a folder$/,
    );
  });
});
