/**
 * What the MySQL manuals say of online DDL, row by row: MySQL 8.0 Reference Manual, 17.12.1 "Online DDL Operations", tables
 * 17.16 to 17.23 (https://dev.mysql.com/doc/refman/8.0/en/innodb-online-ddl-operations.html), and MySQL 5.7, 14.13.1. A
 * MySQL 8.0.33 server was asked each (`npm run test:mysql8`), MariaDB is asked in the lab.
 */

export interface OnlineCase {
  /** The manual's words; of one of our own rows, what it is about. */
  readonly operation: string;
  /** What follows ALTER TABLE t. */
  readonly alter: string;
  /**
   * Instant, in place, rebuilds the table, permits concurrent DML, only modifies metadata, each `Y` or `N`: MySQL 8.0 in
   * its latest release, and 5.7, whose table has no column for instant. `-`: the manual has no such row.
   */
  readonly mysql80: string;
  readonly mysql57: string;
  /** Whether MariaDB has no such statement, or ignores the clauses ALGORITHM and LOCK on it. */
  readonly mysqlOnly: boolean;
  /** Statements before it; the tables `t` and `p` are there. */
  readonly setup: string;
}

/** The tables that the cases alter. */
export const TABLES = `CREATE TABLE t (
  id INT PRIMARY KEY, a VARCHAR(50), n INT, nn INT NOT NULL DEFAULT 0, e ENUM('x','y'), s SET('a','b','c','d','e','f','g','h'),
  big VARCHAR(300), l VARCHAR(100) CHARACTER SET latin1, short VARCHAR(20) CHARACTER SET latin1, txt TEXT,
  u8 VARCHAR(20) CHARACTER SET utf8mb3, g GEOMETRY NOT NULL, d DATETIME, money DECIMAL(10,2), c CHAR(10),
  v INT AS (n + 1) VIRTUAL, st INT AS (n + 1) STORED, KEY ka (n)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE p (id INT PRIMARY KEY) ENGINE=InnoDB;`;

/** Operation, statement, 8.0, 5.7, for which server, setup. */
export function casesOf(table: string): OnlineCase[] {
  return table
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .map((line) => {
      const [operation = "", alter = "", mysql80 = "", mysql57 = "", server, setup = ""] = line.split(" | ");
      return { operation, alter, mysql80, mysql57, mysqlOnly: server === "MySQL", setup };
    });
}

