import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explainError } from "../../../automation/verdict/databaseError.ts";
import type { DatabaseErrorRow } from "../../../automation/verdict/databaseErrorRow.ts";
import { DATABASE_ERRORS } from "../../../automation/verdict/databaseErrors.ts";
import { MYSQL_ERRORS } from "../../../automation/verdict/mysqlErrors.ts";
import { SERVER_CONNECT_TEXTS, SERVER_STATEMENT_TEXTS } from "../../support/mysqlServerTexts.ts";
import { CONNECT_TEXTS, type MysqlText, STATEMENT_TEXTS } from "../../support/mysqlTexts.ts";
import { FAILURE } from "../../support/verdictSamples.ts";

const STATEMENTS = [...STATEMENT_TEXTS, ...SERVER_STATEMENT_TEXTS];
const CONNECTS = [...CONNECT_TEXTS, ...SERVER_CONNECT_TEXTS];
const rows: readonly [string, DatabaseErrorRow][] = Object.entries(DATABASE_ERRORS);

/** By the words that golang-migrate's own driver prints, and by the number that the migrator reports. */
function kindsOf({ code, text }: MysqlText, before: boolean): string[] {
  const error = code === null ? text : `Error ${code} (HY000): ${text}`;
  const line = before
    ? `failed to open database: ${error}`
    : `migration failed in line 0: x (details: ${error})`;
  const byWords = explainError(line).kind;
  if (code === null) return [byWords];
  const place = before ? { file: null, statement: null } : {};
  return [byWords, explainError(text, { ...FAILURE, kind: "statement", code, message: text, ...place }).kind];
}

for (const [title, texts, before] of [
  ["while a file runs", STATEMENTS, false],
  ["before a session", CONNECTS, true],
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
  const codes = new Set([...STATEMENTS, ...CONNECTS].map(({ code, text }) => code ?? text));
  assert.ok(codes.size >= 60, `${codes.size}`);
});

test("while a file runs a refused GRANT is not a wrong password, and the database may have changed", () => {
  const text = "Access denied for user 'app'@'%' (using password: YES)";
  const inFile = { ...FAILURE, code: "1045", message: text };
  const explained = explainError(`20261124_a.up.sql, statement 2 of 2: ${text}`, inFile);
  assert.deepEqual(explained, {
    kind: "grant",
    sentence: `The migration's user may not grant this, or read a file (${text}).`,
    fix: "GRANT takes a user who has the same privileges WITH GRANT OPTION, LOAD DATA INFILE one with FILE: let such a user do it outside a migration.",
    beforeAnyFile: false,
    inFile: "no",
  });
  const before = explainError(`failed to open database: Error 1045 (28000): ${text}`);
  assert.deepEqual([before.kind, before.beforeAnyFile], ["mysqlPassword", true]);
});

test("a number leads to one row alone, before a file and while one runs", () => {
  for (const before of [true, undefined]) {
    const all = rows.flatMap(([, { codes = [], beforeAnyFile }]) => (beforeAnyFile === before ? codes : []));
    assert.deepEqual(
      all.filter((code, index) => all.indexOf(code) !== index),
      [],
    );
  }
});

test("every row of MySQL's has a text, and what to do", () => {
  const kinds = new Set<string>([...STATEMENTS, ...CONNECTS].map(({ kind }) => kind));
  assert.deepEqual(
    Object.keys(MYSQL_ERRORS).filter((kind) => !kinds.has(kind)),
    [],
  );
});

test("a MySQL user is told of no setting that only Postgres has", () => {
  for (const { text } of [...STATEMENTS, ...CONNECTS])
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
