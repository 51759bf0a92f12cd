import assert from "node:assert/strict";
import type { Finding } from "../../../../automation/check/finding.ts";
import { mysqlDialect } from "../../../../automation/check/mysql/mysql.ts";
import { readServerVersion } from "../../../../automation/check/mysql/serverVersion.ts";
import { DEFAULT_CHECK } from "../../../../automation/check/settings.ts";
import { SERVER_SCHEMA } from "./serverCases.ts";

/** The tables that the files below alter: they ran long ago. */
export const SHIPPED = `CREATE TABLE users (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, email VARCHAR(50) NOT NULL, age INT, note TEXT,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY age_idx (age)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;

/** Two tables and a foreign key, for what such a key stands in the way of. */
export const PARENT_AND_CHILD = `CREATE TABLE p (id INT PRIMARY KEY, n INT);
CREATE TABLE c (id INT PRIMARY KEY, p INT, CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id));
`;

/** The rules that one statement breaks on a server, on top of the tables of `serverCases.ts`. */
export async function rulesOfServer(sql: string, version: string): Promise<string[]> {
  return (await lint(`${sql};`, { version, shipped: SERVER_SCHEMA })).map(({ rule }) => rule);
}

/** The findings of one file on top of {@link SHIPPED}. */
export async function lint(
  text: string,
  options: { version?: string; direction?: "up" | "down"; lockLimit?: boolean; shipped?: string } = {},
): Promise<Finding[]> {
  const server = readServerVersion(options.version ?? "8.0");
  assert(server);
  const opened = mysqlDialect(server).openLint({
    ...DEFAULT_CHECK,
    historyKnown: true,
    lockLimit: options.lockLimit ?? true,
  });
  await opened.check({ file: "1.up.sql", direction: "up", text: options.shipped ?? SHIPPED, ran: true });
  const direction = options.direction ?? "up";
  return opened.check({ file: `2.${direction}.sql`, direction, text, ran: false });
}

/** Each finding as `line severity rule`. */
export async function rulesOf(text: string, options: Parameters<typeof lint>[1] = {}): Promise<string[]> {
  const found = await lint(text, options);
  return found.map(({ line, severity, rule }) => `${line} ${severity} ${rule}`);
}
