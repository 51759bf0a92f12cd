/**
 * Masks secrets in text that leaves the script: log lines, error messages, Slack, reports. Pure.
 *
 * Two nets. The secrets that the script knows are masked wherever they stand, in every spelling in which a URL, JSON or
 * Go's `%q` would write them. For those it does not know, rules recognise the shapes in which databases, AWS and Slack
 * print them. A rule masks too much rather than too little, and yet leaves SQL, digests, ARNs and versions alone.
 */

import { maskUrls } from "./urls.ts";

/** What stands in a secret's place. */
export const MASK = "***";

/** Shorter secrets are not looked for: masking every `db` would make the text unreadable and tell nothing. */
const SHORTEST_SECRET = 4;

/** A rule's output may complete the shape of another; no text needs more passes than this. */
const MAX_PASSES = 4;

/**
 * Masks secrets in `text`. Idempotent.
 *
 * @param secrets values known to be secret: a password, a whole database URL (its password is masked on its own, too), a
 *   webhook's URL. Those shorter than 4 characters are passed over.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  return redactor(secrets)(text);
}

/** {@link redact} with its secrets prepared once, for many lines. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = formsOf(secrets);
  return (text) => {
    let before = text;
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const after = applyRules(maskLiterals(before, forms));
      if (after === before) break;
      before = after;
    }
    return before;
  };
}

/** Masks known secrets and nothing else: for text that is JSON already, which a rule might break. */
export function literalMasker(secrets: readonly string[]): (text: string) => string {
  const forms = formsOf(secrets);
  return (text) => maskLiterals(text, forms);
}

function formsOf(secrets: readonly string[]): string[] {
  const forms = [...new Set(secrets.flatMap(secretForms))].filter((form) => form.length >= SHORTEST_SECRET);
  return forms.sort((a, b) => b.length - a.length);
}

/** Longest first, so that a secret within another does not cut it in two. */
function maskLiterals(text: string, forms: readonly string[]): string {
  let masked = text;
  for (const form of forms) {
    if (!MASK.includes(form)) masked = masked.replaceAll(form, MASK);
  }
  return masked;
}

/** The spellings of one secret: as it is, percent-encoded or -decoded, and as JSON and Go quote it. */
function secretForms(secret: string): string[] {
  const bare = [secret, decoded(secret)].flatMap((value) => [value, ...passwordOfUrl(value)]);
  const values = [...bare, ...bare.map(decoded)].filter((value) => value.length >= SHORTEST_SECRET);
  return values.flatMap((value) => {
    const encoded = percentEncoded(value);
    const lower = encoded.replace(/%[0-9A-F]{2}/g, (triple) => triple.toLowerCase());
    const strict = encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
    return [
      value,
      encoded,
      lower,
      strict,
      encoded.replaceAll("%20", "+"),
      JSON.stringify(value).slice(1, -1),
    ];
  });
}

/** The password of a URL or DSN that may be too broken for a URL parser: what stands between the first `:` and the last `@`. */
function passwordOfUrl(value: string): string[] {
  const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^:@/\s]*:(.+)@[^@]*$/is.exec(value);
  return match?.[1] === undefined || match[1].startsWith("//") ? [] : [match[1]];
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function percentEncoded(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    // A lone surrogate cannot be encoded; nothing can have printed it encoded either.
    return value;
  }
}

type Rule = readonly [pattern: RegExp, replacement: string];

// Quantifiers are bounded: a log line may be 256 KB long, and an unbounded prefix would make the search quadratic.
/** Keys whose value is a secret in `key=value`. What stands before them (`DB_`, `ssl`) does not matter. */
const SECRET_KEY =
  "(?:password|passwd|passphrase|MYSQL_PWD|secret[_-]?access[_-]?key|session[_-]?token|client[_-]?secret|(?:access|auth|refresh|security|id|api|bot)[_-]token|api[_-]?key|X-Amz-(?:Signature|Credential))";
/** What SQL writes in the place of a password: a parameter, NULL, another column, a call. */
const NO_SECRET =
  '(?!(?:\\$\\d+|\\?|:\\w+|%s|null|default|\\w+\\."?password"?)(?![^\\s,;)])|(?:crypt|digest|encode|decode|md5|sha\\d*|lower|upper|trim|coalesce|nullif|concat)\\()';
