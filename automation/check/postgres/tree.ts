/** Walks Postgres's parse tree. */
import type { Node, RangeVar } from "libpg-query";

/** Kinds of nodes, and what stands under each. */
export type Kind = Node extends infer One ? (One extends object ? keyof One : never) : never;
export type Body<K extends Kind> = Extract<Node, { [Key in K]: unknown }>[K];

/** The body of a node if it is of that kind. */
export function bodyOf<K extends Kind>(node: Node | undefined, kind: K): Body<K> | undefined {
  const bodies: { readonly [Key in Kind]?: unknown } | undefined = node;
  return bodies?.[kind] as Body<K> | undefined;
}

/** The bodies of the nodes of one kind in a list. */
export function bodiesOf<K extends Kind>(nodes: readonly Node[] | undefined, kind: K): Body<K>[] {
  return (nodes ?? []).flatMap((node) => bodyOf(node, kind) ?? []);
}

/** The columns that a list of targets or of an index names; empty for an expression. */
export function namesIn(nodes: readonly Node[] | undefined, kind: "ResTarget" | "IndexElem"): string[] {
  return bodiesOf(nodes, kind).map(({ name = "" }) => name);
}

/** Whether a list of options has this one. */
export function hasOption(options: readonly Node[] | undefined, name: string): boolean {
  return bodiesOf(options, "DefElem").some(({ defname }) => defname === name);
}

/** Calls `visit` with each node's kind and body, outermost first. */
export function walk(tree: unknown, visit: (kind: string, body: never) => void): void {
  if (tree === null || typeof tree !== "object") return;
  if (Array.isArray(tree)) {
    for (const item of tree) walk(item, visit);
    return;
  }
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value !== "object") continue;
    // A kind begins with a capital, a field does not.
    if (key < "a") visit(key, value as never);
    walk(value, visit);
  }
}

/** A relation stands under its kind in a list, and without it in a field. */
function visitRelations(tree: unknown, found: RangeVar[]): void {
  if (tree === null || typeof tree !== "object") return;
  const { relname, relpersistence } = tree as RangeVar;
  if (typeof relname === "string" && relpersistence !== undefined) found.push(tree as RangeVar);
  // FOR UPDATE OF names aliases.
  for (const [key, value] of Object.entries(tree))
    if (typeof value === "object" && key !== "lockedRels") visitRelations(value, found);
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

const QUERIES = ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"];

/** Whether a statement reads or changes rows, and makes nothing. */
export function isQuery(node: Node): boolean {
  return QUERIES.some((kind) => kind in node);
}

/** The statements that change rows in the WITH of another statement. */
export function changesInWith(tree: unknown): Node[] {
  const found: Node[] = [];
  walk(tree, (kind, body) => {
    const query = kind === "CommonTableExpr" ? (body as { ctequery?: Node }).ctequery : undefined;
    if (query && !("SelectStmt" in query)) found.push(query);
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
