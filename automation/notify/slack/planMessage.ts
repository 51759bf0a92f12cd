/** A plan as a Slack message, sent before a production stack is migrated. Pure. */

import { findingHead } from "../../check/finding.ts";
import type { Origin } from "../../contract/origin.ts";
import type { PlanFile, PlanReport } from "../../plan/makePlan.ts";
import { plannedServiceLine } from "../../plan/services.ts";
import { dropText, fileTitle, impactText, planHeadline } from "../../plan/text.ts";
import {
  codeBlock,
  contextBlock,
  escapeMrkdwn,
  headerBlock,
  inlineCode,
  LIMITS,
  type SlackBlock,
  type SlackMessage,
  sectionBlock,
} from "./blocks.ts";

/** Blocks that are no file's: the header, the note, the warnings, the line on what is left out, the other findings, the services, who. */
const OTHER_BLOCKS = 7;

/** As much of one finding as is shown. */
const FINDING = 400;

export function planMessage(plan: PlanReport, application: string, origin: Origin): SlackMessage {
  const title = `📋 ${application === plan.stack ? plan.stack : `${application} ${plan.stack}`}: ${planHeadline(plan)}`;
  const shown = plan.files.slice(0, LIMITS.blocks - OTHER_BLOCKS);
  const left = plan.files.length - shown.length;
  return {
    text: escapeMrkdwn(title, LIMITS.text),
    blocks: [
      headerBlock(title),
      ...(plan.note === null ? [] : [sectionBlock(`*Note* ${escapeMrkdwn(plan.note, LIMITS.text - 10)}`)]),
      ...warningBlocks(plan.warnings),
      ...shown.map(fileBlock),
      ...(left > 0 ? [sectionBlock(`… and ${left} more files (clipped)`)] : []),
      ...findingBlocks(plan.findings),
      ...serviceBlocks(plan.services),
      ...originBlocks(origin),
    ],
  };
}

/** At most five, before the files: they are to be looked at before the first statement. */
function warningBlocks(warnings: readonly string[]): SlackBlock[] {
  if (warnings.length === 0) return [];
  const lines = warnings.slice(0, 5).map((warning) => `:warning: ${escapeMrkdwn(warning, 400)}`);
  const left = warnings.length - lines.length;
  return [sectionBlock([...lines, ...(left > 0 ? [`… and ${left} more`] : [])].join("\n"))];
}

function fileBlock(file: PlanFile): SlackBlock {
  const drops = file.drops ?? [];
  const parts = [
    inlineCode(fileTitle(file), 300),
    escapeMrkdwn(impactText(file), 500),
    ...(drops.length === 0 ? [] : [`*Drops* ${escapeMrkdwn(drops.map(dropText).join(", "), 500)}`]),
    ...findingTexts(file.findings),
  ];
  const text = parts.join("\n");
  return sectionBlock(
    file.sql.length === 0
      ? text
      : `${text}\n${codeBlock(file.sql.join("\n"), LIMITS.text - text.length - 1)}`,
  );
}

/** At most three: the terminal and `check` have them all. */
function findingTexts(findings: PlanReport["findings"]): string[] {
  const texts = findings.slice(0, 3).map((found) => escapeMrkdwn(findingHead(found), FINDING));
  return findings.length > 3 ? [...texts, `… and ${findings.length - 3} more findings`] : texts;
}

function findingBlocks(findings: PlanReport["findings"]): SlackBlock[] {
  return findings.length === 0 ? [] : [contextBlock(findingTexts(findings))];
}

function serviceBlocks(services: PlanReport["services"]): SlackBlock[] {
  if (services.length === 0) return [];
  const lines = services.map((service) => escapeMrkdwn(plannedServiceLine(service), 400));
  return [sectionBlock(lines.join("\n").slice(0, LIMITS.text))];
}

function originBlocks({ by, branch, commit, build }: Origin): SlackBlock[] {
  const said = [
    ["By", by],
    ["branch", branch],
    ["commit", commit?.slice(0, 12) ?? null],
    ["build", build],
  ].flatMap(([label, value]) => (value ? [`${label} ${inlineCode(value, 120)}`] : []));
  return said.length === 0 ? [] : [contextBlock(said)];
}
