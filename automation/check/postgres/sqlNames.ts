/** Names and values out of Postgres's parse tree. */
import type { Node, RangeVar } from "libpg-query";

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

/** The words of a SET. */
export function wordsOf(args: readonly Node[] = []): string[] {
  return args.map((arg) => ("A_Const" in arg ? (arg.A_Const.sval?.sval ?? "") : ""));
}

/** The parts of the name of what a DROP names, without a function's arguments. */
export function namePartsOf(object: Node): readonly Node[] {
  if ("List" in object) return object.List.items ?? [];
  return "TypeName" in object ? (object.TypeName.names ?? []) : [object];
}

/** The name of an object in a DROP statement, whatever shape the tree gives it. */
export function objectName(node: Node): string {
  if ("List" in node) return listName(node.List.items);
  if ("TypeName" in node) return listName(node.TypeName.names);
  if ("ObjectWithArgs" in node) return listName(node.ObjectWithArgs.objname);
  return stringOf(node) ?? "";
}

/** The names of all functions that an expression calls, in their parts. */
export function calledFunctions(expression: unknown): (readonly Node[])[] {
  if (expression === null || typeof expression !== "object") return [];
  if (Array.isArray(expression)) return expression.flatMap(calledFunctions);
  return Object.entries(expression).flatMap(([key, value]) => {
    const inner = calledFunctions(value);
    if (key !== "FuncCall") return inner;
    return [(value as { funcname?: Node[] }).funcname ?? [], ...inner];
  });
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
