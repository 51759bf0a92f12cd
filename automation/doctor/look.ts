/** A question to the database, which a person asks. */
export interface Look {
  /** What to run in psql or the mysql client; it only reads. null when no query can tell. */
  readonly query: string | null;
  /** What the answer means, in one clause. */
  readonly tells: string;
}
