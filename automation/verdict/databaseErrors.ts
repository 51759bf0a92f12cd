/**
 * What a database, its driver, golang-migrate and the migrator say when they fail: one row a kind, particular rows before
 * general ones, since the first that fits wins. A new kind is one row here.
 *
 * `codes`: SQLSTATE (PostgreSQL documentation, appendix A) or MySQL's error number (MySQL 8.0 Error Message Reference).
 */

import type { DatabaseErrorRow } from "./databaseErrorRow.ts";
import { MYSQL_ERRORS } from "./mysqlErrors.ts";

const quote = (name: string | undefined): string => (name === undefined || name === "" ? "" : ` ${name}`);
const URL_SECRET = "the secret that holds the database URL";

export const DATABASE_ERRORS = {
  ...MYSQL_ERRORS,
  dirtyBefore: {
    pattern: /Dirty database version (?<version>-?\d+)/,
    failures: ["dirtyBefore"],
    sentence: (_, { version }) =>
      `The database was dirty${version === undefined ? "" : ` at ${version}`} before this run, so nothing was run.`,
    fix: null,
    beforeAnyFile: true,
    example: "Dirty database version 20261124. Fix and force version.",
  },
  olderImage: {
    pattern: /no migration found for version (?<version>-?\d+)/,
    failures: ["version"],
    sentence: (brief, { version }) =>
      version === undefined
        ? `The image has no file for that version (${brief}).`
        : `The image has no file for version ${version} (no migration found for version ${version}).`,
    fix: null,
    beforeAnyFile: true,
    example: "no migration found for version 9: read down for version 9 .: file does not exist",
  },
  shortLimit: {
    pattern: /limit (?<short>\d+) short/,
    failures: ["shortLimit"],
    sentence: (brief, { short }) =>
      short === undefined
        ? `There were fewer migrations than asked for; all that existed ran (${brief}).`
        : `There were ${short} migrations fewer than asked for; all that existed ran.`,
    fix: null,
    example: "limit 2 short",
  },
  locked: {
    pattern: /can't acquire (?:database )?lock|database locked|try lock failed/,
    sentence: (brief) => `Another session holds golang-migrate's lock (${brief}).`,
    fix: "Wait until the other run has ended. If no run is in progress, a session that was cut off holds the lock until the database ends that session.",
    beforeAnyFile: true,
    example: "timeout: can't acquire database lock",
  },
  deadlock: {
    pattern: /deadlock (?:detected|found)/i,
    codes: ["40P01", "1213"],
    sentence: (brief) => `The statement met a deadlock with another session (${brief}).`,
    fix: "Run it again when the table is quiet.",
    example: "migration failed: deadlock detected in line 0: UPDATE a (details: pq: deadlock detected)",
  },
  timeout: {
    pattern:
      /canceling statement due to (?:lock|statement|user)|Lock wait timeout exceeded|Query execution was interrupted|Statement aborted because lock|idle-in-transaction timeout/,
    codes: ["55P03", "57014", "25P03", "1205", "1317", "3024", "3572", "1969"],
    failures: ["lock", "cancelled"],
    sentence: (brief) => `A statement waited or ran longer than the database allows (${brief}).`,
    fix: "Run it when the table is quiet, split the statement, or raise the limit of time.",
    example:
      "migration failed: canceling statement due to lock timeout in line 0: ALTER TABLE a ADD b int (details: pq: canceling statement due to lock timeout)",
  },
  password: {
    pattern:
      /(?:password|PAM|GSSAPI|SCRAM|Ident|LDAP) authentication failed(?: for user "?(?<user>[^"\s]+)"?)?|SASL authentication failed|failed SASL auth/,
    codes: ["28P01"],
    failures: ["password"],
    sentence: (brief, { user }) =>
      /PAM/.test(brief)
        ? `The database refused the IAM token of user${quote(user)} (${brief}).`
        : `The database refused the password of user${quote(user)}.`,
    fix: `Correct ${URL_SECRET}; characters such as @ / : # % of a password are percent-encoded in it. With an IAM token check that the user has rds_iam and that the task's role may call rds-db:connect for it.`,
    beforeAnyFile: true,
    example: 'failed to open database: pq: password authentication failed for user "app"',
  },
  pooler: {
    pattern:
      /unsupported startup parameter|connection pooler|no such prepared statement|prepared statement .{0,100} (?:does not exist|already exists)/,
    failures: ["pooler"],
    sentence: (brief) => `A connection pooler is between the migration and the database (${brief}).`,
    fix: "Connect to the database itself: a pooler in transaction mode loses golang-migrate's lock.",
    beforeAnyFile: true,
    example: "failed to open database: pq: unsupported startup parameter: lock_timeout",
  },
  login: {
    pattern:
      /no pg_hba\.conf entry|role "(?<role>[^"]+)" (?:does not exist|is not permitted to log in)|Host '[^']*' is (?:not allowed|blocked)|account is (?:locked|blocked)|User is blocked because/i,
    codes: ["28000", "1130", "1129", "3118", "3955", "4150", "4151"],
    failures: ["login"],
    sentence: (brief) => `The database does not let this user or address in (${brief}).`,
    fix: "Check the user and the TLS setting of the database URL, and the database's own rules for who may connect from where.",
    beforeAnyFile: true,
    example:
      'failed to open database: pq: no pg_hba.conf entry for host "10.0.0.1", user "app", database "shop", no encryption',
  },
  caFile: {
    pattern:
      /unable to read CA file|couldn't parse pem|sslrootcert[^.]*(?:no such file|cannot be read|holds no certificate)|(?:root\.crt|\.pem)"?:? (?:no such file|file does not exist)|does not exist or (?:is not a|wrong)/,
    sentence: (brief) => `The certificate file that the database URL names cannot be read (${brief}).`,
    fix: "Put the file into the image at that path, or use a sslmode that needs none; the migrator has RDS's certificates built in.",
    beforeAnyFile: true,
    example:
      "failed to open database: failed to configure TLS (unable to read CA file: open /certs/rds.pem: no such file or directory)",
  },
  tls: {
    pattern:
      /SSL is not enabled on the server|server refused TLS|TLS config|takes no connection without TLS|x509: |tls: |tls error|certificate (?:verify|signed by|has expired|required|is not)|SSL connection is required/i,
    failures: ["tls"],
    sentence: (brief) => `TLS negotiation with the database failed (${brief}).`,
    fix: "Check the TLS setting in the database URL (sslmode and sslrootcert; tls of MySQL), and whether the database offers TLS.",
    beforeAnyFile: true,
    example: "failed to open database: pq: SSL is not enabled on the server",
  },
  noSchema: {
    pattern: /no schema has been selected|: no schema$|schema "(?<schema>[^"]+)" does not exist/,
    codes: ["3F000"],
    sentence: (brief) => `The schema that the migration works in does not exist (${brief}).`,
    fix: "Create the schema, or correct search_path in the database URL or of the database's user.",
    beforeAnyFile: true,
    example:
      "failed to open database: pq: no schema has been selected to create in in line 0: CREATE TABLE IF NOT EXISTS",
  },
  noDatabase: {
    pattern: /database "(?<name>[^"]+)" does not exist|Unknown database '(?<mysqlName>[^']+)'/,
    codes: ["3D000", "1049"],
    failures: ["noDatabase"],
    sentence: (_, { name, mysqlName }) => `The server has no database${quote(name ?? mysqlName)}.`,
    fix: "Create it, or correct its name in the database URL.",
    beforeAnyFile: true,
    example: 'failed to open database: pq: database "shop" does not exist',
  },
  hostUnknown: {
    pattern:
      /lookup (?<host>[\w.-]+)[^:]*:.*no such host|no such host|hostname resolving error|server misbehaving/,
    failures: ["host"],
    sentence: (_, { host }) => `The name of the database's host${quote(host)} cannot be resolved.`,
    fix: "Check the host in the database URL, and that the task's subnets use the VPC's DNS.",
    beforeAnyFile: true,
    example: "failed to open database: dial tcp: lookup db.internal on 10.0.0.2:53: no such host",
  },
  unreachable: {
    pattern:
      /connection refused|i\/o timeout|network is unreachable|no route to host|context deadline exceeded|dial (?:tcp|unix)|could not be reached/,
    codes: ["08001", "2003"],
    failures: ["unreachable"],
    sentence: (brief) => `The database could not be reached (${brief}).`,
    fix: "Check that it runs, its host and port in the database URL, and that its security group lets the task's security group in.",
    beforeAnyFile: true,
    example: "failed to open database: dial tcp 10.0.1.7:5432: connect: connection refused",
  },
  lost: {
    pattern:
      /connection reset|connection timed out|broken pipe|bad connection|invalid connection|unexpected EOF|\bEOF$|terminating connection|server has gone away|Server shutdown in progress|Connection was killed|commands out of sync|busy buffer|connection to the database was lost/,
    codes: ["57P01", "57P02", "08006", "1053", "2006", "2013", "1927"],
    failures: ["lost"],
    sentence: (brief) => `The connection to the database ended (${brief}).`,
    fix: "Check that the database runs, and whether somebody or a failover ended the session.",
    example: "migration failed in line 0: SELECT 1 (details: driver: bad connection)",
  },
  refusing: {
    pattern:
      /the database system is (?:starting up|shutting down|in recovery)|too many (?:clients|connections)|remaining connection slots|max_user_connections|has exceeded the '[^']*' resource|in offline mode|takes no connections at the moment/i,
    codes: ["57P03", "53300", "1040", "1203", "1226", "3032"],
    sentence: (brief) => `The database accepts no connections at the moment (${brief}).`,
    fix: "Wait until it accepts connections.",
    beforeAnyFile: true,
    example: "failed to open database: pq: sorry, too many clients already",
  },
  permission: {
    pattern:
      /permission denied|must be (?:owner|superuser)|command denied to user|Access denied for user '[^']*'@'[^']*' to database|access denied; you need/i,
    codes: ["42501", "1044", "1142", "1143", "1227", "1370"],
    sentence: (brief) => `The database user lacks a privilege (${brief}).`,
    fix: "Grant it to the migration's user, or let the owner of the object run the statement.",
    example:
      "migration failed: permission denied for schema public (column 14) in line 1: CREATE TABLE a (b int) (details: pq: permission denied for schema public)",
  },
  lineFeed: {
    pattern: /invalid control character in URL|ends? with a (?:line feed|newline)/,
    sentence: () => "The database URL contains a line feed or another control character, often at its end.",
    fix: `Write ${URL_SECRET} again without it; \`echo\` adds a line feed, \`printf %s\` does not.`,
    beforeAnyFile: true,
    example:
      'failed to open database: parse "postgres://***@db/shop\\n": net/url: invalid control character in URL',
  },
  url: {
    pattern:
      /failed to open database|unknown driver|no scheme|first path segment in URL|invalid (?:port|userinfo|URL escape|DSN)|that does not read|do not read/,
    failures: ["settings", "credentials"],
    sentence: (brief) => `The database URL cannot be read (${brief}).`,
    fix: `Correct ${URL_SECRET}: a scheme that golang-migrate knows, and the password percent-encoded.`,
    beforeAnyFile: true,
    example: 'failed to open database: parse "postgres://***@db/shop": invalid URL escape "***"',
  },
  source: {
    pattern: /duplicate migration file: (?<file>\S+)|failed to open source|first .*: file does not exist/,
    failures: ["source"],
    sentence: (brief) => `The image's folder of migrations cannot be read (${brief}).`,
    fix: "Check the folder and its file names in the checkout, then deploy again.",
    beforeAnyFile: true,
    example: "duplicate migration file: 20261124_b.up.sql",
  },
  readOnly: {
    pattern:
      /read-only transaction|READ ONLY transaction|--(?:super-|innodb-)?read-only|read-only mode|is read only/i,
    codes: ["25006", "1836", "1792"],
    sentence: (brief) => `The database accepts no writes (${brief}).`,
    fix: "Point the database URL at the writer, not at a replica.",
    example:
      "pq: cannot execute CREATE TABLE in a read-only transaction in line 0: CREATE TABLE IF NOT EXISTS",
  },
  transaction: {
    pattern:
      /cannot (?:run|be executed) inside a transaction block|cannot be executed from a function or multi-command string/,
    codes: ["25001"],
    sentence: (brief) => `The statement cannot run together with others (${brief}).`,
    fix: "Put it into a file of its own: several statements of one file run in one transaction.",
    inFile: "surely",
    example:
      "migration failed: CREATE INDEX CONCURRENTLY cannot run inside a transaction block in line 0: x (details: pq: y)",
  },
  syntax: {
    pattern: /syntax error|You have an error in your SQL syntax/,
    codes: ["42601", "1064", "1149"],
    sentence: (brief) => `The SQL has a syntax error (${brief}).`,
    fix: "Correct the SQL.",
    inFile: "surely",
    example:
      'migration failed: syntax error at or near "INDX" (column 8) in line 1: CREATE INDX users_email ON users (email);\n (details: pq: syntax error at or near "INDX")',
  },
  data: {
    pattern:
      /violates|Duplicate entry|could not create unique index|contains null values|out of range|invalid input (?:syntax|value)|cannot be cast|Data too long|Data truncated|Incorrect \w+ value|Cannot (?:add or update a child|delete or update a parent) row|contains values that|doesn't have a default value|cannot be null|Invalid use of NULL|CONSTRAINT \S+ failed|is violated/i,
    codes:
      "23502 23503 23505 23514 23P01 1048 1138 1216 1217 1062 1264 1265 1292 1364 1365 1366 1406 1452 1690 3140 3141 3819 4025".split(
        " ",
      ),
    sentence: (brief) => `The data does not fit what the file demands (${brief}).`,
    fix: "Correct the data.",
    inFile: "maybe",
    example:
      "migration failed in line 0: x (details: Error 1062 (23000): Duplicate entry '1' for key 'PRIMARY')",
  },
  exists: {
    pattern: /already exists|Duplicate (?:column|key|foreign key constraint) name|errno: 121/i,
    codes: "42P07 42710 42701 42P06 42723 1007 1050 1060 1061 1304 1359 1537 1826 3822".split(" "),
    sentence: (brief) => `What the file creates exists already (${brief}).`,
    fix: null,
    inFile: "maybe",
    example:
      'migration failed: relation "certificate" already exists in line 0: CREATE TABLE certificate (id int) (details: pq: relation "certificate" already exists)',
  },
  missing: {
    pattern:
      /(?:relation|column|table|type|function|procedure|trigger|schema|index|constraint|extension) .*does not exist|doesn't exist|Unknown (?:column|table)|Can't DROP/i,
    codes:
      "42P01 42703 42704 42883 3D000 3F000 1008 1049 1051 1054 1072 1091 1146 1176 1305 1360 1539 3821 3940 4092".split(
        " ",
      ),
    sentence: (brief) => `What the file uses does not exist (${brief}).`,
    fix: null,
    inFile: "maybe",
    example: "migration failed in line 0: x (details: Error 1146 (42S02): Table 'shop.a' doesn't exist)",
  },
  disk: {
    pattern: /No space left on device|disk full|The table '[^']*' is full|could not extend file/i,
    codes: ["53100", "1021", "1114"],
    sentence: (brief) => `The database's disk is full (${brief}).`,
    fix: "Give it more room, then check the database.",
    example:
      'migration failed: could not extend file "base/1": No space left on device in line 0: x (details: pq: y)',
  },
  other: {
    pattern: null,
    sentence: (brief) =>
      brief === "" ? "The migration failed without a message." : /[.!?…]$/.test(brief) ? brief : `${brief}.`,
    fix: null,
    inFile: "maybe",
    example: "the container ended with exit code 1",
  },
} as const satisfies Record<string, DatabaseErrorRow>;

export type DatabaseErrorKind = keyof typeof DATABASE_ERRORS;
