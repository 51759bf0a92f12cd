/** The verdict `notStarted`: no SQL can have run by this command. The reasons are rows of notStartedReasons.ts. */
import { EXIT } from "../contract/errors.ts";
import type { DatabaseChanged, NextStep, VerdictContext } from "./context.ts";
import { withDetail } from "./facts.ts";
import type { KindWords } from "./kind.ts";
import { NOT_STARTED_REASONS } from "./notStartedReasons.ts";
import type { Reason } from "./reason.ts";
import { attach, runAgain, runDoctor, step } from "./step.ts";

/** The report is of the run, and an earlier process of it may have had a task. */
const DATABASE: Readonly<Record<DatabaseChanged, string>> = {
  no: "the database is untouched",
  yes: "an earlier process of this run changed the database",
  maybe: "an earlier process of this run may have changed the database",
};

export const notStarted: KindWords<"notStarted"> = {
  exitCode: ({ reason }) => NOT_STARTED_REASONS[reason].exitCode ?? EXIT.notStarted,
  sign: { mark: "✖", emoji: "🚫", tone: "bad" },

  headline: ({ reason, changedBefore = "no" }) =>
    `Not started (${NOT_STARTED_REASONS[reason].short}): ${DATABASE[changedBefore]}`,

  why({ reason, detail }) {
    const { sentence } = NOT_STARTED_REASONS[reason];
    return withDetail(typeof sentence === "string" ? sentence : sentence(detail), detail);
  },

  nextSteps({ reason, detail }, context) {
    const { fix, next } = NOT_STARTED_REASONS[reason];
    const text = typeof fix === "function" ? fix(context, detail) : fix;
    return [...(text === null ? [] : [step(text, context)]), ...commandsOf(next, context)];
  },

  databaseChanged: ({ changedBefore = "no" }) => changedBefore,
};

function commandsOf(next: Reason["next"], context: VerdictContext): NextStep[] {
  switch (next) {
    case "again":
      return [runAgain(context)];
    case "doctorAgain":
      return [runDoctor(context), runAgain(context)];
    case "deployAgain":
      return [step("Deploy, so that the stack is complete again.", context, "deploy"), runAgain(context)];
    case "deploy":
      return [step("Then deploy again.", context, "deploy")];
    case "followAgain":
      return [
        ...attach(context, "Follow the run that is in progress."),
        runAgain(context, "Then run the same again."),
      ];
  }
  return next satisfies never;
}
