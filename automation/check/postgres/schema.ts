/**
 * What the files so far have said of the database: its tables with columns, keys and constraints, indexes, types, views.
 *
 * Names are canonical: `schema.table`, where the schema `public` is left out. What no file of the folder made is not known.
 */
import type { Node, RangeVar } from "libpg-query";
import type {
  Column,
  ConstraintFact,
  Dependent,
  FunctionFact,
  Index,
  SchemaObject,
  Table,
  TypeFact,
} from "./facts.ts";
import { Layer } from "./layer.ts";
import { namesOf } from "./sqlNames.ts";

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

  /** Schemas, sequences and extensions, as `kind name`. */
  readonly objects: Layer<SchemaObject>;

  constructor(historyKnown: boolean, base?: Schema) {
    this.historyKnown = historyKnown;
    this.tables = new Layer(base?.tables, tableLinks);
    this.indexes = new Layer(base?.indexes, ({ table }) => [table]);
    this.types = new Layer(base?.types);
    this.functions = new Layer(base?.functions);
    this.dependents = new Layer(base?.dependents, ({ uses, of }) => [...uses, `of ${of}`]);
    this.objects = new Layer(base?.objects, ({ of }) => (of === undefined ? [] : [of]));
    this.file = base?.file ?? 0;
  }

  /** A schema that starts from this one and leaves it as it is. */
  branch(): Schema {
    const branch = new Schema(this.historyKnown, this);
    branch.path = this.path;
    return branch;
  }

  startFile(): void {
    this.file += 1;
    this.path = DEFAULT_PATH;
    for (const [name, table] of this.hidden) {
      const temporary = this.tables.get(name);
      if (temporary?.temporary && !temporary.dropsItself) this.left.add(name);
      if (table) this.tables.set(name, table);
      else this.tables.forget(name);
    }
    this.hidden.clear();
  }

  /** After SQL that cannot be read, which may have made anything. */
  loseTrack(): void {
    this.#forgetGone();
    for (const [name] of [...this.tables.entries()]) this.change(name, { complete: false });
    for (const [name, { labels: _labels, ...type }] of [...this.types.entries()]) this.types.set(name, type);
  }

  /** After a statement that may not have run: what it dropped may be there, and the tables that it names may be as before. */
  doubt(relations: readonly RangeVar[]): void {
    this.#forgetGone();
    for (const relation of relations) this.change(this.nameOf(relation), { complete: false });
  }

  #forgetGone(): void {
    for (const layer of [this.tables, this.indexes, this.types, this.functions, this.objects])
      layer.forgetGone();
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
    const parts = namesOf(nodes).slice(-2);
    const name = parts.at(-1) ?? "";
    return parts.length > 1 ? qualify(parts[0] ?? "", name) : this.#find(name, this[kind]);
  }

  /** The canonical name of a type or function that a statement makes. */
  newNameOfList(nodes: readonly Node[] | undefined): string {
    const parts = namesOf(nodes).slice(-2);
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
    // The database URL may set a search path, by which a table of the same name, with or without a schema, is this one.
    const [bare = name, qualified] = name.split(".").reverse();
    for (const other of qualified === undefined ? this.tables.names() : [bare])
      if (other === bare || other.endsWith(`.${bare}`)) this.change(other, { complete: false });
    const table = newTable({});
    this.tables.set(name, table);
    return table;
  }

  column(table: string, column: string): Column | undefined {
    return this.tables.get(table)?.columns.get(column);
  }

  constraints(table: string): ConstraintFact[] {
    return [...(this.tables.get(table)?.constraints.values() ?? [])];
  }

  indexesOf(table: string): Index[] {
    return this.indexes.linking(table).map(([, index]) => index);
  }

  primaryKey(table: string): readonly string[] | undefined {
    return this.constraints(table).find(({ kind }) => kind === "primary")?.columns;
  }

  /** Whether the column is declared not null, is part of a primary key, or a validated check keeps it from being null. */
  isNotNull(table: string, column: string): boolean {
    if (this.column(table, column)?.notNull) return true;
    return this.constraints(table).some(
      ({ kind, valid, columns, notNull }) =>
        valid && (notNull.includes(column) || (kind === "primary" && columns.includes(column))),
    );
  }

  /** Tables with a foreign key to this one. */
  referencing(table: string): string[] {
    return this.tables
      .linking(table)
      .map(([name]) => name)
      .filter(
        (name) => name !== table && this.constraints(name).some(({ references }) => references === table),
      );
  }

  /** The tables that this one's foreign keys point to. */
  referenced(table: string): string[] {
    const names = this.constraints(table).flatMap(({ references }) => references ?? []);
    return [...new Set(names)].filter((name) => name !== table);
  }

  partitionsOf(table: string): string[] {
    return this.#tablesOf(table, ({ parent }) => parent === table);
  }

  /** The tables that have columns of this one by INHERITS. */
  heirsOf(table: string): string[] {
    return this.#tablesOf(table, ({ inherits }) => inherits?.includes(table) === true);
  }

  #tablesOf(table: string, test: (facts: Table) => boolean): string[] {
    const linking = this.tables.linking(table).filter(([, facts]) => test(facts));
    return linking.map(([name]) => name);
  }
}

/** The tables that one names: its parent, those of its foreign keys. */
function tableLinks({ parent, inherits = [], constraints }: Table): string[] {
  const references = [...constraints.values()].flatMap(({ references }) => references ?? []);
  return [...(parent === undefined ? [] : [parent]), ...inherits, ...references];
}

/** `schema.name`, `name` in the schema `public`. */
export function qualify(schema: string, name: string): string {
  return schema === "" || schema === "public" ? kept(name) : `${kept(schema)}.${kept(name)}`;
}

/** An index or sequence is in its table's schema. */
export function besides(table: string, name: string): string {
  return qualify(table.includes(".") ? (table.split(".")[0] ?? "") : "", name);
}

/** Stands in a name for a dot, which parts a name from its schema. */
export const DOT = "\u2024";

/** Postgres keeps 63 bytes of a name. */
function kept(written: string): string {
  const name = written.replaceAll(".", DOT);
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
