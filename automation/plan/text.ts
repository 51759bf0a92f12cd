/** A plan as lines for a terminal. Pure. */
import { findingLine } from "../check/finding.ts";
import type { Dropped } from "../check/sqlDialect.ts";
import { operationText } from "../contract/operations.ts";
import { safeLine, safeText } from "../text/plainText.ts";
import { countText, versionText } from "../text/version.ts";
import type { PlanFile, PlanReport } from "./makePlan.ts";

/** The first line says from where to where; then each file in the order in which it runs. */
export function planLines(plan: PlanReport): string[] {
  return [
    `${plan.stack}: ${planHeadline(plan)}`,
    ...(plan.readAs === null ? [] : [`  read as ${plan.readAs}`]),
    ...(plan.note === null ? [] : [`  note: ${safeLine(plan.note)}`]),
    ...plan.files.flatMap((file, index) => fileLines(file, index + 1)),
    ...plan.findings.map((found) => `  ${findingLine(found)}`),
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

/** `locks: some, takes: long (adds a column; changes rows of users)`. */
export function impactText({ lock, duration, reasons }: PlanFile): string {
  if (lock === null || duration === null) return "locks and time are not known";
  const why = reasons.length === 0 ? "" : ` (${safeLine(reasons.join("; "))})`;
  return `others wait: ${lock}, takes: ${duration}${why}`;
}

function dropLines({ drops, direction }: PlanFile): string[] {
  if (drops === null) return direction === "down" ? ["what it drops is not known"] : [];
  return drops.length === 0 ? [] : [`drops ${drops.map(dropText).join(", ")}`];
}

/** `table orders`, `column orders.note with all that depends on it`. */
export function dropText({ kind, name, cascade }: Dropped): string {
  const what = kind === "rows" ? `rows of ${name}` : `${kind} ${name}`;
  return cascade ? `${what} with all that depends on it` : what;
}
