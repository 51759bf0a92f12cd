/**
 * What MySQL, MariaDB and go-sql-driver say, whole, each with the row of `databaseErrors.ts` that it leads to.
 *
 * `mariadb`: printed by MariaDB 10.11.19 for the statement that breaks the rule. `mariadb format`: a format of its
 * sql/share/errmsg-utf8.txt (compared as english/errmsg.sys of Debian's 10.11.19 has it) with names put in. `mysql`: a format
 * of share/messages_to_clients.txt of MySQL 8.0.33 with names put in. `driver`: go-sql-driver/mysql v1.10.1, errors.go.
 */
import type { DatabaseErrorKind } from "../../automation/verdict/databaseErrors.ts";

export interface MysqlText {
  readonly kind: DatabaseErrorKind;
  /** The server's number; null of the driver's own errors. */
  readonly code: string | null;
  readonly text: string;
  readonly source: "mariadb" | "mariadb format" | "mysql" | "driver";
}

const row = (
  kind: DatabaseErrorKind,
  code: number | null,
  text: string,
  source: MysqlText["source"] = "mariadb",
): MysqlText => ({ kind, code: code === null ? null : String(code), text, source });

/** While a file ran. */
export const STATEMENT_TEXTS: readonly MysqlText[] = [
  row(
    "syntax",
    1064,
    "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near 'INDX i ON a (s)' at line 1",
  ),
  row(
    "syntax",
    1064,
    "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'INDX i ON a (s)' at line 1",
    "mysql",
  ),
  row("exists", 1050, "Table 'a' already exists"),
  row("exists", 1060, "Duplicate column name 's'"),
  row("exists", 1061, "Duplicate key name 'i'"),
  row("exists", 1304, "PROCEDURE p already exists"),
  row("exists", 1359, "Trigger 'shop.t' already exists", "mariadb format"),
  row("missing", 1146, "Table 'shop.nope' doesn't exist"),
  row("missing", 1051, "Unknown table 'shop.nope'"),
  row("missing", 1054, "Unknown column 'zz' in 'field list'", "mysql"),
  row("missing", 1072, "Key column 'zz' doesn't exist in table"),
  row("missing", 1091, "Can't DROP COLUMN `zz`; check that it exists"),
  row("missing", 1091, "Can't DROP 'zz'; check that column/key exists", "mysql"),
  row("missing", 1305, "PROCEDURE shop.nope does not exist"),
  row("data", 1062, "Duplicate entry '1' for key 'PRIMARY'"),
  row("data", 1364, "Field 's' doesn't have a default value"),
  row("data", 1048, "Column 's' cannot be null"),
  row("data", 1138, "Invalid use of NULL value", "mariadb format"),
  row("data", 1406, "Data too long for column 's' at row 1"),
  row("data", 1292, "Incorrect date value: 'x' for column `shop`.`a`.`d` at row 1"),
  row("data", 1366, "Incorrect integer value: 'x' for column `shop`.`a`.`id` at row 1"),
  row("data", 1264, "Out of range value for column 'id' at row 1"),
  row("data", 1265, "Data truncated for column 'd' at row 1"),
  row("data", 4025, "CONSTRAINT `pos` failed for `shop`.`a`"),
  row("data", 3819, "Check constraint 'pos' is violated.", "mysql"),
  row(
    "data",
    1451,
    "Cannot delete or update a parent row: a foreign key constraint fails (`shop`.`c`, CONSTRAINT `c_ibfk_1` FOREIGN KEY (`a_id`) REFERENCES `a` (`id`))",
  ),
  row(
    "data",
    1452,
    "Cannot add or update a child row: a foreign key constraint fails (`shop`.`c`, CONSTRAINT `c_ibfk_1` FOREIGN KEY (`a_id`) REFERENCES `a` (`id`))",
  ),
  row(
    "foreignKey",
    1005,
    'Can\'t create table `shop`.`a` (errno: 150 "Foreign key constraint is incorrectly formed")',
  ),
  row("foreignKey", 1824, "Failed to open the referenced table 'nope'", "mysql"),
  row(
    "foreignKey",
    3780,
    "Referencing column 'a_id' and referenced column 'id' in foreign key constraint 'f' are incompatible.",
    "mysql",
  ),
  row("definition", 1071, "Specified key was too long; max key length is 3072 bytes"),
  row("definition", 1074, "Column length too big for column 'a' (max = 16383); use BLOB or TEXT instead"),
  row(
    "definition",
    1075,
    "Incorrect table definition; there can be only one auto column and it must be defined as a key",
  ),
  row("definition", 1068, "Multiple primary key defined"),
  row("definition", 1067, "Invalid default value for 'a'"),
  row(
    "definition",
    3750,
    "Unable to create or change a table without a primary key, when the system variable 'sql_require_primary_key' is set. Add a primary key to the table or unset this variable to avoid this message. Note that tables without a primary key can cause performance problems in row-based replication, so please consult your DBA before changing this setting.",
    "mysql",
  ),
  row("definition", 1193, "Unknown system variable 'nonsense'"),
  row("collation", 1273, "Unknown collation: 'utf8mb4_0900_ai_ci'"),
  row(
    "collation",
    1267,
    "Illegal mix of collations (latin1_bin,EXPLICIT) and (latin1_danish_ci,EXPLICIT) for operation '='",
  ),
  row(
    "online",
    1846,
    "ALGORITHM=INPLACE is not supported. Reason: Cannot change column type. Try ALGORITHM=COPY",
  ),
  row(
    "online",
    1846,
    "LOCK=NONE is not supported. Reason: Fulltext index creation requires a lock. Try LOCK=SHARED",
  ),
  row(
    "online",
    1845,
    "ALGORITHM=INSTANT is not supported for this operation. Try ALGORITHM=COPY/INPLACE.",
    "mysql",
  ),
  row(
    "binaryLog",
    1418,
    "This function has none of DETERMINISTIC, NO SQL, or READS SQL DATA in its declaration and binary logging is enabled (you *might* want to use the less safe log_bin_trust_function_creators variable)",
    "mariadb format",
  ),
  row(
    "binaryLog",
    1419,
    "You do not have the SUPER privilege and binary logging is enabled (you *might* want to use the less safe log_bin_trust_function_creators variable)",
    "mariadb format",
  ),
  row("definer", 1449, "The user specified as a definer ('ghost'@'localhost') does not exist"),
  row("timeout", 1205, "Lock wait timeout exceeded; try restarting transaction", "mariadb format"),
  row("timeout", 1969, "Query execution was interrupted (max_statement_time exceeded)"),
  row("timeout", 3024, "Query execution was interrupted, maximum statement execution time exceeded", "mysql"),
  row("timeout", 1317, "Query execution was interrupted", "mariadb format"),
  row(
    "deadlock",
    1213,
    "Deadlock found when trying to get lock; try restarting transaction",
    "mariadb format",
  ),
  row("permission", 1142, "DROP command denied to user 'app'@'%' for table `shop`.`a`", "mariadb format"),
  row(
    "permission",
    1227,
    "Access denied; you need (at least one of) the SUPER privilege(s) for this operation",
    "mariadb format",
  ),
  row("readOnly", 1792, "Cannot execute statement in a READ ONLY transaction"),
  row(
    "readOnly",
    null,
    "The MariaDB server is running with the --read-only option so it cannot execute this statement",
    "mariadb format",
  ),
  row("disk", 1114, "The table 'a' is full", "mariadb format"),
  row("packet", 1153, "Got a packet bigger than 'max_allowed_packet' bytes", "mariadb format"),
  row("packet", null, "packet for query is too large. Try adjusting the `Config.MaxAllowedPacket`", "driver"),
  row("lost", 1927, "Connection was killed"),
  row("lost", 1053, "Server shutdown in progress", "mariadb format"),
  row("lost", null, "invalid connection", "driver"),
  row("lost", null, "commands out of sync. You can't run this command now", "driver"),
  row("lost", null, "commands out of sync. Did you run multiple statements at once?", "driver"),
];

