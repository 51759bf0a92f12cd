/**
 * What a MySQL 8.0.33 or MariaDB 10.11.19 server said, whole, when it refused a statement or a login; names of hosts, users
 * and tables are those of the test. The row of `databaseErrors.ts` it leads to, the number, the server, the text.
 */
import type { DatabaseErrorKind } from "../../automation/verdict/databaseErrors.ts";
import type { MysqlText } from "./mysqlTexts.ts";

const TICK = "`";

/** While a file ran. */
export const SERVER_STATEMENT_TEXTS = read(`
account | 1133 | mariadb | Can't find any matching row in the user table
account | 1396 | mysql | Operation CREATE USER failed for 'low'@'%'
account | 1396 | mysql | Operation DROP USER failed for 'nope'@'%'
account | 1410 | mysql | You are not allowed to create a user with GRANT
binaryLog | 1418 | mysql | This function has none of DETERMINISTIC, NO SQL, or READS SQL DATA in its declaration and binary logging is enabled (you *might* want to use the less safe log_bin_trust_function_creators variable)
binaryLog | 1419 | mysql | You do not have the SUPER privilege and binary logging is enabled (you *might* want to use the less safe log_bin_trust_function_creators variable)
binaryLog | 1674 | mysql | Statement is unsafe because it uses a system function that may return a different value on the replica.
collation | 1115 | mysql | Unknown character set: 'nope'
collation | 1253 | mysql | COLLATION 'utf8mb4_bin' is not valid for CHARACTER SET 'latin1'
collation | 1267 | mysql | Illegal mix of collations (latin1_bin,EXPLICIT) and (latin1_danish_ci,EXPLICIT) for operation '='
collation | 1273 | mysql | Unknown collation: 'nope'
data | 1048 | mysql | Column 's' cannot be null
data | 1062 | mysql | Duplicate entry '1' for key 'a.PRIMARY'
data | 1138 | mysql | Invalid use of NULL value
data | 1264 | mysql | Out of range value for column 'id' at row 1
data | 1292 | mysql | Incorrect date value: '0000-00-00' for column 'd' at row 1
data | 1364 | mysql | Field 's' doesn't have a default value
data | 1365 | mysql | Division by 0
data | 1366 | mysql | Incorrect integer value: 'x' for column 'id' at row 1
data | 1406 | mysql | Data too long for column 's' at row 1
data | 1451 | mysql | Cannot delete or update a parent row: a foreign key constraint fails (${TICK}shop${TICK}.${TICK}c${TICK}, CONSTRAINT ${TICK}c_a${TICK} FOREIGN KEY (${TICK}a_id${TICK}) REFERENCES ${TICK}a${TICK} (${TICK}id${TICK}))
data | 1452 | mysql | Cannot add or update a child row: a foreign key constraint fails (${TICK}shop${TICK}.${TICK}c${TICK}, CONSTRAINT ${TICK}c_a${TICK} FOREIGN KEY (${TICK}a_id${TICK}) REFERENCES ${TICK}a${TICK} (${TICK}id${TICK}))
data | 1690 | mysql | BIGINT UNSIGNED value is out of range in '(18446744073709551615 + 1)'
data | 3140 | mysql | Invalid JSON text: "Missing a name for object member." at position 1 in value for column 'a.j'.
data | 3141 | mysql | Invalid JSON text in argument 1 to function cast_as_json: "Invalid value." at position 0.
data | 3819 | mysql | Check constraint 'neg' is violated.
data | 4025 | mariadb | CONSTRAINT ${TICK}a.j${TICK} failed for ${TICK}shop${TICK}.${TICK}a${TICK}
deadlock | 1213 | mysql | Deadlock found when trying to get lock; try restarting transaction
definer | 1449 | mysql | The user specified as a definer ('ghost'@'localhost') does not exist
definition | 1005 | mariadb | Can't create table ${TICK}shop${TICK}.${TICK}w${TICK} (errno: 140 "Wrong create options")
definition | 1031 | mysql | Table storage engine for 'w' doesn't have this option
definition | 1055 | mysql | Expression #1 of SELECT list is not in GROUP BY clause and contains nonaggregated column 'shop.a.s' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by
definition | 1067 | mysql | Invalid default value for 'a'
definition | 1068 | mysql | Multiple primary key defined
definition | 1071 | mysql | Specified key was too long; max key length is 3072 bytes
definition | 1074 | mysql | Column length too big for column 'a' (max = 16383); use BLOB or TEXT instead
definition | 1075 | mysql | Incorrect table definition; there can be only one auto column and it must be defined as a key
definition | 1090 | mariadb | You can't delete all columns with ALTER TABLE; use DROP TABLE instead
definition | 1093 | mysql | You can't specify target table 'b' for update in FROM clause
definition | 1099 | mysql | Table 'b' was locked with a READ lock and can't be updated
definition | 1100 | mysql | Table 'a' was not locked with LOCK TABLES
definition | 1101 | mysql | BLOB, TEXT, GEOMETRY or JSON column 'a' can't have a default value
definition | 1103 | mysql | Incorrect table name 'w '
definition | 1110 | mysql | Column 'id' specified twice
definition | 1113 | mariadb | A table must have at least 1 column
definition | 1118 | mysql | Row size too large (> 8126). Changing some columns to TEXT or BLOB or using ROW_FORMAT=DYNAMIC or ROW_FORMAT=COMPRESSED may help. In current row format, BLOB prefix of 768 bytes is stored inline.
definition | 1118 | mysql | Row size too large. The maximum row size for the used table type, not counting BLOBs, is 65535. This includes storage overhead, check the manual. You have to change some columns to TEXT or BLOBs
definition | 1136 | mysql | Column count doesn't match value count at row 1
definition | 1140 | mysql | In aggregated query without GROUP BY, expression #1 of SELECT list contains nonaggregated column 'shop.a.s'; this is incompatible with sql_mode=only_full_group_by
definition | 1166 | mysql | Incorrect column name 'a '
definition | 1170 | mysql | BLOB/TEXT column 'a' used in key specification without a key length
definition | 1171 | mysql | All parts of a PRIMARY KEY must be NOT NULL; if you need NULL in a key, use UNIQUE instead
definition | 1193 | mysql | Unknown system variable 'nonsense'
definition | 1229 | mysql | Variable 'max_connections' is a GLOBAL variable and should be set with SET GLOBAL
definition | 1231 | mysql | Variable 'sql_mode' can't be set to the value of 'NO_AUTO_CREATE_USER'
definition | 1232 | mysql | Incorrect argument type to variable 'max_allowed_packet'
definition | 1238 | mysql | Variable 'log_bin' is a read only variable
definition | 1248 | mysql | Every derived table must have its own alias
definition | 1252 | mysql | All parts of a SPATIAL index must be NOT NULL
definition | 1286 | mysql | Unknown storage engine 'federated'
definition | 1291 | mysql | Column 'b' has duplicated value 'a' in ENUM
definition | 1442 | mysql | Can't update table 'a' in stored function/trigger because it is already used by statement which invoked this stored function/trigger.
definition | 1493 | mysql | VALUES LESS THAN value must be strictly increasing for each partition
definition | 1503 | mysql | A PRIMARY KEY must include all columns in the table's partitioning function (prefixed columns are not considered).
definition | 1505 | mysql | Partition management on a not partitioned table is not possible
definition | 1506 | mysql | Foreign keys are not yet supported in conjunction with partitioning
definition | 1506 | mariadb | Partitioned tables do not support FOREIGN KEY
definition | 1524 | mysql | Plugin 'nope' is not loaded
definition | 1582 | mysql | Incorrect parameter count in the call to native function 'GET_LOCK'
definition | 1621 | mysql | SESSION variable 'max_allowed_packet' is read-only. Use SET GLOBAL to assign the value
definition | 1629 | mysql | Comment for field 'a' is too long (max = 1024)
definition | 1903 | mariadb | Primary key cannot be defined upon a generated column
definition | 3106 | mysql | 'Defining a virtual generated column as primary key' is not supported for generated columns.
definition | 3750 | mysql | Unable to create or change a table without a primary key, when the system variable 'sql_require_primary_key' is set. Add a primary key to the table or unset this variable to avoid this message. Note that tables without a primary key can cause performance problems in row-based replication, so please consult your DBA before changing this setting.
definition | 3763 | mysql | Expression of generated column 'g' contains a disallowed function: rand.
definition | 3813 | mysql | Column check constraint 'w_chk_1' references other column.
definition | 4161 | mariadb | Unknown data type: 'JSONB'
definition | 4028 | mysql | A table must have at least one visible column.
exists | 1005 | mariadb | Can't create table ${TICK}shop${TICK}.${TICK}c${TICK} (errno: 121 "Duplicate key on write or update")
exists | 1007 | mysql | Can't create database 'shop'; database exists
exists | 1050 | mysql | Table 'a' already exists
exists | 1060 | mysql | Duplicate column name 'a'
exists | 1061 | mysql | Duplicate key name 'i'
exists | 1304 | mysql | FUNCTION f already exists
exists | 1359 | mysql | Trigger already exists
exists | 1537 | mysql | Event 'e' already exists
exists | 1826 | mysql | Duplicate foreign key constraint name 'c_a'
exists | 1826 | mariadb | Duplicate CHECK constraint name 'pos'
exists | 3822 | mysql | Duplicate check constraint name 'pos'.
foreignKey | 1822 | mysql | Failed to add the foreign key constraint. Missing index for constraint 'f4' in the referenced table 'nokey'
foreignKey | 1824 | mysql | Failed to open the referenced table 'mi'
foreignKey | 1830 | mysql | Column 'a_id' cannot be NOT NULL: needed in a foreign key constraint 'f' SET NULL
foreignKey | 3734 | mysql | Failed to add the foreign key constraint. Missing column 'n2' for constraint 'f3' in the referenced table 'a'
foreignKey | 3780 | mysql | Referencing column 'a_id' and referenced column 'id' in foreign key constraint 'c_a' are incompatible.
grant | 1045 | mysql | Access denied for user 'app'@'%' (using password: YES)
grant | 1698 | mysql | Access denied for user 'app'@'localhost'
loadData | 1290 | mysql | The MySQL server is running with the --secure-file-priv option so it cannot execute this statement
loadData | 3948 | mysql | Loading local data is disabled; this must be enabled on both the client and server sides
missing | 1008 | mysql | Can't drop database 'nope'; database doesn't exist
missing | 1049 | mysql | Unknown database 'nope'
missing | 1051 | mysql | Unknown table 'shop.nope'
missing | 1054 | mysql | Unknown column 'zz' in 'a'
missing | 1054 | mariadb | Unknown column 'zz' in 'SELECT'
missing | 1072 | mysql | Key column 's' doesn't exist in table
missing | 1091 | mysql | Can't DROP 'PRIMARY'; check that column/key exists
missing | 1091 | mysql | Can't DROP 'zz'; check that column/key exists
missing | 1091 | mariadb | Can't DROP CONSTRAINT ${TICK}zz${TICK}; check that it exists
missing | 1146 | mysql | Table 'shop.nope' doesn't exist
missing | 1176 | mysql | Key 'zz' doesn't exist in table 'a'
missing | 1305 | mysql | FUNCTION shop.nope does not exist
missing | 1360 | mysql | Trigger does not exist
missing | 1539 | mysql | Unknown event 'nope'
missing | 3821 | mysql | Check constraint 'zz' is not found in the table.
missing | 3940 | mysql | Constraint 'zz' does not exist.
missing | 4092 | mariadb | Unknown VIEW: 'shop.nope'
online | 1221 | mysql | Incorrect usage of ALGORITHM=INSTANT and LOCK=NONE/SHARED/EXCLUSIVE
online | 1800 | mysql | Unknown ALGORITHM 'nope'
online | 1846 | mysql | ALGORITHM=INPLACE is not supported. Reason: Cannot change column type INPLACE. Try ALGORITHM=COPY.
online | 1846 | mysql | ALGORITHM=INSTANT is not supported. Reason: Need to rebuild the table to change column type. Try ALGORITHM=COPY/INPLACE.
online | 1846 | mysql | LOCK=NONE is not supported. Reason: Fulltext index creation requires a lock. Try LOCK=SHARED.
other | 1644 | mysql | own words
permission | 1044 | mysql | Access denied for user 'app'@'%' to database 'mysql'
permission | 1142 | mysql | ALTER command denied to user 'app'@'localhost' for table 'a'
permission | 1142 | mysql | CREATE VIEW command denied to user 'app'@'localhost' for table 'vq'
permission | 1142 | mysql | CREATE command denied to user 'app'@'localhost' for table 'z'
permission | 1142 | mysql | DROP command denied to user 'app'@'localhost' for table 'a'
permission | 1142 | mysql | INDEX command denied to user 'app'@'localhost' for table 'a'
permission | 1142 | mysql | SELECT command denied to user 'app'@'localhost' for table 'metadata_locks'
permission | 1142 | mysql | SELECT command denied to user 'app'@'localhost' for table 'user'
permission | 1142 | mysql | UPDATE command denied to user 'app'@'localhost' for table 'a'
permission | 1142 | mariadb | CREATE VIEW command denied to user 'app'@'localhost' for table ${TICK}shop${TICK}.${TICK}v${TICK}
permission | 1227 | mysql | Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation
permission | 1227 | mysql | Access denied; you need (at least one of) the PROCESS privilege(s) for this operation
permission | 1227 | mysql | Access denied; you need (at least one of) the RELOAD or FLUSH_TABLES privilege(s) for this operation
permission | 1227 | mysql | Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s) for this operation
permission | 1227 | mysql | Access denied; you need (at least one of) the SUPER or SET_USER_ID privilege(s) for this operation
permission | 1227 | mysql | Access denied; you need (at least one of) the SUPER or SYSTEM_VARIABLES_ADMIN privilege(s) for this operation
permission | 1227 | mysql | Access denied; you need (at least one of) the SUPER, SYSTEM_VARIABLES_ADMIN or SESSION_VARIABLES_ADMIN privilege(s) for this operation
permission | 1370 | mysql | execute command denied to user 'app'@'%' for routine 'shop.p'
readOnly | 1290 | mysql | The MySQL server is running with the --read-only option so it cannot execute this statement
readOnly | 1290 | mysql | The MySQL server is running with the --super-read-only option so it cannot execute this statement
readOnly | 1792 | mysql | Cannot execute statement in a READ ONLY transaction.
referenced | 1025 | mariadb | Error on rename of './shop/#sql-alter-3c40-8c' to './shop/a' (errno: 150 "Foreign key constraint is incorrectly formed")
referenced | 1451 | mariadb | Cannot delete or update a parent row: a foreign key constraint fails
referenced | 1553 | mysql | Cannot drop index 'c_a': needed in a foreign key constraint
referenced | 1701 | mysql | Cannot truncate a table referenced in a foreign key constraint (${TICK}shop${TICK}.${TICK}c${TICK}, CONSTRAINT ${TICK}c_a${TICK})
referenced | 1828 | mysql | Cannot drop column 'a_id': needed in a foreign key constraint 'c_a'
referenced | 1829 | mysql | Cannot drop column 'id': needed in a foreign key constraint 'c_a' of table 'c'
referenced | 1829 | mariadb | Cannot drop column 'id': needed in a foreign key constraint 'c_a' of table ${TICK}shop${TICK}.${TICK}c${TICK}
referenced | 1833 | mariadb | Cannot change column 'id': used in a foreign key constraint 'c_a' of table 'shop.c'
referenced | 3730 | mysql | Cannot drop table 'a' referenced by a foreign key constraint 'c_a' on table 'c'.
timeout | 1205 | mysql | Lock wait timeout exceeded; try restarting transaction
timeout | 1317 | mysql | Query execution was interrupted
timeout | 3024 | mysql | Query execution was interrupted, maximum statement execution time exceeded
timeout | 3572 | mysql | Statement aborted because lock(s) could not be acquired immediately and NOWAIT is set.
`);

/** Before a session began. */
export const SERVER_CONNECT_TEXTS = read(`
mysqlPassword | 1045 | mysql | Access denied for user 'app'@'localhost' (using password: YES)
mysqlPassword | 1045 | mysql | Access denied for user 'app'@'localhost' (using password: NO)
permission | 1044 | mysql | Access denied for user 'app'@'%' to database 'nope'
loginMethod | 1820 | mysql | You must reset your password using ALTER USER statement before executing this statement.
loginMethod | 1862 | mysql | Your password has expired. To log in you must change it using a client that supports expired passwords.
login | 3118 | mysql | Access denied for user 'lck'@'localhost'. Account is locked.
mysqlTls | 3159 | mysql | Connections using insecure transport are prohibited while --require_secure_transport=ON.
refusing | 1040 | mysql | Too many connections
refusing | 1226 | mysql | User 'few' has exceeded the 'max_user_connections' resource (current value: 1)
refusing | 3032 | mysql | The server is currently in offline mode
`);

function read(lines: string): MysqlText[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [kind = "", code = "", source = "", text = ""] = line.split(" | ");
      return { kind: kind as DatabaseErrorKind, code, text, source: source as MysqlText["source"] };
    });
}
