/** A run's report as a Slack message. Pure. */

import { operationText } from "../../contract/operations.ts";
import type { RanFile } from "../../contract/resultLine.ts";
import type { RunReport } from "../../report/report.ts";
import { isNotLive, serviceLine } from "../../report/services.ts";
import { durationText } from "../../text/duration.ts";
import { plainText, safeLine } from "../../text/plainText.ts";
import { verdictSpan } from "../../verdict/facts.ts";
import type { VerdictKind } from "../../verdict/verdict.ts";
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

const SIGNS: Readonly<Record<VerdictKind, string>> = {
  applied: "✅",
  unchanged: "⚪",
  notStarted: "🚫",
  failed: "❌",
  dirty: "🚨",
  interrupted: "⚠️",
  unknown: "❓",
};

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
function firstLine({ verdict, application, stack, headline, services }: RunReport): string {
  const who = application === stack ? stack : `${application} ${stack}`;
  const sign = SIGNS[isNotLive(verdict, services) ? "failed" : verdict.kind];
  return `${sign} ${who}: ${headline}`;
}

function fallbackText(report: RunReport): string {
  const why = report.why === null ? "" : `\n${report.why}`;
  return escapeMrkdwn(`${firstLine(report)}${why}`, LIMITS.text);
}

function factsText(report: RunReport): string {
  const { operation, databaseChanged, durationMs, verdict } = report;
  const span = verdictSpan(verdict);
  const parts = [
    `*Operation* ${inlineCode(operationText(operation), SHORT)}`,
    `*Database changed* ${databaseChanged}`,
    ...(span === null ? [] : [`*Version* ${inlineCode(span, SHORT)}`]),
    `*Took* ${durationText(durationMs)}`,
  ];
  return parts.join("  ·  ");
}

/** Each file with its time; where not all fit, how many are left out. */
function filesBlocks({ verdict }: RunReport): SlackBlock[] {
  const lines = fileLines(verdict);
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

function fileLines(verdict: RunReport["verdict"]): string[] {
  if (verdict.kind === "unchanged")
    return (verdict.pending ?? []).map(
      ({ version, name }) => `• ${inlineCode(`${version}_${name}.up.sql`, 300)} pending`,
    );
  if (verdict.kind === "notStarted" || verdict.kind === "unknown") return [];
  return verdict.files.map((file) => `• ${inlineCode(ranFileName(file), 300)} ${durationText(file.ms)}`);
}

/** `20261124_create_users.up.sql`: the result line has its parts. */
export function ranFileName({ version, name, direction }: RanFile): string {
  return `${version}_${name}.${direction}.sql`;
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

function logBlocks({ verdict, logTail }: RunReport): SlackBlock[] {
  if (verdict.kind === "applied" || verdict.kind === "unchanged") return [];
  const lines = logTail.flatMap((line) => plainText(line).split("\n")).filter((line) => line.trim() !== "");
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
  const pages = [page(links.logStream, "Log"), page(links.task, "Task"), page(links.build, "Build")].filter(
    (found) => found !== null,
  );
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
