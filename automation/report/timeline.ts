/** The files and statements of a run as bars on one time axis, drawn as SVG. Pure. */
import type { Failure, RanFile, RanStatement } from "../contract/resultLine.ts";
import { durationText } from "../text/duration.ts";
import { escapeHtml } from "./escapeHtml.ts";

/** One bar; times in milliseconds since the first file began. */
interface Bar {
  readonly kind: "file" | "statement" | "stopped";
  readonly label: string;
  readonly startMs: number;
  readonly ms: number;
  /** The part of `ms` that was spent waiting for locks, drawn first. */
  readonly waitedMs: number;
}

/** More statements than this are summed into one bar a file, so that the page stays readable. */
const MOST_STATEMENTS = 40;

const WIDTH = 640;
const LABEL_WIDTH = 260;
const ROW = 22;

/**
 * The bars in the order in which they ran. The result line has durations only, so each file begins where the one before
 * ended, and each statement likewise.
 */
export function timelineOf(files: readonly RanFile[], failure: Failure | null = null): Bar[] {
  const bars: Bar[] = [];
  let start = 0;
  for (const file of files) {
    const statements = file.statements ?? [];
    const waitedMs = statements.reduce((sum, statement) => sum + statement.waitedMs, 0);
    bars.push({ kind: "file", label: fileLabel(file), startMs: start, ms: file.ms, waitedMs });
    if (statements.length > 1 && statements.length <= MOST_STATEMENTS)
      bars.push(...barsOf(statements, start));
    start += file.ms;
  }
  return failure?.file ? [...bars, stoppedBar(failure, start)] : bars;
}

/** Of a file that failed no time is known, so that it is a mark and not a length. */
function stoppedBar({ file, statement }: Failure, startMs: number): Bar {
  const place = statement ? `statement ${statement.n} of ${statement.of}: ` : "";
  return { kind: "stopped", label: `${place}${file}`, startMs, ms: 0, waitedMs: 0 };
}

function barsOf(statements: readonly RanStatement[], fileStart: number): Bar[] {
  let start = fileStart;
  return statements.map(({ n, line, kind, ms, waitedMs }) => {
    const bar: Bar = {
      kind: "statement",
      label: `${n}. ${kind} (line ${line})`,
      startMs: start,
      ms,
      waitedMs,
    };
    start += ms;
    return bar;
  });
}

function fileLabel({ file, version, name, direction }: RanFile): string {
  return file ?? `${version}_${name}.${direction}.sql`;
}

/** The bars as one SVG; empty if nothing ran. Text and colours follow the page's style sheet. */
export function timelineSvg(bars: readonly Bar[]): string {
  if (bars.length === 0) return "";
  const total = Math.max(1, ...bars.map(({ startMs, ms }) => startMs + ms));
  const scale = (ms: number) => (ms / total) * (WIDTH - LABEL_WIDTH - 70);
  const height = bars.length * ROW + 8;
  const rows = bars.map((bar, index) => barSvg(bar, index * ROW + 4, scale));
  const title = `Time line of ${bars.filter(({ kind }) => kind === "file").length} files, ${durationText(total)} in all`;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(title)}">\n${rows.join("\n")}\n</svg>`;
}

function barSvg(bar: Bar, y: number, scale: (ms: number) => number): string {
  const x = LABEL_WIDTH + scale(bar.startMs);
  const isStopped = bar.kind === "stopped";
  const width = Math.max(isStopped ? 8 : 1, scale(bar.ms));
  const waited = Math.min(width, scale(bar.waitedMs));
  const wait =
    bar.waitedMs > 0
      ? `<rect class="wait" x="${x.toFixed(1)}" y="${y}" width="${Math.max(1, waited).toFixed(1)}" height="14"/>`
      : "";
  const time = `${durationText(bar.ms)}${bar.waitedMs > 0 ? ` (${durationText(bar.waitedMs)} waiting for locks)` : ""}`;
  return [
    `<g class="${bar.kind}"><title>${escapeHtml(`${bar.label}: ${time}`)}</title>`,
    `<text x="${bar.kind === "statement" ? 12 : 0}" y="${y + 12}">${escapeHtml(clipLabel(bar.label))}</text>`,
    `<rect class="${isStopped ? "stopped" : "bar"}" x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="14" rx="2"/>${wait}`,
    `<text class="time" x="${(x + width + 4).toFixed(1)}" y="${y + 12}">${isStopped ? "failed" : escapeHtml(durationText(bar.ms))}</text></g>`,
  ].join("");
}

function clipLabel(label: string): string {
  return label.length <= 36 ? label : `${label.slice(0, 35)}…`;
}
