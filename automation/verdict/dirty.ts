/** The verdict `dirty`: a migration stopped half-way, and nothing runs before somebody has recovered the database. */
import { EXIT } from "../contract/errors.ts";
import { isReadOnly } from "../contract/operations.ts";
import type { Failure } from "../contract/resultLine.ts";
import { countText } from "../text/version.ts";
import { blockersText } from "./blockers.ts";
import type { NextStep, VerdictContext } from "./context.ts";
import { type DatabaseError, explainError } from "./databaseError.ts";
import { type DirtyMark, dirtyMark, stillRunning } from "./dirtyMark.ts";
import { wasDirtyBefore } from "./facts.ts";
import type { KindWords, VerdictOf } from "./kind.ts";
import { readTheLog, readVersion, runAgain, runDoctor, step } from "./step.ts";

type Dirty = VerdictOf<"dirty">;

export const dirty: KindWords<"dirty"> = {
  exitCode: () => EXIT.dirty,
  sign: { mark: "✖", emoji: "🚨", tone: "bad" },

  headline(verdict, context) {
    const none = verdict.version === -1 || (verdict.version === null && verdict.from !== null);
    const at = none ? " at no version" : verdict.version === null ? "" : ` at ${verdict.version}`;
    if (wasDirtyBefore(verdict) || isReadOnly(context.operation))
      return `Dirty${at}: a migration stopped half-way before this run, which ran nothing`;
    const count =
      verdict.files.length > 0 ? `${countText(verdict.files.length, "migration")} ran, then ` : "";
    return `Dirty${at}: ${count}${dirtyMark(verdict, context)?.file ?? "a migration"} stopped half-way`;
  },

  why(verdict) {
    const cause = causeText(verdict);
    const parts = [cause, completedText(verdict.failure), blockersText(verdict.failure)];
    return parts.filter((part) => part !== "").join(" ");
  },

  nextSteps(verdict, context) {
    const mark = dirtyMark(verdict, context);
    if (mark === null)
      return [
        ...readTheLog(context),
        readVersion(context),
        runDoctor(
          context,
          "See the statements of the file, each with a query that shows whether it took effect.",
        ),
      ];
    return [...lookSteps(verdict, mark, context), ...forceSteps(verdict, mark, context)];
  },

  databaseChanged(verdict) {
    if (verdict.files.length > 0) return "yes";
    if (wasDirtyBefore(verdict)) return "no";
    return verdict.failure?.tookEffect === "some" ? "yes" : "maybe";
  },
};

function causeText(verdict: Dirty): string {
  if (verdict.error !== null) return explainError(verdict.error, verdict.failure).sentence;
  return wasDirtyBefore(verdict) || verdict.files.length === 0
    ? "A migration stopped half-way and left its mark; nothing is run before the mark is cleared."
    : "A migration stopped half-way, and the log does not say why.";
}

/** `Of this file statements 1 (line 3, CREATE TABLE) and 2 (line 9, INSERT) took effect; 3 of 4 (line 12) failed.` */
function completedText(failure: Failure | null | undefined): string {
  if (!failure?.file || failure.tookEffect === "nothing") return "";
  const stopped =
    failure.statement === null
      ? ""
      : `; statement ${failure.statement.n} of ${failure.statement.of} (line ${failure.statement.line}) did not complete`;
  const { completed, tookEffect } = failure;
  if (completed.length === 0)
    return stopped === "" ? "" : `Which statements of the file took effect is not known${stopped}.`;
  const names = completed.map(({ n, line, kind }) => `${n} (line ${line}, ${kind})`);
  const doubt = tookEffect === "unknown" ? " completed, and whether they stay is not known" : " took effect";
  return `Of ${failure.file} statement${names.length === 1 ? "" : "s"} ${listText(names)}${doubt}${stopped}.`;
}

function listText(names: readonly string[]): string {
  const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  const last = shown.at(-1) ?? "";
  return shown.length === 1 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
}

/** True if it is known that a part of the file took effect, and which. */
function isPartlyDone({ failure }: Dirty): boolean {
  return failure?.tookEffect === "some" && failure.completed.length > 0;
}

/** First how to find out what took effect. */
function lookSteps(verdict: Dirty, { file }: DirtyMark, context: VerdictContext): NextStep[] {
  // Without a result line the container was killed, and a server runs on with what it was sent until it misses the client.
  const running = verdict.from === null ? [step(stillRunning(context.engine), context)] : [];
  const origin = wasDirtyBefore(verdict)
    ? " If a down left the mark, look at the down file of the next higher version."
    : "";
  const look = isPartlyDone(verdict)
    ? `See the statements of ${file}, each with a query that shows whether it took effect.`
    : `Find out which statements of ${file} took effect: the mark does not say. Each is shown with a query for it.${origin}`;
  return [...running, runDoctor(context, look)];
}

/** Then `force`, and what runs the file again: complete in every message. */
function forceSteps(verdict: Dirty, mark: DirtyMark, context: VerdictContext): NextStep[] {
  if (isPartlyDone(verdict))
    return [
      step(
        "Undo by hand what took effect, then set the version before the file.",
        context,
        `force ${mark.before}`,
      ),
      ...redoSteps(verdict, mark, context),
      step(
        "Or finish the file by hand, then set the version that it leads to.",
        context,
        `force ${mark.after}`,
      ),
    ];
  return [
    step("If none took effect: set the version before the file.", context, `force ${mark.before}`),
    ...redoSteps(verdict, mark, context),
    step("If all took effect: set the version that the file leads to.", context, `force ${mark.after}`),
    step("If some took effect: undo or finish them by hand, then do as for none or for all.", context),
  ];
}

/** The task runs the image's files: a file that was corrected in the checkout reaches the database only by a deploy. */
function redoSteps(verdict: Dirty, { direction }: DirtyMark, context: VerdictContext): NextStep[] {
  const explained = verdict.error === null ? null : explainError(verdict.error, verdict.failure);
  const fix = explained?.fix ? ` ${explained.fix}` : "";
  const again = (lead: string) => againStep(`${lead}, run it again.${fix}`, context);
  const deploy = (lead: string, more = "") =>
    step(`${lead} A file that has not completed may be edited.${more}`, context, "deploy");
  if (direction === "down") return [again("Then, when the cause is fixed")];
  const lines: Record<DatabaseError["inFile"], () => NextStep[]> = {
    surely: () => [deploy("Then correct the file and deploy it.", fix)],
    maybe: () => [
      deploy("Then, if the file is wrong, correct it and deploy."),
      again("Or, if the file is right and the cause is fixed"),
    ],
    no: () => [
      again("Then, when the cause is fixed"),
      deploy("Or, if the file is wrong, correct it and deploy instead."),
    ],
  };
  return lines[explained?.inFile ?? "no"]();
}

function againStep(text: string, context: VerdictContext): NextStep {
  return isReadOnly(context.operation) ? step(text, context, "up") : runAgain(context, text);
}
