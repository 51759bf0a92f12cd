/** A run's report as lines for a terminal. Pure. */
import { styleText } from "node:util";
import { durationText } from "../text/duration.ts";
import { safeLine } from "../text/plainText.ts";
import type { VerdictKind } from "../verdict/verdict.ts";
import type { RunReport } from "./report.ts";
import { isNotLive, serviceLine } from "./services.ts";

type Format = Parameters<typeof styleText>[0];

const LOOKS: Readonly<Record<VerdictKind, { readonly sign: string; readonly format: Format }>> = {
  applied: { sign: "✔", format: ["bold", "green"] },
  unchanged: { sign: "✔", format: "bold" },
  notStarted: { sign: "✖", format: ["bold", "red"] },
  failed: { sign: "✖", format: ["bold", "red"] },
  dirty: { sign: "✖", format: ["bold", "red"] },
  interrupted: { sign: "!", format: ["bold", "yellow"] },
  unknown: { sign: "?", format: ["bold", "yellow"] },
};

export interface TerminalTextOptions {
  /** The caller has looked at NO_COLOR and at whether anybody sees it. */
  readonly color: boolean;
}

/**
 * The verdict in the first line, then the files, the cause, and what to do now. The log is left out, since a terminal has
 * shown it already, and the warnings, since they were told as they came. No line ends with a line feed.
 */
export function verdictLines(report: RunReport, { color }: TerminalTextOptions): string[] {
  const style = (format: Format, text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text;
  const { sign, format } = LOOKS[isNotLive(report.verdict, report.services) ? "failed" : report.verdict.kind];
  const who = report.application === report.stack ? report.stack : `${report.application} ${report.stack}`;
  return [
    style(format, `${sign} ${safeLine(`${who}: ${report.headline}`)}`),
    ...fileLines(report),
    ...report.services.map((service) => `  ${safeLine(serviceLine(service))}`),
    ...facts(report).map(([name, value]) => `  ${style("dim", `${name}:`)} ${safeLine(value)}`),
    ...nextLines(report, style),
  ];
}

function fileLines({ verdict }: RunReport): string[] {
  if (verdict.kind === "unchanged")
    return (verdict.pending ?? []).map(
      ({ version, name }) => `  ${safeLine(`${version}_${name}.up.sql`)}  pending`,
    );
  if (verdict.kind === "notStarted" || verdict.kind === "unknown") return [];
  const rows = verdict.files.map(
    ({ version, name, direction, ms }) =>
      [safeLine(`${version}_${name}.${direction}.sql`), durationText(ms)] as const,
  );
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, time]) => `  ${name.padEnd(width)}  ${time}`);
}

function facts({ why, databaseChanged, verdict, task, links, durationMs }: RunReport): [string, string][] {
  const well = verdict.kind === "applied" || verdict.kind === "unchanged";
  const rows: [string, string | null][] = [
    ["why", why],
    ["database changed", well ? null : databaseChanged],
    ["took", durationText(durationMs)],
    ["task", task?.arn ?? null],
    ["log", well ? null : links.logStream],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as [string, string]]));
}

function nextLines({ next }: RunReport, style: (format: Format, text: string) => string): string[] {
  if (next.length === 0) return [];
  return [
    style("bold", "Next:"),
    ...next.flatMap(({ text, command }, index) => [
      `  ${index + 1}. ${safeLine(text)}`,
      ...(command === null ? [] : [`       ${style("cyan", safeLine(command))}`]),
    ]),
  ];
}
