/** The full check as a deploy runs it: the rules of order and edits are the guard's, which has looked already. */
import { checkFolder } from "./check/checkFolder.ts";
import type { Finding } from "./check/finding.ts";
import { ruleSet } from "./check/runCheck.ts";
import type { LintInput } from "./deploy.ts";
import { GUARD_RULES } from "./guard.ts";

export interface DeployCheckInput extends LintInput {
  readonly disable: readonly string[];
  readonly dialect: "postgres" | "other";
}

/**
 * The findings in the files that the stack has not shipped, in order of file and line.
 *
 * @throws {ConfigError} for a rule that does not exist
 */
export async function checkBeforeDeploy(input: DeployCheckInput): Promise<Finding[]> {
  const { files, shipped, stack, now, disable, dialect } = input;
  const disabled = new Set<string>([...ruleSet(disable), ...Object.keys(GUARD_RULES)]);
  const records = [{ holder: `stack ${stack}`, migrations: shipped }];
  return checkFolder({ files, records, dialect, now, disabled });
}
