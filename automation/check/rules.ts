/** The catalogue of `check`: every rule by id, how grave it is, and what it is for. */
import { GUARD_RULES } from "./shippedRules.ts";

export type Severity = "error" | "warning";

interface RuleText {
  /** An error makes `check` exit 3; a warning only with `--strict`. */
  severity: Severity;
  summary: string;
}

/** Rules over names and bytes: for every database. */
const FILE_RULES = {
  "version-format": {
    severity: "error",
    summary: "The version is not of the form YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS",
  },
  "impossible-date": { severity: "error", summary: "The version is no date of the calendar" },
  "future-date": {
    severity: "warning",
    summary: "The version lies more than two days ahead: every migration made until then would be late",
  },
  "mixed-widths": {
    severity: "error",
    summary: "A later date has the lower number, because the versions differ in their number of digits",
  },
  "file-name": {
    severity: "warning",
    summary: "The name is not of lower-case letters, digits and underscores",
  },
  extension: {
    severity: "error",
    summary: "What follows the direction is not sql; golang-migrate runs such a file all the same",
  },
  "missing-up": { severity: "error", summary: "A down file has no up file" },
  "missing-down": {
    severity: "error",
    summary: "An up file has no down file; golang-migrate's down would lower the version and change nothing",
  },
  "pair-name": { severity: "warning", summary: "The up and the down file of a version have different names" },
  empty: { severity: "error", summary: "The file holds nothing to run" },
  "byte-order-mark": { severity: "error", summary: "The file starts with a byte-order mark" },
  crlf: {
    severity: "warning",
    summary: "The file has CRLF line ends; converted in another checkout, it counts as edited",
  },
  encoding: { severity: "error", summary: "The file is not UTF-8 text, or holds a NUL byte" },
  "unknown-rule": { severity: "warning", summary: "A comment switches off a rule that does not exist" },
} as const satisfies Record<string, RuleText>;

/** Rules over the parse tree: for Postgres. */
const POSTGRES_RULES = {
  syntax: { severity: "error", summary: "Postgres's own parser refuses the file" },
  "transaction-control": {
    severity: "error",
    summary: "Transaction statements leave half a migration committed or a transaction open",
  },
  "transaction-wrapped": {
    severity: "warning",
    summary: "BEGIN and COMMIT around the whole file repeat what Postgres does with it anyway",
  },
  alone: {
    severity: "error",
    summary: "A statement that cannot run in a transaction block stands beside others",
  },
  "copy-stdin": {
    severity: "error",
    summary: "COPY FROM STDIN waits for data that golang-migrate never sends",
  },
  "lock-timeout": {
    severity: "warning",
    summary: "A lock is asked for without a lock_timeout; while it waits, everything behind it waits too",
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
    summary: "UPDATE or DELETE without WHERE locks every row until the file ends",
  },
  "drop-table": {
    severity: "warning",
    summary: "A table, schema or its data is gone; the old code may still read it",
  },
  "drop-column": {
    severity: "warning",
    summary: "A column and its data are gone; the old code may still read it",
  },
  rename: { severity: "warning", summary: "A rename breaks the old code, which runs until the deploy ends" },
} as const satisfies Record<string, RuleText>;

type GuardRuleTexts = { [Rule in keyof typeof GUARD_RULES]: RuleText };

const guardRules = Object.fromEntries(
  Object.entries(GUARD_RULES).map(([rule, summary]) => [
    rule,
    { severity: rule === "renamed" ? "warning" : "error", summary },
  ]),
) as GuardRuleTexts;

/** All rules, in the order in which the documentation lists them. */
export const RULES = { ...guardRules, ...FILE_RULES, ...POSTGRES_RULES };

export type RuleId = keyof typeof RULES;

export function isRule(rule: string): rule is RuleId {
  return Object.hasOwn(RULES, rule);
}
