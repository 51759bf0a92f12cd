/** A run's report as a Slack message. Pure. */

import { fileRows, isGood, mainFacts, reportSign, reportTitle } from "../../report/facts.ts";
import type { RunReport } from "../../report/report.ts";
import { serviceLine } from "../../report/services.ts";
import { plainText, safeLine } from "../../text/plainText.ts";
import {
  codeBlock,
  contextBlock,
  escapeMrkdwn,
  headerBlock,
  inlineCode,
  LIMITS,
  link,
  logTailBlock,
  type SlackBlock,
  type SlackMessage,
  sectionBlock,
} from "./blocks.ts";

/** Log lines shown after a failure. */
const LOG_LINES = 20;
/** Steps shown; a verdict has five at most. */
const MOST_STEPS = 8;
/** As much of a name, a branch or a version as a line can bear. */
const SHORT = 120;

/** The message: the verdict in its first line, then the versions, the files, the cause, the next commands, the log and who it was. */
export function slackMessage(report: RunReport): SlackMessage {
  const blocks = [
    headerBlock(firstLine(report)),
    sectionBlock(factsText(report)),
    ...filesBlocks(report),
    ...servicesBlocks(report),
    ...whyBlocks(report),
    ...nextBlocks(report),
    ...logBlocks(report),
    ...warningBlocks(report),
    ...originBlocks(report),
  ];
  return { text: fallbackText(report), blocks: blocks.slice(0, LIMITS.blocks) };
}

/** `✅ shop prod: Applied 2 migrations: 20261120 → 20261124` */
function firstLine(report: RunReport): string {
  return `${reportSign(report).emoji} ${reportTitle(report)}`;
}

function fallbackText(report: RunReport): string {
  const why = report.why === null ? "" : `\n${report.why}`;
  return escapeMrkdwn(`${firstLine(report)}${why}`, LIMITS.text);
}

/** Names and versions stand as code. */
const AS_CODE: ReadonlySet<string> = new Set(["Operation", "Version"]);

function factsText(report: RunReport): string {
  return mainFacts(report)
    .map(([label, value]) => `*${label}* ${AS_CODE.has(label) ? inlineCode(value, SHORT) : value}`)
    .join("  ·  ");
}

/** Each file with its time; if not all fit, how many are left out. */
function filesBlocks(report: RunReport): SlackBlock[] {
  const lines = fileRows(report).map(([name, note]) => `• ${inlineCode(name, 300)} ${note}`);
  if (lines.length === 0) return [];
  const shown: string[] = [];
  let room: number = LIMITS.text - 100;
  for (const line of lines) {
    if (line.length + 1 > room) break;
    shown.push(line);
    room -= line.length + 1;
  }
  const left = lines.length - shown.length;
  return [sectionBlock([...shown, ...(left > 0 ? [`… and ${left} more (clipped)`] : [])].join("\n"))];
}

function servicesBlocks({ services }: RunReport): SlackBlock[] {
  if (services.length === 0) return [];
  const lines = services.map((service) => escapeMrkdwn(serviceLine(service), 300));
  return [sectionBlock(lines.join("\n").slice(0, LIMITS.text))];
}

function whyBlocks({ why }: RunReport): SlackBlock[] {
  return why === null ? [] : [sectionBlock(`*Why* ${escapeMrkdwn(why, LIMITS.text - 10)}`)];
}

function nextBlocks({ next }: RunReport): SlackBlock[] {
  const steps = next.slice(0, MOST_STEPS).map(({ text, command }, index) => {
    const lead = index === 0 ? "*Next* " : "";
    // A cut command would be a wrong one: it gets all the room there is.
    const words = `${lead}${escapeMrkdwn(text, 600)}` || "–";
    return sectionBlock(
      command === null ? words : `${words}\n${codeBlock(command, LIMITS.text - words.length - 1)}`,
    );
  });
  return steps;
}

function logBlocks(report: RunReport): SlackBlock[] {
  if (isGood(report)) return [];
  const lines = report.logTail
    .flatMap((line) => plainText(line).split("\n"))
    .filter((line) => line.trim() !== "");
  if (lines.length === 0) return [];
  const tail = logTailBlock(lines, LOG_LINES, LIMITS.text - 100);
  const wanted = Math.min(lines.length, LOG_LINES);
  const note = tail.lines < wanted ? " (earlier ones clipped)" : "";
  return [
    sectionBlock(`*Last ${tail.lines === 1 ? "log line" : `${tail.lines} log lines`}*${note}\n${tail.block}`),
  ];
}

function warningBlocks({ warnings }: RunReport): SlackBlock[] {
  if (warnings.length === 0) return [];
  const texts = warnings
    .slice(0, LIMITS.contextElements - 1)
    .map((warning) => `Warning: ${escapeMrkdwn(warning, 600)}`);
  const left = warnings.length - texts.length;
  return [contextBlock([...texts, ...(left > 0 ? [`… and ${left} more warnings`] : [])])];
}

function originBlocks({ origin, links, image, task }: RunReport): SlackBlock[] {
  const said = (label: string, value: string | null) =>
    value === null || plainText(value).trim() === "" ? [] : [`${label} ${inlineCode(value, SHORT)}`];
  const who = [
    ...said("By", origin.by),
    ...said("branch", origin.branch),
    ...said("commit", origin.commit === null ? null : shortCommit(origin.commit)),
    ...said("build", origin.build),
    ...said("image", image === null ? null : shortImage(safeLine(image))),
    ...said(
      "task definition",
      task === null ? null : task.taskDefinition.slice(task.taskDefinition.lastIndexOf("/") + 1),
    ),
  ];
  const page = (url: string | null, label: string) => (url === null ? null : link(url, label));
  const pages = [
    page(links.logStream, "Log"),
    page(links.task, "Task"),
    page(links.build, "Build"),
    page(links.report, "Report"),
  ].filter((found) => found !== null);
  return [...(who.length > 0 ? [contextBlock(who)] : []), ...(pages.length > 0 ? [contextBlock(pages)] : [])];
}

function shortCommit(commit: string): string {
  return /^[0-9a-f]{12,}$/.test(commit) ? commit.slice(0, 12) : commit;
}

/** `shop@sha256:0123456789ab`: the registry says nothing that the stack does not. */
function shortImage(image: string): string {
  const name = image.slice(image.lastIndexOf("/") + 1);
  return name.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]{52}$/, "$1");
}
