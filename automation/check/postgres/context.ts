import type { FileState } from "./fileState.ts";
import type { Schema } from "./schema.ts";

/** What a statement is judged by. */
export interface Context {
  readonly schema: Schema;
  readonly file: FileState;
  /** Postgres's major version. */
  readonly version: number;
}
