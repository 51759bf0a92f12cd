/** JSON as this program prints and writes it. Pure. */
import { safeText } from "./plainText.ts";

/** Two blanks of indent and a line feed at the end; every text in it is cleaned of control characters and masked. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, cleaner(), 2)}\n`;
}

/** A copy of plain data with every text in it cleaned and masked. */
export function cleanData<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, cleaner())) as T;
}

/** So many texts are kept: a history says the same image, file and database in each of its runs. */
const MOST_KEPT = 10_000;

function cleaner(): (key: string, value: unknown) => unknown {
  const kept = new Map<string, string>();
  return (_key, value) => {
    if (typeof value !== "string") return value;
    const known = kept.get(value);
    if (known !== undefined) return known;
    const clean = safeText(value);
    if (kept.size < MOST_KEPT) kept.set(value, clean);
    return clean;
  };
}
