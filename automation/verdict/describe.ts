/**
 * A verdict in words: what happened, did the database change, why, and what now. Pure; the terminal, Slack and the reports
 * have their words from here and from nowhere else. The words of a kind are in the file of its name.
 */
import type { ExitCode } from "../contract/errors.ts";
import { isReadOnly } from "../contract/operations.ts";
import { redact } from "../text/redact.ts";
import { applied } from "./applied.ts";
import type { DatabaseChanged, NextStep, VerdictContext } from "./context.ts";
import { dirty } from "./dirty.ts";
import { failed } from "./failed.ts";
import { interrupted } from "./interrupted.ts";
import type { KindWords, Sign, VerdictOf } from "./kind.ts";
import { notStarted } from "./notStarted.ts";
import { unchanged } from "./unchanged.ts";
import { unknown } from "./unknown.ts";
import type { Verdict, VerdictKind } from "./verdict.ts";

const KINDS: { readonly [K in VerdictKind]: KindWords<K> } = {
  applied,
  unchanged,
  notStarted,
  failed,
  dirty,
  interrupted,
  unknown,
};

function wordsOf<K extends VerdictKind>(verdict: VerdictOf<K> & { readonly kind: K }): KindWords<K> {
  return KINDS[verdict.kind];
}

interface VerdictText {
  /** One line, without the stack: `Applied 3 migrations: 20261120 → 20261124`. */
  readonly headline: string;
  readonly databaseChanged: DatabaseChanged;
  /** The cause; null if all went well. */
  readonly why: string | null;
  /** In the order in which a person takes them; empty if nothing is to be done. */
  readonly next: readonly NextStep[];
}

/** Says what a verdict means. Secrets of a known shape are masked; nothing else is taken out. */
export function describeVerdict(verdict: Verdict, context: VerdictContext): VerdictText {
  const words: KindWords<VerdictKind> = wordsOf(verdict);
  const why = words.why(verdict, context);
  return {
    headline: redact(words.headline(verdict, context)),
    // What only reads never changes the database, whatever became of the task.
    databaseChanged: isReadOnly(context.operation) ? "no" : words.databaseChanged(verdict, context),
    why: why === null ? null : redact(why),
    next: words.nextSteps(verdict, context).map(({ text, command }) => ({ text: redact(text), command })),
  };
}

/** The command's exit code for a verdict. */
export function exitCodeOf(verdict: Verdict): ExitCode {
  const words: KindWords<VerdictKind> = wordsOf(verdict);
  return words.exitCode(verdict);
}

export function signOf(kind: VerdictKind): Sign {
  return KINDS[kind].sign;
}
