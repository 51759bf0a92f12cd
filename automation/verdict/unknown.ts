/** The verdict `unknown`: nobody can say what became of the run. The causes are rows of unknownCauses.ts. */
import { EXIT } from "../contract/errors.ts";
import { isReadOnly } from "../contract/operations.ts";
import { CHANGED, withDetail } from "./facts.ts";
import type { KindWords } from "./kind.ts";
import { UNKNOWN_CAUSES } from "./unknownCauses.ts";

export const unknown: KindWords<"unknown"> = {
  exitCode: () => EXIT.unknown,
  sign: { mark: "?", emoji: "❓", tone: "warning" },
  headline: ({ cause }, { operation }) =>
    `Unknown (${UNKNOWN_CAUSES[cause].short}): ${CHANGED[isReadOnly(operation) ? "no" : "maybe"]}`,
  why: ({ cause, detail }) => withDetail(UNKNOWN_CAUSES[cause].sentence, detail),
  nextSteps: ({ cause }, context) => UNKNOWN_CAUSES[cause].next(context),
  databaseChanged: () => "maybe",
};
