/** Walks Postgres's parse tree. */
import type { Node, RangeVar } from "libpg-query";

/** Calls `visit` with each node's kind and body, outermost first. */
export function walk(tree: unknown, visit: (kind: string, body: never) => void): void {
  if (tree === null || typeof tree !== "object") return;
  if (Array.isArray(tree)) {
    for (const item of tree) walk(item, visit);
    return;
  }
  for (const [key, value] of Object.entries(tree)) {
    if (/^[A-Z]/.test(key)) visit(key, value as never);
    walk(value, visit);
  }
}

/** A relation stands under its kind in a list, and without it in a field. */
function visitRelations(tree: unknown, found: RangeVar[]): void {
  if (tree === null || typeof tree !== "object") return;
  const { relname, relpersistence } = tree as RangeVar;
  if (typeof relname === "string" && relpersistence !== undefined) found.push(tree as RangeVar);
  // FOR UPDATE OF names aliases.
  for (const [key, value] of Object.entries(tree)) if (key !== "lockedRels") visitRelations(value, found);
}

/** The relations that a query or statement names, its WITH queries left out. */
export function relationsIn(tree: unknown): RangeVar[] {
  const found: RangeVar[] = [];
  const withs = new Set<string>();
  visitRelations(tree, found);
  walk(tree, (kind, body) => {
    if (kind === "CommonTableExpr") withs.add((body as { ctename?: string }).ctename ?? "");
  });
  return found.filter(({ relname = "", schemaname }) => schemaname !== undefined || !withs.has(relname));
}

/** The statements that change rows in the WITH of another statement. */
export function changesInWith(tree: unknown): Node[] {
  const found: Node[] = [];
  walk(tree, (kind, body) => {
    const query = kind === "CommonTableExpr" ? (body as { ctequery?: Node }).ctequery : undefined;
    if (
      query &&
      ("UpdateStmt" in query || "DeleteStmt" in query || "InsertStmt" in query || "MergeStmt" in query)
    )
      found.push(query);
  });
  return found;
}

/** The text of each string constant in a tree. */
export function stringsIn(tree: unknown): string[] {
  const found: string[] = [];
  walk(tree, (kind, body) => {
    const { sval } = body as { sval?: { sval?: string } };
    if (kind === "A_Const" && sval) found.push(sval.sval ?? "");
  });
  return found;
}
