/** A run happens once: two at the same moment, a script that is killed or stopped in mid-run, and what is found afterwards. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ECSClient, ListTasksCommand, waitUntilTasksStopped } from "@aws-sdk/client-ecs";
import type { RunReport } from "../../automation/report/report.ts";
import { DATABASE } from "./database/server.ts";
import { type Lab, startLab } from "./lab.ts";
import { type CommandResult, createLabStack, type LabStack } from "./labStack.ts";

const HIGHEST = 20261120;
/** Long enough for a second process to start while the first one's SQL runs, in seconds. */
const SLOW_SECONDS = 6;

describe("a run happens once", () => {
  let lab: Lab;
  let stack: LabStack;
  let ecs: ECSClient;

  before(async () => {
    lab = await startLab({ report: (line) => process.stderr.write(`${line}\n`), sharedPlugins: true });
    stack = await createLabStack(lab);
    ecs = new ECSClient(lab.clientConfig);
    addSlowMigration(stack);
    const first = await stack.run(["deploy", "--allow-infra", "--no-slack"], { env: { MIGRATE: "skip" } });
    assert.equal(first.exitCode, 0, first.stderr);
    assert.match(first.stderr, /No migration was run, by MIGRATE=skip/);
    assert.deepEqual(await tasks(), []);
  });
  after(async () => {
    ecs?.destroy();
    await lab?.stop();
  });

  /** ARNs of all tasks that ECS still lists, running and stopped. */
  async function tasks(): Promise<string[]> {
    const list = (desiredStatus: "RUNNING" | "STOPPED") =>
      ecs.send(new ListTasksCommand({ cluster: "local-shop-migration", desiredStatus }));
    const [running, stopped] = await Promise.all([list("RUNNING"), list("STOPPED")]);
    return [...(running.taskArns ?? []), ...(stopped.taskArns ?? [])];
  }

  async function run(args: readonly string[], signal?: AbortSignal): Promise<Result> {
    const file = join(lab.folder, `report-${Math.random()}.json`);
    const result = await stack.run([...args, "--report", file, "--no-slack"], signal ? { signal } : {});
    return { ...result, file };
  }

  /** Starts a command, waits until it says that its task is there, then does something to the process. */
  async function interruptOnceStarted(args: readonly string[], signal: NodeJS.Signals): Promise<Result> {
    const file = join(lab.folder, `report-${Math.random()}.json`);
    let seen = "";
    let sent = false;
    const result = await stack.run([...args, "--report", file, "--no-slack"], {
      onOutput: (text, kill) => {
        seen += text;
        if (sent || !seen.includes("version before:")) return;
        sent = true;
        kill(signal);
      },
    });
    return { ...result, file };
  }

  it("lets one of two that come at the same moment run, and attaches the other", async () => {
    const known = await tasks();
    const both = await Promise.all([run(["migrate", "up"]), run(["migrate", "up", "--wait"])]);
    const kinds = both.map((result) => verdictOf(result).kind).sort();
    const started = (await tasks()).filter((arn) => !known.includes(arn));
    // Where both looked before either had started, both tasks run and the database's lock decides: still once.
    assert.equal(kinds.includes("applied"), true, both.map(({ stderr }) => stderr).join("\n---\n"));
    assert.equal(started.length <= 2, true);
    for (const kind of kinds) assert.equal(["applied", "unchanged", "failed"].includes(kind), true, kind);
    assert.deepEqual(await appliedTwice(), []);
  });

  it("finds its own task again after it was killed in mid-run, and starts no other", async () => {
    await mustSucceed(run(["migrate", "down", "1"]));
    const known = await tasks();
    const killed = await interruptOnceStarted(["migrate", "up"], "SIGKILL");
    assert.equal(killed.exitCode, null);
    const again = await run(["migrate", "up"]);
    assert.equal(again.exitCode, 0, again.stderr);
    const report = readReport(again);
    assert.equal(report.verdict.kind, "applied");
    assert.equal(report.task?.attached, true);
    assert.equal((await tasks()).filter((arn) => !known.includes(arn)).length, 1);
  });

  it("does not go down twice when `down 1` was killed and is given again after its task ended", async () => {
    const known = await tasks();
    const killed = await interruptOnceStarted(["migrate", "down", "1"], "SIGKILL");
    assert.equal(killed.exitCode, null);
    const [task = ""] = (await tasks()).filter((arn) => !known.includes(arn));
    const cluster = "local-shop-migration";
    await waitUntilTasksStopped(
      { client: ecs, minDelay: 1, maxDelay: 1, maxWaitTime: 60 },
      { cluster, tasks: [task] },
    );
    const again = await run(["migrate", "down", "1"]);
    assert.equal(readReport(again).task?.arn, task, again.stderr);
    // The database is asked whether it is still where that task left it: a task that changes nothing.
    assert.ok((await tasks()).filter((arn) => !known.includes(arn)).length <= 2);
    await mustSucceed(run(["migrate", "up"]));
  });

  it("leaves the SQL running when it is told to stop, and says how to attach", async () => {
    await mustSucceed(run(["migrate", "down", "1"]));
    const stopped = await interruptOnceStarted(["migrate", "up"], "SIGTERM");
    assert.equal(stopped.exitCode, 13, stopped.stderr);
    const report = readReport(stopped);
    assert.equal(report.verdict.kind === "interrupted" && report.verdict.cause, "cancelled");
    const command = report.next.map((step) => step.command).find((text) => text?.includes("attach"));
    assert.equal(command?.includes(report.task?.arn ?? "none"), true, stopped.stdout);
    const attached = await run(["attach", report.task?.arn ?? ""]);
    assert.equal(attached.exitCode, 0, attached.stderr);
    assert.equal(verdictOf(attached).kind, "applied");
  });

  it("stops the task where that was asked for", async () => {
    await mustSucceed(run(["migrate", "down", "1"]));
    const stopped = await interruptOnceStarted(["migrate", "up", "--stop-on-cancel"], "SIGINT");
    assert.equal(stopped.exitCode, 13, stopped.stderr);
    assert.match(stopped.stderr, /was told to stop/);
    // golang-migrate ends the file that it is in before it stops, and the report waits for that.
    const { verdict, task } = readReport(stopped);
    assert.equal(verdict.kind === "interrupted" && verdict.cause, "stopTask");
    assert.deepEqual(verdict.kind === "interrupted" && verdict.to, { version: 20261121, dirty: false });
    assert.equal(task?.stopCode, "UserInitiated");
  });

  it("lets one of two deploys at the same moment run, and the other says so", async () => {
    const base = join(stack.project, "app/resources/db/migrations/20261122_marks_of_deploys");
    writeFileSync(
      `${base}.up.sql`,
      "CREATE TABLE deploy_marks (at timestamptz);\nINSERT INTO deploy_marks VALUES (now());\n",
    );
    writeFileSync(`${base}.down.sql`, "DROP TABLE deploy_marks;\n");
    const both = await Promise.all([run(["deploy"]), run(["deploy"])]);
    const told = both.map(({ stderr, stdout }) => stderr + stdout).join("\n---\n");
    const kinds = both.map((result) => verdictOf(result).kind);
    assert.equal(kinds.includes("applied"), true, told);
    for (const result of both) {
      const { verdict, task } = readReport(result);
      if (verdict.kind === "applied" || verdict.kind === "unchanged") continue;
      // The state's lock, or the task that is running already.
      assert.equal(result.exitCode, 10, told);
      assert.match(result.stderr + result.stdout, /Another update of stack local is running|is running/);
      assert.equal(task, null);
    }
    assert.deepEqual(await lab.postgres.query(DATABASE, "SELECT count(*)::int AS count FROM deploy_marks"), [
      { count: 1 },
    ]);
  });

  /** Versions whose slow file left more than one mark in the database. */
  async function appliedTwice(): Promise<unknown[]> {
    return lab.postgres.query(DATABASE, "SELECT count(*) FROM slow_marks HAVING count(*) > 1");
  }
});

interface Result extends CommandResult {
  readonly file: string;
}

/** A migration that takes its time and leaves a mark each time it runs; its down file takes its time as well. */
function addSlowMigration({ project }: LabStack): void {
  const base = join(project, "app/resources/db/migrations/20261121_slow");
  assert.equal(HIGHEST < 20261121, true);
  const wait = `SELECT pg_sleep(${SLOW_SECONDS});\n`;
  writeFileSync(
    `${base}.up.sql`,
    `CREATE TABLE IF NOT EXISTS slow_marks (at timestamptz);\nINSERT INTO slow_marks VALUES (now());\n${wait}`,
  );
  writeFileSync(`${base}.down.sql`, `DELETE FROM slow_marks;\n${wait}`);
}

function readReport({ file }: Result): RunReport {
  return JSON.parse(readFileSync(file, "utf8"));
}

function verdictOf(result: Result): RunReport["verdict"] {
  return readReport(result).verdict;
}

async function mustSucceed(result: Promise<Result>): Promise<void> {
  const { exitCode, stderr } = await result;
  assert.equal(exitCode, 0, stderr);
}
