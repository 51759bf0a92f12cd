/** A rename of what is not there, or to a name that is taken. */
import type { AlterObjectSchemaStmt, RenameStmt } from "libpg-query";
import type { Context } from "./context.ts";
import type { Effect } from "./effect.ts";
import { missingConstraint, relationThere, typeThere } from "./existence.ts";
import { refusal } from "./refusal.ts";
import { besides, qualify } from "./schema.ts";
import { partsOf } from "./sqlNames.ts";
import { noCheck } from "./typeEffects.ts";

export function refusedRename(statement: RenameStmt, context: Context): Effect[] {
  const { renameType, relation, object, subname = "", newname = "" } = statement;
  const { schema } = context;
  const name = relation ? schema.nameOf(relation) : "";
  switch (renameType) {
    case "OBJECT_COLUMN":
      return columnRename(name, subname, newname, context);
    case "OBJECT_TABCONSTRAINT":
      return constraintRename(name, subname, context);
    case "OBJECT_DOMCONSTRAINT": {
      const domain = schema.nameOfList(partsOf(object), "types");
      const refused = noCheck(domain, subname, schema.types.get(domain)?.checks);
      return refused ? [refusal(undefined, domain, refused)] : [];
    }
    case "OBJECT_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_SEQUENCE":
    case "OBJECT_INDEX":
      return relationThere(besides(name, newname), context);
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return typeThere(besides(schema.nameOfList(partsOf(object), "types"), newname), context);
    default:
      return [];
  }
}

/** namespace.c, CheckSetNamespace; tablecmds.c, AlterRelationNamespaceInternal. */
export function refusedMove(
  { relation, newschema = "" }: AlterObjectSchemaStmt,
  { schema }: Context,
): Effect[] {
  if (!relation) return [];
  const [from, bare] = [schema.nameOf(relation), relation.relname ?? ""];
  const to = qualify(newschema, bare);
  if (from === to || !(schema.tables.get(to) ?? schema.indexes.get(to))) return [];
  const words = `relation "${bare}" already exists in schema "${newschema}"`;
  const fix = "rename one of the two first, with its indexes";
  return [refusal(from, from, { words, fix })];
}

function columnRename(table: string, from: string, to: string, { schema }: Context): Effect[] {
  const facts = schema.tables.get(table);
  if (!facts?.complete || facts.parent !== undefined || facts.columns.size === 0) return [];
  const words = !facts.columns.has(from)
    ? `column "${from}" does not exist`
    : facts.columns.has(to)
      ? `column "${to}" of relation "${table}" already exists`
      : undefined;
  if (words === undefined) return [];
  const fix = `correct the name; ${table} has the columns ${[...facts.columns.keys()].join(", ")}`;
  return [refusal(table, `${table}.${from}`, { words, fix })];
}

function constraintRename(table: string, constraint: string, { schema }: Context): Effect[] {
  const missing = missingConstraint(table, constraint, schema);
  return missing ? [refusal(table, `${table}.${constraint}`, missing)] : [];
}
