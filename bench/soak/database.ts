/** The database of a soak and what still works on it, asked past the script and past the faults. */
import { setTimeout as delay } from "node:timers/promises";
import { ECSClient, ListTasksCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import type { DatabaseVersion } from "../../automation/contract/resultLine.ts";
import type { BenchStack } from "../benchStack.ts";

const SESSIONS = `FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;
const REST_MS = 90_000;

export class SoakDatabase {
  readonly #bench: BenchStack;
  readonly #ecs: ECSClient;

  constructor(bench: BenchStack) {
    this.#bench = bench;
    this.#ecs = new ECSClient(bench.lab.clientConfig);
  }

  /** A table with a row for each time that a migration's SQL was carried out. */
  async prepare(): Promise<void> {
    await this.#bench.query("CREATE TABLE soak (version bigint NOT NULL)");
  }

  async version(): Promise<DatabaseVersion> {
    const [row] = await this.#bench.query("SELECT version::int, dirty FROM schema_migrations");
    return (row as DatabaseVersion | undefined) ?? { version: null, dirty: false };
  }

  /** How often each migration's SQL took effect. */
  async effects(): Promise<Map<number, number>> {
    const rows = await this.#bench.query("SELECT version::int, count(*)::int AS times FROM soak GROUP BY 1");
    return new Map(
      (rows as { version: number; times: number }[]).map(({ version, times }) => [version, times]),
    );
  }

  async sqlRuns(version: number): Promise<boolean> {
    const rows = await this.#bench.query(`SELECT 1 ${SESSIONS} AND state = 'active' AND query LIKE $1`, [
      `${migrationSql(version)}%`,
    ]);
    return rows.length > 0;
  }

  /** ARNs of the tasks that are to run or do. */
  async runningTasks(): Promise<string[]> {
    const { clusterArn: cluster } = this.#bench.outputs;
    const { taskArns } = await this.#ecs.send(new ListTasksCommand({ cluster, desiredStatus: "RUNNING" }));
    return taskArns ?? [];
  }

  /** @returns how many StopTask calls were made */
  async stopTasks(): Promise<number> {
    const { clusterArn: cluster } = this.#bench.outputs;
    const tasks = await this.runningTasks();
    for (const task of tasks)
      await this.#ecs.send(new StopTaskCommand({ cluster, task, reason: "stopped by hand in the soak" }));
    return tasks.length;
  }

  /** Sessions that are there stay, the one behind these questions among them. */
  async open(open: boolean): Promise<void> {
    await this.#bench.query(`ALTER ROLE CURRENT_USER ${open ? "LOGIN" : "NOLOGIN"}`);
  }

  /**
   * Waits until nothing can change the database any more: no call is under way, no task runs, no session is open. A
   * session outlives its killed client until its statement has ended, and the statement takes effect.
   *
   * @returns what is still at work when the time for it is over; undefined if all is at rest
   */
  async rest(signal: AbortSignal): Promise<string | undefined> {
    const deadline = Date.now() + REST_MS;
    for (;;) {
      const work = await this.#work();
      if (work === undefined || Date.now() > deadline) return work;
      await delay(200, undefined, { signal });
    }
  }

  async #work(): Promise<string | undefined> {
    const { underWay } = this.#bench.proxy;
    if (underWay > 0) return `${underWay} calls under way`;
    const tasks = await this.runningTasks();
    if (tasks.length > 0) return `tasks ${tasks.join(", ")}`;
    const sessions = (await this.#bench.query(`SELECT left(query, 80) AS query ${SESSIONS}`)) as {
      query: string;
    }[];
    return sessions.length > 0 ? `sessions: ${sessions.map(({ query }) => query).join("; ")}` : undefined;
  }

  stop(): void {
    this.#ecs.destroy();
  }
}

/** How the SQL of a soak's migration begins. */
export function migrationSql(version: number): string {
  return `INSERT INTO soak SELECT ${version} FROM `;
}
