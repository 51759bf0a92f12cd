/** The deploy was refused before anything ran. */
import type { Finding } from "../check/finding.ts";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";

/** A file that the stack has not shipped would do harm; nothing was started. */
export class CheckRefusedError extends EcsMigrateError {
  readonly code = "check";
  readonly exitCode = EXIT.refused;
  readonly findings: readonly Finding[];

  /** @param findings at least one, of severity `error` */
  constructor(findings: readonly Finding[], options?: ErrorOptions) {
    const list = findings.map(
      ({ file, line, rule, message, mend }) => `  - ${file}:${line}: ${rule}: ${message}\n    ${mend}`,
    );
    super(
      `The check refuses what is new in the migrations; nothing was run (\`deploy --no-check\` or \`--disable RULE\` is the way past):\n${list.join("\n")}`,
      options,
    );
    this.findings = findings;
  }
}

/**
 * Stops a deploy whose new files the check refuses.
 *
 * @returns the warnings, to be shown
 * @throws {CheckRefusedError} naming every finding of severity `error`
 */
export function refuseOnFindings(findings: readonly Finding[]): Finding[] {
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new CheckRefusedError(errors);
  return findings.filter(({ severity }) => severity === "warning");
}
