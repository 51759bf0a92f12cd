/** What check says of each ALTER TABLE, against a MariaDB server: `node --test test/lab/database/onlineDdl.test.ts`. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Online } from "../../../automation/check/mysql/online.ts";
import { judgeAlter } from "../../automation/check/mysql/judgeAlter.ts";
import {
  MARIADB_CASES,
  MEASURED_CASES,
  ONLINE_CASES,
  type OnlineCase,
  TABLES,
} from "../../automation/check/mysql/onlineDdlTable.ts";
import { isMysql, type Mariadb, startMariadb } from "./mariadb.ts";

const ALGORITHMS = isMysql ? ["INSTANT", "INPLACE", "COPY"] : ["INSTANT", "NOCOPY", "INPLACE", "COPY"];
const ROWS =
  "INSERT INTO p VALUES (1), (2); INSERT INTO t (id, a, n, nn, g) VALUES (1, '1', 1, 1, POINT(1, 1)), (2, '2', 2, 2, POINT(1, 1));";
/** ALGORITHM_NOT_SUPPORTED with and without a reason (MariaDB, "MariaDB Error Code Reference"). */
const REFUSED = [1845, 1846];

/** Before what partitions, the clauses come first: without a comma where the whole table is meant. */
function clauses(alter: string, algorithm: string, lock: string): string {
  const how = `ALGORITHM=${algorithm}, LOCK=${lock}`;
  if (/^(?:PARTITION BY|REMOVE PARTITIONING)/.test(alter)) return `ALTER TABLE t ${how} ${alter}`;
  return /^\w+ PARTITION /.test(alter) ? `ALTER TABLE t ${how}, ${alter}` : `ALTER TABLE t ${alter}, ${how}`;
}

/** What MySQL has no such statement for, or what asks for a plugin or for tables that are partitioned. */
const NOT_ASKED = /^(?:ADD SYSTEM VERSIONING|ENCRYPTION=)/;

const MEASURED: readonly OnlineCase[] = MEASURED_CASES.map(([alter, , setup]) => ({
  operation: "measured",
  alter,
  setup,
  mysql80: "-",
  mysql57: "-",
  mysqlOnly: true,
}));

function asked(): OnlineCase[] {
  if (!isMysql) return [...ONLINE_CASES, ...MARIADB_CASES].filter(({ mysqlOnly }) => !mysqlOnly);
  // The manual's rows of partitions have no partitioned table: MEASURED has them.
  const manual = ONLINE_CASES.filter(({ alter }) => !/PARTITION/.test(alter));
  return [...manual, ...MARIADB_CASES, ...MEASURED].filter(({ alter }) => !NOT_ASKED.test(alter));
}

/** Tries the weakest clauses last, as a person would: the first that the server accepts is what it can do. */
async function ask(
  server: Mariadb,
  { setup, alter }: OnlineCase,
): Promise<{ algorithm: string; writes: boolean }> {
  const fresh = `SET foreign_key_checks = 0; DROP TABLE IF EXISTS t, t2, p; SET foreign_key_checks = 1; ${TABLES} ${ROWS}`;
  await server.query("shop", `${fresh} ${setup};`);
  // A setting holds for one session, and each run is one.
  const settings = setup.startsWith("SET") ? `${setup};` : "";
  for (const algorithm of ALGORITHMS) {
    // MySQL takes no LOCK beside INSTANT (error 1221): it is instant, and nobody waits.
    const locks = isMysql && algorithm === "INSTANT" ? ["DEFAULT"] : ["NONE", "SHARED", "EXCLUSIVE"];
    for (const lock of locks) {
      const answer = await server.run("shop", `${settings} ${clauses(alter, algorithm, lock)};`);
      if (answer.ok) return { algorithm, writes: lock === "NONE" || lock === "DEFAULT" };
      assert.ok(REFUSED.includes(answer.errno ?? 0), `${alter}: ${answer.error}`);
    }
  }
  throw new Error(`${alter} runs with no clause at all`);
}

function agrees(said: Online, { algorithm, writes }: { algorithm: string; writes: boolean }): boolean {
  return said.algorithm === algorithm && said.writes === writes;
}

test("what check says of an ALTER is what MariaDB does", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-mariadb-"));
  const server = await startMariadb({ folder, gateway: "127.0.0.1" });
  context.after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const [[banner = ""] = []] = await server.query("shop", "SELECT VERSION()");
  const version = `${isMysql ? "" : "mariadb-"}${/^\d+\.\d+\.\d+/.exec(banner)?.[0]}`;
  const differences: string[] = [];
  let compared = 0;
  for (const one of asked()) {
    const said = judgeAlter(one, version);
    const done = await ask(server, one);
    compared += 1;
    const line = `${one.alter.padEnd(62)} ${done.algorithm} ${done.writes ? "NONE" : "SHARED"}`;
    if (process.env.SHOW_TABLE)
      context.diagnostic(
        `${line}; check: ${said.algorithm} ${said.writes ? "NONE" : "SHARED"}${said.sure ? "" : " (not sure)"}`,
      );
    if (!agrees(said, done) && said.sure)
      differences.push(`${line}; check says ${said.algorithm} ${said.writes}`);
  }
  assert.deepEqual(differences, []);
  assert.ok(compared > 60, `${compared} statements compared with ${banner}`);
});
