/** The runs of all time as one self-contained page: a drawing of how long each took, and a table with who and what. Pure. */
import type { ResultLine } from "../contract/resultLine.ts";
import type { HistoryEntry } from "../history/history.ts";
import { minuteOf, operationOf, spanOf } from "../history/text.ts";
import { durationText } from "../text/duration.ts";
import { safeLine } from "../text/plainText.ts";
import { countText } from "../text/version.ts";
import { signOf } from "../verdict/describe.ts";
import type { Sign } from "../verdict/kind.ts";
import { escapeHtml } from "./escapeHtml.ts";
import { htmlLine, htmlPage, htmlSection } from "./page.ts";

/** @param name application and stack */
export function historyHtml(entries: readonly HistoryEntry[], name: string): string {
  const title = htmlLine(`${name}: ${countText(entries.length, "run")}`);
  const body = [
    `<header class="unchanged"><h1>${title}</h1></header>`,
    entries.length === 0 ? "<p>No run is on record.</p>" : drawing(entries),
    entries.length === 0 ? "" : table(entries),
  ];
  return htmlPage(title, body.join("\n"));
}

const WIDTH = 640;
const HEIGHT = 160;
const BASE = HEIGHT - 20;

/** A bar a run, oldest first; the height is the logarithm of its time, so that a second and an hour both show. */
function drawing(entries: readonly HistoryEntry[]): string {
  const step = (WIDTH - 10) / entries.length;
  const most = Math.log10(1 + Math.max(...entries.map(({ result }) => result.durationMs)));
  const bars = entries.map((entry, index) => {
    const { result, at } = entry;
    const height = Math.max(3, (Math.log10(1 + result.durationMs) / Math.max(1, most)) * (BASE - 10));
    const label = `${minuteOf(at)} ${operationOf(result)} ${spanOf(result)}: ${outcomeOf(entry)}, ${durationText(result.durationMs)}`;
    return `<rect class="${toneOf(result)}" x="${(5 + index * step).toFixed(1)}" y="${(BASE - height).toFixed(1)}" width="${Math.max(1, step * 0.8).toFixed(1)}" height="${height.toFixed(1)}"><title>${htmlLine(label)}</title></rect>`;
  });
  const first = entries[0] as HistoryEntry;
  const last = entries.at(-1) as HistoryEntry;
  const dates = `<text class="time" x="5" y="${HEIGHT - 4}">${minuteOf(first.at)}</text><text class="time" x="${WIDTH - 5}" y="${HEIGHT - 4}" text-anchor="end">${minuteOf(last.at)}</text>`;
  const label = `Duration of ${countText(entries.length, "run")}, oldest first`;
  const svg = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">\n${bars.join("\n")}\n${dates}\n</svg>`;
  return htmlSection(
    "How long each took",
    `<div class="timeline" tabindex="0" role="group" aria-label="${escapeHtml(label)}">${svg}</div>`,
  );
}

/** The column of the verdict, below which an error stands; the ones before it, and the time after it, are never broken. */
const VERDICT = 3;

/** Newest first: the last run is what is asked for. */
function table(entries: readonly HistoryEntry[]): string {
  const rows = entries.toReversed().map((entry) => {
    const { result, at } = entry;
    const { by, branch, commit } = result.run ?? {};
    const who = [by, branch, commit?.slice(0, 12)]
      .map((text) => safeLine(text ?? ""))
      .filter((text) => text !== "");
    const cells = [
      minuteOf(at),
      operationOf(result),
      spanOf(result),
      outcomeOf(entry),
      durationText(result.durationMs),
      who.join(", "),
    ];
    const error = result.error === null ? "" : `<br><small>${htmlLine(result.error)}</small>`;
    const columns = cells.map((cell, index) =>
      index === VERDICT
        ? `<td>${htmlLine(cell)}${error}</td>`
        : `<td${index < VERDICT + 2 ? ' class="whole"' : ""}>${htmlLine(cell)}</td>`,
    );
    return `<tr>${columns.join("")}</tr>`;
  });
  const head = ["When (UTC)", "Operation", "Version", "Verdict", "Took", "Who"].map(
    (one) => `<th>${one}</th>`,
  );
  return htmlSection(
    "Runs",
    `<div class="scroll" tabindex="0" role="group" aria-label="Runs"><table><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`,
  );
}

function outcomeOf({ result, duringChange }: HistoryEntry): string {
  return duringChange ? "in progress" : result.outcome;
}

function toneOf({ outcome }: ResultLine): Sign["tone"] {
  return outcome === "usage" ? "warning" : signOf(outcome).tone;
}
