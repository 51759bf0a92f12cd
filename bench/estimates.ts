/**
 * Compares `plan`'s estimates with what statements take, by hand:
 *
 *   node bench/estimates.ts postgres://app@127.0.0.1:5432/postgres [rows…]
 *   node bench/estimates.ts mysql://root@127.0.0.1:3306/bench [rows…]
 *
 * It makes tables `bench_orders` and `bench_parents` and drops them. The migrator (built with Go) inspects the database
 * before each statement, as the container does. MySQL statements go through the `mariadb` or `mysql` client.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { DEFAULT_CHECK } from "../automation/check/settings.ts";
import { readInspection } from "../automation/contract/inspection.ts";
import { parseResultLine } from "../automation/contract/resultLine.ts";
import { parseMigrationFileName } from "../automation/migrations/folder.ts";
import { makePlan } from "../automation/plan/makePlan.ts";
import { rangeText } from "../automation/plan/workTime.ts";

const [url = "", ...counts] = process.argv.slice(2);
const engine = url.startsWith("mysql:") ? "mysql" : "postgres";
const rowCounts = counts.length > 0 ? counts.map(Number) : [10_000, 1_000_000];
const folder = mkdtempSync(join(tmpdir(), "estimates-"));
const migrator = join(folder, "migrator");

interface Case {
  readonly what: string;
  /** What makes the files know the table, as a team's own folder does. */
  readonly sql: string;
  readonly undo?: string;
}

const MADE = {
  postgres:
    "CREATE TABLE bench_parents (id int PRIMARY KEY);\nCREATE TABLE bench_orders (id int PRIMARY KEY, k int, parent int, name text, pad text);",
  mysql:
    "CREATE TABLE bench_parents (id int PRIMARY KEY);\nCREATE TABLE bench_orders (id int PRIMARY KEY, k int, parent int, name varchar(40), pad varchar(200));",
};

const CASES: Readonly<Record<"postgres" | "mysql", readonly Case[]>> = {
  postgres: [
    { what: "SET NOT NULL", sql: "ALTER TABLE bench_orders ALTER COLUMN k SET NOT NULL;" },
    {
      what: "CREATE INDEX, int",
      sql: "CREATE INDEX bench_k ON bench_orders (k);",
      undo: "DROP INDEX bench_k",
    },
    {
      what: "CREATE INDEX, text",
      sql: "CREATE INDEX bench_name ON bench_orders (name);",
      undo: "DROP INDEX bench_name",
    },
    {
      what: "foreign key, validated",
      sql: "ALTER TABLE bench_orders ADD CONSTRAINT bench_fk FOREIGN KEY (parent) REFERENCES bench_parents (id);",
      undo: "ALTER TABLE bench_orders DROP CONSTRAINT bench_fk",
    },
    { what: "ALTER TYPE, rewrite", sql: "ALTER TABLE bench_orders ALTER COLUMN k TYPE bigint;" },
  ],
  mysql: [
    { what: "ADD INDEX, INPLACE", sql: "ALTER TABLE bench_orders ADD KEY bench_k (k);" },
    { what: "MODIFY, COPY", sql: "ALTER TABLE bench_orders MODIFY k bigint;" },
    { what: "FORCE, INPLACE rebuild", sql: "ALTER TABLE bench_orders FORCE;" },
    { what: "ADD COLUMN, INSTANT", sql: "ALTER TABLE bench_orders ADD COLUMN extra int;" },
  ],
};

try {
  execFileSync("go", ["build", "-o", migrator, "."], {
    cwd: join(import.meta.dirname, "../migrator"),
    stdio: "inherit",
  });
  console.log("| statement | rows | estimate | took | likely / took | in the range |");
  console.log("| --- | ---: | ---: | ---: | ---: | --- |");
  for (const rows of rowCounts) await measure(rows);
} finally {
  await run("DROP TABLE IF EXISTS bench_orders; DROP TABLE IF EXISTS bench_parents").catch(() => undefined);
  rmSync(folder, { recursive: true });
}

