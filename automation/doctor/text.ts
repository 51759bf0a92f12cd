/** What `doctor` found, as lines for a terminal. Pure. */
import { styleText } from "node:util";
import { safeLine, safeText } from "../text/plainText.ts";
import { countText } from "../text/version.ts";
import { stillRunning } from "../verdict/dirtyMark.ts";
import type { CheckState, Diagnosis } from "./diagnosis.ts";
import type { DirtyGuide } from "./dirtyGuide.ts";
import type { GuidedStatement } from "./guidedStatements.ts";

const SIGNS: Readonly<Record<CheckState, string>> = { ok: "✔", warning: "!", problem: "✖" };
const COLOURS = { ok: "green", warning: "yellow", problem: "red" } as const;

/** Lines shown of one statement. */
const STATEMENT_LINES = 6;

export interface DoctorReport {
  readonly schema: 1;
  readonly stack: string;
  readonly exitCode: number;
  readonly checks: readonly Diagnosis[];
  /** null if the database is not known to be dirty. */
  readonly dirty: DirtyGuide | null;
}

export function doctorLines({ stack, checks, dirty }: DoctorReport, color: boolean): string[] {
  return [
    ...checks.flatMap((check) => checkLines(check, color)),
    `${stack}: ${summary(checks)}`,
    ...(dirty === null ? [] : ["", ...guideLines(dirty)]),
  ];
}

function checkLines({ part, state, text, fix }: Diagnosis, color: boolean): string[] {
  const sign = color ? styleText(COLOURS[state], SIGNS[state], { validateStream: false }) : SIGNS[state];
  return [`${sign} ${part}: ${safeLine(text)}`, ...(fix === null ? [] : [`    → ${safeLine(fix)}`])];
}

function summary(checks: readonly Diagnosis[]): string {
  const count = (state: CheckState) => checks.filter((check) => check.state === state).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  if (problems + warnings === 0) return "all well";
  return `${countText(problems, "problem")}, ${countText(warnings, "warning")}`;
}

function guideLines(guide: DirtyGuide): string[] {
  return [
    ...introLines(guide),
    ...guide.statements.flatMap(statementLines),
    "What to do next depends on what you find. doctor runs none of these:",
    ...guide.choices.flatMap(({ finding, command }) => [
      `  - ${safeLine(finding)}`,
      ...(command === null ? [] : [`      ${safeLine(command)}`]),
    ]),
  ];
}

function introLines({
  version,
  file,
  direction,
  sure,
  error,
  checkout,
  wholeOrNothing,
  database,
  engine,
}: DirtyGuide): string[] {
  const at = version === null || version === -1 ? "before the first version" : `at ${version}`;
  if (file === null) return [`The database is dirty ${at}; which file failed is not known.`];
  const inferred = sure
    ? ""
    : " (inferred from the version, because the history has no result of that run; after a down it would be the file of the next higher version)";
  return [
    `The database is dirty ${at}: ${safeLine(file)} (${direction}) did not complete${inferred}.`,
    ...(error === null ? [] : [`Its error: ${safeLine(error)}`]),
    // There is no result line, so the container's end is not known.
    ...(sure ? [] : [stillRunning(engine)]),
    checkoutText(checkout, database),
    ...(wholeOrNothing === null ? [] : [transactionText(wholeOrNothing, database)]),
  ];
}

function checkoutText(checkout: DirtyGuide["checkout"], database: string): string {
  switch (checkout) {
    case "same":
      return "Its statements, the same in this checkout and in the image:";
    case "edited":
      return "This checkout's file differs from the one that ran: check out the commit that was deployed to see its statements.";
    case "missing":
      return "This checkout lacks the file: check out the commit that was deployed to see its statements.";
    case "unparsed":
      return "This file is for a database whose SQL is not read here, so its statements are not listed. A statement that fails may leave those before it in effect: read the file and check each.";
    case "unreadable":
      return `The file cannot be read as SQL of ${database}, so it never took effect as a whole: read it by hand.`;
  }
}

function transactionText(wholeOrNothing: boolean, database: string): string {
  if (database !== "Postgres") {
    const how = wholeOrNothing
      ? "It is one statement, which took effect as a whole or not at all: one query is enough."
      : `${database} commits each of them by itself: check each, in this order.`;
    return `${how} Ask in the database of the URL (mysql --database): without one, each count is 0.`;
  }
  return wholeOrNothing
    ? "Postgres ran them as one transaction, so all or none took effect: one query is enough, unless the URL has x-multi-statement."
    : "They are not one transaction: check each of them.";
}

/** What the migrator reported of it; nothing without a report. */
const OUTCOMES: Readonly<Record<GuidedStatement["outcome"], string>> = {
  completed: ": took effect",
  failed: ": failed",
  notStarted: ": did not start",
  unknown: "",
};

function statementLines({ number, line, text, outcome, looks }: GuidedStatement): string[] {
  const all = safeText(text).split("\n");
  const shown = all.slice(0, STATEMENT_LINES);
  const rest = all.length - shown.length;
  return [
    `  ${number}. (line ${line}${OUTCOMES[outcome]}) ${shown[0] ?? ""}`,
    ...shown.slice(1).map((part) => `     ${part}`),
    ...(rest > 0 ? [`     … and ${countText(rest, "line")} more`] : []),
    ...looks.map(
      ({ query, tells }) => `       check: ${query === null ? tells : `${safeLine(query)}  (${tells})`}`,
    ),
  ];
}
