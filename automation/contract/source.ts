/** Which commit a stack's outputs come from, and what the CLI and the stack program tell each other about it. */
import * as v from "valibot";

export const sourceSchema = v.object({
  commit: v.pipe(v.string(), v.minLength(1)),
  branch: v.nullable(v.string()),
  /** The commit's own time (git's committer date, ISO 8601); null without a git checkout. */
  time: v.nullable(v.string()),
});

export type Source = v.InferOutput<typeof sourceSchema>;

/** From the CLI to the stack program: the commit that is deployed, as JSON. Not set if the commit is not known. */
export const SOURCE_VARIABLE = "ECS_MIGRATE_SOURCE";

/** From the CLI to the stack program: what {@link stateOf} said of the outputs that the CLI decided by. */
export const AFTER_VARIABLE = "ECS_MIGRATE_AFTER";

/** By these words the CLI recognizes the program's refusal. */
export const CHANGED_SINCE_MARK = "The stack was deployed by another process since this deploy looked at it";

/** The part of the outputs that every deploy with a change gives another value. */
interface State {
  readonly taskDefinitionArn?: unknown;
  readonly source?: { readonly commit?: unknown } | null;
}

/** One text that differs if another deploy came in between. */
export function stateOf(outputs: State | undefined): string {
  if (outputs === undefined) return "none";
  return `${String(outputs.taskDefinitionArn ?? "none")} ${String(outputs.source?.commit ?? "none")}`;
}

/** @returns null if the variable is not set or not of this form */
export function parseSource(text: string | undefined): Source | null {
  if (text === undefined) return null;
  try {
    return v.parse(sourceSchema, JSON.parse(text));
  } catch {
    return null;
  }
}
