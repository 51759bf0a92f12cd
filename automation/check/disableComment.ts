/** `-- ecs-migrate:disable RULE[,RULE…] [reason]` on a line of its own: switches rules off for that file. */
import { type Finding, finding } from "./finding.ts";
import { isRule } from "./rules.ts";

const COMMENT = /^[ \t]*--[ \t]*ecs-migrate:disable[ \t]+([a-z0-9-]+(?:[ \t]*,[ \t]*[a-z0-9-]+)*)/;

/**
 * Reads the comments of one file.
 *
 * @param file base name, for the findings
 * @param text the file's text
 * @returns the rules that are off in it, and a finding for each that does not exist
 */
export function disabledByComment(file: string, text: string): { rules: Set<string>; findings: Finding[] } {
  const rules = new Set<string>();
  const findings: Finding[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    for (const rule of COMMENT.exec(line)?.[1]
      ?.split(",")
      .map((part) => part.trim()) ?? []) {
      if (isRule(rule)) rules.add(rule);
      else {
        findings.push(
          finding(
            "unknown-rule",
            { file, line: index + 1, subject: rule },
            `there is no rule ${rule}`,
            "take the id as check prints it, or delete the comment",
          ),
        );
      }
    }
  }
  return { rules, findings };
}
