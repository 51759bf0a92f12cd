/** Names and values out of Postgres's parse tree. */
import type { Node, RangeVar } from "libpg-query";
import { walk } from "./tree.ts";

/** `schema.table`; the schema `public` is left out, as search_path leaves it out. */
export function relationName(relation: RangeVar | undefined): string {
  return qualified([relation?.schemaname, relation?.relname]);
}

/** Joins the parts of a name that the tree keeps as a list of strings. */
export function listName(nodes: readonly Node[] | undefined): string {
  return qualified((nodes ?? []).map(stringOf));
}

function qualified(parts: readonly (string | undefined)[]): string {
  const named = parts.filter((part) => part !== undefined && part !== "");
  return (named.length > 1 && named[0] === "public" ? named.slice(1) : named).join(".");
}

/** The text of a String node. */
export function stringOf(node: Node | undefined): string | undefined {
  return node && "String" in node ? node.String.sval : undefined;
}

/** The texts of a list of String nodes. */
export function namesOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).map((node) => stringOf(node) ?? "");
}

/** The words of a SET. */
export function wordsOf(args: readonly Node[] = []): string[] {
  return args.map((arg) => ("A_Const" in arg ? (arg.A_Const.sval?.sval ?? "") : ""));
}

/** The parts of the name of an object, whatever shape the tree gives it; without a function's arguments. */
export function partsOf(object: Node | undefined): readonly Node[] {
  if (!object) return [];
  if ("List" in object) return object.List.items ?? [];
  if ("TypeName" in object) return object.TypeName.names ?? [];
  return "ObjectWithArgs" in object ? (object.ObjectWithArgs.objname ?? []) : [object];
}

export function objectName(node: Node | undefined): string {
  return listName(partsOf(node));
}

/** What DROP calls the kind of an object: `materialized view` for `OBJECT_MATVIEW`. */
export function nounOf(kind = "OBJECT_TABLE"): string {
  return kind
    .replace(/^OBJECT_/, "")
    .replace("MATVIEW", "materialized view")
    .toLowerCase();
}

/** The names of all functions that an expression calls, in their parts. */
export function calledFunctions(expression: unknown): (readonly Node[])[] {
  const found: (readonly Node[])[] = [];
  walk(expression, (kind, body) => {
    if (kind === "FuncCall") found.push((body as { funcname?: Node[] }).funcname ?? []);
  });
  return found;
}

/** The columns that an expression names. */
export function columnsIn(expression: unknown): string[] {
  const found = new Set<string>();
  walk(expression, (kind, body) => {
    const name = kind === "ColumnRef" ? stringOf((body as { fields?: Node[] }).fields?.at(-1)) : undefined;
    if (name !== undefined) found.add(name);
  });
  return [...found];
}

/** The columns that `CHECK (a IS NOT NULL AND b IS NOT NULL)` holds for. */
export function notNullColumns(expression: Node | undefined): string[] {
  if (!expression) return [];
  if ("BoolExpr" in expression && expression.BoolExpr.boolop === "AND_EXPR") {
    return (expression.BoolExpr.args ?? []).flatMap(notNullColumns);
  }
  if (!("NullTest" in expression) || expression.NullTest.nulltesttype !== "IS_NOT_NULL") return [];
  const { arg } = expression.NullTest;
  if (!arg || !("ColumnRef" in arg)) return [];
  const column = stringOf(arg.ColumnRef.fields?.at(-1));
  return column === undefined ? [] : [column];
}
