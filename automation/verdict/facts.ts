/** What several texts about a verdict need to know. Pure. */
import type { DatabaseVersion, RanFile } from "../contract/resultLine.ts";
import { clip } from "../text/clip.ts";
import { redact } from "../text/redact.ts";
import { versionSpan, versionText } from "../text/version.ts";
import type { DatabaseChanged } from "./context.ts";
import type { Verdict } from "./verdict.ts";

/** As much of AWS's words as a sentence can bear, in characters. */
const DETAIL = 400;

/** `Sentence (detail).` Masked before it is cut: half a database URL no longer looks like one. */
export function withDetail(sentence: string, detail: string): string {
  const text = clip(redact(detail).replace(/\s+/g, " ").trim(), DETAIL).replace(/\.$/, "");
  return text === "" ? sentence : `${sentence.slice(0, -1)} (${text}).`;
}

/** What a headline says of a run that did not end as it should. */
export const CHANGED: Readonly<Record<DatabaseChanged, string>> = {
  yes: "the database changed",
  no: "the database did not change",
  maybe: "the database may have changed and may be dirty",
};

/** What the versions before and after and the files that ran say about a change of the database. */
export function changedByVersions(verdict: {
  readonly from: DatabaseVersion | null;
  readonly to: DatabaseVersion | null;
  readonly files: readonly RanFile[];
}): DatabaseChanged {
  const { from, to, files } = verdict;
  if (files.length > 0) return "yes";
  if (!from || !to) return "maybe";
  return from.version === to.version && from.dirty === to.dirty ? "no" : "yes";
}

/** True if the run met a database that was dirty already; nothing is run then. */
export function wasDirtyBefore(verdict: Extract<Verdict, { kind: "dirty" }>): boolean {
  return verdict.from?.dirty === true && verdict.files.length === 0;
}

/** `20261124_create_users.up.sql`. An older image reports only the parts, without leading zeros. */
export function ranFileName({ file, version, name, direction }: RanFile): string {
  return file ?? `${version}_${name}.${direction}.sql`;
}

/** The versions before and after a run, if the verdict knows them: `20261120 → 20261124 (dirty)`; else null. */
export function verdictSpan(verdict: Verdict): string | null {
  switch (verdict.kind) {
    case "applied":
    case "failed":
    case "interrupted":
      return versionSpan(verdict.from, verdict.to) || null;
    case "dirty": {
      const known = verdict.version !== null || verdict.from !== null;
      return known ? versionSpan(verdict.from, { version: verdict.version, dirty: true }) : null;
    }
    case "unchanged":
      return verdict.version === null ? null : versionText(verdict.version);
    case "notStarted":
    case "unknown":
      return null;
  }
  return verdict satisfies never;
}

/** True if the task may still be running: the same command given again is the same run. Pure. */
export function isStillOpen(verdict: Verdict): boolean {
  if (verdict.kind === "interrupted") return verdict.cause === "cancelled" || verdict.cause === "unconfirmed";
  const open = ["timeout", "credentials", "unreadable"];
  return verdict.kind === "unknown" && open.includes(verdict.cause);
}
