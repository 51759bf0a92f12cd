/** The catalogue of `check`: every rule by id. A dialect's rules stand in its own folder. */
import { MYSQL_RULES } from "./mysql/ruleTable.ts";
import { POSTGRES_RULES } from "./postgres/ruleTable.ts";
import type { Rule } from "./rule.ts";

/** Rules of order and edits: what the checkout is to what was shipped. A deploy always looks for them. */
const ORDER_RULES = {
  "broken-name": {
    severity: "error",
    summary: "A file that looks like a migration and that golang-migrate passes over in silence",
  },
  "duplicate-version": {
    severity: "error",
    summary: "Two files of one direction share a version; golang-migrate refuses the whole folder",
  },
  late: {
    severity: "error",
    summary:
      "A file that is not shipped has a version at or below the highest shipped one, and would never run",
  },
  vanished: { severity: "error", summary: "A shipped migration's up file is gone" },
  "up-edited": {
    severity: "error",
    summary: "A shipped migration's up file was edited; databases that ran it do not get the change",
  },
  "down-edited": { severity: "error", summary: "A shipped migration's down file was edited or is gone" },
  "line-ends": {
    severity: "error",
    summary: "A shipped migration differs only in its line ends: git has converted them",
    perFolder: true,
  },
  renamed: {
    severity: "warning",
    summary:
      "A shipped migration has another name now; golang-migrate does not mind, readers of the history do",
  },
} as const satisfies Record<string, Rule>;

export type OrderRule = keyof typeof ORDER_RULES;

/** Rules over names and bytes: for every database. */
const FILE_RULES = {
  "version-format": {
    severity: "warning",
    summary: "The folder's versions are dates, and this one looks like a date with a digit missing",
    perFolder: true,
  },
  "version-size": {
    severity: "error",
    summary: "The version is larger than a stack can record",
  },
  "impossible-date": {
    severity: "warning",
    summary: "The version is no date of the calendar",
    perFolder: true,
  },
  "future-date": {
    severity: "warning",
    summary: "The version lies more than two days ahead: every migration made until then would be late",
  },
  "mixed-widths": {
    severity: "warning",
    summary: "A later date has the lower number, because the versions differ in their number of digits",
    perFolder: true,
  },
  "file-name": {
    severity: "warning",
    summary: "The name is not of lower-case letters, digits and underscores",
    perFolder: true,
  },
  extension: {
    severity: "error",
    summary: "What follows the direction is not sql; golang-migrate runs such a file all the same",
  },
  "missing-up": { severity: "error", summary: "A down file has no up file" },
  "missing-down": {
    severity: "warning",
    summary: "An up file has no down file; golang-migrate's down would lower the version and change nothing",
    perFolder: true,
  },
  "pair-name": {
    severity: "warning",
    summary: "The up and the down file of a version have different names",
    perFolder: true,
  },
  empty: {
    severity: "error",
    summary: "The file holds nothing, or only settings; a warning for a down file",
    perFolder: true,
  },
  "byte-order-mark": { severity: "error", summary: "The file starts with a byte-order mark" },
  crlf: {
    severity: "warning",
    summary: "The file has CRLF line ends; converted in another checkout, it counts as edited",
    perFolder: true,
  },
  encoding: { severity: "error", summary: "The file is not UTF-8 text, or holds a NUL byte" },
  "unknown-rule": { severity: "warning", summary: "A comment switches off a rule that does not exist" },
} as const satisfies Record<string, Rule>;

/** What only a deploy can look for: what runs is known to the stack. */
const DEPLOY_RULES = {
  "still-used": {
    severity: "error",
    summary: "The file drops or renames what the code that a service of the stack runs still names",
  },
} as const satisfies Record<string, Rule>;

/** All rules, in the order in which the documentation lists them. */
export const RULES = {
  ...ORDER_RULES,
  ...FILE_RULES,
  ...POSTGRES_RULES,
  ...MYSQL_RULES,
  ...DEPLOY_RULES,
};

export type RuleId = keyof typeof RULES;

export function isRule(rule: string): rule is RuleId {
  return Object.hasOwn(RULES, rule);
}

export function isOrderRule(rule: string): rule is OrderRule {
  return Object.hasOwn(ORDER_RULES, rule);
}
