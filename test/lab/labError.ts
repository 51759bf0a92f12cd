/** A reason the lab cannot start or go on: one sentence that says what is missing and what to install or start. */
export class LabError extends Error {
  override readonly name = "LabError";
}
