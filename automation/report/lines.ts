/** A run's report as lines for a terminal. Pure. */
import { styleText } from "node:util";
import { safeLine } from "../text/plainText.ts";
import type { Sign } from "../verdict/kind.ts";
import { type Fact, fileRows, isGood, known, mainFacts, reportSign, reportTitle } from "./facts.ts";
import type { RunReport } from "./report.ts";
import { serviceLine } from "./services.ts";

type Format = Parameters<typeof styleText>[0];

const FORMATS: Readonly<Record<Sign["tone"], Format>> = {
  good: ["bold", "green"],
  plain: "bold",
  bad: ["bold", "red"],
  warning: ["bold", "yellow"],
};

interface TerminalTextOptions {
  /** The caller has looked at NO_COLOR and at whether anybody sees it. */
  readonly color: boolean;
}

/**
 * The verdict in the first line, then the files, the cause, and what to do now. The log is left out, since a terminal has
 * shown it already, and the warnings, since they were printed as they came. No line ends with a line feed.
 */
export function verdictLines(report: RunReport, { color }: TerminalTextOptions): string[] {
  const style = (format: Format, text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text;
  const { mark, tone } = reportSign(report);
  return [
    style(FORMATS[tone], `${mark} ${safeLine(reportTitle(report))}`),
    ...fileLines(report),
    ...report.services.map((service) => `  ${safeLine(serviceLine(service))}`),
    ...facts(report).map(([name, value]) => `  ${style("dim", `${name}:`)} ${safeLine(value)}`),
    ...nextLines(report, style),
  ];
}

function fileLines(report: RunReport): string[] {
  const rows = fileRows(report).map(([name, note]) => [safeLine(name), note] as const);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, note]) => `  ${name.padEnd(width)}  ${note}`);
}

/** A person who typed the command knows the operation, and the headline has the versions. */
const IN_HEADLINE: ReadonlySet<string> = new Set(["Operation", "Version"]);

function facts(report: RunReport): Fact[] {
  const good = isGood(report);
  const main = mainFacts(report).filter(
    ([label]) => !IN_HEADLINE.has(label) && !(good && label === "Database changed"),
  );
  const rows = [
    ...known([["Why", report.why]]),
    ...main,
    ...known([
      ["Task", report.task?.arn ?? null],
      ["Log", good ? null : report.links.logStream],
    ]),
  ];
  return rows.map(([label, value]) => [label.toLowerCase(), value]);
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
