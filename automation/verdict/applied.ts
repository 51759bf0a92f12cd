/** The verdict `applied`: migrations ran, or `force` set the version, and all went well. */
import { EXIT } from "../contract/errors.ts";
import { isReadOnly } from "../contract/operations.ts";
import type { RanFile } from "../contract/resultLine.ts";
import { durationText } from "../text/duration.ts";
import { countText, versionSpan } from "../text/version.ts";
import { changedByVersions } from "./facts.ts";
import type { KindWords, VerdictOf } from "./kind.ts";
import { readVersion } from "./step.ts";

export const applied: KindWords<"applied"> = {
  exitCode: () => EXIT.ok,
  sign: { mark: "✔", emoji: "✅", tone: "good" },

  headline(verdict, { operation }) {
    const { from, to, files } = verdict;
    const span = versionSpan(from, to);
    if (span === "" && files.length === 0)
      return `Succeeded (${operation.name}), but the log does not say what ran`;
    if (operation.name === "force") return `Set the version without running any file: ${span}`;
    return `${ranText(files)}${span === "" ? "" : `: ${span}`}${retriesText(verdict)}`;
  },

  why: () => null,

  nextSteps: ({ from, to }, context) =>
    from === null && to === null && !isReadOnly(context.operation) ? [readVersion(context)] : [],

  databaseChanged: changedByVersions,
};

function ranText(files: readonly RanFile[]): string {
  const down = files.filter((file) => file.direction === "down").length;
  const up = files.length - down;
  if (down === 0) return `Applied ${countText(up, "migration")}`;
  const undone = countText(down, "migration");
  return up === 0 ? `Undid ${undone}` : `Undid ${undone} and applied ${up}`;
}

function retriesText({ retries = 0, waitedMs = 0 }: VerdictOf<"applied">): string {
  if (retries === 0) return "";
  return `, after ${retries} ${retries === 1 ? "retry" : "retries"} because of locks (waited ${durationText(waitedMs)})`;
}
