/**
 * What the files so far have said of the database: its tables with columns, keys and constraints, indexes, types, views.
 *
 * Names are canonical: `schema.table`, where the schema `public` is left out. What no file of the folder made is not known.
 */
import type { Node, RangeVar } from "libpg-query";
import { Layer } from "./layer.ts";
import { stringOf } from "./sqlNames.ts";

/** A column's type: canonical name with its modifiers, `varchar(64)` as `["varchar", 64]`. */
export interface SqlType {
  name: string;
  modifiers: readonly number[];
  array: boolean;
  collation?: string;
}

export interface Column {
  type: SqlType | undefined;
  notNull: boolean;
  /** Whether it has a default that is no NULL; a number of a sequence counts too. */
  hasDefault: boolean;
  identity: boolean;
}

export interface ConstraintFact {
  kind: "check" | "foreign" | "unique" | "primary" | "exclude" | "notNull";
  columns: readonly string[];
  /** Columns that a check keeps from being null. */
  notNull: readonly string[];
  valid: boolean;
  /** The table that a foreign key points to. */
  references?: string;
  /** The columns that a foreign key points to; undefined if no file tells them. */
  keys?: readonly string[];
  initiallyDeferred: boolean;
  deferrable: boolean;
  /** The file that added it. */
  file: number;
}

export interface Table {
  kind: "table" | "view" | "materialized view";
  /** Whether every column is known: an up file of the folder made it. */
  complete: boolean;
  /** Whether code in use may know it: its file ran. */
  deployed: boolean;
  /** The file that made it. */
  file: number;
  temporary: boolean;
  /** ON COMMIT DROP. */
  dropsItself?: boolean;
  partitioned: boolean;
  unlogged: boolean;
  /** `hash`: no check implies its bounds. */
  strategy?: "list" | "range" | "hash";
  partitionKey: readonly string[];
  parent?: string;
  defaultPartition?: string;
  columns: ReadonlyMap<string, Column>;
  constraints: ReadonlyMap<string, ConstraintFact>;
  /** Of a materialized view: whether it was filled. */
  populated?: boolean;
}

export interface Index {
  table: string;
  columns: readonly string[];
  unique: boolean;
  partial: boolean;
  /** The index of the partitioned table that it is a part of. */
  parent?: string;
}

interface TypeFact {
  kind: "enum" | "domain" | "composite";
  /** The file that made it. */
  file: number;
  deployed: boolean;
  /** Of a domain: what it is over, and whether it has a constraint. */
  base?: SqlType;
  constrained?: boolean;
  /** Of an enum. */
  labels?: readonly string[];
}

interface FunctionFact {
  file: number;
  deployed: boolean;
  volatile: boolean;
  /** Types of arguments → names of arguments and result, of each function with this name. */
  signatures: ReadonlyMap<string, { names: readonly string[]; result: string }>;
  /** As of its block. */
  commits?: boolean;
  dynamic?: boolean;
  /** Its statements, if they can be read: what calling it does. */
  body?: readonly { line: number; node: Node; conditional?: boolean }[];
}

export interface Dependent {
  kind:
    | "view"
    | "materialized view"
    | "trigger"
    | "policy"
    | "rule"
    | "column"
    | "default value"
    | "index"
    | "constraint"
    | "function";
  name: string;
  /** The table that it belongs to; of a view or function its own name. */
  of: string;
  /** As `usesOf` gives them. */
  uses: ReadonlySet<string>;
}

/** What an unqualified name is looked up in, in order; `""` is the schema `public`. */
const DEFAULT_PATH: readonly string[] = [""];

export class Schema {
  readonly tables: Layer<Table>;
  readonly indexes: Layer<Index>;
  readonly types: Layer<TypeFact>;
  readonly functions: Layer<FunctionFact>;
  /** What Postgres keeps others for: views, policies, triggers, defaults, … */
  readonly dependents: Layer<Dependent>;
  readonly historyKnown: boolean;
  /** Counts the up files; what one made is told from what an earlier one made. */
  file = 0;
  path: readonly string[] = DEFAULT_PATH;
  /** Temporary tables of the file, and what each one hides. */
  readonly hidden = new Map<string, Table | undefined>();
  /** Temporary tables that earlier files left on the connection. */
  readonly left = new Set<string>();

  constructor(historyKnown: boolean, base?: Schema) {
    this.historyKnown = historyKnown;
    this.tables = new Layer(base?.tables, tableLinks);
    this.indexes = new Layer(base?.indexes, ({ table }) => [table]);
    this.types = new Layer(base?.types);
    this.functions = new Layer(base?.functions);
    this.dependents = new Layer(base?.dependents, ({ uses, of }) => [...uses, `of ${of}`]);
    this.file = base?.file ?? 0;
  }

  /** A schema that starts from this one and leaves it as it is: for a down file, which is not part of the way up. */
  branch(): Schema {
    return new Schema(this.historyKnown, this);
  }

  startFile(): void {
    this.file += 1;
    this.path = DEFAULT_PATH;
    for (const [name, table] of this.hidden) {
      const temporary = this.tables.get(name);
      if (temporary?.temporary && !temporary.dropsItself) this.left.add(name);
      if (table) this.tables.set(name, table);
      else this.tables.delete(name);
    }
    this.hidden.clear();
  }

