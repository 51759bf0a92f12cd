import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explainError } from "../../../automation/verdict/databaseError.ts";
import type { DatabaseErrorRow } from "../../../automation/verdict/databaseErrorRow.ts";
import { DATABASE_ERRORS } from "../../../automation/verdict/databaseErrors.ts";
import { MYSQL_ERRORS } from "../../../automation/verdict/mysqlErrors.ts";
import { CONNECT_TEXTS, type MysqlText, STATEMENT_TEXTS } from "../../support/mysqlTexts.ts";
import { FAILURE } from "../../support/verdictSamples.ts";

const rows: readonly [string, DatabaseErrorRow][] = Object.entries(DATABASE_ERRORS);

/** By the words that golang-migrate's own driver prints, and by the number that the migrator reports. */
function kindsOf({ code, text }: MysqlText, before: boolean): string[] {
  const error = code === null ? text : `Error ${code} (HY000): ${text}`;
  const line = before
    ? `failed to open database: ${error}`
    : `migration failed in line 0: x (details: ${error})`;
  const byWords = explainError(line).kind;
  if (code === null) return [byWords];
  return [byWords, explainError("", { ...FAILURE, kind: "statement", code, message: text }).kind];
}

for (const [title, texts, before] of [
  ["while a file runs", STATEMENT_TEXTS, false],
  ["before a session", CONNECT_TEXTS, true],
] as const)
  describe(`what MySQL says ${title}, by its words and by its number`, () => {
    for (const one of texts)
      test(`${one.kind}: ${one.code ?? one.source} ${one.text.slice(0, 70)}`, () => {
        assert.deepEqual([...new Set(kindsOf(one, before))], [one.kind]);
        const { beforeAnyFile, sentence } = explainError(`failed to open database: ${one.text}`);
        if (before) assert.equal(beforeAnyFile, true, sentence);
      });
  });

test("there are the texts of 30 errors of the server's and of the driver's", () => {
  const codes = new Set([...STATEMENT_TEXTS, ...CONNECT_TEXTS].map(({ code, text }) => code ?? text));
  assert.ok(codes.size >= 60, `${codes.size}`);
});

test("a number leads to one row alone", () => {
  const all = rows.flatMap(([, { codes = [] }]) => codes);
  assert.deepEqual(
    all.filter((code, index) => all.indexOf(code) !== index),
    [],
  );
});

test("every row of MySQL's has a text, and what to do", () => {
  const kinds = new Set<string>([...STATEMENT_TEXTS, ...CONNECT_TEXTS].map(({ kind }) => kind));
  assert.deepEqual(
    Object.keys(MYSQL_ERRORS).filter((kind) => !kinds.has(kind)),
    [],
  );
});

test("a MySQL user is told of no setting that only Postgres has", () => {
  for (const { text } of [...STATEMENT_TEXTS, ...CONNECT_TEXTS])
    assert.doesNotMatch(
      explainError(text).fix ?? "",
      /sslmode|sslrootcert|search_path|rds_iam|CONCURRENTLY/,
      text,
    );
});

test("the migrator's own words before a session", () => {
  const fixed = (kind: string, message: string) =>
    explainError(message, { ...FAILURE, kind, code: null, message });
  assert.equal(
    fixed("tls", "the database offers no TLS, and tls asks for it: enable it, or set tls=false").kind,
    "mysqlTls",
  );
  assert.equal(
    fixed("tls", "the file /certs/ca.pem that x-tls-ca names cannot be read in the image").kind,
    "mysqlTls",
  );
  assert.equal(fixed("unreachable", "the database could not be reached (malformed packet)").kind, "protocol");
});
