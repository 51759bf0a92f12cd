/** What became of a run: the kinds and what each carries. Only types; judge.ts decides, describe.ts has the words. */
import type { DatabaseVersion, Failure, RanFile } from "../contract/resultLine.ts";
import type { DatabaseChanged } from "./context.ts";
import type { InterruptCause } from "./interruptCauses.ts";
import type { NotStartedReason } from "./notStartedReasons.ts";
import type { UnknownCause } from "./unknownCauses.ts";

export type Verdict =
  | {
      readonly kind: "applied";
      /** null if the log could not be read: the exit code said success, nothing said what ran. */
      readonly from: DatabaseVersion | null;
      readonly to: DatabaseVersion | null;
      readonly files: readonly RanFile[];
      /** How often a file was run again because of a lock or a deadlock, and the milliseconds spent waiting. */
      readonly retries?: number;
      readonly waitedMs?: number;
    }
  | {
      readonly kind: "unchanged";
      readonly version: DatabaseVersion | null;
      /** `status` only. */
      readonly pending?: readonly { readonly version: number; readonly name: string }[];
      /** Set if no task was run: the last run applied this set of migrations, somebody asked for none, or a newer commit is deployed. */
      readonly skipped?: "applied" | "asked" | "overtaken";
    }
  | {
      readonly kind: "notStarted";
      readonly reason: NotStartedReason;
      readonly detail: string;
      /** `busy`: the task that is running instead. `changedSince`: the one that an earlier process of this run had. */
      readonly taskArn?: string;
      /** Whether the task that an earlier process of this run had changed the database. */
      readonly changedBefore?: DatabaseChanged;
    }
  | {
      readonly kind: "failed";
      readonly from: DatabaseVersion | null;
      readonly to: DatabaseVersion | null;
      readonly files: readonly RanFile[];
      /** The container's own words, masked, or what the exit code says. */
      readonly error: string;
      /** Schema 2 of the result line: what failed, as typed values. */
      readonly failure?: Failure | null;
      /** The container reported success, and what it reported contradicts what is known. */
      readonly contradicts?: Contradiction;
    }
  | {
      readonly kind: "dirty";
      /** The version at which the database is dirty; null if only the exit code says so. */
      readonly version: number | null;
      readonly from: DatabaseVersion | null;
      readonly files: readonly RanFile[];
      /** null: the operation only asked. */
      readonly error: string | null;
      readonly failure?: Failure | null;
    }
  | {
      readonly kind: "interrupted";
      readonly cause: InterruptCause;
      readonly from: DatabaseVersion | null;
      readonly to: DatabaseVersion | null;
      readonly files: readonly RanFile[];
      readonly detail: string;
    }
  | { readonly kind: "unknown"; readonly cause: UnknownCause; readonly detail: string };

export type VerdictKind = Verdict["kind"];

/** Why a success that the container reported is none. */
export type Contradiction =
  | {
      /** The database ended below the highest migration of the stack: the image does not have it. */
      readonly what: "imageLacksFiles";
      readonly shipped: number;
      /** The highest version in the image, as the container reports it; null if it does not. */
      readonly held: number | null;
    }
  | {
      /** The database is below the version at which its last known run left it. */
      readonly what: "belowLastRun";
      readonly lastVersion: number;
      /** When that run ended, as the history has it. */
      readonly lastAt: string;
    };
