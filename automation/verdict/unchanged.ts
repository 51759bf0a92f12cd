/** The verdict `unchanged`: nothing was to be done, or the operation only asked. */
import { EXIT } from "../contract/errors.ts";
import { countText, versionText } from "../text/version.ts";
import type { KindWords } from "./kind.ts";
import { step } from "./step.ts";

export const unchanged: KindWords<"unchanged"> = {
  exitCode: () => EXIT.ok,
  sign: { mark: "✔", emoji: "⚪", tone: "plain" },

  headline({ version, skipped, pending }, { operation }) {
    const at = version === null ? "" : ` at ${versionText(version)}`;
    if (skipped === "asked") return `Skipped as requested${at && `: the database is${at}`}`;
    if (skipped === "overtaken") return "Skipped: a newer commit is deployed";
    if (skipped)
      return `Skipped: this very set of migrations was applied before${at && `, the database is${at}`}`;
    if (pending) {
      const count = pending.length;
      return `The database is${at || " readable"}, ${count === 0 ? "nothing pending" : `${countText(count, "migration")} pending`}`;
    }
    if (operation.name === "version")
      return at === "" ? "The version could not be read from the log" : `The database is${at}`;
    return at === "" ? "Nothing to do" : `Nothing to do: the database is${at}`;
  },

  why: () => null,

  nextSteps: ({ pending = [] }, context) =>
    pending.length > 0 ? [step("Apply what is pending.", context, "up")] : [],

  databaseChanged: () => "no",
};
