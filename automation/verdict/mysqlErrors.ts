/**
 * What only MySQL, MariaDB and go-sql-driver say, in the manner of `databaseErrors.ts`, which has these rows first.
 *
 * `codes`: MySQL 8.0 Error Message Reference, "Server Error Message Reference"; 4025 is MariaDB's.
 */
import type { DatabaseErrorRow } from "./databaseErrorRow.ts";

const URL_SECRET = "the secret that holds the database URL";

export const MYSQL_ERRORS = {
  mysqlPassword: {
    pattern:
      /Access denied for user (?<user>'[^']*'@'[^']*')(?! to database|\. Account is )|Access denied trying to change to user/,
    codes: ["1045", "1698"],
    sentence: (_, { user }) =>
      `The database refused the password${user === undefined ? "" : ` of user ${user}`}.`,
    fix: `Correct ${URL_SECRET}; characters such as @ / : # % of a password are percent-encoded in it. A user with REQUIRE SSL is refused in the same words: set tls=true. With an IAM token check that the user was made with AWSAuthenticationPlugin and that the task's role may call rds-db:connect for it.`,
    beforeAnyFile: true,
    example:
      "failed to open database: Error 1045 (28000): Access denied for user 'app'@'10.0.0.1' (using password: YES)",
  },
  loginMethod: {
    pattern:
      /this user requires |authentication plugin is not supported|does not support authentication protocol|must SET PASSWORD|must reset your password|password has expired|kind of login/,
    codes: ["1251", "1820", "1862"],
    sentence: (brief) => `The database asks this user for another kind of login (${brief}).`,
    fix: "Give the user caching_sha2_password or mysql_native_password and a password that has not expired; or allow the other kind in the database URL, such as allowCleartextPasswords=true with tls=true.",
    beforeAnyFile: true,
    example: "failed to open database: this user requires mysql native password authentication",
  },
  mysqlTls: {
    pattern:
      /TLS requested but server does not support TLS|offers no TLS, and tls asks|insecure transport|set tls=true|x-tls-(?:ca|cert|key)/,
    codes: ["3159"],
    sentence: (brief) => `TLS negotiation with the database failed (${brief}).`,
    fix: "Set tls=true in the database URL, or tls=false if the database offers no TLS; for an authority of your own tls=custom&x-tls-ca=/path with the file in the image.",
    beforeAnyFile: true,
    example:
      "failed to open database: Error 3159 (HY000): Connections using insecure transport are prohibited while --require_secure_transport=ON.",
  },
  protocol: {
    pattern: /malformed packet|does not support required protocol/,
    sentence: (brief) => `What answers at the database's address does not speak MySQL's protocol (${brief}).`,
    fix: "Check host and port in the database URL: another database or a proxy may listen there.",
    beforeAnyFile: true,
    example: "failed to open database: malformed packet",
  },
  packet: {
    pattern: /packet for query is too large|packet bigger than 'max_allowed_packet'/,
    codes: ["1153"],
    sentence: (brief) => `A statement is longer than the server takes (${brief}).`,
    fix: "Split the statement, or raise max_allowed_packet of the server.",
    inFile: "surely",
    example:
      "migration failed in line 0: x (details: Error 1153 (08S01): Got a packet bigger than 'max_allowed_packet' bytes)",
  },
  loadData: {
    pattern: /local file '[^']*' is not registered|--secure-file-priv/,
    codes: ["1148", "3948", "4166"],
    sentence: (brief) => `The server or its driver reads no file for LOAD DATA (${brief}).`,
    fix: "Write INSERT statements, or load the data outside a migration.",
    inFile: "surely",
    example:
      "migration failed in line 0: x (details: Error 3948 (42000): Loading local data is disabled; this must be enabled on both the client and server sides)",
  },
  grant: {
    // While a file runs these two are a matter of privileges: the connection has its password already.
    pattern: null,
    codes: ["1045", "1698"],
    sentence: (brief) => `The migration's user may not grant this, or read a file (${brief}).`,
    fix: "GRANT takes a user who has the same privileges WITH GRANT OPTION, LOAD DATA INFILE one with FILE: let such a user do it outside a migration.",
    example:
      "migration failed in line 0: x (details: Error 1045 (28000): Access denied for user 'app'@'%' (using password: YES))",
  },
  account: {
    pattern: null,
    codes: ["1133", "1396", "1410"],
    sentence: (brief) => `A user that the file names exists already, or does not exist (${brief}).`,
    fix: "Users are the server's: write CREATE USER IF NOT EXISTS before GRANT, and DROP USER IF EXISTS.",
    inFile: "surely",
    example:
      "migration failed in line 0: x (details: Error 1396 (HY000): Operation CREATE USER failed for 'report'@'%')",
  },
  online: {
    pattern: /(?:ALGORITHM|LOCK)=\w+ is not supported|Incorrect usage of ALGORITHM/,
    codes: ["1800", "1801", "1845", "1846"],
    sentence: (brief) => `The server cannot do it by the ALGORITHM or LOCK of the statement (${brief}).`,
    fix: "Name what the message offers, and mind that writes wait with ALGORITHM=COPY and LOCK=SHARED; or do it in steps that can do better.",
    inFile: "surely",
    example:
      "migration failed in line 0: x (details: Error 1846 (0A000): LOCK=NONE is not supported. Reason: Fulltext index creation requires a lock. Try LOCK=SHARED)",
  },
  referenced: {
    // MariaDB's DROP TABLE has 1451 without the constraint's name, DROP PRIMARY KEY 1025.
    pattern: /a parent row: a foreign key constraint fails$|Error on rename of .* \(errno: 150/,
    codes: ["1553", "1701", "1828", "1829", "1832", "1833", "1834", "3730"],
    sentence: (brief) => `A foreign key still needs what the file drops or changes (${brief}).`,
    fix: "Drop the foreign key before it, and add it again after it if it is to stay.",
    inFile: "surely",
    example:
      "migration failed in line 0: x (details: Error 3730 (HY000): Cannot drop table 'a' referenced by a foreign key constraint 'c_a' on table 'c'.)",
  },
  foreignKey: {
    pattern:
      /Foreign key constraint is incorrectly formed|Cannot add foreign key constraint|Failed to (?:open|add) the (?:referenced table|foreign key)|in foreign key constraint '[^']*' are incompatible|errno: 150/,
    codes: ["1215", "1822", "1824", "1830", "3734", "3780"],
    sentence: (brief) => `The foreign key does not fit its tables (${brief}).`,
    fix: "Both columns need the same type, sign, character set and collation, the referenced one an index of its own, and both tables must be InnoDB's; with ON DELETE SET NULL the column must take NULL.",
    inFile: "surely",
    example:
      'migration failed in line 0: x (details: Error 1005 (HY000): Can\'t create table `shop`.`a` (errno: 150 "Foreign key constraint is incorrectly formed"))',
  },
  collation: {
    pattern: /Unknown collation|Illegal mix of collations|Unknown character set/,
    codes: ["1115", "1253", "1267", "1273"],
    sentence: (brief) => `The character set or collation does not fit this server or its columns (${brief}).`,
    fix: "Name one that this server has, the same on both sides: utf8mb4_0900_ai_ci is MySQL 8's alone, uca1400 MariaDB's.",
    inFile: "surely",
    example:
      "migration failed in line 0: x (details: Error 1273 (HY000): Unknown collation: 'utf8mb4_0900_ai_ci')",
  },
  definition: {
    pattern:
      /Specified key was too long|Row size too large|Column length too big|without a key length|only one auto column|Multiple primary key|Invalid default value|can't have a default value|Identifier name '[^']*' is too long|Incorrect (?:table|column) name|without a primary key|Unknown system variable|Incorrect usage of|errno: 140/,
    codes: (
      "1031 1055 1059 1067 1068 1071 1074 1075 1090 1093 1099 1100 1101 1103 1110 1113 1118 1136 1140 1166 1170 1171 1193 1229 " +
      "1231 1232 1238 1248 1252 1286 1291 1442 1493 1503 1505 1506 1524 1582 1621 1629 1903 3106 3750 3763 3813 4028 4161"
    ).split(" "),
    sentence: (brief) => `The server does not take the statement (${brief}).`,
    fix: "Correct the statement.",
    inFile: "surely",
    example:
      "migration failed in line 0: x (details: Error 1071 (42000): Specified key was too long; max key length is 3072 bytes)",
  },
  binaryLog: {
    pattern: /binary logging is enabled/,
    codes: ["1418", "1419", "1674"],
    sentence: (brief) => `The server writes a binary log, and does not take the statement (${brief}).`,
    fix: "Say DETERMINISTIC, NO SQL or READS SQL DATA of a function; for a trigger set log_bin_trust_function_creators = 1 in the server's parameter group; add a column with DEFAULT (uuid()) without the default, fill it, and set the default then.",
    inFile: "maybe",
    example:
      "migration failed in line 0: x (details: Error 1418 (HY000): This function has none of DETERMINISTIC, NO SQL, or READS SQL DATA in its declaration and binary logging is enabled (you *might* want to use the less safe log_bin_trust_function_creators variable))",
  },
  definer: {
    pattern: /user specified as a definer/,
    codes: ["1449"],
    sentence: (brief) => `A view, routine or trigger belongs to a user that does not exist (${brief}).`,
    fix: "Define it again without DEFINER, or make that user.",
    inFile: "maybe",
    example:
      "migration failed in line 0: x (details: Error 1449 (HY000): The user specified as a definer ('ghost'@'localhost') does not exist)",
  },
} as const satisfies Record<string, DatabaseErrorRow>;