const JSON_KEY =
  "password|passwd|secret[_-]?access[_-]?key|session[_-]?token|secret[_-]?string|(?:access|auth|refresh|api|bot)[_-]?token";
const QUOTED = "(?:'(?:[^'\\\\\\n]|\\\\.|'')*(?:'|(?=\\n)|$)|\"(?:[^\"\\\\\\n]|\\\\.)*(?:\"|(?=\\n)|$))";

const RULES: readonly Rule[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  [/hooks\.slack(-gov)?\.com\/[^\s"'`<>|]+/gi, `hooks.slack$1.com/${MASK}`],
  // The fragments that Go quotes: `invalid port ":pa" after host`, `invalid URL escape "%w"`.
  [/\b(invalid (?:port|URL escape)) "(?:[^"\\\n]|\\.)*"/g, `$1 "${MASK}"`],
  [new RegExp(`(?<=[?&])([\\w.-]{0,60}?${SECRET_KEY}=)[^\\s&"'#]+`, "gi"), `$1${MASK}`],
  [new RegExp(`(${SECRET_KEY}\\s*=\\s*)${QUOTED}`, "gi"), `$1'${MASK}'`],
  [new RegExp(`(?<![?&])(${SECRET_KEY}=)${NO_SECRET}[^\\s"'&][^\\s"]*`, "gi"), `$1${MASK}`],
  // `PWD=/home/app` of a shell is no secret; `;PWD=` of an ODBC string is one.
  [/((?:\b[Pp]wd|;PWD)=)[^\s"';]+/g, `$1${MASK}`],
  // JWT_SECRET=…, GITLAB_TOKEN=…, and yet not the names under which AWS keeps a secret.
  [/(?<=[A-Z0-9]_)((?:TOKEN|SECRET)=)(?!arn:|\/[\w.-]+\/)[^\s"'][^\s"]*/g, `$1${MASK}`],
  [new RegExp(`("[^"\\n]{0,60}(?:${JSON_KEY})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, "gi"), `$1"${MASK}"`],
  [new RegExp(`(\\\\"[^"\\\\\\n]{0,60}(?:${JSON_KEY})\\\\"\\s*:\\s*\\\\")[^"\\\\]+`, "gi"), `$1${MASK}`],
  [
    /^([^\S\n\r\u2028\u2029]*[\w.-]{0,60}(?:password|passwd|secret[_-]?access[_-]?key)\s*:[^\S\n]*)[^\s"'{[][^\n]*$/gim,
    `$1${MASK}`,
  ],
  // SQL that a failing migration prints in full.
  [
    /\b(PASSWORD|IDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)|BY\s+PASSWORD)(\s+)'(?:[^']|'')*(?:'|$)/gi,
    `$1$2'${MASK}'`,
  ],
  [/(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/g, MASK],
  [/(secret[_ -]?access[_ -]?key\\?["']?\s*[:=]?\s*\\?["']?)[A-Za-z0-9/+]{30,}={0,2}/gi, `$1${MASK}`],
  [/(session[_ -]?token\\?["']?\s*[:=]\s*\\?["']?)[A-Za-z0-9/+]{16,}={0,2}/gi, `$1${MASK}`],
  [/(?<![a-z0-9])(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{8,}/g, MASK],
  [/(?<![A-Za-z0-9])(?:gh[oprsu]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|glpat-[\w-]{20,})/g, MASK],
  [/(?<![A-Za-z0-9])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/g, MASK],
  [/\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:[a-z0-9-]+[^\S\n]+)?)[^\s"',]+/gi, `$1${MASK}`],
  [/\b(bearer\s+)(?=[^\s]{0,100}\d)[\w.~+/=-]{8,}/gi, `$1${MASK}`],
];

/** libpq allows blanks around `=`; so does SQL, which is why another of libpq's keywords must stand by. */
const LIBPQ_SPACED = /\b(password(?:\s+=\s*|=\s+))(?!'|\s)\S+/gi;
const LIBPQ_WITNESS = /\b(?:host|hostaddr|dbname|sslmode)\s*=\s*\S/i;

function applyRules(text: string): string {
  let masked = maskUrls(text, MASK);
  for (const [pattern, replacement] of RULES) masked = masked.replace(pattern, replacement);
  return LIBPQ_WITNESS.test(masked) ? masked.replace(LIBPQ_SPACED, `$1${MASK}`) : masked;
}
