/** A statement that the server refuses for what the files before it have made. */
import { RULES } from "../rules.ts";
import type { BrokenRule } from "./effect.ts";
import type { ServerVersion } from "./serverVersion.ts";

/** @param error the server's number, or both servers' */
export function refusal(
  { name }: ServerVersion,
  subject: string,
  words: string,
  error: number | string,
  fix: string,
): BrokenRule {
  return { rule: "refused", subject, message: `${words}: ${name} refuses it (${numbered(error)})`, fix };
}

function numbered(error: number | string): string {
  return `${typeof error === "string" ? "errors" : "error"} ${error}`;
}

/**
 * What only strict mode refuses. It is MySQL's and MariaDB's default, but RDS for MySQL 5.7 and 8.0 has sql_mode
 * NO_ENGINE_SUBSTITUTION (awsdocs/amazon-rds-user-guide#160).
 */
export function strictly(
  { name }: ServerVersion,
  subject: string,
  words: string,
  error: number | string,
  fix: string,
): BrokenRule {
  const message = `${words}: ${name} refuses it in strict mode (${numbered(error)}), and changes it without an error elsewhere, as on RDS by default`;
  return { rule: "strict-mode", subject, message, fix };
}

/** One a statement, for the server stops at the first: what is certain, or else what only strict mode or a default refuses. */
export function firstOf(refused: readonly BrokenRule[]): BrokenRule[] {
  return [refused.find(({ rule }) => RULES[rule].severity === "error") ?? refused].flat().slice(0, 1);
}
