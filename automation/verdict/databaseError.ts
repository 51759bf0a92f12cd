/**
 * Recognises what golang-migrate 4.20.1, lib/pq, pgx and go-sql-driver/mysql say when they fail, and says it in a
 * sentence a person can act on. Pure.
 *
 * golang-migrate prints `<what> in line <n>: <the whole SQL> (details: <the driver's words>)` (database/error.go).
 */
import { clip } from "../text/clip.ts";
import { redact } from "../text/redact.ts";

export type DatabaseErrorKind =
  | "olderImage"
  | "shortLimit"
  | "locked"
  | "timeout"
  | "deadlock"
  | "hostUnknown"
  | "unreachable"
  | "refusing"
  | "password"
  | "login"
  | "tls"
  | "noDatabase"
  | "readOnly"
  | "permission"
  | "url"
  | "source"
  | "transaction"
  | "syntax"
  | "exists"
  | "missing"
  | "data"
  | "disk"
  | "dirtyBefore"
  | "other";

export interface DatabaseError {
  readonly kind: DatabaseErrorKind;
  /** One sentence with its full stop. */
  readonly sentence: string;
  /** What to do about the cause, in one sentence; null where the sentence says it all or nobody can know. */
  readonly mend: string | null;
}

type Groups = Record<string, string | undefined>;

interface Pattern {
  readonly kind: DatabaseErrorKind;
  readonly pattern: RegExp;
  readonly sentence: (groups: Groups, brief: string) => string;
  readonly mend: string | null;
}

/** As much of an error as a sentence can bear, in characters. */
const BRIEF = 240;

/** Explains an error; the first pattern that fits wins, so the particular stand before the general. */
export function explainError(text: string): DatabaseError {
  // Before anything is cut: half a database URL no longer looks like one.
  const error = redact(text);
  const brief = briefError(error);
  // Only the words of golang-migrate and of the driver are looked at: the SQL between them may hold any text.
  const words = wordsOf(error);
  for (const { kind, pattern, sentence, mend } of PATTERNS) {
    const match = pattern.exec(words);
    if (match) return { kind, sentence: sentence(match.groups ?? {}, brief), mend };
  }
  return { kind: "other", sentence: sentenceOf(brief), mend: null };
}

/**
 * The error without the SQL in it, on one line of at most 240 characters. golang-migrate's `line 0` means that no line
 * is known, and then the driver's own words tell more.
 */
export function briefError(error: string): string {
  const { what, line, details } = partsOf(error);
  const text =
    line === undefined || what === "" ? what || details : Number(line) > 0 ? `${what} in line ${line}` : what;
  const bare = Number(line) === 0 && details !== "" ? `${text}: ${details}` : text;
  return clip(oneLine(bare), BRIEF);
}

function wordsOf(error: string): string {
  const { what, details } = partsOf(error);
  return oneLine(`${what} ${details}`);
}

interface ErrorParts {
  readonly what: string;
  readonly line: string | undefined;
  readonly details: string;
}

