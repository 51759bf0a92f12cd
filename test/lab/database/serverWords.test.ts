/** What each server answers to the statements of `serverCases.txt`, `schemaCases.txt` and `rowCases.txt`: `node --test test/lab/database/serverWords.test.ts`. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  KEYS_SCHEMA,
  ROW_CASES,
  ROWS_SCHEMA,
  SCHEMA_CASES,
  SERVER_CASES,
  SERVER_SCHEMA,
} from "../../automation/check/mysql/serverCases.ts";
import { isMysql, startMariadb } from "./mariadb.ts";

test("the server refuses what check says it refuses", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-words-"));
  const server = await startMariadb({ folder, gateway: "127.0.0.1" });
  context.after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const session = "SET time_zone = '+00:00';";
  const setUp = `DROP DATABASE shop; CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop; DROP USER IF EXISTS ux; DROP ROLE IF EXISTS r1; CREATE ROLE r1;`;
  for (const [schema, cases] of [
    [SERVER_SCHEMA, SERVER_CASES],
    [KEYS_SCHEMA, SCHEMA_CASES],
    [ROWS_SCHEMA, ROW_CASES],
  ] as const) {
    let isAsMade = false;
    for (const { sql, ...answers } of cases) {
      const made = isAsMade ? "" : `${setUp} ${schema}`;
      const { errno, error } = await server.run("shop", `${session} ${made} ${sql};`);
      assert.equal(String(errno ?? "ok"), answers[isMysql ? "mysql" : "mariadb"], `${sql}: ${error}`);
      // One statement that the server refuses leaves everything as it was, but for MariaDB's DROP of several tables.
      isAsMade = errno !== undefined && !/;|^DROP/i.test(sql);
    }
  }
});
