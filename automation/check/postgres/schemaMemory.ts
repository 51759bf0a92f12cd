/**
 * What the files before a statement have said about the schema: which tables nobody uses yet, which columns a validated
 * check keeps from being null, which table an index is on.
 */
import type { AlterTableCmd, ColumnDef, Constraint } from "libpg-query";
import { listName, notNullColumns, objectName, relationName, textLength } from "./sqlNames.ts";
import type { Statement } from "./statements.ts";

export class SchemaMemory {
  readonly #fresh = new Set<string>();
  readonly #indexTable = new Map<string, string>();
  /** `table.column` -> its length, for text and varchar columns alone. */
  readonly #textLength = new Map<string, number>();
  /** `table.constraint` -> the columns it keeps from being null. */
  readonly #notNullChecks = new Map<string, string[]>();
  readonly #validated = new Set<string>();
  #addedInFile = new Set<string>();
  #lockedInFile = new Set<string>();

  /** A memory of its own that starts from this one: for a down file, which is not part of the way up. */
  copy(): SchemaMemory {
    const copy = new SchemaMemory();
    for (const table of this.#fresh) copy.#fresh.add(table);
    for (const [index, table] of this.#indexTable) copy.#indexTable.set(index, table);
    for (const [column, length] of this.#textLength) copy.#textLength.set(column, length);
    for (const [constraint, columns] of this.#notNullChecks) copy.#notNullChecks.set(constraint, columns);
    for (const constraint of this.#validated) copy.#validated.add(constraint);
    return copy;
  }

  /** Forgets what holds within one file. @param keepFresh whether tables of earlier files are still unused */
  startFile(keepFresh: boolean): void {
    if (!keepFresh) this.#fresh.clear();
    this.#addedInFile = new Set();
    this.#lockedInFile = new Set();
  }

  /** Whether no deployed code can use the table yet. */
  isFresh(table: string | undefined): boolean {
    return table !== undefined && this.#fresh.has(table);
  }

  /** The table of an index made in an earlier statement. */
  tableOfIndex(index: string): string | undefined {
    return this.#indexTable.get(index);
  }

  /** Whether a validated check already says that the column is not null; Postgres 12 and later then skip the scan. */
  isKnownNotNull(table: string, column: string): boolean {
    const columns = [...this.#notNullChecks]
      .filter(([constraint]) => this.#validated.has(constraint) && constraint.startsWith(`${table}\t`))
      .flatMap(([, checked]) => checked);
    return columns.includes(column);
  }

  /** The length of a text or varchar column that an up file declared; undefined for any other. */
  textLengthOf(table: string, column: string): number | undefined {
    return this.#textLength.get(`${table}\t${column}`);
  }

  /** Whether this file added the constraint. */
  isAddedInFile(table: string, constraint: string): boolean {
    return this.#addedInFile.has(`${table}\t${constraint}`);
  }

  isLockedInFile(table: string): boolean {
    return this.#lockedInFile.has(table);
  }

  noteLock(table: string): void {
    this.#lockedInFile.add(table);
  }

  /**
   * Takes in a statement of an up file; call after its effects were judged.
   *
   * @param deployed whether code in use may know the tables that it makes
   */
  remember({ node }: Statement, deployed: boolean): void {
    const table =
      "CreateStmt" in node
        ? node.CreateStmt.relation
        : "CreateTableAsStmt" in node
          ? node.CreateTableAsStmt.into?.rel
          : undefined;
    if (table && !deployed) this.#fresh.add(relationName(table));
    if ("CreateStmt" in node) {
      for (const element of node.CreateStmt.tableElts ?? []) {
        if ("ColumnDef" in element) this.#rememberColumn(relationName(table), element.ColumnDef);
      }
    }
    if ("IndexStmt" in node) {
      this.#indexTable.set(node.IndexStmt.idxname ?? "", relationName(node.IndexStmt.relation));
    } else if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_TABLE") {
      for (const object of node.DropStmt.objects ?? []) this.#fresh.delete(objectName(object));
    }
  }

  /** Takes in one command of ALTER TABLE; call after it was judged, before the next command. */
  rememberCommand(table: string, { subtype, name = "", def }: AlterTableCmd): void {
    const constraint = `${table}\t${name}`;
    if (def && "ColumnDef" in def) {
      // ALTER COLUMN TYPE names the column beside the definition, ADD COLUMN in it.
      this.#rememberColumn(table, { ...def.ColumnDef, colname: def.ColumnDef.colname ?? name });
    }
    if (subtype === "AT_ValidateConstraint") this.#validated.add(constraint);
    else if (subtype === "AT_DropConstraint") this.#notNullChecks.delete(constraint);
    else if (subtype === "AT_AddConstraint" && def && "Constraint" in def) {
      this.#rememberConstraint(table, def.Constraint);
    }
  }

  #rememberColumn(table: string, { colname = "", typeName }: ColumnDef): void {
    const length = textLength(typeName);
    if (length === undefined) this.#textLength.delete(`${table}\t${colname}`);
    else this.#textLength.set(`${table}\t${colname}`, length);
  }

  #rememberConstraint(table: string, constraint: Constraint): void {
    const columns =
      constraint.contype === "CONSTR_NOTNULL"
        ? [listName(constraint.keys)]
        : constraint.contype === "CONSTR_CHECK"
          ? notNullColumns(constraint.raw_expr)
          : [];
    // The names that Postgres makes up for a constraint without one.
    const suffix = constraint.contype === "CONSTR_NOTNULL" ? "not_null" : "check";
    const name = `${table}\t${constraint.conname ?? [table, ...columns, suffix].join("_")}`;
    this.#addedInFile.add(name);
    if (columns.length > 0) this.#notNullChecks.set(name, columns);
    if (constraint.skip_validation !== true) this.#validated.add(name);
    else this.#validated.delete(name);
  }
}