/** Asterisks of the manual are resolved: the first FULLTEXT index rebuilds, a foreign key is in place without checks. */
export const ONLINE_CASES = casesOf(`
Creating or adding a secondary index | ADD INDEX i (a) | NYNYN | NYNYN | -
Creating or adding a secondary index | ADD UNIQUE INDEX i (n) | NYNYN | NYNYN | -
Dropping an index | DROP INDEX ka | NYNYY | NYNYY | -
Renaming an index | RENAME INDEX ka TO kb | NYNYY | NYNYY | -
Adding a FULLTEXT index | ADD FULLTEXT INDEX i (a) | NYYNN | NYYNN | -
Adding a SPATIAL index | ADD SPATIAL INDEX i (g) | NYNNN | NYNNN | -
Adding a primary key | ADD PRIMARY KEY (id) | NYYYN | NYYYN | - | ALTER TABLE t DROP PRIMARY KEY
Dropping a primary key | DROP PRIMARY KEY | NNYNN | NNYNN | -
Dropping a primary key and adding another | DROP PRIMARY KEY, ADD PRIMARY KEY (nn) | NYYYN | NYYYN | -
Adding a column | ADD COLUMN z INT | YYNYY | NYYYN | -
Adding a column | ADD COLUMN z INT NOT NULL DEFAULT 5 AFTER id | YYNYY | NYYYN | -
Adding a column (auto-increment) | ADD COLUMN z INT NOT NULL AUTO_INCREMENT, ADD KEY (z) | NYYNN | NYYNN | -
Dropping a column | DROP COLUMN a | YYNYY | NYYYN | -
Renaming a column | RENAME COLUMN a TO b | YYNYY | - | -
Renaming a column | CHANGE a b VARCHAR(50) | YYNYY | NYNYY | -
Reordering columns | MODIFY a VARCHAR(50) FIRST | NYYYN | NYYYN | -
Setting a column default value | ALTER COLUMN n SET DEFAULT 3 | YYNYY | NYNYY | -
Changing the column data type | MODIFY n BIGINT | NNYNN | NNYNN | -
Changing the column data type | MODIFY a INT | NNYNN | NNYNN | -
Changing the column data type | MODIFY money DECIMAL(12,2) | NNYNN | NNYNN | -
Extending VARCHAR column size | MODIFY a VARCHAR(60) | NYNYY | NYNYY | -
Extending VARCHAR column size (past 255 bytes) | MODIFY a VARCHAR(64) | NNYNN | NNYNN | -
Extending VARCHAR column size (decreasing) | MODIFY a VARCHAR(40) | NNYNN | NNYNN | -
Dropping the column default value | ALTER COLUMN nn DROP DEFAULT | YYNYY | NYNYY | -
Changing the auto-increment value | AUTO_INCREMENT=100 | NYNYY | NYNYY | -
Making a column NULL | MODIFY nn INT NULL DEFAULT 0 | NYYYN | NYYYN | -
Making a column NOT NULL | MODIFY n INT NOT NULL | NYYYN | NYYYN | - | ALTER TABLE t DROP COLUMN v, DROP COLUMN st
Modifying the definition of an ENUM or SET column | MODIFY e ENUM('x','y','z') | YYNYY | NYNYY | -
Modifying the definition of an ENUM or SET column (in the middle) | MODIFY e ENUM('x','z','y') | NNYNN | NNYNN | -
Modifying the definition of an ENUM or SET column (another storage size) | MODIFY s SET('a','b','c','d','e','f','g','h','i') | NNYNN | NNYNN | -
Adding a STORED column | ADD COLUMN z INT AS (n + 1) STORED | NNYNN | NNYNN | -
Dropping a STORED column | DROP COLUMN st | - | NYYYN | -
Adding a VIRTUAL column | ADD COLUMN z INT AS (n + 1) VIRTUAL | YYNYY | NYNYY | -
Dropping a VIRTUAL column | DROP COLUMN v | YYNYY | NYNYY | -
Adding a foreign key constraint | ADD CONSTRAINT f FOREIGN KEY (n) REFERENCES p (id) | NNYNN | NNYNN | -
Adding a foreign key constraint (foreign_key_checks off) | ADD CONSTRAINT f FOREIGN KEY (n) REFERENCES p (id) | NYNYY | NYNYY | - | SET foreign_key_checks = 0
Dropping a foreign key constraint | DROP FOREIGN KEY f | NYNYY | NYNYY | - | ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (n) REFERENCES p (id)
Changing the ROW_FORMAT | ROW_FORMAT=COMPRESSED | NYYYN | NYYYN | -
Changing the KEY_BLOCK_SIZE | KEY_BLOCK_SIZE=4 | NYYYN | NYYYN | -
Setting persistent table statistics | STATS_PERSISTENT=0 | NYNYY | NYNYY | -
Specifying a character set | DEFAULT CHARACTER SET latin1 | NYNYY | - | -
Converting a character set | CONVERT TO CHARACTER SET utf8mb4 | NNYNN | NNYNN | -
Rebuilding with the FORCE option | FORCE | NYYYN | NYYYN | -
Performing a null rebuild | ENGINE=InnoDB | NYYYN | NYYYN | -
Renaming a table | RENAME TO t2 | YYNYY | NYNYY | -
Enabling or disabling file-per-table tablespace encryption | ENCRYPTION='Y' | NNYNN | NNYNN | MySQL
PARTITION BY | PARTITION BY HASH (id) PARTITIONS 2 | NNYNN | - | MySQL
REMOVE PARTITIONING | REMOVE PARTITIONING | NNYNN | - | MySQL
ADD PARTITION (RANGE) | ADD PARTITION (PARTITION p9 VALUES LESS THAN (99)) | NYNYY | - | MySQL
ADD PARTITION (HASH) | ADD PARTITION PARTITIONS 2 | NYYNN | - | MySQL
DROP PARTITION | DROP PARTITION p0 | NYNYY | - | MySQL
TRUNCATE PARTITION | TRUNCATE PARTITION p0 | NYNYY | - | MySQL
COALESCE PARTITION | COALESCE PARTITION 1 | NYNNN | - | MySQL
REORGANIZE PARTITION | REORGANIZE PARTITION p0 INTO (PARTITION q VALUES LESS THAN (5)) | NYNNN | - | MySQL
EXCHANGE PARTITION | EXCHANGE PARTITION p0 WITH TABLE p | NYNYY | - | MySQL
OPTIMIZE PARTITION | OPTIMIZE PARTITION p0 | NNYNN | - | MySQL
REBUILD PARTITION | REBUILD PARTITION p0 | NYNNN | - | MySQL
`);

