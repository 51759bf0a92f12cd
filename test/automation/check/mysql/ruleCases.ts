import { PARENT_AND_CHILD } from "./lint.ts";

/** Of each rule: what breaks it, and what looks alike and does not. */
export const BOTH_WAYS: Readonly<
  Record<string, { readonly breaks: readonly string[]; readonly keeps: readonly string[] }>
> = {
  delimiter: {
    breaks: [
      "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;",
      "delimiter $$\nSELECT 1$$",
    ],
    keeps: [
      "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END;",
      "ALTER TABLE users ADD COLUMN delimiter INT;",
    ],
  },
  "half-applied": {
    breaks: [
      "CREATE TABLE x (id INT PRIMARY KEY);\nALTER TABLE users ADD COLUMN c INT;",
      "INSERT INTO users (email) VALUES ('a');\nINSERT INTO users (email) VALUES ('b');",
      "ALTER TABLE users ADD COLUMN c INT;\nUPDATE users SET c = 1 WHERE id < 10;",
    ],
    keeps: [
      "ALTER TABLE users ADD COLUMN c INT;",
      "SET foreign_key_checks = 0;\nALTER TABLE users ADD COLUMN c INT;\nSET foreign_key_checks = 1;",
      "CREATE TABLE IF NOT EXISTS x (id INT PRIMARY KEY);\nDROP VIEW IF EXISTS v;\nALTER TABLE users ADD COLUMN c INT;",
      "START TRANSACTION;\nINSERT INTO users (email) VALUES ('a');\nINSERT INTO users (email) VALUES ('b');\nCOMMIT;",
    ],
  },
  "implicit-commit": {
    breaks: [
      "BEGIN;\nALTER TABLE users ADD COLUMN c INT;\nCOMMIT;",
      "START TRANSACTION;\nUPDATE users SET age = 1 WHERE id = 1;\nCREATE INDEX i ON users (email);\nCOMMIT;",
    ],
    keeps: [
      "BEGIN;\nUPDATE users SET age = 1 WHERE id = 1;\nCOMMIT;",
      "BEGIN;\nCREATE TEMPORARY TABLE x (id INT);\nCOMMIT;",
    ],
  },
  "transaction-open": {
    breaks: [
      "BEGIN;\nUPDATE users SET age = 1 WHERE id = 1;",
      "LOCK TABLES users WRITE;\nUPDATE users SET age = 1 WHERE id = 1;",
    ],
    keeps: [
      "BEGIN;\nUPDATE users SET age = 1 WHERE id = 1;\nROLLBACK;",
      "LOCK TABLES users WRITE;\nUNLOCK TABLES;",
    ],
  },
  "writes-blocked": {
    breaks: [
      "ALTER TABLE users MODIFY email INT NOT NULL;",
      "ALTER TABLE users ADD FULLTEXT INDEX f (note);",
      "ALTER TABLE users CONVERT TO CHARACTER SET latin1;",
      "ALTER TABLE users ADD INDEX i ((age + 1));",
      "ALTER TABLE users MODIFY email VARCHAR(64) NOT NULL;",
      "ALTER TABLE users ADD COLUMN c INT, ALGORITHM=COPY;",
      "ALTER TABLE users ADD INDEX i (note(10)), LOCK=SHARED;",
      "CREATE FULLTEXT INDEX f ON users (note);",
      "ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (age) REFERENCES ages (id);",
      "ALTER TABLE unknown_table MODIFY a INT;",
    ],
    keeps: [
      "ALTER TABLE users ADD COLUMN c INT;",
      "ALTER TABLE users ADD INDEX i (email);",
      "ALTER TABLE users MODIFY email VARCHAR(60) NOT NULL;",
      "SET foreign_key_checks = 0;\nALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (age) REFERENCES ages (id);\nSET foreign_key_checks = 1;",
      "CREATE TABLE x (id INT PRIMARY KEY, a INT);\nALTER TABLE x MODIFY a VARCHAR(10);",
    ],
  },
  "algorithm-refused": {
    breaks: [
      "ALTER TABLE users MODIFY email INT NOT NULL, ALGORITHM=INPLACE;",
      "ALTER TABLE users ADD INDEX i (email), ALGORITHM=INSTANT;",
      "ALTER TABLE users ADD FULLTEXT INDEX f (note), LOCK=NONE;",
    ],
    keeps: [
      "ALTER TABLE users ADD COLUMN c INT, ALGORITHM=INSTANT;",
      "CREATE INDEX i ON users (email) ALGORITHM=INPLACE LOCK=NONE;",
    ],
  },
  "insert-breaks": {
    breaks: ["ALTER TABLE users ADD COLUMN c INT NOT NULL;"],
    keeps: [
      "ALTER TABLE users ADD COLUMN c INT NOT NULL DEFAULT 0;",
      "ALTER TABLE users ADD COLUMN c INT;",
      "CREATE TABLE x (id INT NOT NULL PRIMARY KEY);",
    ],
  },
  "nulls-refused": {
    breaks: ["ALTER TABLE users MODIFY age INT NOT NULL;"],
    keeps: ["ALTER TABLE users MODIFY email VARCHAR(55) NOT NULL;"],
  },
  "attributes-lost": {
    breaks: [
      "ALTER TABLE users MODIFY email VARCHAR(55);",
      "ALTER TABLE users MODIFY created_at DATETIME NOT NULL;",
      "ALTER TABLE users CHANGE id id BIGINT UNSIGNED NOT NULL;",
    ],
    keeps: [
      "ALTER TABLE users MODIFY created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP;",
      "ALTER TABLE users MODIFY age INT COMMENT 'years';",
    ],
  },
  "no-primary-key": {
    breaks: ["CREATE TABLE x (a INT);", "CREATE TABLE x (a INT, UNIQUE KEY (a));"],
    keeps: [
      "CREATE TABLE x (a INT, PRIMARY KEY (a));",
      "CREATE TABLE x LIKE users;",
      "CREATE TEMPORARY TABLE x (a INT);",
      "CREATE TABLE x AS SELECT * FROM users;",
    ],
  },
  "not-innodb": {
    breaks: ["CREATE TABLE x (a INT PRIMARY KEY) ENGINE=MyISAM;", "ALTER TABLE users ENGINE = Aria;"],
    keeps: ["CREATE TABLE x (a INT PRIMARY KEY) ENGINE=InnoDB;"],
  },
  "three-byte-charset": {
    breaks: [
      "CREATE TABLE x (a INT PRIMARY KEY) DEFAULT CHARSET=utf8;",
      "CREATE TABLE x (a VARCHAR(9) CHARACTER SET utf8mb3 PRIMARY KEY);",
      "CREATE TABLE x (a INT PRIMARY KEY) COLLATE=utf8_general_ci;",
      "ALTER TABLE users CONVERT TO CHARACTER SET utf8;",
    ],
    keeps: [
      "CREATE TABLE x (a INT PRIMARY KEY) DEFAULT CHARSET=utf8mb4;",
      "CREATE TABLE x (a VARCHAR(9) CHARACTER SET latin1 PRIMARY KEY);",
    ],
  },
  "name-too-long": {
    breaks: [
      `CREATE INDEX ${"i".repeat(65)} ON users (email);`,
      `CREATE INDEX \`${"é".repeat(65)}\` ON users (email);`,
    ],
    keeps: [
      `CREATE INDEX ${"i".repeat(64)} ON users (email);`,
      `INSERT INTO users (email) VALUES ('${"x".repeat(99)}');`,
    ],
  },
  definer: {
    breaks: [
      "CREATE DEFINER=`root`@`localhost` PROCEDURE p() SELECT 1;",
      "CREATE DEFINER = root@'%' VIEW v AS SELECT 1;",
    ],
    keeps: ["CREATE DEFINER=CURRENT_USER PROCEDURE p() SELECT 1;", "CREATE VIEW v AS SELECT 1;"],
  },
  "function-binlog": {
    breaks: [
      "CREATE FUNCTION f() RETURNS INT RETURN 1;",
      "CREATE FUNCTION f() RETURNS INT NOT DETERMINISTIC RETURN 1;",
      "ALTER TABLE users ADD COLUMN u CHAR(36) DEFAULT (uuid());",
    ],
    keeps: [
      "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;",
      "CREATE FUNCTION f() RETURNS INT READS SQL DATA RETURN 1;",
      "ALTER TABLE users ALTER note SET DEFAULT (uuid());",
      "CREATE TABLE x (id CHAR(36) PRIMARY KEY DEFAULT (uuid()));",
      "CREATE PROCEDURE p() SELECT 1;",
    ],
  },
  "sql-mode": {
    breaks: ["SET sql_mode = '';\nALTER TABLE users ADD COLUMN c INT;"],
    keeps: [
      "SET @mode = @@sql_mode;\nSET sql_mode = '';\nALTER TABLE users ADD COLUMN c INT;\nSET sql_mode = @mode;",
    ],
  },
  "setting-left": {
    breaks: [
      "SET foreign_key_checks = 0;\nDROP INDEX age_idx ON users;",
      "SET @@session.autocommit = 0;\nDROP INDEX age_idx ON users;",
    ],
    keeps: [
      "SET foreign_key_checks = 0;\nDROP INDEX age_idx ON users;\nSET foreign_key_checks = 1;",
      "/*!40014 SET @OLD=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;\nDROP INDEX age_idx ON users;\n/*!40014 SET FOREIGN_KEY_CHECKS=@OLD */;",
    ],
  },
  "global-setting": {
    breaks: ["SET GLOBAL max_connections = 5;\nSELECT 1;", "SET @@global.max_connections = 5;\nSELECT 1;"],
    keeps: ["SET SESSION max_execution_time = 5;\nSELECT 1;"],
  },
  "use-database": { breaks: ["USE other;\nSELECT 1;"], keeps: ["ALTER TABLE other.t FORCE;"] },
  "load-data-local": {
    breaks: ["LOAD DATA LOCAL INFILE 'x.csv' INTO TABLE users;"],
    keeps: ["LOAD DATA INFILE 'x.csv' INTO TABLE users;"],
  },
  "server-lacks": {
    breaks: [
      "ALTER TABLE users ADD COLUMN IF NOT EXISTS c INT;",
      "CREATE TABLE x (id INT PRIMARY KEY) COLLATE=utf8mb4_uca1400_ai_ci;",
      "CREATE TABLE x (id UUID PRIMARY KEY);",
      "SET max_statement_time = 5;\nSELECT 1;",
      "SET sql_mode = 'NO_AUTO_CREATE_USER';\nSELECT 1;",
      "UPDATE users SET note = JSON_DETAILED(note) WHERE id = 1;",
    ],
    keeps: [
      "/*M!100401 ALTER TABLE users ADD COLUMN IF NOT EXISTS c INT */;\nSELECT 1;",
      "INSERT INTO users (note) VALUES ('ADD COLUMN IF NOT EXISTS, RETURNING id');",
      "CREATE FUNCTION json_detailed(a INT) RETURNS INT NO SQL RETURN a;\nSELECT json_detailed(1);",
    ],
  },
  "reserved-word": {
    breaks: ["CREATE TABLE x (id INT PRIMARY KEY, rank INT);", "ALTER TABLE users RENAME TO groups;"],
    keeps: [
      "CREATE TABLE x (id INT PRIMARY KEY, `rank` INT, KEY `rank` (`rank`));",
      "SELECT x.rank, RANK() OVER (ORDER BY id) FROM x;",
    ],
  },
  "default-refused": {
    breaks: [
      "ALTER TABLE users ADD COLUMN c JSON NOT NULL DEFAULT '{}';",
      "CREATE TABLE x (id INT PRIMARY KEY, c DATETIME(6) DEFAULT CURRENT_TIMESTAMP);",
    ],
    keeps: [
      "ALTER TABLE users ADD COLUMN c JSON DEFAULT (JSON_OBJECT());",
      "ALTER TABLE users ADD COLUMN c TEXT DEFAULT NULL;",
    ],
  },
  "default-charset": {
    breaks: [
      "CREATE TABLE x (v VARCHAR(1000) PRIMARY KEY);",
      "ALTER TABLE users ADD COLUMN v VARCHAR(1000) CHARACTER SET utf8mb4;\nCREATE TABLE x (v VARCHAR(20000));",
      "CREATE DATABASE IF NOT EXISTS other;\nCREATE TABLE x (v VARCHAR(1000) PRIMARY KEY);",
    ],
    keeps: [
      "CREATE TABLE x (v VARCHAR(700) PRIMARY KEY);",
      "ALTER DATABASE CHARACTER SET latin1;\nCREATE TABLE x (v VARCHAR(1000) PRIMARY KEY);",
      "ALTER DATABASE shop COLLATE = 'ascii_bin';\nCREATE TABLE x (v VARCHAR(1000) PRIMARY KEY);",
    ],
  },
  "strict-mode": {
    breaks: [
      "INSERT INTO users (age) VALUES (1);",
      "INSERT INTO users (email, age) VALUES ('a', 'x');",
      "INSERT INTO users (email, age) VALUES ('a', 1), (NULL, 2);",
      "ALTER TABLE users ADD COLUMN e ENUM('a', 'a');",
    ],
    keeps: [
      "INSERT INTO users (email, age) VALUES ('a', 1);",
      "INSERT IGNORE INTO users (age) VALUES ('x');",
      "SET sql_mode = '';\nINSERT INTO users (age) VALUES ('x');\nSET sql_mode = DEFAULT;",
      "CREATE TRIGGER tr BEFORE INSERT ON users FOR EACH ROW SET NEW.email = 'a';\nINSERT INTO users (age) VALUES (1);",
    ],
  },
  "zero-date": {
    breaks: [
      "ALTER TABLE users ADD COLUMN c DATE NOT NULL DEFAULT '0000-00-00';",
      "UPDATE users SET created_at = '2020-01-01' WHERE created_at = '0000-00-00 00:00:00';",
    ],
    keeps: [
      "SET @mode = @@sql_mode;\nSET sql_mode = 'STRICT_TRANS_TABLES';\nALTER TABLE users ADD COLUMN c DATE NOT NULL DEFAULT '0000-00-00';\nSET sql_mode = @mode;",
    ],
  },
  "foreign-key-refused": {
    breaks: [
      `${PARENT_AND_CHILD}DROP TABLE p;`,
      `${PARENT_AND_CHILD}TRUNCATE p;`,
      `${PARENT_AND_CHILD}ALTER TABLE p DROP COLUMN id;`,
      `${PARENT_AND_CHILD}ALTER TABLE c DROP COLUMN p;`,
      `${PARENT_AND_CHILD}ALTER TABLE p MODIFY id BIGINT;`,
      "CREATE TABLE c (id INT PRIMARY KEY, u INT, FOREIGN KEY (u) REFERENCES users (id));",
      "CREATE TABLE c (id INT PRIMARY KEY, u BIGINT);\nALTER TABLE c ADD FOREIGN KEY (u) REFERENCES users (id);",
    ],
    keeps: [
      `${PARENT_AND_CHILD}DROP TABLE p, c;`,
      `${PARENT_AND_CHILD}SET foreign_key_checks = 0;\nDROP TABLE p;\nSET foreign_key_checks = 1;`,
      `${PARENT_AND_CHILD}ALTER TABLE c DROP FOREIGN KEY f;\nDROP TABLE p;`,
      `${PARENT_AND_CHILD}ALTER TABLE c DROP FOREIGN KEY f, DROP COLUMN p;`,
      `${PARENT_AND_CHILD}ALTER TABLE p MODIFY id INT COMMENT 'x';`,
      "CREATE TABLE c (id INT PRIMARY KEY, u BIGINT UNSIGNED, FOREIGN KEY (u) REFERENCES users (id));",
    ],
  },
  "update-all-rows": {
    breaks: [
      "UPDATE users SET age = 1;",
      "DELETE FROM users;",
      "DELETE FROM users WHERE 1 = 1 AND 'a' = 'a';",
      "DELETE FROM users WHERE id = id OR TRUE;",
      "UPDATE users SET age = 1 WHERE TRUE;",
    ],
    keeps: [
      "UPDATE users SET age = 1 WHERE id = 1;",
      "DELETE FROM users WHERE id < 9 LIMIT 5;",
      "UPDATE users u JOIN x ON x.id = u.id SET u.age = x.age;",
    ],
  },
  "drop-table": {
    breaks: [
      "DROP TABLE users;",
      "TRUNCATE users;",
      "ALTER TABLE users DROP PARTITION p0;",
      "DROP DATABASE shop;",
      "DROP VIEW v;",
    ],
    keeps: ["CREATE TABLE x (id INT PRIMARY KEY);\nDROP TABLE x;", "DROP TEMPORARY TABLE users;"],
  },
  "drop-column": {
    breaks: ["ALTER TABLE users DROP COLUMN age;", "ALTER TABLE users DROP age;"],
    keeps: ["ALTER TABLE users DROP INDEX age_idx;"],
  },
  rename: {
    breaks: [
      "RENAME TABLE users TO people;",
      "ALTER TABLE users RENAME COLUMN age TO years;",
      "ALTER TABLE users CHANGE age years INT;",
      "ALTER TABLE users RENAME TO people;",
    ],
    keeps: [
      "ALTER TABLE users RENAME INDEX age_idx TO i;",
      "ALTER TABLE users CHANGE age age INT COMMENT 'x';",
    ],
  },
  syntax: {
    breaks: [
      "CRAETE TABLE x (id INT);",
      "ALTER TABLE users ADDCOLUMN c INT;",
      "INSERT INTO users (email) VALUES ('open);",
      "SELECT 1 /* open",
      "source other.sql;",
    ],
    keeps: ["INSERT INTO users (email) VALUES ('it''s; fine'), (\"it's\"), ('\\'');", "SELECT 1 -- 'open\n;"],
  },
  empty: {
    breaks: ["-- nothing", "SET NAMES utf8mb4;"],
    keeps: ["SELECT 1;", "SET GLOBAL event_scheduler = ON;", "SET PASSWORD FOR a = 'b';"],
  },
};
