/** Amounts of rows and bytes for people. Pure. */

/** `950 rows`, `12,400 rows`, `1.2 million rows`. */
export function rowsText(rows: number): string {
  if (rows < 1_000_000) return `${Math.round(rows).toLocaleString("en-US")} row${rows === 1 ? "" : "s"}`;
  const [value, unit] = rows < 1e9 ? [rows / 1e6, "million"] : [rows / 1e9, "billion"];
  return `${short(value)} ${unit} rows`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** `16 kB`, `289 MB`, `1.2 GB`; a kB has 1,024 bytes, as Postgres counts them. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? Math.round(value) : short(value)} ${UNITS[unit]}`;
}

function short(value: number): string {
  return value < 9.95 ? String(Number(value.toFixed(1))) : String(Math.round(value));
}
