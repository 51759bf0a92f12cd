/** The full check as a deploy runs it: the rules of order and edits are the guard's, which has looked already. */
import type { ShippedMigration } from "../contract/outputs.ts";
import type { MigrationFile } from "../migrations/folder.ts";
import { checkFolder } from "./checkFolder.ts";
import type { Finding } from "./finding.ts";
import type { CheckSettings } from "./settings.ts";
import { GUARD_RULES } from "./shippedRules.ts";

/** The findings in the files that the stack has not shipped, in order of file and line. */
export async function checkBeforeDeploy(input: LintInput): Promise<Finding[]> {
  const { files, shipped, stack, now, disable, dialect } = input;
  const disabled = new Set<string>([...disable, ...Object.keys(GUARD_RULES)]);
  const records = [{ holder: `stack ${stack}`, migrations: shipped }];
  return checkFolder({ files, records, dialect, now, disabled });
}

export interface LintInput extends CheckSettings {
  readonly files: readonly MigrationFile[];
  readonly shipped: readonly ShippedMigration[];
  readonly stack: string;
  readonly now: Date;
}
