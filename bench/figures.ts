/** Samples to medians, medians to the one table. Pure. */

/** One line of the table. */
export interface Figure {
  readonly figure: string;
  readonly measured: string;
  readonly goal: string;
  readonly met: boolean;
}

/** @throws {RangeError} if there is no sample */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new RangeError("no sample to take a median of");
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** `0.34 s` */
export function secondsText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** A Markdown table. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ figure, measured, goal, met }) => `| ${figure} | ${measured} | ${goal} | ${met ? "yes" : "no"} |`,
  );
  return ["| figure | measured | goal | met |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
