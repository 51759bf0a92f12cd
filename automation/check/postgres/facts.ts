/** What is known of one object of the database. */
import type { Node } from "libpg-query";

/** A column's type: canonical name with its modifiers, `varchar(64)` as `["varchar", 64]`. */
export interface SqlType {
  name: string;
  modifiers: readonly number[];
  array: boolean;
  collation?: string;
}

export interface Column {
  type: SqlType | undefined;
  notNull: boolean;
  /** Whether it has a default that is no NULL; a number of a sequence counts too. */
  hasDefault: boolean;
  identity: boolean;
  /** GENERATED ALWAYS: no statement may give a value. */
  always?: "generated" | "identity" | undefined;
}

export const UNKNOWN_COLUMN: Column = { type: undefined, notNull: false, hasDefault: false, identity: false };

export interface ConstraintFact {
  kind: "check" | "foreign" | "unique" | "primary" | "exclude" | "notNull";
  columns: readonly string[];
  /** Columns that a check keeps from being null. */
  notNull: readonly string[];
  valid: boolean;
  /** The table that a foreign key points to. */
  references?: string;
  /** The columns that a foreign key points to; undefined if no file tells them. */
  keys?: readonly string[];
  /** Of a foreign key: whether its look at what points to a row may wait, by NO ACTION. */
  waits?: { update: boolean; delete: boolean };
  initiallyDeferred: boolean;
  deferrable: boolean;
  /** The file that added it. */
  file: number;
}

/** Constants as they are written; a text begins with a quote. */
export type Bound =
  | { kind: "default" }
  | { kind: "hash"; modulus: number; remainder: number }
  | { kind: "list"; values: readonly string[] }
  | { kind: "range"; from: readonly string[]; to: readonly string[] };

export interface Table {
  kind: "table" | "view" | "materialized view";
  /** Whether every column is known: an up file of the folder made it. */
  complete: boolean;
  /** Whether it has columns and constraints of another table: LIKE, INHERITS, PARTITION OF. */
  copied?: boolean;
  /** Whether code in use may know it: its file ran. */
  deployed: boolean;
  /** The file that made it. */
  file: number;
  temporary: boolean;
  /** ON COMMIT DROP. */
  dropsItself?: boolean;
  partitioned: boolean;
  unlogged: boolean;
  /** `hash`: no check implies its bounds. */
  strategy?: "list" | "range" | "hash";
  partitionKey: readonly string[];
  parent?: string;
  /** The tables that it has its columns from, by INHERITS. */
  inherits?: readonly string[];
  /** The composite type that it has its columns from: CREATE TABLE … OF. */
  ofType?: string | undefined;
  bound?: Bound | undefined;
  defaultPartition?: string;
  columns: ReadonlyMap<string, Column>;
  constraints: ReadonlyMap<string, ConstraintFact>;
  /** Where it is kept, if a file says so. */
  storage?: { tablespace?: string | undefined; accessMethod?: string | undefined };
  /** Of a materialized view: whether it was filled. */
  populated?: boolean;
}

export interface Index {
  table: string;
  columns: readonly string[];
  unique: boolean;
  partial: boolean;
  /** The index of a constraint that may wait until the transaction ends. */
  deferrable?: boolean;
  /** The index of the partitioned table that it is a part of. */
  parent?: string;
}

export interface TypeFact {
  kind: "enum" | "domain" | "composite" | "range";
  /** The file that made it. */
  file: number;
  deployed: boolean;
  /** Of a domain: what it is over, and whether it has a constraint and a default. */
  base?: SqlType;
  constrained?: boolean;
  hasDefault?: boolean;
  /** Names of a domain's checks; undefined where one has no name of its own. */
  checks?: readonly string[] | undefined;
  /** Of an enum. */
  labels?: readonly string[];
  /** Of a composite type. */
  attributes?: readonly string[];
}

export interface FunctionFact {
  file: number;
  deployed: boolean;
  volatile: boolean;
  /** Types of arguments → names of arguments and result, of each function with this name. */
  signatures: ReadonlyMap<string, { names: readonly string[]; result: string; defaults: number }>;
  /** As of its block. */
  commits?: boolean;
  dynamic?: boolean;
  /** Its statements, if they can be read: what calling it does. */
  body?: readonly { line: number; node: Node; conditional?: boolean }[];
}

export interface Dependent {
  kind:
    | "view"
    | "materialized view"
    | "trigger"
    | "policy"
    | "rule"
    | "column"
    | "default value"
    | "index"
    | "constraint"
    | "function";
  name: string;
  /** The table that it belongs to; of a view or function its own name. */
  of: string;
  /** As `usesOf` gives them. */
  uses: ReadonlySet<string>;
}

export interface SchemaObject {
  /** Of a sequence or statistics: the table that it goes with, and those of its columns. */
  of?: string;
  columns?: readonly string[];
}
