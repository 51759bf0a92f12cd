/** A run's report as a file: JSON for machines, Markdown for a CI's summary, HTML for people. */
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { operationText } from "../contract/operations.ts";
import { durationText } from "../text/duration.ts";
import { safeLine, safeText } from "../text/plainText.ts";
import { redact } from "../text/redact.ts";
import { verdictSpan } from "../verdict/facts.ts";
import type { RunReport } from "./report.ts";
import { serviceLine } from "./services.ts";

/**
 * Writes a report: Markdown if the name ends with `.md`, a page if it ends with `.html`, else JSON. A file appears whole or not at all; its folder is
 * made where it is not there. A pipe or a device is written to as it stands.
 *
 * @throws the file system's error
 */
export async function writeReport(path: string, report: RunReport): Promise<void> {
  const text = await reportText(path, report);
  if (await isSpecial(path)) return await writeFile(path, text);
  await mkdir(dirname(path), { recursive: true });
  // Beside its target, since a rename does not cross file systems.
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The page is loaded only when it is asked for: a rerun loads nothing of it. */
async function reportText(path: string, report: RunReport): Promise<string> {
  if (/\.html?$/i.test(path)) return (await import("./html.ts")).reportHtml(report);
  return /\.md$/i.test(path) ? reportMarkdown(report) : reportJson(report);
}

async function isSpecial(path: string): Promise<boolean> {
  try {
    const { isFile, isDirectory } = await stat(path).then((found) => ({
      isFile: found.isFile(),
      isDirectory: found.isDirectory(),
    }));
    return !isFile && !isDirectory;
  } catch {
    return false;
  }
}

/** The report as JSON, every text in it masked. `schema` tells its version; new fields come without a new number. Pure. */
export function reportJson(report: RunReport): string {
  return `${JSON.stringify(report, (_, value: unknown) => (typeof value === "string" ? redact(value) : value), 2)}\n`;
}

/** The report as Markdown (GitHub's kind). Pure. */
export function reportMarkdown(report: RunReport): string {
  const sections = [
    `## ${markdown(`${report.application} ${report.stack}: ${report.headline}`)}`,
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

function factsTable({
  operation,
  databaseChanged,
  verdict,
  durationMs,
  exitCode,
  origin,
  startedAt,
}: RunReport): string {
  const rows: [string, string | null][] = [
    ["Operation", operationText(operation)],
    ["Database changed", databaseChanged],
    ["Version", verdictSpan(verdict)],
    ["Exit code", String(exitCode)],
    ["Started", startedAt],
    ["Took", durationText(durationMs)],
    ["By", origin.by],
    ["Branch", origin.branch],
    ["Commit", origin.commit],
    ["Build", origin.build],
  ];
  const lines = rows.flatMap(([name, value]) => (value === null ? [] : [`| ${name} | ${markdown(value)} |`]));
  return ["| | |", "| --- | --- |", ...lines].join("\n");
}

function filesTable({ verdict }: RunReport): string {
  if (!("files" in verdict) || verdict.files.length === 0) return "";
  const rows = verdict.files.map(
    ({ version, name, direction, ms }) =>
      `| ${markdown(`${version}_${name}.${direction}.sql`)} | ${durationText(ms)} |`,
  );
  return ["| File | Time |", "| --- | ---: |", ...rows].join("\n");
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

function logSection({ verdict, logTail }: RunReport): string {
  if (logTail.length === 0 || verdict.kind === "applied" || verdict.kind === "unchanged") return "";
  return `### End of the log\n\n${fenced(logTail.join("\n"), "text")}`;
}

function linksLine({ links }: RunReport): string {
  const pages: [string, string | null][] = [
    ["Log", links.logStream],
    ["Task", links.task],
    ["Build", links.build],
  ];
  return pages
    .flatMap(([label, url]) =>
      url === null ? [] : [`[${label}](<${url.replace(/[<>\s\\]/g, encodeURIComponent)}>)`],
    )
    .join(" · ");
}

/** Others' words on one line, none of them read as markup, as HTML or as a mention. */
function markdown(text: string): string {
  return safeLine(text)
    .replace(/[&<>]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[char] ?? char)
    .replace(/[\\`*_{}[\]#|~!]/g, "\\$&")
    .replaceAll("@", "&#64;");
}

/** A fence longer than any run of backticks in the text, so that nothing in it ends the block. */
function fenced(text: string, language: string): string {
  const safe = safeText(text);
  const longest = Math.max(2, ...(safe.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${safe}\n${fence}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "   ");
}
