/**
 * A run's report as one self-contained page: no script, style, font or picture comes from elsewhere, and without
 * JavaScript only the copy buttons are missing. Pure.
 */

import { rangeText } from "../plan/workTime.ts";
import { durationText } from "../text/duration.ts";
import { safeLine, safeText } from "../text/plainText.ts";
import { blockersText } from "../verdict/blockers.ts";
import { ranFileName } from "../verdict/facts.ts";
import { escapeHtml } from "./escapeHtml.ts";
import { known, mainFacts, originFacts, reportTitle } from "./facts.ts";
import { htmlPage, htmlLine as line, htmlSection as section } from "./page.ts";
import type { RunReport } from "./report.ts";
import { serviceLine } from "./services.ts";
import { timelineOf, timelineSvg } from "./timeline.ts";

/** The page, every text in it masked and escaped. */
export function reportHtml(report: RunReport): string {
  const title = line(reportTitle(report));
  const body = [
    `<header class="${report.verdict.kind}"><p class="verdict">${line(report.verdict.kind)}</p><h1>${title}</h1>`,
    report.why === null ? "" : `<p>${line(report.why)}</p>`,
    "</header>",
    nextSection(report),
    filesSection(report),
    planSection(report),
    servicesSection(report),
    factsSection(report),
    logSection(report),
    warningsSection(report),
    linksSection(report),
  ].filter((part) => part !== "");
  return htmlPage(title, body.join("\n"));
}

function nextSection({ next }: RunReport): string {
  if (next.length === 0) return "";
  const steps = next.map(({ text, command }) => {
    const code = command === null ? "" : `<div class="command"><code>${line(command)}</code></div>`;
    return `<li>${line(text)}${code}</li>`;
  });
  return section("Next", `<ol>${steps.join("\n")}</ol>`);
}

function factsSection(report: RunReport): string {
  const rows = [
    ...mainFacts(report),
    ...known([
      ["Exit code", String(report.exitCode)],
      ["Started", report.startedAt],
    ]),
    ...originFacts(report),
    ...known([
      ["Image", report.image],
      ["Task", report.task?.arn ?? null],
    ]),
  ];
  const lines = rows.map(([label, value]) => `<dt>${label}</dt><dd>${line(value)}</dd>`);
  return section("Facts", `<dl>${lines.join("\n")}</dl>`);
}

const LEGEND =
  '<p class="legend"><span class="bar"></span> running <span class="wait"></span> waiting for locks <span class="stopped"></span> failed</p>';

function filesSection({ verdict }: RunReport): string {
  if (!("files" in verdict)) return "";
  const failure = "failure" in verdict ? (verdict.failure ?? null) : null;
  const bars = timelineOf(verdict.files, failure).map((bar) => ({ ...bar, label: safeLine(bar.label) }));
  if (bars.length === 0) return "";
  const blocked = blockersText(failure);
  return section(
    `Files (${verdict.files.length})`,
    `<div class="timeline" tabindex="0" role="group" aria-label="Time line">${timelineSvg(bars)}</div>\n${LEGEND}${blocked === "" ? "" : `\n<p class="blocked">${line(blocked)}</p>`}`,
  );
}

/** What was estimated of each file that ran, beside what it took. */
function planSection({ planned, verdict }: RunReport): string {
  if (!planned || !("files" in verdict)) return "";
  const rows = verdict.files.flatMap((file) => {
    const name = ranFileName(file);
    const time = planned.find((one) => one.file === name)?.time;
    if (!time) return [];
    const word =
      file.ms > time.highMs ? "longer" : file.ms < time.lowMs && file.ms > 100 ? "shorter" : "as planned";
    const cells = [name, rangeText(time), durationText(file.ms), word].map(
      (cell) => `<td>${line(cell)}</td>`,
    );
    return [`<tr>${cells.join("")}</tr>`];
  });
  if (rows.length === 0) return "";
  const head = "<tr><th>File</th><th>Planned</th><th>Took</th><th></th></tr>";
  return section(
    "Plan and what happened",
    `<div class="scroll" tabindex="0" role="group" aria-label="Plan and what happened"><table><thead>${head}</thead><tbody>${rows.join("\n")}</tbody></table></div>`,
  );
}

function servicesSection({ services }: RunReport): string {
  if (services.length === 0) return "";
  const items = services.map((service) => `<li>${line(serviceLine(service))}</li>`);
  return section("Services", `<ul>${items.join("\n")}</ul>`);
}

function logSection({ logTail }: RunReport): string {
  if (logTail.length === 0) return "";
  return section("End of the log", `<pre>${escapeHtml(safeText(logTail.join("\n")))}</pre>`);
}

function warningsSection({ warnings }: RunReport): string {
  if (warnings.length === 0) return "";
  return section("Warnings", `<ul>${warnings.map((warning) => `<li>${line(warning)}</li>`).join("\n")}</ul>`);
}

function linksSection({ links }: RunReport): string {
  const pages: [string, string | null][] = [
    ["Log", links.logStream],
    ["Task", links.task],
    ["Build", links.build],
  ];
  const anchors = pages.flatMap(([label, url]) =>
    url === null ? [] : [`<li><a href="${escapeHtml(url)}" rel="noreferrer">${label}</a></li>`],
  );
  return anchors.length === 0 ? "" : section("Links", `<ul>${anchors.join("\n")}</ul>`);
}
