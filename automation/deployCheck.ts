/** The full check as a deploy runs it: the rules of order and edits are the guard's, which has looked already. */
import { checkFolder } from "./check/checkFolder.ts";
import type { Finding } from "./check/finding.ts";
import type { LintInput } from "./deploy.ts";
import { GUARD_RULES } from "./guard.ts";

/** The findings in the files that the stack has not shipped, in order of file and line. */
export async function checkBeforeDeploy(input: LintInput): Promise<Finding[]> {
  const { files, shipped, stack, now, disable, dialect } = input;
  const disabled = new Set<string>([...disable, ...Object.keys(GUARD_RULES)]);
  const records = [{ holder: `stack ${stack}`, migrations: shipped }];
  return checkFolder({ files, records, dialect, now, disabled });
}
