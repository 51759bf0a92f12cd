/**
 * Words that only one of the servers has, or has from or until some release: what, where, and the form of a statement that
 * has it (`statementForm.ts`). Releases: the two manuals; `serverCases.ts` of the tests was asked of both servers.
 */
import type { ServerVersion } from "./serverVersion.ts";

/** From this release on; as a pair, until before the second. */
type Releases = number | readonly [number, number];

/** The releases that have it; a server that is left out has none. */
export interface Availability {
  readonly mysql?: Releases;
  readonly mariadb?: Releases;
}

export interface ServerFeature extends Availability {
  /** As the message calls it. */
  readonly what: string;
  readonly form: RegExp;
  /** Looked for where what stands in parentheses is left out. */
  readonly outer?: true;
  /** The server's number; 1064 where it is left out. */
  readonly error?: number;
}

const ALTER_TABLE = "^ALTER (?:ONLINE |IGNORE )*TABLE";
const PROGRAM =
  "TABLE|TEMPORARY|INDEX|UNIQUE|PROCEDURE|FUNCTION|TRIGGER|EVENT|DATABASE|SCHEMA|USER|ROLE|SERVER|SEQUENCE";
const INDEX = String.raw`(?:^CREATE |ADD |, |\( )(?:UNIQUE |FULLTEXT |SPATIAL )?(?:INDEX|KEY) [^()]*\( (?:[^()]|\( [^()]* \))*\)[^,()]*? `;

