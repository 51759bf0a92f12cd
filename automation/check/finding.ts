/** One thing that `check` has to say about one place. */
import { RULES, type RuleId, type Severity } from "./rules.ts";

export interface Finding {
  rule: RuleId;
  severity: Severity;
  /** Base name in the folder of migrations. */
  file: string;
  /** Counted from 1. */
  line: number;
  /** One sentence without a full stop. */
  message: string;
  /** What to do about it. */
  mend: string;
  /** What the finding is about (`users.email`), so that its fingerprint survives a shift of lines. */
  subject: string;
}

/** Makes a finding with the rule's own severity. */
export function finding(
  rule: RuleId,
  place: { file: string; line?: number; subject?: string },
  message: string,
  mend: string,
): Finding {
  const { file, line = 1, subject = "" } = place;
  return { rule, severity: RULES[rule].severity, file, line, message, mend, subject };
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
