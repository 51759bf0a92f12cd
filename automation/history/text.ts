/** The history as text of at most 100 columns, and as JSON. Pure. */
import { clip } from "../text/clip.ts";
import { durationText } from "../text/duration.ts";
import { safeLine } from "../text/plainText.ts";
import { redact } from "../text/redact.ts";
import { countText, versionSpan, versionText } from "../text/version.ts";
import type { HistoryEntry } from "./history.ts";

/** Raised when a field of the JSON output changes its meaning. */
const HISTORY_SCHEMA = 1;

/** The widest line, in characters. */
export const HISTORY_WIDTH = 100;

const INDENT = " ".repeat(18);

/** `force` and a version of 16 digits, which is the longest that is a whole number of JavaScript. */
const OPERATION = 24;

/**
 * Two lines a run, oldest first: what happened, and below it who asked for it and where to look. Both are needed at
 * night, and one line of 100 columns does not hold them. A version is never cut: spans that leave a line no room stand
 * below it.
 */
export function historyLines(entries: readonly HistoryEntry[]): string[] {
  const spans = entries.map(({ result }) => spanOf(result));
  const wide = table(entries, spans);
  const fits = wide.every((line) => line.length <= HISTORY_WIDTH);
  const [header = "", ...rows] = fits ? wide : table(entries, undefined);
  return [
    header,
    ...rows.flatMap((row, index) => [
      row,
      ...detailLines(entries[index] as HistoryEntry, fits ? undefined : spans[index]),
    ]),
  ];
}

/** @param spans a column of its own; undefined for none */
function table(entries: readonly HistoryEntry[], spans: readonly string[] | undefined): string[] {
  const span = (text: string | undefined) => (text === undefined ? [] : [text]);
  const rows = entries.map(({ result, at, duringChange }, index) => [
    minuteOf(at),
    clip(safeLine(operationOf(result)), OPERATION),
    ...span(spans?.[index]),
    duringChange ? "in progress" : result.outcome,
    durationText(result.durationMs),
  ]);
  const header = ["when (UTC)", "operation", ...span(spans && "from → to"), "verdict", "took"];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [header, ...rows].map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** `2026-11-24 23:57` */
export function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}

export function operationOf({ operation, argument }: HistoryEntry["result"]): string {
  return argument === null ? operation : `${operation} ${argument}`;
}

/** Where the version stayed, it is said once. */
export function spanOf({ from, to }: HistoryEntry["result"]): string {
  if (from && to && from.version === to.version && from.dirty === to.dirty) return versionText(to);
  return versionSpan(from, to) || "?";
}

function detailLines({ result, taskId, ignored = 0 }: HistoryEntry, span: string | undefined): string[] {
  const { by, branch, commit, build } = result.run ?? {};
  const parts = [
    ...(span === undefined ? [] : [span]),
    ...said("by", by, 70),
    ...said("commit", commit && /^[0-9a-f]{13,}$/.test(commit) ? commit.slice(0, 12) : commit, 20),
    ...said("branch", branch, 30),
    ...said("build", build, 60),
    `task ${clip(safeLine(taskId), 40)}`,
    ...(ignored > 0 ? [`${countText(ignored, "earlier result line")} in its log ignored`] : []),
    ...(result.error === null
      ? []
      : [clip(`error: ${safeLine(result.error)}`, HISTORY_WIDTH - INDENT.length)]),
  ];
  return wrap(parts, HISTORY_WIDTH - INDENT.length).map((line) => INDENT + line);
}

function said(label: string, value: string | null | undefined, most: number): string[] {
  const text = safeLine(value ?? "");
  return text === "" ? [] : [`${label} ${clip(text, most)}`];
}

/** Joins with commas, and begins a new line where the next part does not fit. */
function wrap(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + part.length <= width)
      lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(part);
  }
  return lines;
}

export function historyJson(entries: readonly HistoryEntry[], stack: string, since: number) {
  return {
    schema: HISTORY_SCHEMA,
    stack,
    since: new Date(since).toISOString(),
    runs: entries.map(({ result, logStream, taskId, at, ignored = 0 }) => ({
      at: new Date(at).toISOString(),
      ...{ taskId, logStream, ignoredResults: ignored },
      ...result,
      error: result.error === null ? null : redact(result.error),
    })),
  };
}