/** Of both servers, what one of them lacks. */
export const SERVER_FEATURES: readonly ServerFeature[] = [
  // MariaDB's.
  {
    what: "IF EXISTS and IF NOT EXISTS in ALTER TABLE",
    mariadb: 100002,
    form: new RegExp(
      `${ALTER_TABLE} (?:IF EXISTS |.* (?:ADD|DROP|MODIFY|CHANGE|ALTER|RENAME) (?:(?:COLUMN|INDEX|KEY|UNIQUE|FULLTEXT|SPATIAL|FOREIGN|CONSTRAINT|PARTITION) )*IF (?:NOT )?EXISTS )`,
    ),
  },
  {
    what: "IF EXISTS and IF NOT EXISTS for an index",
    mariadb: 100104,
    form: /^(?:CREATE (?:UNIQUE |FULLTEXT |SPATIAL )?|DROP )INDEX IF (?:NOT )?EXISTS /,
  },
  {
    what: "OR REPLACE of anything but a view",
    mariadb: 100103,
    form: new RegExp(`^CREATE OR REPLACE (?:(?!VIEW |SPATIAL REFERENCE )\\S+ ){0,9}?(?:${PROGRAM}) `),
  },
  { what: "RENAME TABLE IF EXISTS", mariadb: 100502, form: /^RENAME TABLES? IF EXISTS / },
  {
    what: "RETURNING",
    mariadb: 100500,
    outer: true,
    form: /^(?:INSERT|REPLACE|DELETE) .* RETURNING /,
  },
  {
    what: "sequences",
    mariadb: 100300,
    form: /^(?:CREATE|ALTER|DROP) (?:OR REPLACE |TEMPORARY )*SEQUENCE |(?:NEXT|PREVIOUS) VALUE FOR /,
  },
  {
    what: "system versioning and periods",
    mariadb: 100304,
    form: /(?:WITH|ADD|DROP) SYSTEM VERSIONING|(?:\(|,|ADD) PERIOD FOR |FOR SYSTEM_TIME |FOR PORTION OF |^DELETE HISTORY /,
  },
  {
    what: "IGNORED for an index",
    mariadb: 100600,
    form: new RegExp(`${INDEX}(?:NOT )?IGNORED|ALTER (?:INDEX|KEY) \\S+ (?:NOT )?IGNORED`),
  },
  { what: "SET STATEMENT", mariadb: 100102, form: /^SET STATEMENT / },
  { what: "EXECUTE IMMEDIATE", mariadb: 100203, form: /\bEXECUTE IMMEDIATE / },
  {
    what: "a block outside a stored program",
    mariadb: 100101,
    form: /^(?:BEGIN NOT ATOMIC|IF|CASE|LOOP|WHILE|REPEAT|FOR) /,
  },
  {
    what: "WAIT and NOWAIT of a statement",
    mariadb: 100300,
    form: /^(?:ALTER TABLE|DROP|TRUNCATE|CREATE (?:\w+ )?INDEX|LOCK TABLES?|OPTIMIZE|RENAME) .*(?: WAIT 0| NOWAIT)(?: |$)|FOR UPDATE WAIT 0/,
  },
  { what: "PERSISTENT for a generated column", mariadb: 50200, form: /\) PERSISTENT\b/ },
  { what: "ALGORITHM=NOCOPY", mariadb: 100302, form: /ALGORITHM (?:= )?NOCOPY/, error: 1800 },
  {
    what: "the option PAGE_COMPRESSED, ENCRYPTED or TRANSACTIONAL",
    mariadb: 100101,
    form: /^(?:CREATE|ALTER) .*TABLE .* (?:PAGE_COMPRESSED|TRANSACTIONAL|ENCRYPTED) (?:= )?(?:0|YES|NO)/,
  },
  { what: "FETCH FIRST", mariadb: 100600, form: / FETCH (?:FIRST|NEXT) (?:0 )?ROWS? / },
  { what: "CREATE VIEW IF NOT EXISTS", mysql: 90100, mariadb: 100103, form: /^CREATE .*VIEW IF NOT EXISTS / },
  { what: "VALUES (…) as a statement", mariadb: 100300, form: /^VALUES \(/ },
  { what: "IDENTIFIED VIA", mariadb: 100400, form: / IDENTIFIED VIA / },
  { what: "a collation of UCA 14", mariadb: 101001, form: /\w*UCA1400_\w+/, error: 1273 },
  { what: "a NOPAD collation", mariadb: 100202, form: /COLLATE (?:= )?\w+_NOPAD_\w+/, error: 1273 },
  // What MySQL 8 took away.
  {
    what: "GROUP BY with ASC or DESC",
    mysql: [0, 80013],
    mariadb: 0,
    form: /GROUP BY (?:(?!ORDER BY|SEPARATOR)\S+ )*?(?:ASC|DESC)(?: |$)/,
  },
  { what: "SQL_CACHE", mysql: [0, 80003], mariadb: 0, form: /SELECT (?:DISTINCT )?SQL_CACHE / },
  { what: "GRANT … IDENTIFIED BY", mysql: [0, 80011], mariadb: 0, form: /^GRANT .* IDENTIFIED / },
  { what: "IDENTIFIED BY PASSWORD", mysql: [0, 80011], mariadb: 0, form: / IDENTIFIED BY PASSWORD / },
  { what: "SET PASSWORD = PASSWORD(…)", mysql: [0, 80011], mariadb: 0, form: /^SET PASSWORD .*PASSWORD \(/ },
  // MySQL's.
  {
    what: "the option AUTOEXTEND_SIZE, COMPRESSION, ENCRYPTION or ENGINE_ATTRIBUTE",
    mysql: 50700,
    form: /^(?:CREATE|ALTER) .*TABLE .* (?:AUTOEXTEND_SIZE (?:= )?\S|(?:ENGINE_ATTRIBUTE|COMPRESSION|ENCRYPTION) (?:= )?')/,
    error: 1911,
  },
  { what: "SET DEFAULT ROLE … TO", mysql: 80000, form: /^SET DEFAULT ROLE .* TO / },
  { what: "the parser ngram", mysql: 50706, form: / WITH PARSER `?NGRAM/, error: 1128 },
  {
    what: "VALIDATION of EXCHANGE PARTITION",
    mysql: 50705,
    mariadb: 110401,
    form: / WITH(?:OUT)? VALIDATION/,
  },
  {
    what: "this option of a user",
    mysql: 80021,
    form: /^(?:CREATE|ALTER) USER .* (?:FAILED_LOGIN_ATTEMPTS|PASSWORD_LOCK_TIME|COMMENT '|ATTRIBUTE '|DEFAULT ROLE)/,
  },
  {
    what: "VISIBLE and INVISIBLE for an index",
    mysql: 80000,
    form: new RegExp(`${INDEX}(?:IN)?VISIBLE|ALTER (?:INDEX|KEY) \\S+ (?:IN)?VISIBLE`),
  },
  { what: "SET VISIBLE for a column", mysql: 80023, form: /ALTER (?:COLUMN )?\S+ SET (?:IN)?VISIBLE/ },
  { what: "-> and ->> of JSON", mysql: 50713, form: / ->>? / },
  { what: "NOT ENFORCED and ENFORCED", mysql: 80016, form: / (?:NOT )?ENFORCED(?: |$)/ },
  {
    what: "DROP CHECK and ALTER CHECK",
    mysql: 80016,
    form: new RegExp(`${ALTER_TABLE} .* (?:DROP|ALTER) CHECK \\S`),
  },
  {
    what: "RENAME COLUMN",
    mysql: 80003,
    mariadb: 100502,
    form: new RegExp(`${ALTER_TABLE} .* RENAME COLUMN `),
  },
  {
    what: "RENAME INDEX",
    mysql: 50700,
    mariadb: 100502,
    form: new RegExp(`${ALTER_TABLE} .* RENAME (?:INDEX|KEY) `),
  },
  { what: "LATERAL", mysql: 80014, form: / LATERAL \(/ },
  { what: "JSON as the type of CAST", mysql: 50708, form: / AS JSON \)/ },
  { what: "JSON_TABLE", mysql: 80004, mariadb: 100600, form: / JSON_TABLE \(/ },
  { what: "MEMBER OF", mysql: 80017, form: / MEMBER OF \(/ },
  { what: "VALUES ROW(…)", mysql: 80019, form: /\bVALUES ROW \(/ },
  { what: "TABLE as a statement", mysql: 80019, form: /^TABLE / },
  {
    what: "an alias of the new row in INSERT",
    mysql: 80019,
    outer: true,
    form: /^INSERT .* (?:VALUES? \( \)(?: , \( \))*|SET .*) AS \S+ (?:\( \) )?ON DUPLICATE KEY /,
  },
  { what: "SRID for a column", mysql: 80003, form: / SRID 0/ },
  { what: "FOR SHARE and FOR UPDATE OF", mysql: 80001, form: / FOR (?:SHARE|UPDATE OF)(?: |$)/ },
  { what: "SKIP LOCKED", mysql: 80001, mariadb: 100600, form: / SKIP LOCKED/ },
  {
    what: "INTERSECT and EXCEPT",
    mysql: 80031,
    mariadb: 100300,
    form: / (?:INTERSECT|EXCEPT) (?:ALL |DISTINCT |\( )*(?:SELECT|VALUES|TABLE|WITH) /,
  },
  { what: "WITH", mysql: 80001, mariadb: 100201, form: /^WITH / },
  {
    what: "WITH before UPDATE and DELETE",
    mysql: 80001,
    outer: true,
    form: /^WITH .* (?:UPDATE|DELETE) (?!BEFORE)/,
  },
  { what: "window functions", mysql: 80002, mariadb: 100200, form: /\) OVER / },
  {
    what: "DELETE with an alias",
    mysql: 80016,
    mariadb: 110600,
    form: /^DELETE (?:LOW_PRIORITY |QUICK |IGNORE )*FROM \S+ (?:\. \S+ )?(?:AS \S+|(?!WHERE |USING |ORDER |LIMIT |,|PARTITION )[\w`]+) (?:WHERE|ORDER|LIMIT) /,
  },
  { what: "IDENTIFIED WITH … BY", mysql: 50700, form: / IDENTIFIED WITH \S+ BY / },
  { what: "SET PERSIST", mysql: 80000, form: /^SET (?:PERSIST|PERSIST_ONLY|@@PERSIST\S*) / },
  {
    what: "this statement",
    mysql: 80000,
    form: /^(?:ALTER (?:DATABASE|SCHEMA) .*READ ONLY|CREATE (?:UNDO )?TABLESPACE|ALTER INSTANCE|(?:UN)?INSTALL COMPONENT|LOCK INSTANCE|CLONE|CREATE (?:OR REPLACE )?SPATIAL REFERENCE|CREATE RESOURCE|EXPLAIN ANALYZE|ANALYZE .*UPDATE HISTOGRAM) /,
  },
  {
    what: "ANALYZE of a statement and PERSISTENT FOR",
    mariadb: 100001,
    form: /^ANALYZE (?:FORMAT |SELECT |.* PERSISTENT FOR )/,
  },
  {
    what: "IF NOT EXISTS for a routine or trigger",
    mysql: 80029,
    mariadb: 100104,
    form: /^CREATE (?:DEFINER \S+ \S+ (?:\S+ )?)?(?:PROCEDURE|FUNCTION|TRIGGER) IF NOT EXISTS /,
  },
  {
    what: "a collation of UCA 9",
    mysql: 80001,
    mariadb: 110405,
    form: /UTF8MB4_(?:\w+_)?0900_\w+/,
    error: 1273,
  },
];

/** Types of columns; all others that the two manuals name both have. */
export const SERVER_TYPES: Readonly<Record<string, Availability>> = {
  ...named(
    "BIT TINYINT SMALLINT MEDIUMINT INT BIGINT DECIMAL FLOAT DOUBLE DATE TIME DATETIME TIMESTAMP YEAR CHAR VARCHAR BINARY " +
      "VARBINARY TINYBLOB BLOB MEDIUMBLOB LONGBLOB TINYTEXT TEXT MEDIUMTEXT LONGTEXT ENUM SET JSON SERIAL GEOMETRY POINT " +
      "LINESTRING POLYGON MULTIPOINT MULTILINESTRING MULTIPOLYGON GEOMETRYCOLLECTION",
    { mysql: 0, mariadb: 0 },
  ),
  INET6: { mariadb: 100500 },
  UUID: { mariadb: 100700 },
  INET4: { mariadb: 101000 },
  VECTOR: { mysql: 90000, mariadb: 110701 },
};

/** Functions: used where nothing defines one of that name, error 1305. */
export const SERVER_FUNCTIONS: Readonly<Record<string, Availability>> = {
  ...named("UUID_TO_BIN BIN_TO_UUID REGEXP_LIKE GROUPING", { mysql: 80004 }),
  // Took other names in 8.0.1, or went with 8.0.3.
  ...named(
    "ASTEXT ASWKT ASBINARY ASWKB GEOMFROMTEXT GEOMFROMWKB POINTFROMTEXT LINEFROMTEXT POLYFROMTEXT GLENGTH DES_ENCRYPT DES_DECRYPT ENCRYPT ENCODE DECODE",
    { mysql: [0, 80001], mariadb: 0 },
  ),
  ...named("ANY_VALUE JSON_STORAGE_SIZE", { mysql: 50722 }),
  ...named("ST_LATITUDE ST_LONGITUDE JSON_SCHEMA_VALID", { mysql: 80017 }),
  ...named("JSON_DETAILED JSON_QUERY JSON_EXISTS JSON_COMPACT JSON_LOOSE", { mariadb: 100204 }),
  ...named("NATURAL_SORT_KEY SYS_GUID TO_CHAR ADD_MONTHS", { mariadb: 101000 }),
  MEDIAN: { mariadb: 100303 },
  PASSWORD: { mysql: [0, 80011], mariadb: 0 },
};

/** Session variables: error 1193. */
export const SERVER_VARIABLES: Readonly<Record<string, Availability>> = {
  ...named("max_statement_time check_constraint_checks alter_algorithm", { mariadb: 100201 }),
  ...named("query_cache_type query_cache_size", { mysql: [0, 80003], mariadb: 0 }),
  ...named("tx_isolation tx_read_only", { mysql: [0, 80003], mariadb: 0 }),
  storage_engine: { mysql: [0, 50705], mariadb: 0 },
  ...named("transaction_isolation transaction_read_only", { mysql: 50720, mariadb: 110101 }),
  ...named("max_execution_time", { mysql: 50708 }),
  ...named("cte_max_recursion_depth information_schema_stats_expiry default_collation_for_utf8mb4", {
    mysql: 80003,
  }),
  ...named("sql_require_primary_key gtid_purged", { mysql: 80013 }),
  sql_generate_invisible_primary_key: { mysql: 80030 },
};

function named<T>(names: string, value: T): Record<string, T> {
  return Object.fromEntries(names.split(" ").map((name) => [name, value]));
}

/** Whether the server has it. */
export function has({ engine, number }: ServerVersion, feature: Availability): boolean {
  const releases = feature[engine];
  if (releases === undefined) return false;
  const [from, before] = typeof releases === "number" ? [releases, Number.POSITIVE_INFINITY] : releases;
  return number >= from && number < before;
}
