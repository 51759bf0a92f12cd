/** A plan as lines for a terminal. Pure. */
import { findingLine } from "../check/finding.ts";
import type { Dropped, Waiters } from "../check/sqlDialect.ts";
import { operationText } from "../contract/operations.ts";
import { bytesText, rowsText } from "../text/amount.ts";
import { safeLine, safeText } from "../text/plainText.ts";
import { countText, versionText } from "../text/version.ts";
import type { PlanStatement, PlanTable } from "./live.ts";
import { blockerText } from "./liveWarnings.ts";
import type { PlanFile, PlanReport } from "./makePlan.ts";
import { plannedServiceLine } from "./services.ts";
import { rangeText } from "./workTime.ts";

/** The first line says from where to where; then each file in the order in which it runs. */
export function planLines(plan: PlanReport): string[] {
  return [
    `${plan.stack}: ${planHeadline(plan)}`,
    ...(plan.readAs === null ? [] : [`  read as ${plan.readAs}`]),
    ...(plan.note === null ? [] : [`  note: ${safeLine(plan.note)}`]),
    ...plan.files.flatMap((file, index) => fileLines(file, index + 1)),
    ...plan.findings.map((found) => `  ${findingLine(found)}`),
    ...plan.services.map((service) => `  ${safeLine(plannedServiceLine(service))}`),
    ...plan.warnings.map((warning) => `  warning: ${safeLine(warning)}`),
    ...plan.unknown.map((what) => `  not known: ${safeLine(what)}`),
  ];
}

/** `up would run 2 files: 20261120 → 20261124`. */
export function planHeadline({ operation, outcome, current, target, files }: PlanReport): string {
  const words = operationText(operation);
  if (outcome === "refused") return `${words} would be refused at ${versionText(current)}`;
  if (outcome === "nothing") return `${words} would run nothing: the database is at ${versionText(current)}`;
  const span = `${versionText(current)} → ${versionText({ version: target, dirty: false })}`;
  return `${words} would run ${countText(files.length, "file")}: ${span}`;
}

function fileLines(file: PlanFile, number: number): string[] {
  const indent = "     ";
  return [
    `${String(number).padStart(3)}. ${safeLine(fileTitle(file))}`,
    ...file.sql.map((line) => `${indent}| ${safeText(line)}`),
    `${indent}${impactText(file)}`,
    ...file.statements.flatMap(statementLines).map((line) => `${indent}${safeLine(line)}`),
    ...dropLines(file).map((line) => `${indent}${safeLine(line)}`),
    ...file.findings.map((found) => `${indent}${findingLine(found)}`),
  ];
}

/** The file's name, and what is unusual about it. */
export function fileTitle({ file, version, direction, state }: PlanFile): string {
  if (file === null) return `version ${version} has no ${direction} file: only the version moves`;
  switch (state) {
    case "shipped":
      return file;
    case "new":
      return `${file} (new: not shipped yet)`;
    case "edited":
      return `${file} (the image's differs from this checkout's)`;
    case "missing":
      return `${file} (in the image, not in this checkout)`;
  }
}

/** `others wait: some, takes: 2 to 9 s (adds a column; scans users)`. */
export function impactText({ lock, duration, reasons, time, waiting }: PlanFile): string {
  if (lock === null || duration === null) return "locks and time are not known";
  const why = reasons.length === 0 ? "" : ` (${safeLine(reasons.join("; "))})`;
  const wait = lock === "none" || waiting === null ? lock : rangeText(waiting);
  return `others wait: ${wait}, takes: ${time === null ? duration : rangeText(time)}${why}`;
}

/** Nothing of a statement on tables whose size is not known: the file's line has said the rest. */
function statementLines(statement: PlanStatement): string[] {
  if (statement.tables.every(({ rows }) => rows === null)) return [];
  return [
    `line ${statement.line}: ${statementText(statement)}`,
    ...statement.blockers.map((blocker) => `  in the way: ${blockerText(blocker)}`),
  ];
}

/** `ACCESS EXCLUSIVE on orders (1.2 million rows, 289 MB), reads and writes wait; 2 to 9 s: from the size, …`. */
export function statementText({ tables, time, how }: PlanStatement): string {
  const locks = tables.map(tableText).join(", ");
  const took = time === null ? "time not known" : rangeText(time);
  return `${locks}; ${took}${how === "" ? "" : `: ${how}`}`;
}

function tableText({ table, mode, waits, rows, bytes }: PlanTable): string {
  const size = rows === null || bytes === null ? "size not known" : `${rowsText(rows)}, ${bytesText(bytes)}`;
  return `${mode === null ? "no lock" : mode} on ${table} (${size}), ${WAITERS[waits]}`;
}

const WAITERS: Readonly<Record<Waiters, string>> = {
  all: "reads and writes wait",
  writes: "writes wait",
  rows: "those who change the same rows wait",
  definitions: "reads and writes go on",
  none: "nobody waits",
};

function dropLines({ drops, direction }: PlanFile): string[] {
  if (drops === null) return direction === "down" ? ["what it drops is not known"] : [];
  return drops.length === 0 ? [] : [`drops ${drops.map(dropText).join(", ")}`];
}

/** `table orders`, `column orders.note with all that depends on it`. */
export function dropText({ kind, name, cascade }: Dropped): string {
  const what = kind === "rows" ? `rows of ${name}` : `${kind} ${name}`;
  return cascade ? `${what} with all that depends on it` : what;
}
