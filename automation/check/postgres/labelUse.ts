/** Whether a text that a statement holds is a label of an enum, or only reads like one. */
import type { A_Expr, AlterTableCmd, ColumnDef, InsertStmt, Node, UpdateStmt } from "libpg-query";
import type { Context } from "./context.ts";
import type { Schema } from "./schema.ts";
import { partsOf, stringOf } from "./sqlNames.ts";
import { typeOf } from "./sqlTypes.ts";
import { bodiesOf, bodyOf, namesIn, relationsIn, stringsIn, walk } from "./tree.ts";

/**
 * Whether the statement casts the label to the type, or touches a table that has, or may have, a column of it, and at least one of the
 * label's places is not known to be a text or another type.
 */
export function meansLabel(
  node: Node,
  type: string,
  label: string,
  { schema }: Pick<Context, "schema">,
): boolean {
  const search = { schema, type, label, tables: relationsIn(node).map((one) => schema.nameOf(one)) };
  const places = placesOf(node, search);
  if (places.some((meant) => meant)) return true;
  const holds = stringsIn(node).filter((text) => text === label).length;
  if (places.length >= holds) return false;
  return search.tables.some((name) => {
    const table = schema.tables.get(name);
    return !table?.complete || [...table.columns.values()].some((column) => column.type?.name === type);
  });
}

interface Search {
  schema: Schema;
  type: string;
  label: string;
  /** The tables that the statement names. */
  tables: readonly string[];
}

/** For each place of the label whose type is known: whether it is the enum. */
function placesOf(node: Node, search: Search): boolean[] {
  const places: (boolean | undefined)[] = [];
  const is = (one: unknown) => isLabel(one, search.label);
  walk(node, (kind, body) => {
    if (kind === "TypeCast") {
      if (is((body as { arg?: Node }).arg)) places.push(castMeans({ TypeCast: body }, search));
    } else if (kind === "A_Expr") {
      const { lexpr, rexpr } = body as A_Expr;
      const items = partsOf(rexpr);
      places.push(...items.filter(is).map(() => valueMeans(lexpr, search)));
      if (is(lexpr)) places.push(valueMeans(rexpr, search));
    } else if (kind === "UpdateStmt") {
      for (const { name, val } of bodiesOf((body as UpdateStmt).targetList, "ResTarget"))
        if (is(val)) places.push(columnMeans(name, search));
    } else if (kind === "InsertStmt") places.push(...insertedPlaces(body, search));
    else if (kind === "ColumnDef") places.push(...defaultPlaces(body, search));
    else if (kind === "AlterTableCmd") {
      const { subtype, name, def } = body as AlterTableCmd;
      if (subtype === "AT_ColumnDefault" && is(def)) places.push(columnMeans(name, search));
    }
  });
  return places.filter((place) => place !== undefined);
}

function defaultPlaces({ typeName, constraints }: ColumnDef, { schema, type, label }: Search): boolean[] {
  return bodiesOf(constraints, "Constraint")
    .filter(({ raw_expr: value }) => isLabel(value, label))
    .map(() => typeOf(typeName, schema)?.name === type);
}

function insertedPlaces({ relation, cols, selectStmt }: InsertStmt, search: Search): (boolean | undefined)[] {
  const rows = bodyOf(selectStmt, "SelectStmt")?.valuesLists ?? [];
  const table = search.schema.nameOf(relation);
  const names = cols
    ? namesIn(cols, "ResTarget")
    : [...(search.schema.tables.get(table)?.columns.keys() ?? [])];
  return rows.flatMap((row) =>
    partsOf(row).flatMap((value, index) =>
      isLabel(value, search.label) ? [columnMeans(names[index], { ...search, tables: [table] })] : [],
    ),
  );
}

function isLabel(node: unknown, label: string): boolean {
  const constant = (node as { A_Const?: { sval?: { sval?: string } } } | undefined)?.A_Const;
  return constant?.sval?.sval === label;
}

function castMeans(node: Node, { schema, type }: Search): boolean {
  return "TypeCast" in node && schema.nameOfList(node.TypeCast.typeName?.names, "types") === type;
}

/** What the label is compared with: a cast or a column. */
function valueMeans(node: Node | undefined, search: Search): boolean | undefined {
  if (!node) return undefined;
  if ("TypeCast" in node) return castMeans(node, search);
  return "ColumnRef" in node ? columnMeans(stringOf(node.ColumnRef.fields?.at(-1)), search) : undefined;
}

/** Whether the column is of the type; undefined unless each table that has, or may have, such a column tells. */
function columnMeans(column: string | undefined, { schema, type, tables }: Search): boolean | undefined {
  if (column === undefined) return undefined;
  const known = tables.map((name) => schema.tables.get(name));
  if (known.some((table) => !table?.complete || table.kind !== "table")) return undefined;
  const types = known.flatMap((table) => table?.columns.get(column) ?? []).map((one) => one.type?.name);
  if (types.length === 0 || types.includes(undefined)) return undefined;
  return types.includes(type);
}
