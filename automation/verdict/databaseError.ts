/**
 * Recognises what went wrong in the database, and says it in a sentence that a person can act on. Pure.
 *
 * golang-migrate 4 prints `<what> in line <n>: <the whole SQL> (details: <the driver's words>)` (database/error.go); the
 * migrator reports the same as typed values.
 */
import type { Failure } from "../contract/resultLine.ts";
import { clip } from "../text/clip.ts";
import { redact } from "../text/redact.ts";
import type { DatabaseErrorRow } from "./databaseErrorRow.ts";
import { DATABASE_ERRORS, type DatabaseErrorKind } from "./databaseErrors.ts";

export type { DatabaseErrorKind } from "./databaseErrors.ts";

export interface DatabaseError {
  readonly kind: DatabaseErrorKind;
  /** One sentence with its full stop. */
  readonly sentence: string;
  /** What to do about the cause, in one sentence; null if the sentence says it all or nobody can know. */
  readonly fix: string | null;
  /** True if no file had begun when it happened. */
  readonly beforeAnyFile: boolean;
  readonly inFile: "surely" | "maybe" | "no";
}

type Row = readonly [DatabaseErrorKind, DatabaseErrorRow];

const ROWS = Object.entries(DATABASE_ERRORS) as Row[];
/** While a file runs the same number or words mean something else: 1045 is then a privilege, not the password. */
const ROWS_IN_FILE = [
  ...ROWS.filter(([, row]) => !row.beforeAnyFile),
  ...ROWS.filter(([, row]) => row.beforeAnyFile),
];

/** As much of an error as a sentence can bear, in characters. */
const BRIEF = 240;

/**
 * Explains an error: by the server's code or the migrator's kind if there are any, else by its words.
 *
 * @param failure the result line's typed values, schema 2
 */
export function explainError(text: string, failure: Failure | null = null): DatabaseError {
  // Before anything is cut: half a database URL no longer looks like one.
  // The server's own words, if they are known apart: text says file, line and effect too, as the verdict does.
  const error = redact(failure?.file && failure.message ? failure.message : text);
  const brief = briefError(error);
  // Only the words of golang-migrate and of the driver are looked at: the SQL between them may hold any text.
  const words = wordsOf(error);
  const isInFile = failure ? failure.file !== null : /^migration failed/.test(words);
  const kind = kindOf(words, failure, isInFile ? ROWS_IN_FILE : ROWS);
  const row: DatabaseErrorRow = DATABASE_ERRORS[kind];
  return {
    kind,
    sentence: row.sentence(brief, row.pattern?.exec(words)?.groups ?? {}),
    fix: row.fix,
    beforeAnyFile: !isInFile && (row.beforeAnyFile === true || /^failed to open database/.test(brief)),
    inFile: row.inFile ?? "no",
  };
}

/** As go-sql-driver writes the server's number, MySQLError.Error() of its errors.go; without the state before v1.7. */
const NUMBER = /\bError (?<number>\d{4})(?: \(\w{5}\))?: /;

function kindOf(words: string, failure: Failure | null, rows: readonly Row[]): DatabaseErrorKind {
  const code = failure?.code ?? NUMBER.exec(words)?.groups?.number;
  const kind = failure?.kind;
  const byCode = code === undefined ? undefined : rows.find(([, { codes }]) => codes?.includes(code));
  // The words tell more than the migrator's kind: a certificate that cannot be read is a matter of TLS as well.
  const byWords = rows.find(([, { pattern }]) => pattern?.test(words));
  const byKind = kind === undefined ? undefined : rows.find(([, { failures }]) => failures?.includes(kind));
  return (byCode ?? (byWords && byWords[0] !== "url" ? byWords : (byKind ?? byWords)))?.[0] ?? "other";
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
  const text = error.replace(/^\s{0,20}error:\s{0,20}/, "");
  const head = / in line (?<line>\d{1,9}): /.exec(text.split("\n", 1)[0] ?? "");
  if (!head?.groups) return { what: text, line: undefined, details: "" };
  const sql = text.slice(head.index + head[0].length);
  return { what: text.slice(0, head.index), line: head.groups.line, details: detailsOf(sql) };
}

/** What stands in golang-migrate's last bracket, on the text's last line. */
function detailsOf(sql: string): string {
  const end = sql.trimEnd();
  const at = end.lastIndexOf("(details: ");
  const details = end.slice(at + "(details: ".length, -1);
  return at >= 0 && end.endsWith(")") && !details.includes("\n") ? details : "";
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
