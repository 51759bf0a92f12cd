/** The verdict `notStarted`: no SQL can have run. The reasons are rows of notStartedReasons.ts. */
import { EXIT } from "../contract/errors.ts";
import type { NextStep, VerdictContext } from "./context.ts";
import { withDetail } from "./facts.ts";
import type { KindWords } from "./kind.ts";
import { NOT_STARTED_REASONS } from "./notStartedReasons.ts";
import type { Reason } from "./reason.ts";
import { attach, runAgain, runDoctor, step } from "./step.ts";

export const notStarted: KindWords<"notStarted"> = {
  exitCode: ({ reason }) => NOT_STARTED_REASONS[reason].exitCode ?? EXIT.notStarted,
  sign: { mark: "✖", emoji: "🚫", tone: "bad" },

  headline: ({ reason }) => `Not started (${NOT_STARTED_REASONS[reason].short}): the database is untouched`,

  why({ reason, detail }) {
    const { sentence } = NOT_STARTED_REASONS[reason];
    return withDetail(typeof sentence === "string" ? sentence : sentence(detail), detail);
  },

  nextSteps({ reason, detail }, context) {
    const { fix, next } = NOT_STARTED_REASONS[reason];
    const text = typeof fix === "function" ? fix(context, detail) : fix;
    return [...(text === null ? [] : [step(text, context)]), ...commandsOf(next, context)];
  },

  databaseChanged: () => "no",
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
