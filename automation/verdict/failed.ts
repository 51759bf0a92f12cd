/** The verdict `failed`: the operation did not do what was asked, and the database is not dirty. */
import { EXIT } from "../contract/errors.ts";
import { operationText } from "../contract/operations.ts";
import type { Failure } from "../contract/resultLine.ts";
import { countText, versionSpan, versionText } from "../text/version.ts";
import { blockersText } from "./blockers.ts";
import type { NextStep, VerdictContext } from "./context.ts";
import { explainError } from "./databaseError.ts";
import { changedByVersions } from "./facts.ts";
import type { KindWords, VerdictOf } from "./kind.ts";
import { readTheLog, readVersion, runAgain, runDoctor, step } from "./step.ts";
import type { Contradiction } from "./verdict.ts";

export const failed: KindWords<"failed"> = {
  exitCode: () => EXIT.failed,
  sign: { mark: "✖", emoji: "❌", tone: "bad" },

  headline(verdict, context) {
    const at = verdict.to ?? verdict.from;
    if (verdict.contradicts?.what === "imageLacksFiles")
      return `Failed: the image lacks migrations of the stack, the database is at ${versionText(at)}`;
    if (verdict.contradicts?.what === "belowLastRun")
      return `Failed: the database is at ${versionText(at)}, below ${verdict.contradicts.lastVersion} where its last run left it`;
    const changed = failed.databaseChanged(verdict, context);
    if (changed === "maybe") return "Failed: nothing says whether the database changed";
    if (changed === "no")
      return `Failed: the database did not change${at === null ? "" : `, it is at ${versionText(at)}`}`;
    const span = versionSpan(verdict.from, verdict.to);
    const count = verdict.files.length > 0 ? ` after ${countText(verdict.files.length, "migration")}` : "";
    return `Failed${count}: the database changed and is not dirty${span && `, ${span}`}`;
  },

  why(verdict) {
    if (verdict.contradicts) return contradictionText(verdict.contradicts, verdict);
    const { sentence } = explainError(verdict.error, verdict.failure);
    const parts = [
      sentence,
      placeText(verdict.failure),
      effectText(verdict.failure),
      blockersText(verdict.failure),
    ];
    return parts.filter((part) => part !== "").join(" ");
  },

  nextSteps(verdict, context) {
    if (verdict.contradicts) return contradictionSteps(verdict.contradicts, context);
    const { kind, fix, inFile } = explainError(verdict.error, verdict.failure);
    if (kind === "olderImage") return olderImageSteps(context);
    if (kind === "shortLimit") return [];
    if (kind === "source" && fix !== null) return [step(fix, context, "deploy")];
    const blocked = (verdict.failure?.blockers.length ?? 0) > 0;
    const end = blocked
      ? [step("Wait until the session that holds the lock has ended, or end it.", context)]
      : [];
    // A statement that failed once fails again: only its file, or what it works on, can be changed.
    if (inFile === "surely" || (inFile === "maybe" && fix === null && verdict.failure?.statement))
      return [step(`Correct the file and deploy it.${fix === null ? "" : ` ${fix}`}`, context, "deploy")];
    if (fix !== null) return [...end, step(fix, context), runAgain(context)];
    return [...readTheLog(context), readVersion(context), runAgain(context)];
  },

  databaseChanged(verdict) {
    const { files, failure, error } = verdict;
    if (files.length === 0 && neverBegan(error, failure ?? null)) return "no";
    return changedByVersions(verdict);
  },
};

/** True if nothing of any file can have taken effect: no file had begun, or what it did was rolled back. */
function neverBegan(error: string, failure: Failure | null): boolean {
  if (failure) return failure.file === null || failure.tookEffect === "nothing";
  return explainError(error).beforeAnyFile;
}

/** `In 20261124_index_email.up.sql, statement 2 of 3, line 7.` */
function placeText(failure: Failure | null | undefined): string {
  if (!failure?.file) return "";
  const { statement } = failure;
  return `It happened in ${failure.file}${statement === null ? "" : `, statement ${statement.n} of ${statement.of}, line ${statement.line}`}.`;
}

function effectText(failure: Failure | null | undefined): string {
  return failure?.file && failure.tookEffect === "nothing"
    ? "Nothing of this file took effect: it was rolled back."
    : "";
}

function contradictionText(contradiction: Contradiction, { to, from }: VerdictOf<"failed">): string {
  const at = versionText(to ?? from);
  switch (contradiction.what) {
    case "imageLacksFiles": {
      const { held, shipped } = contradiction;
      const holds = held === null ? "" : ` The highest version in the image is ${held}.`;
      return `The container reported success, but the database is at ${at} and the stack shipped ${shipped}: the image does not hold the files of this checkout.${holds}`;
    }
    case "belowLastRun":
      return `The run of ${contradiction.lastAt} left this database at ${contradiction.lastVersion}, and now it is at ${at}: it is another database, it was restored, or x-migrations-table names another table.`;
  }
  return contradiction satisfies never;
}

function contradictionSteps(contradiction: Contradiction, context: VerdictContext): NextStep[] {
  switch (contradiction.what) {
    case "imageLacksFiles":
      return [
        step(
          "Compare the folder that the Dockerfile copies with ecs-migrate:migrationsPath, and check .dockerignore.",
          context,
        ),
        step("Then deploy again.", context, "deploy"),
      ];
    case "belowLastRun":
      return [
        step("Check the database URL: its host, its database's name and x-migrations-table.", context),
        runDoctor(context),
        step(
          `If the database was restored on purpose: apply what it lacks now, after \`${operationText({ name: "status" })}\`.`,
          context,
          "status",
        ),
      ];
  }
  return contradiction satisfies never;
}

/** An old image has no files of newer versions, so `down` and `goto` must run on the image that has them. */
function olderImageSteps(context: VerdictContext): NextStep[] {
  const { taskDefinition, revisionWithVersion } = context;
  const words = operationText(context.operation);
  if (revisionWithVersion !== null && revisionWithVersion !== undefined) {
    const text = `Run it on the newer task definition, whose image has the file: revision ${revisionWithVersion}.`;
    return [step(text, context, `${words} --revision ${revisionWithVersion}`)];
  }
  const than =
    taskDefinition === null ? "" : ` than ${taskDefinition.slice(taskDefinition.lastIndexOf("/") + 1)}`;
  return [
    step(
      `Run the same with --revision N. N is a newer revision of the task definition${than}, whose image has the file.`,
      context,
    ),
    step("Or deploy the newer image again.", context, "deploy"),
  ];
}
