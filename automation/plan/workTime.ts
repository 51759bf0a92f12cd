/**
 * How long a statement works on a table, from its size and from the server's speed. The numbers were measured by
 * `bench/estimates.ts`; docs/plan.md has the table and says what they cannot know. Pure.
 */
import type { RowWork } from "../check/sqlDialect.ts";
import type { InspectedTable } from "../contract/inspection.ts";

/** Milliseconds. */
export interface TimeRange {
  readonly lowMs: number;
  readonly likelyMs: number;
  readonly highMs: number;
}

type TableSize = Pick<InspectedTable, "rows" | "bytes" | "toastBytes" | "indexes">;

export interface Speed {
  readonly engine: "postgres" | "mysql";
  /** How long the server took for inspect's fixed piece of work, in milliseconds; 0: not measured. */
  readonly speedMs: number;
  /** Memory for pages of tables; 0: not known. */
  readonly cacheBytes: number;
}

/** What the fixed piece of work took on the server of the measurements. */
const REFERENCE_MS = { postgres: 57, mysql: 200 } as const;

/** The worst disk that is likely: an RDS gp3 volume's 125 MB/s, a MB being 2^20 bytes. */
const DISK_MB_PER_S = 120;

/** Of one index, beside its rows times log2 of its rows; text is compared by a collation. */
const SORT_NS = { index: 75, indexFixed: 36, indexText: 155 } as const;

/**
 * @param work null: nothing that grows with the table
 * @returns null if the work cannot be timed: how many rows a statement changes, no size tells
 */
export function workTime(work: RowWork | null, table: TableSize, speed: Speed): TimeRange | null {
  if (work === "change") return null;
  const reference = work === null ? 0 : referenceMs(work, table, speed.engine);
  const measured = speed.speedMs > 0;
  const factor = measured ? speed.speedMs / REFERENCE_MS[speed.engine] : 1;
  const likelyMs = STATEMENT_MS[speed.engine] + reference * factor;
  const spread = (measured ? 2 : 4) * (work === "index" ? 1.3 : 1);
  return {
    lowMs: likelyMs / spread,
    likelyMs,
    highMs: likelyMs * spread + FLUSH_MS + diskMs(work, table, speed),
  };
}

/** The catalogue's part of any statement; MySQL makes and flushes files. */
const STATEMENT_MS = { postgres: 10, mysql: 40 } as const;

/** What a flush to a busy disk adds. */
const FLUSH_MS = 200;

/** Milliseconds on the server of the measurements. */
function referenceMs(work: RowWork, table: TableSize, engine: Speed["engine"]): number {
  return engine === "postgres" ? postgresMs(work, table) : mysqlMs(work, table);
}

function postgresMs(work: RowWork, { rows, bytes, toastBytes, indexes }: TableSize): number {
  const megabytes = bytes / 2 ** 20;
  switch (work) {
    case "scan":
      return rows * 40e-6 + megabytes * 0.35;
    case "foreignKey":
      return rows * 330e-6 + megabytes * 0.4;
    case "index":
    case "indexFixed":
    case "indexText":
      return sortMs(rows, SORT_NS[work]) + megabytes * 0.8;
    default:
      return (
        rows * 100e-6 + (megabytes + toastBytes / 2 ** 20) * 6 + indexes * sortMs(rows, SORT_NS.indexFixed)
      );
  }
}

function mysqlMs(work: RowWork, { rows, bytes, indexes }: TableSize): number {
  const megabytes = bytes / 2 ** 20;
  // The primary key is the table itself.
  const others = Math.max(0, indexes - 1);
  const newFile = 100;
  switch (work) {
    case "index":
    case "indexFixed":
    case "indexText":
      return rows * 1.0e-3 + megabytes * 1.6;
    case "copy":
      return newFile + rows * (1.5e-3 + others * 1.4e-3) + megabytes * 11;
    case "copyForeignKey":
      return newFile + rows * (14e-3 + (others + 1) * 1.4e-3) + megabytes * 11;
    default:
      return newFile + rows * (1.0e-3 + others * 1.4e-3) + megabytes;
  }
}

function sortMs(rows: number, nanoseconds: number): number {
  return rows <= 1 ? 0 : (rows * Math.log2(rows) * nanoseconds) / 1e6;
}

/** What does not fit into memory is read; what is written anew goes to the disk twice, with its log. */
function diskMs(work: RowWork | null, { bytes, toastBytes }: TableSize, { cacheBytes }: Speed): number {
  if (work === null) return 0;
  const writes = work === "rewrite" || work === "rebuild" || work === "copy" || work === "copyForeignKey";
  const read = bytes > cacheBytes ? bytes : 0;
  const written = writes && bytes > cacheBytes ? 2 * (bytes + toastBytes) : 0;
  return ((read + written) / 2 ** 20 / DISK_MB_PER_S) * 1000;
}

/** The sum of several; null if none is known. */
export function sumOf(ranges: readonly TimeRange[]): TimeRange {
  return ranges.reduce(
    (sum, one) => ({
      lowMs: sum.lowMs + one.lowMs,
      likelyMs: sum.likelyMs + one.likelyMs,
      highMs: sum.highMs + one.highMs,
    }),
    { lowMs: 0, likelyMs: 0, highMs: 0 },
  );
}

/** `under 0.1 s`, `2 to 9 s`, `3 to 12 min`. */
export function rangeText({ lowMs, highMs }: TimeRange): string {
  if (highMs < 100) return "under 0.1 s";
  const [divisor, unit] =
    highMs < 120_000 ? [1000, "s"] : highMs < 7_200_000 ? [60_000, "min"] : [3_600_000, "h"];
  const [low, high] = [rounded(lowMs / divisor), rounded(highMs / divisor)];
  if (Number(low) < 0.1) return `up to ${high} ${unit}`;
  return low === high ? `about ${high} ${unit}` : `${low} to ${high} ${unit}`;
}

function rounded(value: number): string {
  return value < 9.95 ? String(Number(value.toFixed(1))) : String(Math.round(value));
}
