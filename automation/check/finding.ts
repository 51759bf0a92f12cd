/** One problem that `check` found at one place; the guard's and each dialect's findings are of this kind too. */
import { safeLine } from "../text/plainText.ts";
import type { Severity } from "./rule.ts";
import { RULES, type RuleId } from "./rules.ts";

export interface Finding {
  rule: RuleId;
  severity: Severity;
  /** Base name in the folder of migrations; of a vanished file the name that it had. */
  file: string;
  /** Counted from 1. */
  line: number;
  /** One sentence without a full stop. */
  message: string;
  /** What to do about it. */
  fix: string;
  /** What the finding is about (`users.email`), so that its fingerprint survives a shift of lines. */
  subject: string;
}

/** Makes a finding with the rule's own severity. */
export function finding(
  rule: RuleId,
  place: { file: string; line?: number; subject?: string },
  message: string,
  fix: string,
): Finding {
  const { file, line = 1, subject = "" } = place;
  return { rule, severity: RULES[rule].severity, file, line, message, fix, subject };
}

/** A plan knows a milder severity besides. */
type ShownFinding = Omit<Finding, "subject" | "severity"> & { severity: string };

/**
 * A finding as every output for people prints it: `path:line: severity rule: what is wrong → what to do`.
 *
 * A name or an excerpt from a file cannot drive the terminal: control characters are written as `\x1b`.
 *
 * @param folder put before the file; empty: the file's base name
 */
export function findingLine(found: ShownFinding, folder = ""): string {
  return safeLine(`${findingHead(found, folder)} → ${escaped(found.fix)}`);
}

/** {@link findingLine} without what to do. */
export function findingHead(
  { file, line, severity, rule, message }: Omit<ShownFinding, "fix">,
  folder = "",
): string {
  return safeLine(escaped(`${pathIn(folder, file)}:${line}: ${severity} ${rule}: ${message}`));
}

/** A file's name has to be found again, so that its control characters are shown and not left out. */
function escaped(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** The file's path with `/`, in a folder that may be the empty string. */
export function pathIn(folder: string, file: string): string {
  return folder === "" ? file : `${folder}/${file}`;
}

export function errorsOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ severity }) => severity === "error");
}

/** By file, line, rule and message: the same folder gives the same report. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
