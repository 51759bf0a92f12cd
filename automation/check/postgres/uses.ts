/** What an expression or a query uses: tables, columns, functions, sequences and types, so that Postgres keeps them. */
import type {
  DeleteStmt,
  InsertStmt,
  MergeStmt,
  Node,
  RangeVar,
  ResTarget,
  SelectStmt,
  UpdateStmt,
} from "libpg-query";
import { qualify, type Schema } from "./schema.ts";
import { stringOf } from "./sqlNames.ts";
import { typeOf } from "./sqlTypes.ts";
import { bodiesOf, bodyOf, namesIn } from "./tree.ts";

/** Aliases of one FROM; undefined: a query or function, whose columns are not known. */
type Scope = ReadonlyMap<string, string | undefined>;

interface Place {
  readonly scopes: readonly Scope[];
  /** Names of WITH queries. */
  readonly withs: ReadonlySet<string>;
  /** What GROUP BY and ORDER BY may name besides columns: the names of the results. */
  readonly outputs?: ReadonlySet<string>;
}

/** A column that a query names and no table of its FROM has. */
export interface UnknownColumn {
  /** The table that it is asked of; undefined if it stands by itself. */
  table?: string;
  column: string;
}

export const columnUse = (table: string, column: string) => `column ${table} ${column}`;

/**
 * What a part of a parse tree uses, each as `kind name`. A column that may be one of a query with unknown columns is left out.
 *
 * @param own the table that an expression belongs to: its columns stand there without a table, or behind NEW and OLD
 */
export function usesOf(tree: unknown, schema: Schema, own?: string): Set<string> {
  const reader = new Reader(schema);
  reader.visit(tree, { scopes: own === undefined ? [] : [ownScope(own)], withs: new Set() });
  return reader.uses;
}

/** The columns that are nowhere, as far as all tables that a name may stand for are known. */
export function unknownColumns(tree: unknown, schema: Schema, scope?: Scope): UnknownColumn[] {
  const reader = new Reader(schema);
  reader.visit(tree, { scopes: scope ? [scope] : [], withs: new Set() });
  return reader.unknown;
}

/** Where the columns of a table stand without it, or behind NEW and OLD. */
export function ownScope(own: string): Scope {
  return new Map([
    ["", own],
    ["new", own],
    ["old", own],
  ]);
}

/** The names of a query's columns; undefined if they cannot be told. */
export function columnsOf(query: Node | undefined, schema: Schema): string[] | undefined {
  if (!query || !("SelectStmt" in query)) return undefined;
  let select: SelectStmt = query.SelectStmt;
  while (select.larg) select = select.larg;
  const scope = scopeOf(select, new Set(withNames(select)), schema);
  const names = bodiesOf(select.targetList, "ResTarget").map((target) =>
    targetNames(target, scope, select, schema),
  );
  return names.length === 0 || names.includes(undefined) ? undefined : names.flatMap((one) => one ?? []);
}

function targetNames(
  { name, val }: ResTarget,
  scope: Scope,
  select: SelectStmt,
  schema: Schema,
): string[] | undefined {
  if (name !== undefined) return [name];
  if (val && "FuncCall" in val) return [stringOf(val.FuncCall.funcname?.at(-1)) ?? ""];
  if (!val || !("ColumnRef" in val)) return undefined;
  const { fields = [] } = val.ColumnRef;
  const last = fields.at(-1);
  if (!last || !("A_Star" in last)) return [stringOf(last) ?? ""];
  const qualified = fields.length > 1;
  // A join USING gives a column of both sides once, and first.
  if (!qualified && select.fromClause?.some(mergesColumns)) return undefined;
  const from = qualified ? [scope.get(stringOf(fields[0]) ?? "")] : [...scope.values()];
  const all = from.map((table) => knownColumns(table, schema));
  return all.includes(undefined) ? undefined : all.flatMap((one) => one ?? []);
}

function mergesColumns(from: Node): boolean {
  if (!("JoinExpr" in from)) return false;
  const { usingClause, isNatural, larg, rarg } = from.JoinExpr;
  return (
    usingClause !== undefined || isNatural === true || [larg, rarg].some((one) => one && mergesColumns(one))
  );
}

