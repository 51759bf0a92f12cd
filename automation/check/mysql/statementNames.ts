/** The names that a statement writes: of tables, columns, and the columns of its keys. */
import type { AlterAction } from "./alterAction.ts";
import type { ColumnDefinition } from "./columnDefinition.ts";
import type { StatementBody } from "./statementBody.ts";
import type { ForeignKeyDefinition, IndexDefinition, TableElement } from "./tableElements.ts";

/** @returns as written, without quotes; a qualified name is one text with its dots */
export function namesOf(body: StatementBody): readonly string[] {
  switch (body.kind) {
    case "createTable":
      return [body.table, ...body.elements.flatMap(elementNames)];
    case "alterTable":
      return [body.table, ...body.actions.flatMap(actionNames)];
    case "drop":
      return body.names;
    case "renameTable":
      return body.pairs.flat();
    case "update":
    case "delete":
      return body.tables;
    case "insert":
      return [body.table, ...body.columns];
    case "truncate":
      return [body.table];
    default:
      return [];
  }
}

/** The tables that a statement makes, changes or drops. */
export function tablesOf(body: StatementBody): readonly string[] {
  switch (body.kind) {
    case "createTable":
    case "truncate":
    case "insert":
      return [body.table];
    case "alterTable":
      return [
        body.table,
        ...body.actions.flatMap((action) => (action.kind === "renameTable" ? [action.to] : [])),
      ];
    case "renameTable":
      return body.pairs.flat();
    case "drop":
      return body.object === "table" ? body.names : [];
    default:
      return [];
  }
}

/** The columns that a statement defines. */
export function columnsOf(body: StatementBody): ColumnDefinition[] {
  if (body.kind === "createTable")
    return body.elements.flatMap((element) => (element.kind === "column" ? [element.column] : []));
  if (body.kind !== "alterTable") return [];
  return body.actions.flatMap((action) =>
    action.kind === "addColumn" || action.kind === "changeColumn" ? [action.column] : [],
  );
}

function elementNames(element: TableElement): readonly string[] {
  if (element.kind === "column") return [element.column.name];
  if (element.kind === "index") return indexNames(element.index);
  return element.kind === "foreignKey" ? keyNames(element.foreignKey) : [];
}

function indexNames({ name, columns }: IndexDefinition): readonly string[] {
  return [...(name === undefined ? [] : [name]), ...columns];
}

function keyNames({ columns, references, referenced }: ForeignKeyDefinition): readonly string[] {
  return [...columns, references, ...referenced];
}

function actionNames(action: AlterAction): readonly string[] {
  switch (action.kind) {
    case "renameIndex":
      return [action.from, action.to];
    case "dropIndex":
      return [action.name];
    case "addIndex":
      return indexNames(action.index);
    case "addForeignKey":
      return keyNames(action.foreignKey);
    case "renameTable":
      return [action.to];
    default: {
      const { old, made } = columnUse(action);
      return [old ?? [], made ?? []].flat();
    }
  }
}

/** The column that an action needs, and the one that it leaves behind. */
export function columnUse(action: AlterAction): { readonly old?: string; readonly made?: string } {
  switch (action.kind) {
    case "addColumn":
      return { made: action.column.name };
    case "dropColumn":
    case "columnDefault":
      return { old: action.name };
    case "changeColumn":
      return { old: action.from, made: action.column.name };
    case "renameColumn":
      return { old: action.from, made: action.to };
    default:
      return {};
  }
}
