/** What a statement is, as far as the rules need it. */
import type { AlterTable } from "./alterAction.ts";
import type { CreateTable } from "./createTable.ts";
import type { StoredProgram } from "./storedProgram.ts";
import type { Token } from "./tokens.ts";

export interface RowChange {
  readonly kind: "update" | "delete";
  readonly tables: readonly string[];
  /** Whether it is of one table without an alias. */
  readonly isOne: boolean;
  /** Of an UPDATE of one table: the columns that SET names, with what each is given. */
  readonly given: readonly GivenValue[];
  /** What keeps it from all rows: a WHERE, a LIMIT or a join; `always` is a WHERE that is true for each row. */
  readonly limit: "limited" | "always" | "none";
}

/** A column and the words of its new value. */
export interface GivenValue {
  readonly column: string;
  readonly value: readonly Token[];
}

export interface Assignment {
  readonly scope: "session" | "global" | "user";
  /** In lower case; `names` for SET NAMES, `@x` for a user variable. */
  readonly name: string;
  readonly value: string;
}

export type StatementBody =
  | CreateTable
  | AlterTable
  | StoredProgram
  | RowChange
  | {
      readonly kind: "drop";
      readonly object: string;
      readonly names: readonly string[];
      readonly repeatable: boolean;
      readonly limitsWait: boolean;
      readonly temporary: boolean;
    }
  | {
      readonly kind: "renameTable";
      readonly pairs: readonly (readonly [string, string])[];
      readonly limitsWait: boolean;
    }
  | { readonly kind: "truncate"; readonly table: string; readonly limitsWait: boolean }
  | {
      readonly kind: "insert";
      readonly table: string;
      /** Those that the statement names, without their table. */
      readonly columns: readonly string[];
      readonly fromQuery: boolean;
      /** The values of each row, of VALUES or SET, as words. */
      readonly rows: readonly (readonly (readonly Token[])[])[];
      /** INSERT IGNORE. */
      readonly ignores: boolean;
      /** REPLACE, IGNORE or ON DUPLICATE KEY UPDATE: two rows with one key are no error. */
      readonly takesTwice: boolean;
      /** The columns that ON DUPLICATE KEY UPDATE changes. */
      readonly updated: readonly string[];
    }
  | { readonly kind: "set"; readonly assignments: readonly Assignment[] }
  | { readonly kind: "transaction"; readonly verb: "begin" | "commit" | "rollback" | "savepoint" }
  /** `writable`: the aliases and names of those with WRITE. */
  | {
      readonly kind: "lockTables";
      readonly tables: readonly string[];
      readonly writable: readonly string[];
    }
  | { readonly kind: "unlockTables" }
  | { readonly kind: "maintenance"; readonly verb: string; readonly tables: readonly string[] }
  | { readonly kind: "loadData"; readonly local: boolean; readonly table: string }
  | { readonly kind: "use"; readonly database: string }
  | { readonly kind: "delimiter" }
  /** Reads, and what prepares or calls code that is not looked into. */
  | { readonly kind: "query" }
  | { readonly kind: "code" }
  /** Data definition that touches no table: databases, users, privileges, sequences, servers. `object` in lower case. */
  | { readonly kind: "definition"; readonly object: string; readonly charset?: string | undefined }
  | { readonly kind: "unknown"; readonly word: string };
