/**
 * What `check` and `plan` need of one database's SQL. A dialect stands behind this interface in a folder of its own
 * (`postgres/`), which exports one object of this type; `loadDialect.ts` has a line for each.
 */
import type { Direction } from "../migrations/folder.ts";
import type { Finding } from "./finding.ts";

export interface SqlDialect {
  /** Begins a folder. The lint keeps what the files have said of the schema so far. */
  openLint(settings: LintSettings): SqlLint;
  /**
   * Estimates the pending files of a plan. Sizes are not known here, so `long` means: as long as the table is large.
   *
   * @param files up files in ascending order of version, those that ran already included
   * @returns by base name, one entry a pending file
   */
  estimateFiles(files: readonly PlannedFile[]): Promise<ReadonlyMap<string, FileEstimate>>;
  /** What a file drops, in order: for the way down. undefined if the file cannot be parsed. */
  droppedBy(sql: string): Promise<Dropped[] | undefined>;
}

export interface SqlLint {
  /**
   * Checks one file, and learns from it. The caller gives the files in the order in which golang-migrate runs them, each
   * version's up file before its down file. Of a file that ran, the findings are not reported.
   */
  check(file: SqlFile): Promise<Finding[]>;
}

export interface LintSettings {
  /**
   * Whether it is known which files ran. If not, every file may have run long ago, so that only the tables of the same
   * version are surely unused.
   */
  readonly historyKnown: boolean;
  /** Postgres's major version, for what only some versions can do. */
  readonly postgresVersion: number;
  /** Whether golang-migrate cuts a file at its semicolons (`x-multi-statement=true` in the database URL). */
  readonly multiStatement: boolean;
  /** Whether the migrator limits the wait for a lock before it runs a file (`ecs-migrate:lockTimeout` is not 0). */
  readonly lockLimit: boolean;
}

export interface SqlFile {
  /** Base name. */
  readonly file: string;
  readonly direction: Direction;
  /** Without a byte-order mark; not blank. */
  readonly text: string;
  /** Whether a database may have run this very file: code in use may know what it made. */
  readonly ran: boolean;
}

/** `none`: nobody waits. `some`: a moment. `long`: it grows with the table. */
export type Impact = "none" | "some" | "long";

/**
 * What a statement does to the rows of a table. `index`: it builds one whose columns' types are not known, `indexFixed` one
 * over numbers and times, `indexText` one over text. `rewrite`: Postgres writes the table and its indexes anew; `rebuild`:
 * InnoDB does; `copy`: MySQL copies row by row, with `copyForeignKey` looking each row up. `change`: rows are changed.
 */
export type RowWork =
  | "scan"
  | "rewrite"
  | "index"
  | "indexFixed"
  | "indexText"
  | "foreignKey"
  | "rebuild"
  | "copy"
  | "copyForeignKey"
  | "change";

/** Who waits for a lock: all, those who write, those who change the same rows, those who change the table's definition. */
export type Waiters = "all" | "writes" | "rows" | "definitions" | "none";

/** One table that a statement locks or works through. */
export interface TouchedTable {
  /** `schema.table`; the default schema is left out. */
  readonly table: string;
  /** In the server's own words; null if it takes none that is worth a word. */
  readonly mode: string | null;
  readonly waits: Waiters;
  readonly rows: RowWork | null;
}

export interface StatementEstimate {
  /** Counted from 1. */
  line: number;
  lock: Impact;
  duration: Impact;
  /** Why, in clauses joined by semicolons. */
  reason: string;
  tables: readonly TouchedTable[];
  /** Whether it waits for every older transaction of the database: CREATE INDEX CONCURRENTLY. */
  waitsForTransactions: boolean;
}

export interface FileEstimate {
  /** The heaviest of its statements; null if the file cannot be parsed. */
  lock: Impact | null;
  duration: Impact | null;
  statements: StatementEstimate[];
}

export interface PlannedFile {
  /** Base name. */
  file: string;
  sql: string;
  /** Files that ran already are read for what they say of the schema, and not estimated. */
  pending: boolean;
}

export interface Dropped {
  /** `table`, `column`, `index`, `constraint`, `view`, `type`, …; `rows` for TRUNCATE and DELETE. */
  kind: string;
  /** `schema.table`, `table.column`; the default schema is left out. */
  name: string;
  /** Whether CASCADE takes what depends on it as well. */
  cascade: boolean;
}
