/**
 * Statements that one of the servers may not know, with the number that MySQL 8.0.33 and MariaDB 10.11.19 answered (`ok`:
 * none): `serverCases.txt`. test/lab/database/serverWords.test.ts asks them again.
 */
import { readFileSync } from "node:fs";

export interface ServerCase {
  /** `ok`, or the server's number. */
  readonly mysql: string;
  readonly mariadb: string;
  readonly sql: string;
}

/** What the statements are about: they ran long ago. */
export const SERVER_SCHEMA =
  "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(30) NOT NULL DEFAULT '', d DATE, n INT NOT NULL DEFAULT 0, j JSON, CONSTRAINT pos CHECK (id > 0), KEY kn (n)); INSERT INTO t VALUES (1, 'x', NULL, 0, '{\"a\":1}'); CREATE TABLE p (id INT PRIMARY KEY);";

export const SERVER_CASES: readonly ServerCase[] = readFileSync(
  new URL("serverCases.txt", import.meta.url),
  "utf8",
)
  .trim()
  .split("\n")
  .map((line) => {
    const [, mysql = "", mariadb = "", sql = ""] = /^(\S+) +(\S+) +\| (.*)$/.exec(line) ?? [];
    return { mysql, mariadb, sql };
  });
