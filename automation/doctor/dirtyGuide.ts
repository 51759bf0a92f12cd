/** The way out of a dirty version, as far as it can be told without touching the database. Nothing is run. */

import { type LintTarget, targetName } from "../check/lintTarget.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { Failure } from "../contract/resultLine.ts";
import type { HistoryEntry } from "../history/history.ts";
import { type MigrationFile, sha256 } from "../migrations/folder.ts";
import { COMMAND, commandFor } from "../text/commandLine.ts";
import { dirtyMark } from "../verdict/dirtyMark.ts";
import { type GuidedStatement, guidedStatements } from "./guidedStatements.ts";

export interface DirtyGuide {
  /** null: dirty before the first version. */
  readonly version: number | null;
  /** The file that failed; null if it is not known. */
  readonly file: string | null;
  readonly direction: "up" | "down" | null;
  /** True if the history tells which file it was; false if it is inferred from the version alone. */
  readonly sure: boolean;
  /** What golang-migrate said; null if no run of the history did. */
  readonly error: string | null;
  /**
   * `edited`: the checkout's file is not the one that ran, so its statements are not shown. `unparsed`: it is for
   * another database, and nothing is known of its statements and of what they leave.
   */
  readonly checkout: "same" | "edited" | "missing" | "unreadable" | "unparsed";
  /** `Postgres`, `MySQL 8.0`. */
  readonly database: string;
  /** `postgres` or `mysql`; null for another. */
  readonly engine: "postgres" | "mysql" | null;
  readonly statements: readonly GuidedStatement[];
  /** The database took the file whole or not at all; null if the statements are not known. */
  readonly wholeOrNothing: boolean | null;
  readonly choices: readonly { readonly finding: string; readonly command: string | null }[];
}

interface DirtyGuideInput {
  readonly version: number | null;
  /** The newest run of the history that left the database so; undefined if there is none. */
  readonly run: HistoryEntry | undefined;
  readonly outputs: Outputs;
  readonly stack: string;
  /** The checkout's folder. */
  readonly files: readonly MigrationFile[];
  /** Whose SQL the files hold. */
  readonly target: LintTarget;
}

export async function dirtyGuide(input: DirtyGuideInput): Promise<DirtyGuide> {
  const { version, run, outputs, stack, target } = input;
  const mark = markOf(input);
  const { checkout, sql } = sqlOf(input, mark?.file);
  const read =
    sql === undefined ? undefined : await guidedStatements(target, sql, failureOf(run, mark?.file));
  return {
    version,
    file: mark?.file ?? null,
    direction: mark?.direction ?? null,
    sure: run !== undefined,
    error: run?.result.error ?? null,
    checkout: checkoutOf(checkout, target, read !== undefined),
    database: targetName(target),
    engine: target.server ? "mysql" : target.dialect === "postgres" ? "postgres" : null,
    statements: read?.statements ?? [],
    wholeOrNothing: read?.oneTransaction ?? null,
    choices: mark === null ? unknownChoices(stack) : choicesOf(mark, stack, outputs),
  };
}

/** Why the statements are not shown, if they are not. */
function checkoutOf(
  found: "same" | "edited" | "missing",
  { dialect }: LintTarget,
  isRead: boolean,
): DirtyGuide["checkout"] {
  if (found !== "same" || isRead) return found;
  return dialect === "other" ? "unparsed" : "unreadable";
}

/** What the run said of this very file. */
function failureOf(run: HistoryEntry | undefined, file: string | undefined): Failure | null {
  const failure = run?.result.failed ?? null;
  return failure?.file === file ? failure : null;
}

type Mark = NonNullable<ReturnType<typeof dirtyMark>>;

/** Without a run of the history an up file is supposed: a down leaves the mark on the version below its file. */
function markOf({ version, run, outputs }: DirtyGuideInput): Mark | null {
  const from = run?.result.from ?? { version, dirty: true };
  return dirtyMark(
    {
      kind: "dirty",
      version,
      from,
      files: run?.result.files ?? [],
      error: run?.result.error ?? null,
      failure: run?.result.failed ?? null,
    },
    { operation: { name: "status" }, migrations: outputs.migrations },
  );
}

function sqlOf(
  { files, outputs }: DirtyGuideInput,
  file: string | undefined,
): { readonly checkout: "same" | "edited" | "missing"; readonly sql?: string } {
  const found = files.find((candidate) => candidate.file === file);
  if (!found?.parsed) return { checkout: "missing" };
  const { version, direction } = found.parsed;
  const shipped = outputs.migrations.find((migration) => BigInt(migration.version) === version)?.[direction];
  if (shipped !== sha256(found.bytes)) return { checkout: "edited" };
  return { checkout: "same", sql: new TextDecoder().decode(found.bytes) };
}

function choicesOf({ file, before, after, direction }: Mark, stack: string, { migrations }: Outputs) {
  const redo = direction === "up" ? "migrate up" : `migrate goto ${after}`;
  const canRedo = direction === "up" || migrations.some(({ version }) => version === after);
  return [
    { finding: `If none of ${file} took effect:`, command: commandFor(`migrate force ${before}`, stack) },
    ...(direction === "up"
      ? [
          {
            finding: "then, if the file was wrong, with the corrected file:",
            command: commandFor("deploy", stack),
          },
        ]
      : []),
    {
      finding:
        direction === "up"
          ? "or, if the file was right, once the cause is fixed:"
          : "then, once the cause is fixed:",
      command: commandFor(canRedo ? redo : "migrate down 1", stack),
    },
    { finding: `If all of ${file} took effect:`, command: commandFor(`migrate force ${after}`, stack) },
    {
      finding: "If some took effect: undo or finish them by hand, then do as for none or for all.",
      command: null,
    },
  ];
}

function unknownChoices(stack: string) {
  return [
    {
      finding: "The file is not known: read the log of the run that stopped.",
      command: `${COMMAND} history --stack ${stack}`,
    },
  ];
}

/** The newest run that left the database dirty at this version, or undefined if a later one changed it again. */
export function runThatLeft(
  version: number | null,
  history: readonly HistoryEntry[],
): HistoryEntry | undefined {
  const left = history.filter(
    ({ result: { to, from } }) =>
      to?.dirty === true && (to.version ?? -1) === (version ?? -1) && from?.dirty !== true,
  );
  return left.at(-1);
}
