/** JSON as this program prints and writes it. Pure. */
import { safeText } from "./plainText.ts";

/** Two blanks of indent and a line feed at the end; every text in it is cleaned of control characters and masked. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, cleaned, 2)}\n`;
}

/** A copy of plain data with every text in it cleaned and masked. */
export function cleanData<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, cleaned)) as T;
}

function cleaned(_key: string, value: unknown): unknown {
  return typeof value === "string" ? safeText(value) : value;
}
