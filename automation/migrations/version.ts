/**
 * Versions of migrations, as golang-migrate's users write them: dates (`YYYYMMDD` and longer, in UTC), a sequence (`000007`), or
 * seconds or milliseconds since 1970.
 *
 * golang-migrate compares them as plain integers, so `20261125` (a day) is lower than `202611241200` (a minute of the
 * day before it); that is why a new date has fourteen digits at least.
 */

import { ConfigError } from "../contract/errors.ts";

/** The largest version that a stack's record, which is JSON, holds exactly; databases' bigint takes more. */
export const LARGEST_VERSION = BigInt(Number.MAX_SAFE_INTEGER);

/** Whether a version can be deployed at all. */
export function isRecordable(digits: string): boolean {
  return BigInt(digits) <= LARGEST_VERSION;
}

/** How a folder numbers its migrations. */
type Scheme =
  | { readonly kind: "date"; readonly width: number }
  /** `width`: digits with leading zeros; 0 without them. */
  | { readonly kind: "sequence"; readonly width: number }
  | { readonly kind: "epoch"; readonly unit: "s" | "ms" };

const DATE_WIDTHS = new Set([8, 12, 14]);

/** Year, month and day first, and no leading zero: a date, even one that no calendar has. */
const DATE = /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d*$/;

/** Digits of a date and time to the second. */
const TO_THE_SECOND = 14;

/** The largest moment that fourteen digits can say. */
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59);

/**
 * Reads the digits of a version as a moment.
 *
 * @returns milliseconds since 1970 in UTC; `impossible` for a date that no calendar has; undefined if the number of
 *   digits is none of 8, 12 and 14
 */
export function momentOf(digits: string): number | "impossible" | undefined {
  if (!DATE_WIDTHS.has(digits.length)) return undefined;
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

/** What the digits of one version are. */
export function kindOf(digits: string): Scheme["kind"] {
  if (DATE.test(digits)) return "date";
  return /^[1-3]\d{9}$|^[1-3]\d{12}$/.test(digits) ? "epoch" : "sequence";
}

/**
 * The scheme in which a folder goes on: that of its highest version, since golang-migrate runs what follows it.
 *
 * @param digits versions as their files have them, in any order; dates to the second if there is none
 */
export function schemeOf(digits: Iterable<string>): Scheme {
  let highest: string | undefined;
  for (const one of digits) {
    const before = BigInt(highest ?? -1);
    // Of two ways to write one version, the longer has the zeros.
    if (BigInt(one) > before || (BigInt(one) === before && one.length > (highest ?? "").length))
      highest = one;
  }
  if (highest === undefined) return { kind: "date", width: TO_THE_SECOND };
  switch (kindOf(highest)) {
    case "date":
      return { kind: "date", width: Math.max(highest.length, TO_THE_SECOND) };
    case "epoch":
      return { kind: "epoch", unit: highest.length === 10 ? "s" : "ms" };
    default:
      return { kind: "sequence", width: highest.startsWith("0") ? highest.length : 0 };
  }
}

/**
 * A version later than every known one, in the folder's scheme.
 *
 * @param files the digits of the folder's versions
 * @param others versions that stacks have and the folder may lack
 * @param now the clock, UTC
 * @returns the digits
 * @throws {ConfigError} if the highest version is the largest there can be
 */
export function versionAfter(files: Iterable<string>, others: Iterable<bigint>, now: Date): string {
  const digits = [...files];
  const recorded = [...others];
  const known = [...digits.map(BigInt), ...recorded];
  const highest = known.reduce((high, version) => (version > high ? version : high), -1n);
  if (highest >= LARGEST_VERSION)
    throw new ConfigError([
      `No version is left above ${highest}: ${LARGEST_VERSION} is the largest that a stack can record; give that migration the date and time (UTC) as YYYYMMDDHHMMSS first`,
    ]);
  const scheme = schemeOf(digits.length > 0 ? digits : recorded.map(String));
  const next = clockDigits(scheme, now);
  if (next !== undefined && BigInt(next) > highest) return next;
  if (scheme.kind === "sequence") return String(highest + 1n).padStart(scheme.width, "0");
  const moment = momentOf(String(highest));
  return typeof moment === "number" && String(highest).length === TO_THE_SECOND && moment < LAST_MOMENT
    ? stampOf(moment + 1000)
    : String(highest + 1n);
}

/** The clock's time in the scheme; undefined for a sequence, which has none. */
function clockDigits(scheme: Scheme, now: Date): string | undefined {
  switch (scheme.kind) {
    case "date":
      return stampOf(now.getTime()).padEnd(scheme.width, "0");
    case "epoch":
      return String(scheme.unit === "s" ? Math.floor(now.getTime() / 1000) : now.getTime());
    default:
      return undefined;
  }
}

/** A version's digits as the folder would write it: with the zeros of its sequence. */
export function digitsOf(version: bigint | number, files: Iterable<string>): string {
  const written = [...files];
  const same = written.find((digits) => BigInt(digits) === BigInt(version));
  if (same !== undefined) return same;
  const padded = written.filter((digits) => digits.startsWith("0"));
  const width = Math.max(0, ...padded.map((digits) => digits.length));
  return String(version).padStart(width, "0");
}
