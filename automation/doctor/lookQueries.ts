/** How to see in a Postgres database whether a statement took effect. Pure. */
import type { AlterTableStmt, CreateStmt, DropStmt, IndexStmt, Node } from "libpg-query";
import { objectName, relationName } from "../check/postgres/sqlNames.ts";
import type { Look } from "./look.ts";

const BY_HAND: Look = { query: null, tells: "no catalogue tells: look at what it changes" };

export function looksFor(node: Node): Look[] {
  if ("CreateStmt" in node) return [created(node.CreateStmt)];
  if ("IndexStmt" in node) return [indexed(node.IndexStmt)];
  if ("AlterTableStmt" in node) return altered(node.AlterTableStmt);
  if ("DropStmt" in node) return dropped(node.DropStmt);
  if ("RenameStmt" in node) return [BY_HAND];
  if ("ViewStmt" in node) return [exists(relationName(node.ViewStmt.view))];
  if ("CreateSeqStmt" in node) return [exists(relationName(node.CreateSeqStmt.sequence))];
  if ("UpdateStmt" in node) return [rows(relationName(node.UpdateStmt.relation))];
  if ("InsertStmt" in node) return [rows(relationName(node.InsertStmt.relation))];
  if ("DeleteStmt" in node) return [rows(relationName(node.DeleteStmt.relation))];
  if ("VariableSetStmt" in node || "TransactionStmt" in node)
    return [{ query: null, tells: "leaves nothing behind" }];
  return [BY_HAND];
}

function created({ relation }: CreateStmt): Look {
  return exists(relationName(relation));
}

function exists(name: string): Look {
  return {
    query: `SELECT to_regclass(${literal(name)});`,
    tells: "a name: it took effect; empty: it did not",
  };
}

/** A concurrent build that failed leaves an invalid index behind, which has to go before the next try. */
function indexed({ idxname, concurrent, relation }: IndexStmt): Look {
  const name = relation?.schemaname && idxname ? `${relation.schemaname}.${idxname}` : idxname;
  if (!name) return tableLook(relationName(relation));
  if (!concurrent) return exists(name);
  return {
    query: `SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(${literal(name)});`,
    tells: "t: it took effect; no row: it did not; f: half-built, DROP INDEX CONCURRENTLY it first",
  };
}

function altered({ relation, cmds, objtype }: AlterTableStmt): Look[] {
  const table = relationName(relation);
  if (objtype !== undefined && objtype !== "OBJECT_TABLE") return [exists(table)];
  const looks = (cmds ?? []).flatMap((command) => {
    if (!("AlterTableCmd" in command)) return [];
    const { subtype, name, def } = command.AlterTableCmd;
    switch (subtype) {
      case "AT_AddColumn":
        return [columnLook(table, def && "ColumnDef" in def ? def.ColumnDef.colname : name, true)];
      case "AT_DropColumn":
        return [columnLook(table, name, false)];
      case "AT_AddConstraint":
        return [
          constraintLook(table, def && "Constraint" in def ? def.Constraint.conname : undefined, "added"),
        ];
      case "AT_DropConstraint":
        return [constraintLook(table, name, "dropped")];
      case "AT_ValidateConstraint":
        return [constraintLook(table, name, "validated")];
      default:
        return [tableLook(table)];
    }
  });
  return looks.filter((look, index) => looks.findIndex(({ query }) => query === look.query) === index);
}

function columnLook(table: string, column: string | undefined, added: boolean): Look {
  if (!column) return tableLook(table);
  const query = `SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass(${literal(table)}) AND attname = ${quoted(column)} AND NOT attisdropped;`;
  return { query, tells: added ? "1: it took effect; 0: it did not" : "0: it took effect; 1: it did not" };
}

function constraintLook(
  table: string,
  name: string | undefined,
  change: "added" | "dropped" | "validated",
): Look {
  if (!name) return tableLook(table);
  const query = `SELECT convalidated FROM pg_constraint WHERE conrelid = to_regclass(${literal(table)}) AND conname = ${quoted(name)};`;
  const tells = {
    added: "a row: it took effect; none: it did not",
    dropped: "no row: it took effect; a row: it did not",
    validated: "t: it took effect; f: it did not",
  };
  return { query, tells: tells[change] };
}

function tableLook(table: string): Look {
  return { query: `\\d ${identifier(table)}`, tells: "shows the table: compare it with the statement" };
}

/** Rows are only counted: a terminal, or the log that it is copied to, would keep what they hold. */
function rows(table: string): Look {
  return {
    query: `SELECT count(*) FROM ${identifier(table)};`,
    tells: "the number of rows: compare it with the statement and with what the table had before",
  };
}

function dropped({ removeType, objects }: DropStmt): Look[] {
  const relations = ["OBJECT_TABLE", "OBJECT_INDEX", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE"];
  if (!relations.includes(removeType ?? "OBJECT_TABLE")) return [BY_HAND];
  return (objects ?? []).map((object) => ({
    query: `SELECT to_regclass(${literal(objectName(object))});`,
    tells: "empty: it took effect; a name: it did not",
  }));
}

/** to_regclass folds to lower case what is not quoted, so each part that needs quotes gets them. */
function literal(name: string): string {
  return quoted(identifier(name));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function identifier(name: string): string {
  return name
    .split(".")
    .map((part) => (/^[a-z_][a-z0-9_]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
    .join(".");
}
