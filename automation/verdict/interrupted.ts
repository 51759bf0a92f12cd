/** The verdict `interrupted`: something ended the run that should have gone on. The causes are rows of interruptCauses.ts. */
import { EXIT } from "../contract/errors.ts";
import { isReadOnly } from "../contract/operations.ts";
import { shellWord } from "../text/commandLine.ts";
import { versionSpan, versionText } from "../text/version.ts";
import type { NextStep, VerdictContext } from "./context.ts";
import { CHANGED, changedByVersions, withDetail } from "./facts.ts";
import { INTERRUPT_CAUSES, type InterruptCause } from "./interruptCauses.ts";
import type { KindWords } from "./kind.ts";
import { attach, readVersion, runAgain, step } from "./step.ts";

/** Causes that ended the command before there was a task. */
const UNTOUCHED: ReadonlySet<InterruptCause> = new Set(["deployStopped", "stoppedBeforeStart"]);

export const interrupted: KindWords<"interrupted"> = {
  exitCode: () => EXIT.interrupted,
  sign: { mark: "!", emoji: "⚠️", tone: "warning" },

  headline(verdict, context) {
    const { short } = INTERRUPT_CAUSES[verdict.cause];
    if (verdict.cause === "cancelled") {
      const what = isReadOnly(context.operation) ? "the task that asks runs on" : "the migration runs on";
      return `Not waited for (${short}): ${what}`;
    }
    const changed = isReadOnly(context.operation) ? "no" : interrupted.databaseChanged(verdict, context);
    const known = verdict.from !== null && verdict.to !== null;
    return `Interrupted (${short}): ${CHANGED[changed]}${known ? `, ${versionSpan(verdict.from, verdict.to)}` : ""}`;
  },

  why: ({ cause, detail }) => withDetail(INTERRUPT_CAUSES[cause].sentence, detail),

  nextSteps({ cause, to }, context) {
    if (cause === "cancelled")
      return [
        ...attach(context, "Wait for the task and read its result."),
        step("Or, when it has ended, read the database's version.", context, "version"),
      ];
    if (cause === "deployStopped") return deployStoppedSteps(context);
    if (cause === "stoppedBeforeStart" || cause === "unconfirmed") return [runAgain(context)];
    const { fix } = INTERRUPT_CAUSES[cause];
    const first = fix === null ? [] : [step(fix, context)];
    if (isReadOnly(context.operation)) return [...first, runAgain(context)];
    if (to !== null && !to.dirty)
      return [
        ...first,
        runAgain(context, `The database is at ${versionText(to)} and not dirty: run the same again.`),
      ];
    return [readVersion(context), ...first, runAgain(context, "If it is not dirty, run the same again.")];
  },

  databaseChanged: (verdict) => (UNTOUCHED.has(verdict.cause) ? "no" : changedByVersions(verdict)),
};

function deployStoppedSteps(context: VerdictContext): NextStep[] {
  return [
    step("Deploy again.", context, "deploy"),
    {
      text: "If it finds the stack locked, and nothing is running that holds the lock, remove the lock.",
      command: `pulumi cancel -s ${shellWord(context.stack)}`,
    },
  ];
}