  /** Whether no deployed code can use what a file made. */
  isFresh(made: { deployed: boolean; file: number } | undefined): boolean {
    return made !== undefined && !made.deployed && (this.historyKnown || made.file === this.file);
  }

  isFreshTable(name: string | undefined): boolean {
    const table = name === undefined ? undefined : this.tables.get(name);
    return table !== undefined && (table.temporary || this.isFresh(table));
  }

  /** Whether files made tables in a schema, and no deployed code can use any of them. */
  isFreshSchema(name: string): boolean {
    const inside = [...this.tables.entries()].filter(([table]) => table.startsWith(`${name}.`));
    return inside.length > 0 && inside.every(([table]) => this.isFreshTable(table));
  }

  /** The canonical name of a relation that is there, by the search path. */
  nameOf(relation: RangeVar | undefined): string {
    const { schemaname = "", relname = "" } = relation ?? {};
    return schemaname === "" ? this.#find(relname, this.tables) : qualify(schemaname, relname);
  }

  /** The canonical name of a relation that a statement makes. */
  newNameOf(relation: RangeVar | undefined): string {
    const { schemaname, relname = "" } = relation ?? {};
    return qualify(schemaname ?? this.path[0] ?? "", relname);
  }

  /** The canonical name of what a DROP, or a type, names by a list of strings. */
  nameOfList(nodes: readonly Node[] | undefined, kind: "tables" | "indexes" | "types" | "functions"): string {
    const parts = (nodes ?? []).map((node) => stringOf(node) ?? "").slice(-2);
    const name = parts.at(-1) ?? "";
    return parts.length > 1 ? qualify(parts[0] ?? "", name) : this.#find(name, this[kind]);
  }

  /** The canonical name of a type or function that a statement makes. */
  newNameOfList(nodes: readonly Node[] | undefined): string {
    const parts = (nodes ?? []).map((node) => stringOf(node) ?? "").slice(-2);
    return qualify(parts.length > 1 ? (parts[0] ?? "") : (this.path[0] ?? ""), parts.at(-1) ?? "");
  }

  #find(name: string, among: { get(key: string): unknown }): string {
    const candidates = this.path.map((schema) => qualify(schema, name));
    return candidates.find((candidate) => among.get(candidate)) ?? candidates[0] ?? name;
  }

  /** Replaces facts of a table that is known; of another nothing is remembered. */
  change(name: string, changes: Partial<Table>): void {
    const table = this.tables.get(name);
    if (table) this.tables.set(name, { ...table, ...changes });
  }

  /** Facts of a table that no file made are kept too; its columns stay incomplete. */
  ensure(name: string): Table {
    const known = this.tables.get(name);
    if (known) return known;
    const table = newTable({});
    this.tables.set(name, table);
    return table;
  }

  column(table: string, column: string): Column | undefined {
    return this.tables.get(table)?.columns.get(column);
  }

  /** Whether the column is declared not null, is part of a primary key, or a validated check keeps it from being null. */
  isNotNull(table: string, column: string): boolean {
    const facts = this.tables.get(table);
    if (!facts) return false;
    if (facts.columns.get(column)?.notNull) return true;
    return [...facts.constraints.values()].some(
      ({ kind, valid, columns, notNull }) =>
        valid && (notNull.includes(column) || (kind === "primary" && columns.includes(column))),
    );
  }

  /** Tables with a foreign key to this one. */
  referencing(table: string): string[] {
    return this.tables
      .linking(table)
      .filter(([, { constraints }]) =>
        [...constraints.values()].some(({ references }) => references === table),
      )
      .map(([name]) => name)
      .filter((name) => name !== table);
  }

  /** The tables that this one's foreign keys point to. */
  referenced(table: string): string[] {
    const constraints = [...(this.tables.get(table)?.constraints.values() ?? [])];
    const names = constraints.flatMap(({ references }) => (references === undefined ? [] : [references]));
    return [...new Set(names)].filter((name) => name !== table);
  }

  partitionsOf(table: string): string[] {
    return this.tables
      .linking(table)
      .filter(([, { parent }]) => parent === table)
      .map(([name]) => name);
  }
}

/** The tables that one names: its parent, those of its foreign keys. */
function tableLinks({ parent, constraints }: Table): string[] {
  const references = [...constraints.values()].flatMap(({ references }) => references ?? []);
  return [...(parent === undefined ? [] : [parent]), ...references];
}

/** `schema.name`, `name` in the schema `public`. */
export function qualify(schema: string, name: string): string {
  return schema === "" || schema === "public" ? kept(name) : `${kept(schema)}.${kept(name)}`;
}

/** An index or sequence is in its table's schema. */
export function besides(table: string, name: string): string {
  return qualify(table.includes(".") ? (table.split(".")[0] ?? "") : "", name);
}

/** Postgres keeps 63 bytes of a name. */
function kept(name: string): string {
  if (name.length < 22 || Buffer.byteLength(name) <= 63) return name;
  return Buffer.from(name)
    .subarray(0, 63)
    .toString("utf8")
    .replace(/\uFFFD$/, "");
}

/** A table of which nothing is known but what is given. */
export function newTable(facts: Partial<Table>): Table {
  return {
    ...{ kind: "table", complete: false, deployed: true, file: 0, temporary: false, partitioned: false },
    ...{ unlogged: false, partitionKey: [], columns: new Map(), constraints: new Map() },
    ...facts,
  };
}
