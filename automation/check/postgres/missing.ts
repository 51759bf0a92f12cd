/**
 * What a statement names and the database has no longer: an earlier statement dropped or renamed it. Of what no file made
 * nothing is said, for the database may have had it before the folder began.
 */
import type { ColumnDef, CreateStmt, DropStmt, Node, RangeVar } from "libpg-query";
import type { Context } from "./context.ts";
import type { Effect } from "./effect.ts";
import type { Table } from "./facts.ts";
import type { Named } from "./layer.ts";
import { objectKey } from "./objects.ts";
import { refusal } from "./refusal.ts";
import type { Schema } from "./schema.ts";
import { listName, nounOf, objectName, partsOf } from "./sqlNames.ts";
import { bodyOf, relationsIn, walk } from "./tree.ts";

const GONE = "an earlier statement has dropped or renamed it: write the name that it has now";

/** A refusal of what is gone; nothing if it is there, or may be. */
export function absent(name: string, words: string, layers: readonly Named[]): Effect[] {
  if (!layers.some((layer) => layer.isGone(name)) || layers.some((layer) => layer.get(name) !== undefined))
    return [];
  return isElsewhere(name, layers) ? [] : [refusal(undefined, name, { words, fix: GONE })];
}

/** The database URL or the role may set another search path, by which a name without a schema is one in a schema. */
function isElsewhere(name: string, layers: readonly Named[]): boolean {
  const [bare = name, qualified] = name.split(".").reverse();
  const isSame = (other: string) => other === bare || (!qualified && other.endsWith(`.${bare}`));
  return layers.some((layer) => layer.names().some(isSame));
}

/** A procedure that CALL names. */
export function missingCalled(node: Node, { schema }: Context): Effect[] {
  const names = bodyOf(node, "CallStmt")?.funccall?.funcname;
  if (!names) return [];
  const words = `procedure ${listName(names)} does not exist`;
  return absent(schema.nameOfList(names, "functions"), words, [schema.functions]);
}

/** Types of columns and casts, and those that are altered. */
export function missingTypes(node: Node, { schema }: Context): Effect[] {
  if (!schema.types.hasGone) return [];
  const named: (readonly Node[] | undefined)[] = [
    bodyOf(node, "AlterDomainStmt")?.typeName,
    bodyOf(node, "AlterEnumStmt")?.typeName,
  ];
  walk(node, (kind, body) => {
    if (kind === "ColumnDef" || kind === "TypeCast") named.push((body as ColumnDef).typeName?.names);
  });
  return named
    .flatMap((names) =>
      names
        ? absent(schema.nameOfList(names, "types"), `type "${listName(names)}" does not exist`, [
            schema.types,
            schema.tables,
          ])
        : [],
    )
    .slice(0, 1);
}

/** The relations that a statement names and does not make. */
export function missingRelations(node: Node, { schema }: Context): Effect[] {
  const made = madeBy(node);
  if (maybeAbsent(node)) return [];
  const own = made ? schema.newNameOf(made) : undefined;
  const seen = new Set<string>();
  return relationsIn(node).flatMap((relation) => {
    const name = schema.nameOf(relation);
    if (relation === made || name === own || seen.has(name) || relation.catalogname) return [];
    seen.add(name);
    const shown = relation.schemaname ? `${relation.schemaname}.${relation.relname}` : relation.relname;
    const layers = [schema.tables, schema.indexes, sequencesOf(schema)];
    return absent(name, `relation "${shown}" does not exist`, layers);
  });
}

/** Sequences by their names alone. */
function sequencesOf({ objects }: Schema): Named {
  return objects.view("sequence ");
}

