/**
 * Statements that one of the servers may not know, with the number that MySQL 8.0.33 and MariaDB 10.11.19 answered (`ok`:
 * none): `serverCases.txt`, `schemaCases.txt`, `rowCases.txt`. test/lab/database/serverWords.test.ts asks them again.
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

/** What the statements of `schemaCases.txt` alter. */
export const KEYS_SCHEMA = `CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, a INT NULL, b VARCHAR(50) CHARACTER SET utf8mb4, c TEXT, j JSON, p POINT, n INT NOT NULL, KEY ka (a), UNIQUE KEY un (n, a), KEY kb (b(20)));
CREATE TABLE par (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, code VARCHAR(10) NOT NULL, x INT, y INT, KEY kx (x, y), KEY kp (code(4)));
CREATE TABLE chi (id INT PRIMARY KEY, par_id INT UNSIGNED, k INT, k2 INT NOT NULL, KEY kpar (par_id), CONSTRAINT cp FOREIGN KEY (par_id) REFERENCES par (id));
CREATE TABLE imp (id INT PRIMARY KEY, par_id INT UNSIGNED, CONSTRAINT ip FOREIGN KEY (par_id) REFERENCES par (id));
CREATE TABLE pt (id INT NOT NULL, d DATE NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE COLUMNS(d) (PARTITION p0 VALUES LESS THAN ('2025-01-01'), PARTITION pm VALUES LESS THAN (MAXVALUE));
CREATE TABLE g (id INT PRIMARY KEY, a INT, b INT AS (a + 1) VIRTUAL, e INT, CONSTRAINT e_pos CHECK (e > 0), w INT, CHECK (w > id));`;

/** What the rows of `rowCases.txt` are for. */
export const ROWS_SCHEMA = `CREATE TABLE e (id INT PRIMARY KEY AUTO_INCREMENT, k ENUM('a','b') NOT NULL, v VARCHAR(5), s SET('x','y'), ts TIMESTAMP NOT NULL, dt DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, j JSON, bt BIT(1), tx TEXT, de DECIMAL(4,2), u VARCHAR(9) UNIQUE, n INT NOT NULL DEFAULT 0, x TINYINT(1), y YEAR, t TIME, bl BLOB, fl FLOAT, c CHAR(3), l LONGTEXT);
CREATE TABLE trg (id INT PRIMARY KEY AUTO_INCREMENT, n INT NOT NULL, m VARCHAR(3) NOT NULL);
CREATE TRIGGER tb BEFORE INSERT ON trg FOR EACH ROW SET NEW.n = 5, NEW.m = IFNULL(NEW.m, 'x');
CREATE TABLE inv (id INT PRIMARY KEY AUTO_INCREMENT, h INT DEFAULT 1 INVISIBLE, b INT);
CREATE TABLE tsn (id INT PRIMARY KEY, ts TIMESTAMP NOT NULL);
CREATE TABLE tbn (id INT PRIMARY KEY, tx TEXT NOT NULL, j JSON NOT NULL, bl BLOB NOT NULL);`;

export const SERVER_CASES = readCases("serverCases.txt");
/** Statements that one of the servers refuses, or does not, for the tables, keys and values of the files. */
export const SCHEMA_CASES = readCases("schemaCases.txt");
/** Rows that a server takes or does not. */
export const ROW_CASES = readCases("rowCases.txt");

function readCases(file: string): ServerCase[] {
  return readFileSync(new URL(file, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const [, mysql = "", mariadb = "", sql = ""] = /^(\S+) +(\S+) +\| (.*)$/.exec(line) ?? [];
      return { mysql, mariadb, sql };
    });
}