/** All columns of a table or view; undefined if a file does not tell them. */
function knownColumns(table: string | undefined, schema: Schema): string[] | undefined {
  const facts = table === undefined ? undefined : schema.tables.get(table);
  return facts?.complete && facts.columns.size > 0 ? [...facts.columns.keys()] : undefined;
}

function withNames({ withClause }: Pick<SelectStmt, "withClause">): string[] {
  return bodiesOf(withClause?.ctes, "CommonTableExpr").map(({ ctename = "" }) => ctename);
}

function scopeOf(
  { fromClause = [] }: Pick<SelectStmt, "fromClause">,
  withs: ReadonlySet<string>,
  schema: Schema,
): Scope {
  const scope = new Map<string, string | undefined>();
  const add = (node: Node | undefined): void => {
    if (!node) return;
    if ("RangeVar" in node) {
      const { relname = "", schemaname, alias } = node.RangeVar;
      // FROM t AS q (a, b) names the columns anew.
      const derived = (schemaname === undefined && withs.has(relname)) || alias?.colnames !== undefined;
      scope.set(alias?.aliasname ?? relname, derived ? undefined : schema.nameOf(node.RangeVar));
    } else if ("JoinExpr" in node) {
      add(node.JoinExpr.larg);
      add(node.JoinExpr.rarg);
    } else if ("RangeSubselect" in node) scope.set(node.RangeSubselect.alias?.aliasname ?? "?", undefined);
    else scope.set(`? ${scope.size}`, undefined);
  };
  fromClause.forEach(add);
  return scope;
}

class Reader {
  readonly uses = new Set<string>();
  readonly unknown: UnknownColumn[] = [];
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  visit(tree: unknown, place: Place): void {
    if (tree === null || typeof tree !== "object") return;
    if (Array.isArray(tree)) {
      for (const item of tree) this.visit(item, place);
      return;
    }
    for (const [key, value] of Object.entries(tree)) {
      if (key === "SelectStmt" || key === "larg" || key === "rarg") this.#query(value, place);
      else if (key === "UpdateStmt" || key === "DeleteStmt" || key === "MergeStmt")
        this.#change(value, place);
      else if (key === "InsertStmt") this.#insert(value, place);
      else {
        if (key === "ColumnRef") this.#column((value as { fields?: Node[] }).fields ?? [], place);
        if (key === "FuncCall") this.#call(value as { funcname?: Node[]; args?: Node[] });
        if (key === "RangeVar" || key === "relation") this.#relation(value as RangeVar, place);
        if (key === "typeName") this.uses.add(`type ${typeOf(value as never, this.#schema)?.name ?? ""}`);
        this.visit(value, place);
      }
    }
  }

  /** A SELECT, or one side of a UNION or of a JOIN, which stand in the tree alike. */
  #query(value: unknown, place: Place): void {
    const select = value as SelectStmt;
    if (!select.targetList && !select.valuesLists && !select.larg) {
      this.visit(value, place);
      return;
    }
    const withs = new Set([...place.withs, ...withNames(select)]);
    const scopes = select.larg ? place.scopes : [scopeOf(select, withs, this.#schema), ...place.scopes];
    const outputs = new Set([...(place.outputs ?? []), ...namesIn(select.targetList, "ResTarget")]);
    // A UNION is ordered by names of its results.
    const { sortClause, ...unordered } = select;
    this.visit(select.larg ? unordered : { ...unordered, sortClause }, { scopes, withs, outputs });
    for (const join of bodiesOf(select.fromClause, "JoinExpr")) this.#using(join.usingClause, scopes[0]);
  }

  /** What changes rows, by itself or in a WITH, which sees nothing of the query around it. */
  #change(value: unknown, place: Place): void {
    const change = value as UpdateStmt & DeleteStmt & MergeStmt;
    const { relation, fromClause = [], usingClause = [], sourceRelation } = change;
    const withs = new Set([...place.withs, ...withNames(change)]);
    const from = [
      ...(relation ? [{ RangeVar: relation }] : []),
      ...fromClause,
      ...usingClause,
      ...(sourceRelation ? [sourceRelation] : []),
    ];
    const scope = scopeOf({ fromClause: from }, withs, this.#schema);
    this.visit(value, { scopes: [scope, ...rowScopes(place)], withs });
  }

  #insert(value: unknown, place: Place): void {
    const withs = new Set([...place.withs, ...withNames(value as InsertStmt)]);
    this.visit(value, { scopes: rowScopes(place), withs });
  }

