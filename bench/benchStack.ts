/** The stack that everything is measured on: the example, a migration that takes as long as a row says, and the proxy. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { type Outputs, parseOutputs } from "../automation/contract/outputs.ts";
import type { Lab } from "../test/lab/lab.ts";
import { LabError } from "../test/lab/labError.ts";
import { createLabStack, type LabStack, STACK } from "../test/lab/labStack.ts";
import { type ApiProxy, startProxy } from "./proxy.ts";

const PACE_VERSION = 20261122;
export const SLOW_VERSION = 20261123;

export interface BenchStack {
  readonly lab: Lab;
  readonly stack: LabStack;
  readonly proxy: ApiProxy;
  readonly outputs: Outputs;
  /** For child processes: the local AWS behind the proxy, and a home of their own. */
  readonly env: NodeJS.ProcessEnv;
  /** When the last migration container ended, in milliseconds since the epoch; undefined if none did since `forget`. */
  readonly exits: { last: number | undefined; onExit: ((at: number) => void) | undefined };
  /** Makes the slow migration pending again, to take so many seconds. */
  rewind(seconds: number): Promise<void>;
  query(sql: string, values?: readonly unknown[]): Promise<unknown[]>;
  stop(): Promise<void>;
}

/** @throws {LabError} if the first deploy fails */
export async function createBenchStack(lab: Lab): Promise<BenchStack> {
  const stack = await createLabStack(lab);
  addMigrations(stack.project);
  const first = await stack.run(["deploy", "--allow-infra", "--no-slack"]);
  if (first.exitCode !== 0) throw new LabError(`the first deploy failed: ${first.stderr.slice(-2000)}`);
  const { stdout } = await stack.pulumi(["stack", "output", "--json"]);
  const proxy = await startProxy(lab.endpoint);
  const database = new pg.Client({ connectionString: lab.postgres.urlFromHost });
  await database.connect();
  const exits: BenchStack["exits"] = { last: undefined, onExit: undefined };
  const stopWatching = watchExits(lab, exits);
  const query = async (sql: string, values: readonly unknown[] = []) =>
    (await database.query(sql, [...values])).rows as unknown[];
  return {
    lab,
    stack,
    proxy,
    outputs: parseOutputs(JSON.parse(stdout), STACK),
    env: {
      ...lab.env,
      AWS_ENDPOINT_URL: proxy.url,
      XDG_STATE_HOME: join(lab.folder, "state-home"),
      CI: "true",
    },
    exits,
    rewind: async (seconds) => {
      await query("UPDATE bench_pace SET seconds = $1", [seconds]);
      await query("UPDATE schema_migrations SET version = $1, dirty = false", [PACE_VERSION]);
    },
    query,
    stop: async () => {
      stopWatching();
      await database.end();
      await proxy.stop();
    },
  };
}

function addMigrations(project: string): void {
  const base = join(project, "app/resources/db/migrations");
  const add = (name: string, up: string, down: string) => {
    writeFileSync(join(base, `${name}.up.sql`), `${up}\n`);
    writeFileSync(join(base, `${name}.down.sql`), `${down}\n`);
  };
  add(
    `${PACE_VERSION}_bench_pace`,
    "CREATE TABLE bench_pace (seconds double precision NOT NULL);\nINSERT INTO bench_pace VALUES (0);",
    "DROP TABLE bench_pace;",
  );
  add(`${SLOW_VERSION}_bench_slow`, "SELECT pg_sleep((SELECT seconds FROM bench_pace));", "SELECT 1;");
}

/** The Docker engine reports when a container ended, to the nanosecond. */
function watchExits(lab: Lab, exits: BenchStack["exits"]): () => void {
  const filters = ["event=die", `label=ministack.instance=${lab.ministack.instance}`];
  const args = ["events", "--format", "{{json .}}", ...filters.flatMap((filter) => ["--filter", filter])];
  const child = spawn("docker", args, { env: lab.env, stdio: ["ignore", "pipe", "inherit"] });
  createInterface({ input: child.stdout }).on("line", (line) => {
    exits.last = (JSON.parse(line) as { timeNano: number }).timeNano / 1e6;
    exits.onExit?.(exits.last);
  });
  return () => void child.kill();
}
