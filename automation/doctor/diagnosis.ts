/** What `doctor` found of one part. */
export type CheckState = "ok" | "warning" | "problem";

export interface Diagnosis {
  /** The part: `image`, `cluster`, `database secret`. */
  readonly part: string;
  readonly state: CheckState;
  /** One clause without a full stop. */
  readonly text: string;
  /** What to do about it; null if all is well. */
  readonly fix: string | null;
}

export function ok(part: string, text: string): Diagnosis {
  return { part, state: "ok", text, fix: null };
}

export function warning(part: string, text: string, fix: string): Diagnosis {
  return { part, state: "warning", text, fix };
}

export function problem(part: string, text: string, fix: string): Diagnosis {
  return { part, state: "problem", text, fix };
}
