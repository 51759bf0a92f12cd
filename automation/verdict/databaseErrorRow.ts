/** One kind of failure of a database, its driver or the migrator, as a row of `databaseErrors.ts`. */

type Groups = Readonly<Record<string, string | undefined>>;

export interface DatabaseErrorRow {
  readonly pattern: RegExp | null;
  readonly codes?: readonly string[];
  /** `failed.kind` of the result line, schema 2. */
  readonly failures?: readonly string[];
  /** One sentence with its full stop. */
  readonly sentence: (brief: string, groups: Groups) => string;
  /** What to do about the cause, in one sentence; null if the sentence says it all or nobody can know. */
  readonly fix: string | null;
  /** True if no file had begun when it happened: the database cannot have changed. */
  readonly beforeAnyFile?: true;
  /** Whether the file itself is wrong. */
  readonly inFile?: "surely" | "maybe";
  /** A whole text as it is printed. */
  readonly example: string;
}