async function measure(rows: number): Promise<void> {
  await fill(rows);
  for (const one of CASES[engine]) {
    const { time } = await estimate(one.sql);
    const took = await run(one.sql);
    if (one.undo !== undefined) await run(one.undo);
    const inRange = time !== null && took <= Math.max(100, time.highMs) && (took >= time.lowMs || took < 100);
    const ratio =
      time === null
        ? "-"
        : took < 100 && time.likelyMs < 100
          ? "both under 0.1 s"
          : (time.likelyMs / took).toFixed(2);
    console.log(
      `| ${one.what} | ${rows.toLocaleString("en-US")} | ${time ? rangeText(time) : "none"} | ${(took / 1000).toFixed(2)} s | ${ratio} | ${inRange ? "yes" : "no"} |`,
    );
  }
}

async function fill(rows: number): Promise<void> {
  const parents = Math.max(1, Math.floor(rows / 10));
  const numbers = (count: number) =>
    engine === "postgres"
      ? `generate_series(1, ${count}) AS s (n)`
      : `(SELECT seq AS n FROM seq_1_to_${count}) s`;
  await run("DROP TABLE IF EXISTS bench_orders; DROP TABLE IF EXISTS bench_parents");
  await run(MADE[engine]);
  await run(`INSERT INTO bench_parents SELECT n FROM ${numbers(parents)}`);
  const [md5, multiply] = engine === "postgres" ? ["md5(n::text)", "n::bigint"] : ["md5(n)", "n"];
  await run(
    `INSERT INTO bench_orders SELECT n, (${multiply} * 7919) % 1000003, 1 + (${multiply} * 31) % ${parents}, ${md5}, repeat('x', 60) FROM ${numbers(rows)}`,
  );
  for (const table of ["bench_orders", "bench_parents"])
    await run(engine === "postgres" ? `VACUUM ANALYZE ${table}` : `ANALYZE TABLE ${table}`);
}

/** What `plan` says of a file that holds the statement. */
async function estimate(sql: string) {
  const inspection = inspect();
  const files = [
    ["1_made.up.sql", MADE[engine]],
    ["2_change.up.sql", sql],
  ].map(([file = "", text = ""]) => ({
    file,
    parsed: parseMigrationFileName(file),
    bytes: Buffer.from(text),
  }));
  const plan = await makePlan({
    ...{ stack: "bench", operation: { name: "up" }, migrations: [], files },
    ...{ ...DEFAULT_CHECK, dialect: engine === "postgres" ? "postgres" : "mariadb" },
    ...{ current: { version: 1, dirty: false }, inspection, now: new Date() },
  });
  return { time: plan.files[0]?.statements[0]?.time ?? null };
}

function inspect() {
  const [, user = "", host = "", port = "", name = ""] =
    /^\w+:\/\/([^@]*)@([^:]*):(\d+)\/(\w+)/.exec(url) ?? [];
  const database =
    engine === "postgres" ? `${url}?sslmode=disable` : `mysql://${user}@tcp(${host}:${port})/${name}`;
  const output = execFileSync(migrator, ["inspect"], {
    env: { MIGRATION_DB: database, MIGRATIONS_PATH: folder },
  });
  return readInspection(parseResultLine(output.toString().trimEnd().split("\n").at(-1) ?? "")?.inspection);
}

/** @returns milliseconds at the server, without the connection */
async function run(sql: string): Promise<number> {
  if (engine === "mysql") {
    const { username, password, hostname, port, pathname } = new URL(url);
    const at = ["-h", hostname, "-P", port, "-u", username, "--protocol=tcp", "-N", pathname.slice(1)];
    const timed = `SET @begun = NOW(6); ${sql}; SELECT TIMESTAMPDIFF(MICROSECOND, @begun, NOW(6))`;
    const output = execFileSync("mariadb", [...at, "-e", timed.replace(/;+;/g, ";")], {
      env: { ...process.env, MYSQL_PWD: password },
    });
    return Number(output.toString().trim().split("\n").at(-1)) / 1000;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const begun = performance.now();
    await client.query(sql);
    return performance.now() - begun;
  } finally {
    await client.end();
  }
}
