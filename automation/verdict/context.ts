/** What the words about a verdict need to know of the run, and the steps that they end with. */
import type { Operation } from "../contract/operations.ts";
import type { ShippedMigration } from "../contract/outputs.ts";

export type DatabaseChanged = "yes" | "no" | "maybe";

/** A step that a person takes; `command` is ready to paste, or null if no command of this program does it. */
export interface NextStep {
  readonly text: string;
  readonly command: string | null;
}

export interface VerdictContext {
  readonly stack: string;
  readonly operation: Operation;
  /** The options that the same operation needs once more, such as `--revision 41`. */
  readonly flags?: string;
  readonly application: string;
  /** ARN with its revision; null if there was no run. */
  readonly taskDefinition: string | null;
  readonly image: string | null;
  readonly logStream: string | null;
  readonly taskArn: string | null;
  /** In ascending order of version, as the stack's outputs give them: they turn a version into a file's name. */
  readonly migrations: readonly ShippedMigration[];
  /** `postgres`, `mysql` or another driver's scheme, as the result line reports it; null if it is not known. */
  readonly engine?: string | null;
  /** The revision of the task definition whose image has the version that this one lacks, if it was looked for. */
  readonly revisionWithVersion?: number | null;
}