  #using(columns: readonly Node[] | undefined, scope: Scope | undefined): void {
    for (const column of columns ?? [])
      for (const table of scope?.values() ?? []) if (table !== undefined) this.#note(table, stringOf(column));
  }

  #relation(relation: RangeVar, { withs }: Place): void {
    const { relname, schemaname } = relation;
    if (relname === undefined || (schemaname === undefined && withs.has(relname))) return;
    this.uses.add(`table ${this.#schema.nameOf(relation)}`);
  }

  #call({ funcname, args }: { funcname?: Node[]; args?: Node[] }): void {
    this.uses.add(`function ${this.#schema.nameOfList(funcname, "functions")}`);
    if (stringOf(funcname?.at(-1)) !== "nextval") return;
    const [first] = args ?? [];
    const text = bodyOf(bodyOf(first, "TypeCast")?.arg ?? first, "A_Const")?.sval?.sval;
    if (text !== undefined) this.uses.add(`sequence ${sequenceName(text, this.#schema)}`);
  }

  #column(fields: readonly Node[], { scopes, outputs }: Place): void {
    const names = fields.map((field) => ("A_Star" in field ? "*" : (stringOf(field) ?? "")));
    const column = names.at(-1) ?? "";
    if (names.length > 2) this.#note(qualify(names.at(-3) ?? "", names.at(-2) ?? ""), column);
    else if (names.length === 2) {
      const scope = scopes.find((one) => one.has(names[0] ?? ""));
      const table = scope?.get(names[0] ?? "");
      if (table === undefined) return;
      this.#note(table, column);
      // t.f is f(t) as well (manual, functional notation).
      if (this.#schema.functions.get(this.#schema.nameOfList(fields.slice(-1), "functions"))) return;
      if (lacks(table, column, this.#schema)) this.unknown.push({ table, column });
    } else if (column === "*") {
      for (const table of scopes[0]?.values() ?? []) if (table !== undefined) this.#note(table, column);
    } else this.#bare(column, scopes, outputs);
  }

  /** A column without a table is one of the innermost FROM that has it. */
  #bare(column: string, scopes: readonly Scope[], outputs: Place["outputs"]): void {
    for (const scope of scopes) {
      const own = scope.get("");
      if (own !== undefined) {
        this.#note(own, column);
        if (lacks(own, column, this.#schema)) this.unknown.push({ table: own, column });
        return;
      }
      const tables = [...scope.values()];
      const having = tables.filter((table) => table !== undefined && this.#schema.column(table, column));
      for (const table of having) this.#note(table ?? "", column);
      if (
        having.length > 0 ||
        !tables.every((table) => table !== undefined && lacks(table, column, this.#schema))
      )
        return;
    }
    // A name of a FROM is the whole row.
    const named = scopes.some((scope) => scope.has(column)) || outputs?.has(column);
    if (scopes.some((scope) => scope.size > 0) && !named) this.unknown.push({ column });
  }

  #note(table: string, column: string | undefined): void {
    const columns = column === "*" ? (knownColumns(table, this.#schema) ?? []) : [column ?? ""];
    for (const one of columns) this.uses.add(columnUse(table, one));
  }
}

/** NEW and OLD, which the actions of a rule see. */
function rowScopes({ scopes }: Place): Scope[] {
  return scopes.flatMap((scope) => (scope.has("new") ? [new Map([...scope].filter(([name]) => name))] : []));
}

/** Columns of every table (manual, system columns). */
export const SYSTEM_COLUMNS = new Set(["*", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]);

/** Whether a table certainly has no such column: what a parent got after its partition is not followed here. */
function lacks(table: string, column: string, schema: Schema): boolean {
  const columns = knownColumns(table, schema);
  if (!columns || schema.tables.get(table)?.parent !== undefined) return false;
  return !columns.includes(column) && !SYSTEM_COLUMNS.has(column);
}

function sequenceName(text: string, schema: Schema): string {
  const parts = text.split(".").map((part) => ({ String: { sval: part.replace(/^"|"$/g, "") } }));
  return schema.nameOfList(parts as Node[], "tables");
}
