/** What may happen to a stack while a sequence is played, and who does it. */
import type { Operation } from "../../../../automation/contract/operations.ts";
import type { FaultName } from "../../../support/fakeFaults.ts";
import type { FakeTask, TaskScript } from "../../../support/fakeTask.ts";

/** The real SDK clients at the socket, or the same model called directly, which is some twenty times faster. */
export type Transport = "socket" | "memory";

/** Who gives a command: two people on their machines, and a job whose runner may be rebuilt. */
export type Who = "alice" | "bob" | "job";

export type Event =
  | {
      readonly kind: "command";
      readonly who: Who;
      readonly command: "deploy" | "attach" | Operation;
      /** How its tasks go. */
      readonly tasks: readonly TaskScript[];
      readonly faults: readonly (readonly [string, readonly (FaultName | null)[]])[];
      /** The process ends at its n-th call: killed, or stopped by a signal. */
      readonly ends: { readonly atCall: number; readonly by: "kill" | "signal" } | null;
    }
  | { readonly kind: "newRevision" | "otherDatabase" | "restore" | "rebuiltRunner" | "nextJob" }
  | { readonly kind: "pause"; readonly ms: number };

export function startedBy({ input }: FakeTask, who: Who): boolean {
  const by = input.overrides?.containerOverrides?.[0]?.environment?.find(({ name }) => name === "RUN_BY");
  return by?.value === who;
}
