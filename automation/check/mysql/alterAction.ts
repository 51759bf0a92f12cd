/** What ALTER TABLE can do, in the words of MySQL 8.4 and MariaDB 11 (manuals, "ALTER TABLE"). */
import type { ColumnDefinition } from "./columnDefinition.ts";
import type { ForeignKeyDefinition, IndexDefinition } from "./tableElements.ts";

export type AlterAction =
  | { readonly kind: "addColumn"; readonly column: ColumnDefinition; readonly repeatable: boolean }
  | { readonly kind: "dropColumn"; readonly name: string; readonly repeatable: boolean }
  /** MODIFY, and CHANGE with the name that the column had. */
  | {
      readonly kind: "changeColumn";
      readonly from: string;
      readonly column: ColumnDefinition;
      readonly repeatable: boolean;
    }
  | {
      readonly kind: "renameColumn" | "renameIndex";
      readonly from: string;
      readonly to: string;
      readonly repeatable: boolean;
    }
  /** `value` as written; undefined for DROP DEFAULT. */
  | {
      readonly kind: "columnDefault";
      readonly name: string;
      readonly value: string | undefined;
      readonly repeatable: boolean;
    }
  | {
      readonly kind: "visibility";
      readonly of: "column" | "index";
      readonly name: string;
      readonly invisible: boolean;
    }
  | { readonly kind: "addIndex"; readonly index: IndexDefinition; readonly repeatable: boolean }
  | { readonly kind: "dropIndex"; readonly name: string; readonly repeatable: boolean }
  | { readonly kind: "dropPrimaryKey" }
  | {
      readonly kind: "addForeignKey";
      readonly foreignKey: ForeignKeyDefinition;
      readonly repeatable: boolean;
    }
  | { readonly kind: "dropForeignKey"; readonly name: string; readonly repeatable: boolean }
  | {
      readonly kind: "addCheck";
      /** False for ALTER CHECK, which changes one that is there. */
      readonly adds: boolean;
      readonly name: string | undefined;
      readonly enforced: boolean;
      readonly uses: readonly string[];
    }
  | { readonly kind: "dropConstraint"; readonly name: string; readonly repeatable: boolean }
  | { readonly kind: "renameTable"; readonly to: string }
  | {
      readonly kind: "convertCharset";
      readonly charset: string;
      readonly collation: string | undefined;
    }
  /** ENGINE, ROW_FORMAT, DEFAULT CHARACTER SET, COMMENT, AUTO_INCREMENT and their like; `name` in capitals. */
  | { readonly kind: "option"; readonly name: string; readonly value: string }
  | { readonly kind: "force" }
  | { readonly kind: "orderBy" }
  /** `verb`: ADD, DROP, TRUNCATE, COALESCE, REORGANIZE, EXCHANGE, …; BY and REMOVE for the whole table. */
  | {
      readonly kind: "partition";
      readonly verb: string;
      readonly names: readonly string[];
      readonly byRange: boolean;
      /** IF EXISTS or IF NOT EXISTS. */
      readonly repeatable: boolean;
      /** Those that it makes, in lower case. */
      readonly made: readonly string[];
      /** Of BY: the words of the partitioning expressions, in lower case. */
      readonly words: readonly string[];
      /** Whether the last partition then takes all up to MAXVALUE, as far as the action says. */
      readonly openEnd: boolean;
    }
  | { readonly kind: "systemVersioning"; readonly adds: boolean }
  | { readonly kind: "none" }
  /** Words that no version of the two servers has here. */
  | { readonly kind: "unknown"; readonly word: string; readonly line: number };

export interface AlterTable {
  readonly kind: "alterTable";
  readonly table: string;
  /** MariaDB's ALTER TABLE IF EXISTS. */
  readonly ifExists: boolean;
  readonly actions: readonly AlterAction[];
  /** In capitals; undefined when the server chooses. */
  readonly algorithm: string | undefined;
  readonly lock: string | undefined;
  /** MariaDB's WAIT n or NOWAIT limits the wait for the metadata lock. */
  readonly limitsWait: boolean;
  /** The words that start it: `ALTER TABLE`, `CREATE INDEX`, `DROP INDEX`. */
  readonly written: string;
}
