/** What every report says of a run, in the same words: the terminal, Slack, Markdown and the page take it from here. Pure. */
import { operationText } from "../contract/operations.ts";
import { durationText } from "../text/duration.ts";
import { signOf } from "../verdict/describe.ts";
import { ranFileName, verdictSpan } from "../verdict/facts.ts";
import type { Sign } from "../verdict/kind.ts";
import type { RunReport } from "./report.ts";
import { isNotLive } from "./services.ts";

/** `shop prod: Applied 2 migrations: 20261120 → 20261124` */
export function reportTitle({ application, stack, headline }: RunReport): string {
  return `${application === stack ? stack : `${application} ${stack}`}: ${headline}`;
}

/** How the run shows at a glance; a service that did not go live is a failure of the deploy. */
export function reportSign({ verdict, services }: RunReport): Sign {
  return signOf(isNotLive(verdict, services) ? "failed" : verdict.kind);
}

export type Fact = readonly [label: string, value: string];

/** What happened, in four facts at most; the version is left out if nobody knows it. */
export function mainFacts(report: RunReport): Fact[] {
  return known([
    ["Operation", operationText(report.operation)],
    ["Database changed", report.databaseChanged],
    ["Version", verdictSpan(report.verdict)],
    ["Took", durationText(report.durationMs)],
  ]);
}

/** Who asked for the run, and by which build. */
export function originFacts({ origin }: RunReport): Fact[] {
  return known([
    ["By", origin.by],
    ["Branch", origin.branch],
    ["Commit", origin.commit],
    ["Build", origin.build],
  ]);
}

export function known(rows: readonly (readonly [label: string, value: string | null])[]): Fact[] {
  return rows.flatMap(([label, value]) => (value === null ? [] : [[label, value] as const]));
}

/** Each file with its time, or `pending`. */
export function fileRows({ verdict }: RunReport): Fact[] {
  switch (verdict.kind) {
    case "unchanged":
      return (verdict.pending ?? []).map(
        ({ version, name }) => [`${version}_${name}.up.sql`, "pending"] as const,
      );
    case "applied":
    case "failed":
    case "dirty":
    case "interrupted":
      return verdict.files.map((file) => [ranFileName(file), durationText(file.ms)] as const);
    case "notStarted":
    case "unknown":
      return [];
  }
  return verdict satisfies never;
}

/** True if all went well: then a report is short. */
export function isGood({ verdict }: RunReport): boolean {
  return verdict.kind === "applied" || verdict.kind === "unchanged";
}