/** Not in the manual's tables: MariaDB's server answers these in test/lab/database/onlineDdl.test.ts. */
export const MARIADB_CASES = casesOf(`
a column with a check | ADD COLUMN z INT CHECK (z > 0) | - | - | -
a column with an index | ADD COLUMN z INT UNIQUE | - | - | -
a column with the time as default | ADD COLUMN z DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP | - | - | -
a column and an index in one statement | ADD COLUMN z INT, ADD INDEX zi (a) | - | - | -
a column that has an index goes | DROP COLUMN n | - | - | - | ALTER TABLE t DROP COLUMN v, DROP COLUMN st
a column on a table with a FULLTEXT index | ADD COLUMN z INT | - | - | - | ALTER TABLE t ADD FULLTEXT INDEX f (a)
a second FULLTEXT index | ADD FULLTEXT INDEX f2 (txt) | - | - | - | ALTER TABLE t ADD FULLTEXT INDEX f (a)
a column on a compressed table | ADD COLUMN z INT | - | - | - | ALTER TABLE t ROW_FORMAT=COMPRESSED
a display width | MODIFY nn INT(5) NOT NULL DEFAULT 0 | - | - | -
another default | MODIFY nn INT NOT NULL DEFAULT 7 | - | - | -
an integer loses its sign | MODIFY nn INT UNSIGNED NOT NULL DEFAULT 0 | - | - | -
a time gets fractions | MODIFY d DATETIME(6) | - | - | -
a CHAR gets longer | MODIFY c CHAR(20) | - | - | -
a CHAR becomes a VARCHAR | MODIFY c VARCHAR(10) | - | - | -
a TEXT becomes a MEDIUMTEXT | MODIFY txt MEDIUMTEXT | - | - | -
a long VARCHAR gets longer | MODIFY big VARCHAR(400) | - | - | -
a latin1 VARCHAR of 100 past 255 bytes | MODIFY l VARCHAR(256) CHARACTER SET latin1 | - | - | -
a latin1 VARCHAR within 255 bytes | MODIFY short VARCHAR(250) CHARACTER SET latin1 | - | - | -
a column's character set, latin1 to utf8mb4 | MODIFY l VARCHAR(100) CHARACTER SET utf8mb4 | - | - | -
a column's character set, utf8mb3 to utf8mb4 | MODIFY u8 VARCHAR(20) CHARACTER SET utf8mb4 | - | - | -
a column's collation | MODIFY a VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin | - | - | -
an indexed column's collation | MODIFY a VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin | - | - | - | ALTER TABLE t ADD INDEX ai (a)
a primary key goes where a unique key is | DROP PRIMARY KEY | - | - | - | ALTER TABLE t ADD UNIQUE KEY un (nn)
a check | ADD CONSTRAINT ck CHECK (n > 0) | - | - | -
a check goes | DROP CONSTRAINT ck | - | - | - | ALTER TABLE t ADD CONSTRAINT ck CHECK (n > 0)
another comment | COMMENT='x' | - | - | -
system versioning | ADD SYSTEM VERSIONING | - | - | -
`);

