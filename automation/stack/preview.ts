/** What `pulumi up` would do, as the engine reports it. */

/** A resource's inputs and outputs on one side of a step; the engine writes `[secret]` for a secret. */
interface StepState {
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** The part of the engine's StepEventMetadata that is read here. */
export interface StepEvent {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly diffs?: readonly string[];
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
  /** False for the half steps of a replacement, which the engine's summary does not count. */
  readonly logical?: boolean;
  readonly old?: StepState | null;
  readonly new?: StepState | null;
}

/** The stack's outputs before and after. */
export interface OutputsChange {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

export interface Preview {
  readonly steps: readonly StepEvent[];
  /** undefined if the engine never reported them. */
  readonly outputs: OutputsChange | undefined;
  /** Number of steps by operation, from the engine's closing summary; undefined if it never came. */
  readonly summary: Readonly<Record<string, number>> | undefined;
}

/**
 * What a value has in a preview that only `pulumi up` will know.
 * Source: pulumi sdk/go/common/resource/plugin, UnknownStringValue and its siblings for other types.
 */
const UNKNOWN = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** True if only `pulumi up` will know the value. */
export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && UNKNOWN.has(value);
}
