/** The history as text of at most 100 columns, and as JSON. Pure. */
import { clip } from "../text/clip.ts";
import { durationText } from "../text/duration.ts";
import { safeLine } from "../text/plainText.ts";
import { redact } from "../text/redact.ts";
import { versionSpan, versionText } from "../text/version.ts";
import type { HistoryEntry } from "./history.ts";

/** Raised when a field of the JSON output changes its meaning. */
export const HISTORY_SCHEMA = 1;

/** The widest line, in characters. */
export const HISTORY_WIDTH = 100;

/** With 14-digit versions on both sides a line has room for so much of the operation. */
const OPERATION = 14;

const INDENT = " ".repeat(18);

/**
 * Two lines a run, oldest first: what happened, and below it who asked for it and where to look. Both are needed at
 * night, and one line of 100 columns does not hold them.
 */
export function historyLines(entries: readonly HistoryEntry[]): string[] {
  const rows = entries.map(({ result, at }) => [
    minuteOf(at),
    clip(safeLine(operationOf(result)), OPERATION),
    spanOf(result),
    result.outcome,
    durationText(result.durationMs),
  ]);
  const header = ["when (UTC)", "operation", "from → to", "verdict", "took"];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    return clip(padded.trimEnd(), HISTORY_WIDTH);
  };
  return [
    line(header),
    ...rows.flatMap((row, index) => [line(row), ...detailLines(entries[index] as HistoryEntry)]),
  ];
}

/** `2026-11-24 23:57` */
function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}

function operationOf({ operation, argument }: HistoryEntry["result"]): string {
  return argument === null ? operation : `${operation} ${argument}`;
}

/** Where the version stayed, it is said once. */
function spanOf({ from, to }: HistoryEntry["result"]): string {
  if (from && to && from.version === to.version && from.dirty === to.dirty) return versionText(to);
  return versionSpan(from, to) || "?";
}

function detailLines({ result, taskId }: HistoryEntry): string[] {
  const { by, branch, commit, build } = result.run ?? {};
  const parts = [
    ...said("by", by, 20),
    ...said("commit", commit && /^[0-9a-f]{13,}$/.test(commit) ? commit.slice(0, 12) : commit, 20),
    ...said("branch", branch, 30),
    ...said("build", build, 60),
    `task ${clip(safeLine(taskId), 40)}`,
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
    runs: entries.map(({ result, logStream, taskId, at }) => ({
      at: new Date(at).toISOString(),
      taskId,
      logStream,
      ...result,
      error: result.error === null ? null : redact(result.error),
    })),
  };
}
