/** How the server carries out a change of a table: by which algorithm, and whether others may write meanwhile. */

export interface Online {
  /** The strongest that the server accepts for it. NOCOPY is MariaDB's word for INPLACE without a rebuild. */
  readonly algorithm: "INSTANT" | "NOCOPY" | "INPLACE" | "COPY";
  /** `metadata`: a moment. `build` an index and `rebuild` the table: as long as the table is large. */
  readonly work: "metadata" | "build" | "rebuild";
  /** Whether rows can be changed while it runs (LOCK=NONE). */
  readonly writes: boolean;
  /** Whether it is known. If not, it depends on what the files do not say, and the worse case is given. */
  readonly sure: boolean;
  /** One clause without a full stop: `adds a column`. */
  readonly reason: string;
}

type Details = Partial<Pick<Online, "sure" | "writes">>;

const how =
  (algorithm: Online["algorithm"], work: Online["work"], writes: boolean) =>
  (reason: string, details: Details = {}): Online => ({
    algorithm,
    work,
    writes,
    sure: true,
    reason,
    ...details,
  });

export const instant = how("INSTANT", "metadata", true);
/** INPLACE without touching rows: only the data dictionary changes. */
export const metadata = how("INPLACE", "metadata", true);
export const build = how("INPLACE", "build", true);
export const rebuild = how("INPLACE", "rebuild", true);
export const copy = how("COPY", "rebuild", false);

const ALGORITHMS = ["INSTANT", "NOCOPY", "INPLACE", "COPY"] as const;
const WORK = ["metadata", "build", "rebuild"] as const;

/** Several changes in one statement: the server takes the weakest algorithm that all of them can have. */
export function worst(all: readonly Online[]): Online {
  return all.reduce((sum, one) => ({
    algorithm:
      ALGORITHMS[Math.max(ALGORITHMS.indexOf(sum.algorithm), ALGORITHMS.indexOf(one.algorithm))] ?? "COPY",
    work: WORK[Math.max(WORK.indexOf(sum.work), WORK.indexOf(one.work))] ?? "rebuild",
    writes: sum.writes && one.writes,
    sure: sum.sure && one.sure,
    reason: [...new Set([sum.reason, one.reason])].join(", "),
  }));
}

/** Whether the server carries the statement out with the algorithm that it names. */
export function accepts({ algorithm }: Online, named: string): boolean {
  if (named === "DEFAULT") return true;
  return ALGORITHMS.indexOf(named as (typeof ALGORITHMS)[number]) >= ALGORITHMS.indexOf(algorithm);
}
