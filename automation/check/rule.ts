/** What is known of a rule without its code. */

export type Severity = "error" | "warning";

export interface Rule {
  /** An error makes `check` exit 3; a warning only with `--strict`. */
  readonly severity: Severity;
  /** One sentence without a full stop: the row of docs/check.md, and the rule's description in SARIF. */
  readonly summary: string;
  /** A matter of style or of a whole folder: one finding for all its files. */
  readonly perFolder?: true;
}
