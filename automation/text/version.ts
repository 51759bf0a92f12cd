/** Versions and counts in words. Pure. */
import type { DatabaseVersion } from "../contract/resultLine.ts";

/** A version for a headline: `20261124`, `20261124 (dirty)`, `no version`, `?`. */
export function versionText(version: DatabaseVersion | null): string {
  if (version === null) return "?";
  const number = version.version === null || version.version === -1 ? "no version" : String(version.version);
  return version.dirty ? `${number} (dirty)` : number;
}

/** `from → to`, or nothing if neither is known. */
export function versionSpan(from: DatabaseVersion | null, to: DatabaseVersion | null): string {
  return from === null && to === null ? "" : `${versionText(from)} → ${versionText(to)}`;
}

export function countText(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
