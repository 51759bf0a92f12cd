/**
 * Masks the secrets of URLs and of go-sql-driver's data source names, by their shape. Pure, and linear in the text's
 * length: a log line may be 256 KB long and may hold anything.
 */

/** Ends a URL in running text. */
const STOP = /[\s"'`<>]/g;
const DATABASE =
  /^(?:postgres|postgresql|pgx\d*|mysql|mariadb|cockroach(?:db)?|crdb-postgres|redshift|sqlserver|mongodb(?:\+srv)?|redis|rediss|amqps?|clickhouse|cassandra|sqlite3?|spanner|snowflake|firebird|neo4j|ql|rqlite|ydb)$/i;
/** The longest scheme that is looked for, in characters. */
const LONGEST_SCHEME = 31;
/** An unencoded user may hold so many characters. */
const LONGEST_USER = 500;

/** @param mask what stands in a secret's place */
export function maskUrls(text: string, mask: string): string {
  return text.includes("@") ? maskDsns(maskSchemes(text, mask), mask) : text;
}

function maskSchemes(text: string, mask: string): string {
  let masked = "";
  let done = 0;
  // Kept from one URL to the next, since several may stand in one word.
  let word: Span = { end: 0, lastAt: -1 };
  let quoted: Span = { end: 0, lastAt: -1 };
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", Math.max(at + 1, done))) {
    const start = at + 3;
    const scheme = /[a-z][a-z0-9+.-]*$/i.exec(text.slice(Math.max(at - LONGEST_SCHEME, done), at))?.[0];
    if (scheme === undefined) continue;
    if (start >= word.end) word = spanOf(text, start, endOfWord(text, start));
    let secretEnd = -1;
    if (text[at - scheme.length - 1] === '"') {
      if (start >= quoted.end) quoted = spanOf(text, start, endOfQuoted(text, start));
      // Go quotes a URL that it could not parse with %q: what is between the quotes may hold blanks.
      secretEnd = quoted.lastAt;
    }
    if (secretEnd < start && DATABASE.test(scheme)) secretEnd = word.lastAt;
    if (secretEnd < start) secretEnd = endOfUserInfo(text, start, word.end, scheme);
    if (secretEnd < start) continue;
    masked += text.slice(done, start) + mask;
    done = secretEnd;
  }
  return done === 0 ? text : masked + text.slice(done);
}

interface Span {
  readonly end: number;
  /** The last `@` before the end; -1 or before the start if there is none. */
  readonly lastAt: number;
}

function spanOf(text: string, start: number, end: number): Span {
  const at = text.slice(start, end).lastIndexOf("@");
  return { end: Math.max(end, start + 1), lastAt: at < 0 ? -1 : start + at };
}

function endOfWord(text: string, start: number): number {
  STOP.lastIndex = start;
  return STOP.exec(text)?.index ?? text.length;
}

function endOfQuoted(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === '"' || char === "\n") return at;
  }
  return text.length;
}

/** Where `user:password` or a token in the user's place ends, at its `@`; -1 if there is none that is secret. */
function endOfUserInfo(text: string, start: number, wordEnd: number, scheme: string): number {
  const slash = text.indexOf("/", start);
  const authority = text.slice(start, slash < 0 ? wordEnd : Math.min(slash, wordEnd));
  const user = /^[^?#@:]*/.exec(authority)?.[0] ?? "";
  const next = authority[user.length];
  if (next === ":") {
    const rest = authority.slice(user.length + 1);
    const last = rest.lastIndexOf("@");
    // `host:8080/path@x` has no password.
    if (last >= 0 && !/^\d{1,5}(?:[?#]|$)/.test(rest)) return start + user.length + 1 + last;
    return -1;
  }
  // A token in the user's place. `ssh://git@host` is no secret.
  const isToken = next === "@" && user.length > 0 && user.length <= LONGEST_USER;
  return isToken && !/^(?:git\+)?ssh$/i.test(scheme) ? start + user.length : -1;
}

/** go-sql-driver/mysql: `user:password@tcp(host:3306)/db`. */
function maskDsns(text: string, mask: string): string {
  let masked = "";
  let done = 0;
  let seen = 0;
  for (const match of text.matchAll(/@(?=(?:tcp[46]?|udp|unix)\()/g)) {
    // A user has no `@`, so what was looked at for the one before need not be looked at again.
    const blank = lastBlank(text, match.index, seen);
    seen = match.index + 1;
    const user = /(?<=^|["'`=(])(?![a-z]{2,20}:\/\/)[^\s"'`=(:@/]{1,100}:/i.exec(
      text.slice(blank, match.index),
    );
    if (!user) continue;
    masked += text.slice(done, blank + user.index) + mask;
    done = match.index;
  }
  return done === 0 ? text : masked + text.slice(done);
}

/** The start of the word that ends at `end`, not before `from`. */
function lastBlank(text: string, end: number, from: number): number {
  let at = end;
  while (at > from && !/\s/.test(text[at - 1] ?? "")) at--;
  return at;
}