/** The relation that a statement makes. */
export function madeBy(node: Node): RangeVar | undefined {
  if ("CreateStmt" in node) return node.CreateStmt.relation;
  if ("CreateForeignTableStmt" in node) return (node.CreateForeignTableStmt.base as CreateStmt).relation;
  if ("ViewStmt" in node) return node.ViewStmt.view;
  if ("CreateTableAsStmt" in node) return node.CreateTableAsStmt.into?.rel;
  if ("SelectStmt" in node) return node.SelectStmt.intoClause?.rel;
  if ("CompositeTypeStmt" in node) return node.CompositeTypeStmt.typevar;
  return "CreateSeqStmt" in node ? node.CreateSeqStmt.sequence : undefined;
}

/** IF EXISTS; and what is no relation of the schema. */
function maybeAbsent(node: Node): boolean {
  if ("AlterTableStmt" in node)
    return node.AlterTableStmt.missing_ok === true || node.AlterTableStmt.objtype === "OBJECT_TYPE";
  if ("RenameStmt" in node)
    return node.RenameStmt.missing_ok === true || node.RenameStmt.relationType === "OBJECT_TYPE";
  if ("AlterObjectSchemaStmt" in node) return node.AlterObjectSchemaStmt.missing_ok === true;
  if ("AlterSeqStmt" in node) return node.AlterSeqStmt.missing_ok === true;
  return ["CreateSchemaStmt", "DoStmt", "VacuumStmt", "CopyStmt"].some((kind) => kind in node);
}

const KINDS: Partial<Record<string, Table["kind"]>> = {
  OBJECT_TABLE: "table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
};

/** What DROP names: it is not there, or is of another kind. */
export function missingDropped(
  { removeType = "OBJECT_TABLE", objects, missing_ok: ifExists }: DropStmt,
  { schema }: Context,
): Effect[] {
  return (objects ?? []).flatMap((object) => {
    const items = partsOf(object);
    const shown = objectName(object);
    const words = `${nounOf(removeType)} "${shown}" does not exist`;
    const kind = KINDS[removeType];
    if (kind) {
      const name = schema.nameOfList(items, "tables");
      const facts = schema.tables.get(name);
      if (facts?.complete && facts.kind !== kind) return otherKind(name, facts.kind, kind);
      return ifExists ? [] : absent(name, words, [schema.tables]);
    }
    if (ifExists) return [];
    switch (removeType) {
      case "OBJECT_INDEX":
        return absent(schema.nameOfList(items, "indexes"), words, [schema.indexes]);
      case "OBJECT_TYPE":
      case "OBJECT_DOMAIN":
        return absent(schema.nameOfList(items, "types"), `type "${shown}" does not exist`, [schema.types]);
      case "OBJECT_SEQUENCE":
        return absent(schema.nameOfList(items, "tables"), words, [sequencesOf(schema)]);
      case "OBJECT_SCHEMA":
      case "OBJECT_EXTENSION":
      case "OBJECT_PUBLICATION":
      case "OBJECT_STATISTIC_EXT": {
        const [kind = ""] = objectKey(removeType, object)?.split(" ") ?? [];
        return absent(shown, `${kind} "${shown}" does not exist`, [schema.objects.view(`${kind} `)]);
      }
      case "OBJECT_FUNCTION":
      case "OBJECT_PROCEDURE":
        if (isAmbiguous(object, schema)) {
          const reason = {
            words: `function name "${shown}" is not unique`,
            fix: "name the types of its arguments",
          };
          return [refusal(undefined, shown, reason)];
        }
        return absent(schema.nameOfList(items, "functions"), `function ${shown} does not exist`, [
          schema.functions,
        ]);
      default:
        return [];
    }
  });
}

function isAmbiguous(object: Node, schema: Schema): boolean {
  const named = bodyOf(object, "ObjectWithArgs");
  const fact = schema.functions.get(schema.nameOfList(named?.objname, "functions"));
  return named?.args_unspecified === true && (fact?.signatures.size ?? 0) > 1;
}

function otherKind(name: string, is: Table["kind"], wanted: Table["kind"]): Effect[] {
  const words = `"${name}" is not a ${wanted}`;
  return [refusal(undefined, name, { words, fix: `DROP ${is.toUpperCase()} ${name}` })];
}
