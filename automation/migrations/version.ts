/**
 * Versions of migrations as dates: `YYYYMMDD`, `YYYYMMDDHHMM` and `YYYYMMDDHHMMSS`, all in UTC.
 *
 * golang-migrate compares them as plain integers, so `20261125` (a day) is lower than `202611241200` (a minute of the
 * day before it); that is why new versions always get fourteen digits.
 */

const WIDTHS = new Set([8, 12, 14]);

/** The largest moment that fourteen digits can say. */
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59);

/**
 * Reads the digits of a version as a moment.
 *
 * @returns milliseconds since 1970 in UTC; `impossible` for a date that no calendar has; undefined where the number of
 *   digits is none of 8, 12 and 14
 */
export function momentOf(digits: string): number | "impossible" | undefined {
  if (!WIDTHS.has(digits.length)) return undefined;
  const [year, month, day, hour, minute, second] = [
    digits.slice(0, 4),
    digits.slice(4, 6),
    digits.slice(6, 8),
    digits.slice(8, 10),
    digits.slice(10, 12),
    digits.slice(12, 14),
  ].map(Number) as [number, number, number, number, number, number];
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  moment.setUTCHours(hour, minute, second);
  // A calendar that rolls 31 November over to 1 December gives other digits back.
  return stampOf(moment.getTime()).startsWith(digits) ? moment.getTime() : "impossible";
}

/** `YYYYMMDDHHMMSS` in UTC; an empty string for a moment outside the years 0 to 9999. */
function stampOf(moment: number): string {
  const iso = new Date(moment).toISOString();
  return iso.length === 24 ? iso.slice(0, 19).replace(/[-T:]/g, "") : "";
}

/**
 * A version of fourteen digits that is later than every known one.
 *
 * The clock's time where that is later; otherwise (a known version lies in the future) one second after the highest,
 * and where the highest is no date at all, the next integer.
 *
 * @param known versions in use, in any order
 * @param now the clock, UTC
 * @returns the digits
 */
export function versionAfter(known: Iterable<bigint>, now: Date): string {
  let highest = -1n;
  for (const version of known) if (version > highest) highest = version;
  const stamp = stampOf(now.getTime());
  if (BigInt(stamp) > highest) return stamp;
  const moment = momentOf(String(highest));
  return typeof moment === "number" && String(highest).length === 14 && moment < LAST_MOMENT
    ? stampOf(moment + 1000)
    : String(highest + 1n);
}
