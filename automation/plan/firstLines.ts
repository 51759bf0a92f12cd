/** The first lines of a file, for a plan. Pure. */

import { countText } from "../text/version.ts";

/** Control characters other than the tab, which no terminal and no Slack message should get from a file. */
const CONTROL = /(?!\t)\p{Cc}/gu;

/** Of a letter of two units, cut in the middle. */
const HALF = /[\uD800-\uDBFF]$/;

/**
 * The first lines of a file that say something: no blank lines, no comment lines.
 *
 * @param sql the file's text
 * @param count at most so many lines; one more says how many are left out
 * @param width longer lines are cut to so many characters, the last of them `…`
 */
export function firstLines(sql: string, count: number, width = 100): string[] {
  const lines = sql.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.trimStart().startsWith("--"));
  const left = lines.length - count;
  const shown = lines
    .slice(0, count)
    .map((line) => line.trimEnd().replace(CONTROL, "\uFFFD"))
    .map((line) => (line.length > width ? `${line.slice(0, width - 1).replace(HALF, "")}…` : line));
  return left > 0 ? [...shown, `… ${countText(left, "more line")}`] : shown;
}