const NO_GENERATED = "ALTER TABLE t DROP COLUMN g, DROP COLUMN v, DROP COLUMN st";
const OTHER = (columns: string, charset: string) =>
  `DROP TABLE t; CREATE TABLE t (id INT PRIMARY KEY, ${columns}) CHARSET=${charset}`;
const RANGE = `${NO_GENERATED}; ALTER TABLE t PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (5), PARTITION p1 VALUES LESS THAN (10))`;
const HASH = `${NO_GENERATED}; ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 3`;
const FULLTEXT = "ALTER TABLE t ADD FULLTEXT INDEX f (a)";

/**
 * What the manual does not say, or says otherwise: statement, the strongest ALGORITHM and LOCK that the server took, what
 * was there before. MySQL 8.0.33 server, measured; `npm run test:mysql8` asks again.
 */
export const MEASURED_CASES: readonly (readonly [alter: string, answer: string, setup: string])[] = [
  // A FULLTEXT index: "InnoDB presently supports one FULLTEXT index creation at a time".
  ["ADD COLUMN z INT", "COPY SHARED", FULLTEXT],
  ["FORCE", "COPY SHARED", FULLTEXT],
  ["ENGINE=InnoDB", "COPY SHARED", FULLTEXT],
  ["MODIFY a VARCHAR(50) FIRST", "COPY SHARED", FULLTEXT],
  ["ADD PRIMARY KEY (id)", "COPY SHARED", `${FULLTEXT}; ALTER TABLE t DROP PRIMARY KEY`],
  ["DROP COLUMN big", "COPY SHARED", `${NO_GENERATED}; ${FULLTEXT}`],
  ["DROP INDEX f", "INPLACE NONE", FULLTEXT],
  // "Columns participating in a foreign key are renamed": those that one names, not its own.
  [
    "RENAME COLUMN id TO id2",
    "INPLACE NONE",
    "ALTER TABLE p ADD t_id INT, ADD FOREIGN KEY (t_id) REFERENCES t (id)",
  ],
  [
    "CHANGE id id2 INT NOT NULL",
    "INPLACE NONE",
    "ALTER TABLE p ADD t_id INT, ADD FOREIGN KEY (t_id) REFERENCES t (id)",
  ],
  ["RENAME COLUMN nn TO nn2", "INSTANT NONE", "ALTER TABLE t ADD FOREIGN KEY (nn) REFERENCES p (id)"],
  // A virtual column: "INPLACE ADD or DROP of virtual columns cannot be combined with other ALTER TABLE actions".
  ["DROP COLUMN a", "COPY SHARED", "ALTER TABLE t ADD UNIQUE un (a)"],
  ["DROP COLUMN a", "INPLACE NONE", `${NO_GENERATED}, ADD UNIQUE un (a)`],
  ["DROP COLUMN n", "INPLACE NONE", `${NO_GENERATED}; ALTER TABLE t ADD INDEX two (n, a)`],
  ["ADD COLUMN z INT FIRST, ADD INDEX zi (z)", "COPY SHARED", ""],
  ["ADD COLUMN z INT, ADD INDEX zi (z)", "INPLACE NONE", ""],
  ["ADD INDEX i ((n + 1))", "INPLACE SHARED", ""],
  // Character sets and collations.
  ["CONVERT TO CHARACTER SET utf8mb4", "INPLACE NONE", OTHER("a VARCHAR(20)", "utf8mb3")],
  ["CONVERT TO CHARACTER SET utf8mb4", "COPY SHARED", OTHER("a VARCHAR(80)", "utf8mb3")],
  ["CONVERT TO CHARACTER SET utf8mb4", "COPY SHARED", OTHER("a VARCHAR(20), KEY (a)", "utf8mb3")],
  ["CONVERT TO CHARACTER SET utf8mb4", "COPY SHARED", OTHER("a TEXT", "utf8mb3")],
  ["CONVERT TO CHARACTER SET utf8mb4", "COPY SHARED", OTHER("a VARCHAR(20)", "latin1")],
  ["CONVERT TO CHARACTER SET utf8mb4", "INPLACE NONE", OTHER("n INT", "latin1")],
  ["CONVERT TO CHARACTER SET latin1", "COPY SHARED", OTHER("a VARCHAR(20)", "utf8mb4")],
  [
    "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    "INPLACE NONE",
    OTHER("a CHAR(20), e ENUM('x'), x TEXT", "utf8mb4"),
  ],
  [
    "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    "COPY SHARED",
    OTHER("a VARCHAR(20), KEY (a)", "utf8mb4"),
  ],
  ["MODIFY a VARCHAR(20) CHARACTER SET utf8mb4", "INPLACE NONE", OTHER("a VARCHAR(20)", "utf8mb3")],
  ["MODIFY a VARCHAR(80) CHARACTER SET utf8mb4", "COPY SHARED", OTHER("a VARCHAR(80)", "utf8mb3")],
  ["MODIFY a VARCHAR(20) CHARACTER SET utf8mb4", "COPY SHARED", OTHER("a VARCHAR(20), KEY (a)", "utf8mb3")],
  ["MODIFY a TEXT CHARACTER SET utf8mb4", "INPLACE NONE", OTHER("a TEXT", "utf8mb3")],
  ["MODIFY a CHAR(20) COLLATE utf8mb4_bin", "INPLACE NONE", OTHER("a CHAR(20)", "utf8mb4")],
  ["MODIFY e ENUM('x') COLLATE utf8mb4_bin", "INSTANT NONE", OTHER("e ENUM('x')", "utf8mb4")],
  [
    "MODIFY a VARCHAR(20) COLLATE utf8mb4_bin",
    "COPY SHARED",
    "DROP TABLE t; CREATE TABLE t (a VARCHAR(20) PRIMARY KEY) CHARSET=utf8mb4",
  ],
  ["CHANGE a b VARCHAR(20) COLLATE utf8mb4_bin", "INPLACE NONE", OTHER("a VARCHAR(20)", "utf8mb4")],
  // Columns, checks and options.
  ["ADD COLUMN z INT DEFAULT (1 + 1)", "COPY SHARED", ""],
  ["ADD COLUMN z DATE NOT NULL", "INPLACE NONE", "DELETE FROM t"],
  ["ADD COLUMN z POINT NOT NULL", "INPLACE NONE", "DELETE FROM t"],
  ["ADD COLUMN z JSON NOT NULL", "INSTANT NONE", ""],
  ["ALTER COLUMN n SET INVISIBLE", "INSTANT NONE", ""],
  ["ALTER INDEX ka INVISIBLE", "INPLACE NONE", ""],
  ["ADD CONSTRAINT ck CHECK (n > 0) NOT ENFORCED", "INSTANT NONE", ""],
  ["ALTER CHECK ck NOT ENFORCED", "INSTANT NONE", "ALTER TABLE t ADD CONSTRAINT ck CHECK (n > 0)"],
  ["TABLESPACE innodb_system", "INPLACE NONE", ""],
  // Partitions.
  ["PARTITION BY HASH (id) PARTITIONS 2", "COPY SHARED", NO_GENERATED],
  ["REMOVE PARTITIONING", "COPY SHARED", RANGE],
  ["ADD PARTITION (PARTITION p9 VALUES LESS THAN (99))", "INPLACE NONE", RANGE],
  ["ADD PARTITION PARTITIONS 2", "INPLACE SHARED", HASH],
  ["COALESCE PARTITION 1", "INPLACE SHARED", HASH],
  ["DROP PARTITION p0", "INPLACE NONE", RANGE],
  ["REORGANIZE PARTITION p0 INTO (PARTITION q VALUES LESS THAN (5))", "INPLACE SHARED", RANGE],
  ["REBUILD PARTITION p0", "INPLACE SHARED", RANGE],
  ["ADD COLUMN z INT AS (n + 1) VIRTUAL", "INSTANT NONE", RANGE],
];
