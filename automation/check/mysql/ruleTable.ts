/** The rules over what MySQL and MariaDB run: id, severity, summary. The code is in the files beside this one. */
import type { Rule } from "../rule.ts";

export const MYSQL_RULES = {
  delimiter: {
    severity: "error",
    summary: "DELIMITER is a command of the mysql client; the server refuses it (error 1064)",
  },
  "half-applied": {
    severity: "warning",
    summary: "MySQL commits each statement of the file by itself, so that a failure leaves those before it",
  },
  "implicit-commit": {
    severity: "warning",
    summary:
      "A statement inside BEGIN and COMMIT commits what is before it; the transaction protects nothing",
  },
  "transaction-open": {
    severity: "warning",
    summary: "A transaction, a LOCK TABLES or autocommit = 0 outlasts the file",
  },
  "writes-blocked": {
    severity: "warning",
    summary: "The server copies the table or builds an index while every write to it waits",
  },
  "algorithm-refused": {
    severity: "error",
    summary: "The server refuses the ALGORITHM or LOCK that the statement names (errors 1845 and 1846)",
  },
  "lock-wait-timeout": {
    severity: "warning",
    summary:
      "A metadata lock is asked for without a limit of seconds; every query on the table waits behind it",
  },
  "insert-breaks": {
    severity: "warning",
    summary: "A new NOT NULL column without a default makes the INSERT of the running code fail (error 1364)",
  },
  "nulls-refused": {
    severity: "warning",
    summary: "A column becomes NOT NULL; one row with NULL makes the statement fail, or turns into 0 or ''",
  },
  "attributes-lost": {
    severity: "warning",
    summary:
      "MODIFY and CHANGE state the whole column: NOT NULL, DEFAULT and AUTO_INCREMENT left out are gone",
  },
  "no-primary-key": {
    severity: "warning",
    summary: "A table without a primary key is slow to replicate and refused under sql_require_primary_key",
  },
  "not-innodb": {
    severity: "warning",
    summary: "A table of an engine without transactions is not backed up or recovered as InnoDB's are",
  },
  "three-byte-charset": {
    severity: "warning",
    summary: "utf8 and utf8mb3 hold no characters of four bytes, such as emoji (error 1366)",
  },
  "name-too-long": {
    severity: "error",
    summary: "A name has more than 64 characters; the server refuses it (error 1059)",
  },
  definer: {
    severity: "warning",
    summary: "A DEFINER is another user: RDS refuses it, or the program fails where that user does not exist",
  },
  "function-binlog": {
    severity: "warning",
    summary:
      "A function without DETERMINISTIC, NO SQL or READS SQL DATA, or a new column with DEFAULT (uuid()), is refused with binary logging (errors 1418 and 1674)",
  },
  "sql-mode": {
    severity: "warning",
    summary: "A change of sql_mode changes what the rest of the run accepts, and stays in stored programs",
  },
  "setting-left": {
    severity: "warning",
    summary: "A session setting is not put back at the end of the file, and holds for the files after it",
  },
  "global-setting": {
    severity: "warning",
    summary: "SET GLOBAL and SET PERSIST change the whole server; RDS refuses them to its users",
  },
  "use-database": {
    severity: "error",
    summary: "After USE golang-migrate keeps its version in the other database, and the run ends dirty",
  },
  "load-data-local": {
    severity: "error",
    summary:
      "LOAD DATA LOCAL reads a file of the client's, which the container does not have and the driver refuses",
  },
  "server-lacks": {
    severity: "error",
    summary: "Words, a function, a variable or a collation that the server does not have; it refuses them",
  },
  "reserved-word": {
    severity: "error",
    summary: "A reserved word of the server is a name without backquotes (error 1064)",
  },
  "default-refused": {
    severity: "error",
    summary: "The server refuses the DEFAULT of a column (errors 1067 and 1101)",
  },
  "foreign-key-refused": {
    severity: "error",
    summary: "A foreign key of the files does not fit, or still needs what the statement drops or changes",
  },
  "default-charset": {
    severity: "warning",
    summary:
      "A key, row or column is too long if utf8mb4 is the database's default, as it is MySQL 8's (errors 1071, 1074 and 1118)",
  },
  "strict-mode": {
    severity: "warning",
    summary:
      "Strict mode refuses it (errors 1264, 1364, 1406 and their like); without it, as on RDS, a value is changed",
  },
  "zero-date": {
    severity: "warning",
    summary: "A date of zeros, which MySQL's default sql_mode refuses (errors 1067, 1292 and 1525)",
  },
} as const satisfies Record<string, Rule>;
