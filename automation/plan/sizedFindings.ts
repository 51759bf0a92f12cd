/** What `check` found, in the light of how large the tables are. Pure. */
import type { Finding } from "../check/finding.ts";
import type { Severity } from "../check/rule.ts";
import type { RuleId } from "../check/rules.ts";
import { bytesText, rowsText } from "../text/amount.ts";
import type { PlanStatement, PlanTable } from "./live.ts";

export interface PlanFinding extends Omit<Finding, "subject" | "severity"> {
  /** `remark`: an error or a warning elsewhere, but its table is so small that nobody will notice. */
  readonly severity: Severity | "remark";
}

/** Rules whose harm grows with the table: work under a lock. */
const GROWS: ReadonlySet<RuleId> = new Set<RuleId>([
  ...(["heavy-lock", "column-type", "volatile-default", "set-not-null", "check-validated"] as const),
  ...(["constraint-builds-index", "foreign-key-validated", "validate-in-same-file"] as const),
  ...(["index-not-concurrent", "backfill-under-lock", "update-all-rows", "attach-partition"] as const),
  ...(["domain-check", "writes-blocked"] as const),
]);

/** Work on so few rows takes some tens of milliseconds (docs/plan.md, the measurements). */
const TINY = { rows: 10_000, bytes: 10 * 2 ** 20 } as const;

/** @param statements of the finding's file */
export function sizedFinding(
  { subject: _subject, ...finding }: Finding,
  statements: readonly PlanStatement[],
): PlanFinding {
  if (!GROWS.has(finding.rule)) return finding;
  const tables = statements
    .filter(({ line }) => line === finding.line)
    .flatMap((statement) => statement.tables.filter(({ waits }) => waits !== "none"));
  const known = tables.filter((table): table is SizedTable => table.rows !== null && table.bytes !== null);
  const largest = known.toSorted((a, b) => b.bytes - a.bytes)[0];
  if (largest === undefined) return finding;
  const message = `${finding.message}: ${largest.table} has ${rowsText(largest.rows)}, ${bytesText(largest.bytes)}`;
  // A table whose size is not known may be large.
  const isTiny = known.length === tables.length && known.every(tiny);
  return { ...finding, message, ...(isTiny ? { severity: "remark" as const } : {}) };
}

type SizedTable = PlanTable & { readonly rows: number; readonly bytes: number };

function tiny({ rows, bytes }: SizedTable): boolean {
  return rows <= TINY.rows && bytes <= TINY.bytes;
}
