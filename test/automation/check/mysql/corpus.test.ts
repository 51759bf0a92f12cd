import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readServerVersion } from "../../../../automation/check/mysql/serverVersion.ts";
import { readSql } from "../../../../automation/check/mysql/statements.ts";

/** The statements of a file of the corpus, which an empty line ends: bodies of routines hold semicolons. */
function corpus(name: string): string[] {
  return readFileSync(new URL(`./corpus/${name}.sql`, import.meta.url), "utf8")
    .trim()
    .split("\n\n");
}

/** Statements that are not read as the server would: cut apart, of no known kind, or with an unknown action. */
function misread(name: string, version: string): string[] {
  const server = readServerVersion(version);
  assert(server);
  return corpus(name).filter((sql) => {
    const { statements, error } = readSql(`${sql};\n`, server);
    // A comment for another server holds nothing.
    if (statements.length === 0) return error !== undefined || !sql.startsWith("/*");
    const [{ body } = { body: { kind: "unknown" } }] = statements;
    const strange = "actions" in body && body.actions.some(({ kind }) => kind === "unknown");
    return error !== undefined || statements.length !== 1 || body.kind === "unknown" || strange;
  });
}

test("every statement of the corpus is read whole, by each server that has it", () => {
  assert.deepEqual(misread("both", "8.0"), []);
  assert.deepEqual(misread("both", "mariadb-10.11"), []);
  assert.deepEqual(misread("mysql8", "8.4"), []);
  assert.deepEqual(misread("mariadb", "mariadb-11.4"), []);
});

test("the corpus has the breadth that the parsers were compared on", () => {
  const sizes = ["both", "mysql8", "mariadb"].map((name) => corpus(name).length);
  assert.deepEqual(sizes, [299, 96, 104]);
});

test("a file of all statements is cut where it was joined", () => {
  const server = readServerVersion("mariadb-11.4");
  assert(server);
  const all = corpus("mariadb").filter((sql) => !sql.startsWith("/*"));
  assert.equal(readSql(all.join(";\n"), server).statements.length, all.length);
});

test("the text and line of a statement are those of the file", () => {
  const server = readServerVersion("8.0");
  assert(server);
  const sql = "-- first\nSELECT 1;\n\n/* a; b */ CREATE PROCEDURE p()\nBEGIN\n  SELECT 2;\nEND;\n-- last\n";
  assert.deepEqual(
    readSql(sql, server).statements.map(({ line, text }) => ({ line, text })),
    [
      { line: 2, text: "SELECT 1" },
      { line: 4, text: "CREATE PROCEDURE p()\nBEGIN\n  SELECT 2;\nEND" },
    ],
  );
});
