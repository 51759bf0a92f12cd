/** The CPU time of this process: unlike a clock on the wall it does not count what else the machine does. */

/** @returns milliseconds of user time; the second of two runs, so that compilation does not count */
export function cpuMs(work: () => unknown): number {
  work();
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1_000;
}
