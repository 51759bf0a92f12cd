/** The rules over Postgres's parse tree: id, severity, summary. The code is in the files beside this one. */
import type { Rule } from "../rule.ts";

export const POSTGRES_RULES = {
  syntax: { severity: "error", summary: "Postgres's own parser refuses the file" },
  "transaction-control": {
    severity: "error",
    summary: "Transaction statements leave half a migration committed or a transaction open",
  },
  "transaction-wrapped": {
    severity: "warning",
    summary: "BEGIN and COMMIT around the whole file repeat what Postgres does with it anyway",
    perFolder: true,
  },
  alone: {
    severity: "error",
    summary: "A statement that cannot run in a transaction block stands beside others",
  },
  refused: {
    severity: "error",
    summary: "The server refuses the statement on what the files before it have made",
  },
  "enum-value-used": {
    severity: "error",
    summary: "A label that the file adds to a type is used in the same file, which Postgres refuses",
  },
  "pending-trigger-events": {
    severity: "error",
    summary:
      "A table is altered after its rows were changed under a deferred constraint, which Postgres refuses",
  },
  "session-setting": {
    severity: "error",
    summary:
      "A setting without LOCAL stays for the files that follow on the same connection; a warning if it only sets a limit",
  },
  "split-inside": {
    severity: "error",
    summary: "With x-multi-statement golang-migrate cuts the statement at a semicolon inside a text",
  },
  "copy-stdin": {
    severity: "error",
    summary:
      "COPY FROM STDIN waits for data that golang-migrate never sends; COPY of the server's own file (a warning) is refused on RDS",
  },
  "lock-timeout": {
    severity: "warning",
    summary: "A lock is waited for without limit, or for more than a minute; everything behind it waits too",
  },
  "volatile-default": {
    severity: "error",
    summary: "A new column whose value differs from row to row rewrites the table under ACCESS EXCLUSIVE",
  },
  "not-null-without-default": {
    severity: "error",
    summary: "A new NOT NULL column without a default fails on a table that has rows",
  },
  "set-not-null": {
    severity: "error",
    summary: "SET NOT NULL without a validated check scans the table under ACCESS EXCLUSIVE",
  },
  "index-not-concurrent": {
    severity: "error",
    summary: "CREATE INDEX without CONCURRENTLY blocks writes while it builds",
  },
  "drop-index-not-concurrent": {
    severity: "warning",
    summary: "DROP INDEX without CONCURRENTLY takes ACCESS EXCLUSIVE on the table",
  },
  "constraint-builds-index": {
    severity: "error",
    summary: "A unique, primary key or exclusion constraint builds its index under a lock",
  },
  "column-type": {
    severity: "error",
    summary: "A change of a column's type mostly rewrites the table under ACCESS EXCLUSIVE",
  },
  "foreign-key-validated": {
    severity: "error",
    summary: "A foreign key without NOT VALID scans the table while writes to both tables wait",
  },
  "check-validated": {
    severity: "error",
    summary: "A check without NOT VALID scans the table under ACCESS EXCLUSIVE",
  },
  "validate-in-same-file": {
    severity: "error",
    summary: "VALIDATE in the file that adds the constraint scans under the lock that NOT VALID avoids",
  },
  "attach-partition": {
    severity: "error",
    summary: "ATTACH PARTITION scans the partition, or builds an index on it, under ACCESS EXCLUSIVE",
  },
  "domain-check": {
    severity: "error",
    summary: "A new constraint of a domain is checked in every table with a column of it while writes wait",
  },
  "heavy-lock": {
    severity: "error",
    summary: "The statement rewrites or rebuilds a relation while readers or writers wait",
  },
  "backfill-under-lock": {
    severity: "error",
    summary: "Rows are changed in the file that locks their table, so the lock lasts as long as the change",
  },
  "update-all-rows": {
    severity: "warning",
    summary:
      "UPDATE or DELETE without WHERE, or with one that is always true, locks every row until the file ends",
  },
  "drop-table": {
    severity: "warning",
    summary: "A table, schema or its data is gone; the old code may still read it",
  },
  "drop-column": {
    severity: "warning",
    summary: "A column and its data are gone; the old code may still read it",
  },
  "drop-object": {
    severity: "warning",
    summary: "A view, function, type or sequence is gone; the old code may still use it",
  },
  cascade: {
    severity: "warning",
    summary: "CASCADE drops or empties what the statement does not name",
  },
  "invalid-index": {
    severity: "warning",
    summary: "CREATE INDEX CONCURRENTLY IF NOT EXISTS passes over an index whose build has failed",
  },
  "identifier-too-long": {
    severity: "warning",
    summary: "A name has more than the 63 bytes that Postgres keeps",
  },
  rename: { severity: "warning", summary: "A rename breaks the old code, which runs until the deploy ends" },
} as const satisfies Record<string, Rule>;
