/**
 * A run's report as one self-contained page: no script, style, font or picture comes from elsewhere, and without
 * JavaScript only the copy buttons are missing. Pure.
 */
import { safeLine, safeText } from "../text/plainText.ts";
import { escapeHtml } from "./escapeHtml.ts";
import { known, mainFacts, originFacts, reportTitle } from "./facts.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./page.ts";
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
    servicesSection(report),
    factsSection(report),
    logSection(report),
    warningsSection(report),
    linksSection(report),
  ].filter((part) => part !== "");
  return page(title, body.join("\n"));
}

/** `default-src 'none'` makes sure that the page asks nobody for anything (Content Security Policy Level 3). */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${body}
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
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

function filesSection({ verdict }: RunReport): string {
  if (!("files" in verdict) || verdict.files.length === 0) return "";
  const svg = timelineSvg(timelineOf(verdict.files).map((bar) => ({ ...bar, label: safeLine(bar.label) })));
  const legend =
    '<p class="legend"><span class="bar"></span> running <span class="wait"></span> waiting for locks</p>';
  return section(
    `Files (${verdict.files.length})`,
    `<div class="timeline" tabindex="0">${svg}</div>\n${legend}`,
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

function section(title: string, content: string): string {
  return `<section><h2>${title}</h2>\n${content}\n</section>`;
}

/** Others' text on one line: masked, without control characters, escaped. */
function line(text: string): string {
  return escapeHtml(safeLine(text));
}
