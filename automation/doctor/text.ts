/** What `doctor` found, as lines for a terminal. Pure. */
import { styleText } from "node:util";
import { safeLine, safeText } from "../text/plainText.ts";
import { countText } from "../text/version.ts";
import { STILL_RUNNING } from "../verdict/dirty.ts";
import type { CheckState, Diagnosis } from "./diagnosis.ts";
import type { DirtyGuide, GuidedStatement } from "./dirtyGuide.ts";

const SIGNS: Readonly<Record<CheckState, string>> = { ok: "✔", warning: "!", problem: "✖" };
const COLOURS = { ok: "green", warning: "yellow", problem: "red" } as const;

/** Lines shown of one statement. */
const STATEMENT_LINES = 6;

export interface DoctorReport {
  readonly schema: 1;
  readonly stack: string;
  readonly exitCode: number;
  readonly checks: readonly Diagnosis[];
  /** null where the database is not known to be dirty. */
  readonly dirty: DirtyGuide | null;
}

export function doctorLines({ stack, checks, dirty }: DoctorReport, color: boolean): string[] {
  return [
    ...checks.flatMap((check) => checkLines(check, color)),
    `${stack}: ${summary(checks)}`,
    ...(dirty === null ? [] : ["", ...guideLines(dirty)]),
  ];
}

function checkLines({ part, state, text, mend }: Diagnosis, color: boolean): string[] {
  const sign = color ? styleText(COLOURS[state], SIGNS[state], { validateStream: false }) : SIGNS[state];
  return [`${sign} ${part}: ${safeLine(text)}`, ...(mend === null ? [] : [`    → ${safeLine(mend)}`])];
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
    "What you find says what to do; nothing is run from here:",
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
}: DirtyGuide): string[] {
  const at = version === null || version === -1 ? "before the first version" : `at ${version}`;
  if (file === null) return [`The database is dirty ${at}; which file stopped half-way cannot be told.`];
  const supposed = sure
    ? ""
    : " (supposed: the history has no run that says so; a down would have left the mark for the file of the next higher version)";
  return [
    `The database is dirty ${at}: ${safeLine(file)}, on the way ${direction}, did not come to its end${supposed}.`,
    ...(error === null ? [] : [`golang-migrate said: ${safeLine(error)}`]),
    // No result line: nobody saw the end of the container.
    ...(sure ? [] : [STILL_RUNNING]),
    checkoutText(checkout),
    ...(wholeOrNothing === null ? [] : [transactionText(wholeOrNothing)]),
  ];
}

function checkoutText(checkout: DirtyGuide["checkout"]): string {
  switch (checkout) {
    case "same":
      return "Its statements, as this checkout and the image have them:";
    case "edited":
      return "This checkout's file differs from the one that ran: check out the commit that was deployed to see its statements.";
    case "missing":
      return "This checkout lacks the file: check out the commit that was deployed to see its statements.";
    case "unparsed":
      return "It is not for Postgres, so its statements are not taken apart here; one that fails may leave those before it in effect: read the file, and look at each.";
    case "unreadable":
      return "Postgres's parser cannot read the file, so it never took effect as a whole; read it by hand.";
  }
}

function transactionText(wholeOrNothing: boolean): string {
  return wholeOrNothing
    ? "Postgres took them as one transaction, whole or not at all: one look tells, unless the URL has x-multi-statement."
    : "They are not one transaction: look at each by itself.";
}

function statementLines({ number, line, text, looks }: GuidedStatement): string[] {
  const all = safeText(text).split("\n");
  const shown = all.slice(0, STATEMENT_LINES);
  const rest = all.length - shown.length;
  return [
    `  ${number}. (line ${line}) ${shown[0] ?? ""}`,
    ...shown.slice(1).map((part) => `     ${part}`),
    ...(rest > 0 ? [`     … and ${countText(rest, "line")} more`] : []),
    ...looks.map(
      ({ query, tells }) => `       look: ${query === null ? tells : `${safeLine(query)}  (${tells})`}`,
    ),
  ];
}
