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
  ONLINE_CASES,
  type OnlineCase,
  TABLES,
} from "../../automation/check/mysql/onlineDdlTable.ts";
import { type Mariadb, startMariadb } from "./mariadb.ts";

const ALGORITHMS = ["INSTANT", "NOCOPY", "INPLACE", "COPY"] as const;
const ROWS =
  "INSERT INTO p VALUES (1), (2); INSERT INTO t (id, a, n, nn, g) VALUES (1, '1', 1, 1, POINT(1, 1)), (2, '2', 2, 2, POINT(1, 1));";
/** ALGORITHM_NOT_SUPPORTED with and without a reason (MariaDB, "MariaDB Error Code Reference"). */
const REFUSED = [1845, 1846];

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
    for (const lock of ["NONE", "SHARED", "EXCLUSIVE"]) {
      const answer = await server.run(
        "shop",
        `${settings} ALTER TABLE t ${alter}, ALGORITHM=${algorithm}, LOCK=${lock};`,
      );
      if (answer.ok) return { algorithm, writes: lock === "NONE" };
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
  const version = `mariadb-${/^\d+\.\d+\.\d+/.exec(banner)?.[0]}`;
  const differences: string[] = [];
  let compared = 0;
  for (const one of [...ONLINE_CASES, ...MARIADB_CASES].filter(({ mysqlOnly }) => !mysqlOnly)) {
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
