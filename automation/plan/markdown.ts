/** A plan as Markdown, for a merge request's comment. Pure. */
import { findingHead } from "../check/finding.ts";
import { fenced, markdown } from "../text/markdown.ts";
import { blockerText } from "./liveWarnings.ts";
import type { PlanFile, PlanReport } from "./makePlan.ts";
import { plannedServiceLine } from "./services.ts";
import type { PlanFinding } from "./sizedFindings.ts";
import { dropText, fileTitle, impactText, planHeadline, statementText } from "./text.ts";

/** Ends in one line feed. */
export function planMarkdown(plan: PlanReport): string {
  const sections = [
    `## ${markdown(`Migration plan, ${plan.stack}: ${planHeadline(plan)}`)}`,
    plan.note === null ? "" : `> ${markdown(plan.note)}`,
    list(plan.warnings.map((warning) => `⚠️ ${markdown(warning)}`)),
    ...plan.files.map(fileSection),
    list(plan.findings.map(findingItem)),
    list(plan.services.map((service) => markdown(plannedServiceLine(service)))),
    plan.unknown.length === 0 ? "" : `Not known: ${markdown(plan.unknown.join("; "))}`,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function fileSection(file: PlanFile): string {
  const drops = (file.drops ?? []).map(dropText).join(", ");
  const items = [
    markdown(impactText(file)),
    ...file.statements.flatMap((statement) => [
      `line ${statement.line}: ${markdown(statementText(statement))}`,
      ...statement.blockers.map((blocker) => blockerItem(blocker)),
    ]),
    ...(drops === "" ? [] : [`drops ${markdown(drops)}`]),
    ...file.findings.map(findingItem),
  ];
  const sql = file.sql.length === 0 ? "" : `\n\n${fenced(file.sql.join("\n"), "sql")}`;
  return `### ${markdown(fileTitle(file))}${sql}\n\n${list(items)}`;
}

function blockerItem(blocker: Parameters<typeof blockerText>[0]): string {
  return `⚠️ in the way: ${markdown(blockerText(blocker))}`;
}

function findingItem(found: PlanFinding): string {
  const mark = { error: "❌", warning: "⚠️", remark: "ℹ️" }[found.severity];
  return `${mark} ${markdown(findingHead(found))} → ${markdown(found.fix)}`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}
