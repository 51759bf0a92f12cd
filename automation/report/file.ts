/** A run's report as a file: JSON for machines, Markdown for a CI's summary, HTML for people. */
import { jsonText } from "../text/json.ts";
import { fenced, markdown } from "../text/markdown.ts";
import { fileRows, isGood, known, mainFacts, originFacts, reportSign, reportTitle } from "./facts.ts";
import type { RunReport } from "./report.ts";
import { serviceLine } from "./services.ts";
import { writeWhole } from "./write.ts";

/**
 * Writes a report: Markdown if the name ends with `.md`, a page if it ends with `.html`, else JSON.
 *
 * @throws the file system's error
 */
export async function writeReport(path: string, report: RunReport): Promise<void> {
  await writeWhole(path, await reportText(path, report));
}

/** The page is loaded only when it is asked for: a rerun loads nothing of it. */
async function reportText(path: string, report: RunReport): Promise<string> {
  if (/\.html?$/i.test(path)) return (await import("./html.ts")).reportHtml(report);
  return /\.md$/i.test(path) ? reportMarkdown(report) : reportJson(report);
}

/** The report as JSON, every text in it masked. `schema` tells its version; new fields come without a new number. Pure. */
export function reportJson(report: RunReport): string {
  return jsonText(report);
}

/** The report as Markdown (GitHub's kind). Pure. */
export function reportMarkdown(report: RunReport): string {
  const sections = [
    `## ${markdown(`${reportSign(report).mark} ${reportTitle(report)}`)}`,
    report.why === null ? "" : markdown(report.why),
    factsTable(report),
    filesTable(report),
    servicesList(report),
    nextList(report),
    logSection(report),
    ...report.warnings.map((warning) => `> Warning: ${markdown(warning)}`),
    linksLine(report),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function factsTable(report: RunReport): string {
  const rows = [
    ...mainFacts(report),
    ...known([
      ["Exit code", String(report.exitCode)],
      ["Started", report.startedAt],
    ]),
    ...originFacts(report),
  ];
  const lines = rows.map(([label, value]) => `| ${label} | ${markdown(value)} |`);
  return ["| | |", "| --- | --- |", ...lines].join("\n");
}

function filesTable(report: RunReport): string {
  const rows = fileRows(report).map(([name, note]) => `| ${markdown(name)} | ${note} |`);
  return rows.length === 0 ? "" : ["| File | Time |", "| --- | ---: |", ...rows].join("\n");
}

function servicesList({ services }: RunReport): string {
  return services.map((service) => `- ${markdown(serviceLine(service))}`).join("\n");
}

function nextList({ next }: RunReport): string {
  if (next.length === 0) return "";
  const steps = next.map(({ text, command }, index) => {
    const lead = `${index + 1}. ${markdown(text)}`;
    return command === null ? lead : `${lead}\n\n${indent(fenced(command, "sh"))}`;
  });
  return `### Next\n\n${steps.join("\n")}`;
}

function logSection(report: RunReport): string {
  if (report.logTail.length === 0 || isGood(report)) return "";
  return `### End of the log\n\n${fenced(report.logTail.join("\n"), "text")}`;
}

function linksLine({ links }: RunReport): string {
  const pages: [string, string | null][] = [
    ["Log", links.logStream],
    ["Task", links.task],
    ["Build", links.build],
    ["Report", links.report],
  ];
  return pages
    .flatMap(([label, url]) =>
      url === null ? [] : [`[${label}](<${url.replace(/[<>\s\\]/g, encodeURIComponent)}>)`],
    )
    .join(" · ");
}

function indent(text: string): string {
  return text.replace(/^/gm, "   ");
}