/** Before a session began. */
export const CONNECT_TEXTS: readonly MysqlText[] = [
  row(
    "mysqlPassword",
    1045,
    "Access denied for user 'app'@'10.0.0.1' (using password: YES)",
    "mariadb format",
  ),
  row("login", 3118, "Access denied for user 'app'@'10.0.0.1'. Account is locked.", "mysql"),
  row(
    "login",
    3955,
    "Access denied for user 'app'@'10.0.0.1'. Account is blocked for 2 day(s) (2 day(s) remaining) due to 3 consecutive failed logins.",
    "mysql",
  ),
  row("login", 4151, "Access denied, this account is locked", "mariadb format"),
  row(
    "login",
    4150,
    "User is blocked because of too many credential errors; unblock with 'ALTER USER / FLUSH PRIVILEGES'",
    "mariadb format",
  ),
  row("login", 1130, "Host '10.0.0.1' is not allowed to connect to this MySQL server", "mysql"),
  row(
    "login",
    1129,
    "Host '10.0.0.1' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'",
    "mysql",
  ),
  row("refusing", 3032, "The server is currently in offline mode", "mysql"),
  row(
    "refusing",
    1226,
    "User 'app' has exceeded the 'max_connections_per_hour' resource (current value: 5)",
    "mysql",
  ),
  row(
    "loginMethod",
    1862,
    "Your password has expired. To log in you must change it using a client that supports expired passwords.",
    "mysql",
  ),
  row(
    "loginMethod",
    null,
    "this user requires old password authentication. If you still want to use it, please add 'allowOldPasswords=1' to your DSN. See also https://github.com/go-sql-driver/mysql/wiki/old_passwords",
    "driver",
  ),
  row("mysqlPassword", 1698, "Access denied for user 'app'@'10.0.0.1'", "mariadb format"),
  row("permission", 1044, "Access denied for user 'app'@'%' to database 'shop'", "mariadb format"),
  row("noDatabase", 1049, "Unknown database 'shop'", "mariadb format"),
  row("login", 1130, "Host '10.0.0.1' is not allowed to connect to this MariaDB server", "mariadb format"),
  row(
    "login",
    1129,
    "Host '10.0.0.1' is blocked because of many connection errors; unblock with 'mariadb-admin flush-hosts'",
    "mariadb format",
  ),
  row("refusing", 1040, "Too many connections", "mariadb format"),
  row(
    "refusing",
    1203,
    "User app already has more than 'max_user_connections' active connections",
    "mariadb format",
  ),
  row(
    "mysqlTls",
    3159,
    "Connections using insecure transport are prohibited while --require_secure_transport=ON.",
    "mysql",
  ),
  row("mysqlTls", null, "TLS requested but server does not support TLS", "driver"),
  row(
    "loginMethod",
    null,
    "this user requires clear text authentication. If you still want to use it, please add 'allowCleartextPasswords=1' to your DSN",
    "driver",
  ),
  row("loginMethod", null, "this user requires mysql native password authentication", "driver"),
  row("loginMethod", null, "this authentication plugin is not supported", "driver"),
  row("loginMethod", 1820, "You must SET PASSWORD before executing this statement", "mariadb format"),
  row("protocol", null, "malformed packet", "driver"),
  row("protocol", null, "MySQL server does not support required protocol 41+", "driver"),
];
