/** What the last run and the database's own answer say. Pure. */

import type { Outputs } from "../contract/outputs.ts";
import type { HistoryEntry } from "../history/history.ts";
import type { RunReport } from "../report/report.ts";
import { commandFor } from "../text/commandLine.ts";
import { countText, versionSpan, versionText } from "../text/version.ts";
import { type Diagnosis, ok, problem, warning } from "./diagnosis.ts";

/** The newest run that was not only a question; a later question that found the database dirty counts as well. */
export function judgeHistory(entries: readonly HistoryEntry[], stack: string): Diagnosis[] {
  const part = "last run";
  const change = entries.findLast(
    ({ result }) => !["version", "status", "inspect"].includes(result.operation),
  );
  if (!change) return [ok(part, "the log group remembers none")];
  const { result, taskId } = change;
  const words = result.argument === null ? result.operation : `${result.operation} ${result.argument}`;
  const span = versionSpan(result.from, result.to);
  const text = `${words} at ${result.startedAt}: ${result.outcome}${span === "" ? "" : `, ${span}`} (task ${taskId})`;
  if (result.outcome === "applied" || result.outcome === "unchanged") return [ok(part, text)];
  const fix = `see ${commandFor("history", stack)}`;
  const isClean = entries.at(-1)?.result.to?.dirty === false;
  return [isClean ? warning(part, text, fix) : problem(part, text, fix)];
}

export function judgeDatabase(report: RunReport, outputs: Outputs, stack: string): Diagnosis {
  const part = "database";
  const { verdict, headline, why } = report;
  const highest = outputs.migrations.at(-1)?.version ?? null;
  if (verdict.kind === "dirty")
    return problem(
      part,
      `is dirty at ${versionText({ version: verdict.version, dirty: false })}`,
      "see the guide below",
    );
  if (verdict.kind !== "unchanged" || verdict.version === null) {
    const next =
      report.next.find(({ command }) => command !== null)?.command ?? commandFor("migrate status", stack);
    return problem(part, why === null ? headline : `${headline}: ${why}`, next);
  }
  const pending = verdict.pending?.length ?? 0;
  const at = `is at ${versionText(verdict.version)}`;
  if (pending > 0)
    return warning(
      part,
      `${at}, ${countText(pending, "migration")} pending`,
      commandFor("migrate up", stack),
    );
  if (verdict.version.version === highest) return ok(part, `${at}, the highest that the stack has shipped`);
  return (verdict.version.version ?? -1) < (highest ?? -1)
    ? problem(
        part,
        `${at}, the stack has shipped ${highest}, and the image has no file in between`,
        IMAGE_LACKS_FILES,
      )
    : warning(
        part,
        `${at}, and the stack has shipped ${highest ?? "none"}: a newer image migrated it`,
        `deploy the newer checkout: ${commandFor("deploy", stack)}`,
      );
}

/** `pending` counts the image's own files, so a version below the highest with nothing pending is the image's fault. */
const IMAGE_LACKS_FILES =
  "make the Dockerfile copy the folder that ecs-migrate:migrationsPath names, then deploy again";