function partsOf(error: string): ErrorParts {
  const text = error.replace(/^\s*error:\s*/, "");
  const match = /^(?<what>[^\n]*?) in line (?<line>\d+): (?<sql>[\s\S]*)$/.exec(text);
  if (!match?.groups) return { what: text, line: undefined, details: "" };
  const { what = "", line, sql = "" } = match.groups;
  const details = /\(details: (?<words>[^\n]*)\)\s*$/.exec(sql)?.groups?.words ?? "";
  return { what, line, details };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function sentenceOf(text: string): string {
  if (text === "") return "golang-migrate failed and said nothing.";
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

const quote = (name: string | undefined): string => (name === undefined || name === "" ? "" : ` ${name}`);

const PATTERNS: readonly Pattern[] = [
  {
    kind: "dirtyBefore",
    pattern: /Dirty database version (?<version>-?\d+)/,
    sentence: ({ version }) =>
      `The database was dirty at ${version} before this run, and golang-migrate runs nothing on a dirty database.`,
    mend: null,
  },
  {
    kind: "olderImage",
    pattern: /no migration found for version (?<version>-?\d+)/,
    sentence: ({ version }) =>
      `The image has no file for version ${version}: the database is newer than the image (no migration found for version ${version}).`,
    mend: null,
  },
  {
    kind: "shortLimit",
    pattern: /limit (?<short>\d+) short/,
    sentence: ({ short }) => `There were ${short} migrations fewer than asked for; all that were there ran.`,
    mend: null,
  },
  {
    kind: "locked",
    pattern: /can't acquire (?:database )?lock|database locked|try lock failed/,
    sentence: (_, brief) => `Another session holds golang-migrate's lock (${brief}).`,
    mend: "Wait for the other run to end, then run the same again; where no run is on, a session that was cut off holds the lock until the database ends it.",
  },
  {
    kind: "timeout",
    pattern:
      /canceling statement due to (?<which>lock|statement|user)|Lock wait timeout exceeded|maximum statement execution time exceeded|idle-in-transaction timeout/,
    sentence: (_, brief) => `A statement waited or ran longer than the database allows (${brief}).`,
    mend: "Run it when the table is quiet, split the statement, or raise lock_timeout or statement_timeout in the database URL.",
  },
  {
    kind: "deadlock",
    pattern: /deadlock (?:detected|found)/i,
    sentence: (_, brief) => `The statement met a deadlock with another session (${brief}).`,
    mend: "Run it again when the table is quiet.",
  },
  {
    kind: "password",
    pattern:
      /password authentication failed(?: for user "?(?<user>[^"\s]+)"?)?|Access denied for user (?<mysqlUser>'[^']*'@'[^']*')(?! to database)|SASL authentication failed|failed SASL auth/,
    sentence: ({ user, mysqlUser }) =>
      `The database refused the password of user${quote(user ?? mysqlUser)}.`,
    mend: "Put the right URL into the secret that MIGRATION_DB comes from; characters such as @ / : # % of a password are percent-encoded there.",
  },
  {
    kind: "login",
    pattern:
      /no pg_hba\.conf entry|role "(?<role>[^"]+)" (?:does not exist|is not permitted to log in)|Host '[^']*' is (?:not allowed|blocked)/,
    sentence: (_, brief) => `The database lets this user or address not in (${brief}).`,
    mend: "Check the user and the sslmode of the database URL, and the database's own rules for who may connect from where.",
  },
  {
    kind: "tls",
    pattern:
      /SSL is not enabled on the server|x509: |tls: |certificate (?:verify|signed by|has expired|required|is not)|SSL connection is required|secure transport/i,
    sentence: (_, brief) => `The script's and the database's ideas of TLS do not fit (${brief}).`,
    mend: "Check sslmode (Postgres) or tls (MySQL) in the database URL, and the certificate authority that it names.",
  },
  {
    kind: "noDatabase",
    pattern: /database "(?<name>[^"]+)" does not exist|Unknown database '(?<mysqlName>[^']+)'/,
    sentence: ({ name, mysqlName }) => `The server has no database${quote(name ?? mysqlName)}.`,
    mend: "Create it, or correct its name in the database URL.",
  },
  {
    kind: "hostUnknown",
    pattern:
      /lookup (?<host>[\w.-]+)[^:]*:.*no such host|no such host|hostname resolving error|server misbehaving/,
    sentence: ({ host }) => `The name of the database's host${quote(host)} cannot be resolved.`,
    mend: "Check the host in the database URL, and that the task's subnets use the VPC's DNS.",
  },
  {
    kind: "unreachable",
    pattern:
      /connection refused|i\/o timeout|network is unreachable|no route to host|context deadline exceeded|dial (?:tcp|unix)|connection reset|connection timed out|broken pipe|bad connection|invalid connection|unexpected EOF|\bEOF$/,
    sentence: (_, brief) => `The database could not be reached (${brief}).`,
    mend: "Check that it runs, its host and port in the database URL, and that its security group lets the task's security group in.",
  },
  {
    kind: "refusing",
    pattern:
      /the database system is (?:starting up|shutting down|in recovery)|too many (?:clients|connections)|remaining connection slots/i,
    sentence: (_, brief) => `The database takes no connections at the moment (${brief}).`,
    mend: "Run the same again when it does.",
  },
  {
    kind: "permission",
    pattern:
      /permission denied|must be (?:owner|superuser)|command denied to user|Access denied for user '[^']*'@'[^']*' to database|access denied; you need/i,
    sentence: (_, brief) => `The database user lacks a privilege (${brief}).`,
    mend: "Grant it to the migration's user, or let the owner of the object run the statement.",
  },
  {
    kind: "url",
    pattern:
      /failed to open database|unknown driver|no scheme|first path segment in URL|invalid (?:port|userinfo|URL escape)/,
    sentence: (_, brief) => `The database URL cannot be read (${brief}).`,
    mend: "Correct the secret that MIGRATION_DB comes from: a scheme that golang-migrate knows, and the password percent-encoded.",
  },
  {
    kind: "source",
    pattern: /duplicate migration file: (?<file>\S+)|failed to open source|first .*: file does not exist/,
    sentence: (_, brief) => `golang-migrate cannot read the image's folder of migrations (${brief}).`,
    mend: "Check the folder and its file names in the checkout, then deploy again.",
  },
  {
    kind: "readOnly",
    pattern: /read-only transaction|--read-only|super-read-only|is read only/,
    sentence: (_, brief) => `The database takes no writes (${brief}).`,
    mend: "Point the database URL at the writer, not at a replica.",
  },
  {
    kind: "transaction",
    pattern:
      /cannot (?:run|be executed) inside a transaction block|cannot be executed from a function or multi-command string/,
    sentence: (_, brief) => `The statement must stand alone (${brief}).`,
    mend: "Put it alone into a file of its own: several statements of one file run in one transaction.",
  },
  {
    kind: "syntax",
    pattern: /syntax error|You have an error in your SQL syntax/,
    sentence: (_, brief) => `The SQL has a syntax error (${brief}).`,
    mend: "Correct the SQL.",
  },
  {
    kind: "data",
    pattern:
      /violates|Duplicate entry|could not create unique index|contains null values|out of range|invalid input (?:syntax|value)|cannot be cast|Data too long|Cannot add or update a child row|contains values that/,
    sentence: (_, brief) => `The data does not fit what the file demands (${brief}).`,
    mend: "Mend the data.",
  },
  {
    kind: "exists",
    pattern: /already exists|Duplicate (?:column|key) name/,
    sentence: (_, brief) => `What the file creates is there already (${brief}).`,
    mend: null,
  },
  {
    kind: "missing",
    pattern:
      /(?:relation|column|table|type|function|schema|index|constraint|extension) .*does not exist|doesn't exist|Unknown column|Can't DROP/,
    sentence: (_, brief) => `What the file uses is not there (${brief}).`,
    mend: null,
  },
  {
    kind: "disk",
    pattern: /No space left on device|disk full|The table '[^']*' is full|could not extend file/i,
    sentence: (_, brief) => `The database's disk is full (${brief}).`,
    mend: "Give it room, then see to the database.",
  },
];
