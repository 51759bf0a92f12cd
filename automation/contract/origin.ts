/** Who and what asked for the run. Every field is null if it is not known. */

export interface Origin {
  /** A person or role, as CI or the shell names it. */
  readonly by: string | null;
  readonly commit: string | null;
  readonly branch: string | null;
  /** CodeBuild's build id, or another CI's. */
  readonly build: string | null;
  readonly buildUrl: string | null;
}
