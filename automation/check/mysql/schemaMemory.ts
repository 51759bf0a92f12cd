/** What the files before a statement have said about the tables: their columns and keys, and which nobody uses yet. */
import type { AlterAction } from "./alterAction.ts";
import type { ColumnDefinition } from "./columnDefinition.ts";
import type { CreateTable } from "./createTable.ts";
import type { Statement } from "./statements.ts";
import type {
  ForeignKeyDefinition,
  IndexDefinition,
  KnownForeignKey,
  TableElement,
} from "./tableElements.ts";

export interface TableFacts {
  /** By name in lower case: MySQL's column names know no case. */
  readonly columns: Map<string, ColumnDefinition>;
  /** By name in lower case. */
  readonly indexes: Map<string, IndexDefinition>;
  hasPrimaryKey: boolean;
  /** In lower case; undefined when the server's default holds. */
  charset: string | undefined;
  rowFormat: string | undefined;
  engine: string | undefined;
  partitioned: boolean;
}

export class SchemaMemory {
  #tables = new Map<string, TableFacts>();
  readonly #fresh = new Set<string>();
  foreignKeys: readonly KnownForeignKey[] = [];
  /** Whether a PREPARE, CALL or block ran, whose statements are not known. */
  ranCode = false;
  /** Functions that the files define, in capitals. */
  readonly functions = new Set<string>();
  /** Session settings that hold now, by name in lower case. */
  readonly settings = new Map<string, string>();

  /** A memory of its own that starts from this one: for a down file, which is not part of the way up. */
  copy(): SchemaMemory {
    const copy = new SchemaMemory();
    for (const [name, facts] of this.#tables) copy.#tables.set(name, copyFacts(facts));
    for (const table of this.#fresh) copy.#fresh.add(table);
    for (const name of this.functions) copy.functions.add(name);
    copy.foreignKeys = this.foreignKeys;
    copy.ranCode = this.ranCode;
    return copy;
  }

  /** Forgets what holds within one file. @param keepFresh whether tables of earlier files are still unused */
  startFile(keepFresh: boolean): void {
    if (!keepFresh) this.#fresh.clear();
    this.settings.clear();
  }

  /** Whether no deployed code can use the table yet. */
  isFresh(table: string | undefined): boolean {
    return table !== undefined && this.#fresh.has(table);
  }

  /** undefined for a table that no file made. */
  tableOf(name: string): TableFacts | undefined {
    return this.#tables.get(name);
  }

  /** What an ALTER TABLE of this table is judged by. */
  alterFacts(name: string) {
    const pointing = this.foreignKeys.filter(({ references }) => references === name);
    const referenced = new Set(
      pointing.flatMap(({ referenced: columns }) => columns.map((one) => one.toLowerCase())),
    );
    return {
      table: this.tableOf(name),
      settings: this.settings,
      isReferenced: (column: string) => referenced.has(column.toLowerCase()),
    };
  }

  /**
   * Takes in a statement; call after it was judged.
   *
   * @param deployed whether code in use may know the tables that it makes
   */
  remember({ body }: Statement, deployed: boolean): void {
    switch (body.kind) {
      case "createTable":
        this.#create(body, deployed);
        return;
      case "alterTable":
        for (const action of body.actions) this.#alter(body.table, action);
        return;
      case "renameTable":
        for (const [from, to] of body.pairs) this.#rename(from, to);
        return;
      case "drop":
        if (body.object === "table") for (const name of body.names) this.#drop(name);
        return;
      case "code":
        this.ranCode = true;
        return;
      case "program":
        if (body.program === "function") this.functions.add(body.name.toUpperCase());
        return;
      case "set":
        for (const { scope, name, value } of body.assignments)
          if (scope === "session") this.settings.set(name, value);
        return;
    }
  }

  #create(create: CreateTable, deployed: boolean): void {
    // A temporary table is gone with the session, and nobody else sees it.
    if (!deployed || create.temporary) this.#fresh.add(create.table);
    const model = create.like === undefined ? undefined : this.#tables.get(create.like);
    const facts = model ? copyFacts(model) : factsOf(create);
    for (const element of create.elements) addElement(facts, element);
    this.#tables.set(create.table, facts);
    for (const element of create.elements)
      if (element.kind === "foreignKey") this.#refer(create.table, element.foreignKey);
  }

  /** Without a name the server takes the next number. */
  #refer(table: string, key: ForeignKeyDefinition): void {
    const count = this.foreignKeys.filter((one) => one.table === table).length;
    this.foreignKeys = [
      ...this.foreignKeys,
      { ...key, table, name: key.name ?? `${table}_ibfk_${count + 1}` },
    ];
  }

  #rename(from: string, to: string): void {
    const facts = this.#tables.get(from);
    if (facts) this.#tables.set(to, facts);
    this.#tables.delete(from);
    const renamed = (table: string) => (table === from ? to : table);
    this.foreignKeys = this.foreignKeys.map((key) => ({
      ...key,
      table: renamed(key.table),
      references: renamed(key.references),
    }));
    if (this.#fresh.delete(from)) this.#fresh.add(to);
  }

  #drop(name: string): void {
    this.#tables.delete(name);
    this.#fresh.delete(name);
    this.foreignKeys = this.foreignKeys.filter(({ table }) => table !== name);
  }

  #renameColumn(table: string, from: string, to: string): void {
    const renamed = (columns: readonly string[]) =>
      columns.map((name) => (name.toLowerCase() === from.toLowerCase() ? to : name));
    this.foreignKeys = this.foreignKeys.map((key) => ({
      ...key,
      columns: key.table === table ? renamed(key.columns) : key.columns,
      referenced: key.references === table ? renamed(key.referenced) : key.referenced,
    }));
  }

  #alter(table: string, action: AlterAction): void {
    if (action.kind === "renameTable") this.#rename(table, action.to);
    if (action.kind === "addForeignKey") this.#refer(table, action.foreignKey);
    if (action.kind === "dropForeignKey" || action.kind === "dropConstraint")
      this.foreignKeys = this.foreignKeys.filter(
        (key) => key.table !== table || key.name?.toLowerCase() !== action.name.toLowerCase(),
      );
    if (action.kind === "renameColumn") this.#renameColumn(table, action.from, action.to);
    if (action.kind === "changeColumn") this.#renameColumn(table, action.from, action.column.name);
    const facts = this.#tables.get(table);
    if (facts) applyAction(facts, action);
  }
}

function copyFacts(facts: TableFacts): TableFacts {
  return { ...facts, columns: new Map(facts.columns), indexes: new Map(facts.indexes) };
}

function factsOf({ options, partitioned }: CreateTable): TableFacts {
  return {
    columns: new Map(),
    indexes: new Map(),
    hasPrimaryKey: false,
    charset: charsetOf(options.get("CHARACTER SET"), options.get("COLLATE")),
    rowFormat: options.get("ROW_FORMAT")?.toUpperCase(),
    engine: options.get("ENGINE")?.toUpperCase(),
    partitioned,
  };
}

/** A collation's name begins with its character set. */
export function charsetOf(charset: string | undefined, collation: string | undefined): string | undefined {
  return (charset ?? collation?.split("_")[0])?.toLowerCase();
}

function addElement(facts: TableFacts, element: TableElement): void {
  if (element.kind === "column") addColumn(facts, element.column);
  else if (element.kind === "index") addIndex(facts, element.index);
}

function addColumn(facts: TableFacts, column: ColumnDefinition): void {
  const key = column.name.toLowerCase();
  facts.columns.set(key, column);
  if (column.primaryKey) facts.hasPrimaryKey = true;
  if (column.unique) facts.indexes.set(key, { kind: "unique", name: column.name, columns: [column.name] });
}

function addIndex(facts: TableFacts, index: IndexDefinition): void {
  if (index.kind === "primary") {
    facts.hasPrimaryKey = true;
    facts.indexes.set("primary", index);
    for (const name of index.columns) {
      const column = facts.columns.get(name.toLowerCase());
      if (column) facts.columns.set(name.toLowerCase(), { ...column, notNull: true });
    }
    return;
  }
  facts.indexes.set((index.name ?? index.columns[0] ?? "").toLowerCase(), index);
}

function applyAction(facts: TableFacts, action: AlterAction): void {
  switch (action.kind) {
    case "addColumn":
      addColumn(facts, action.column);
      return;
    case "dropColumn":
      facts.columns.delete(action.name.toLowerCase());
      return;
    case "changeColumn":
      facts.columns.delete(action.from.toLowerCase());
      addColumn(facts, action.column);
      return;
    case "renameColumn": {
      const column = facts.columns.get(action.from.toLowerCase());
      facts.columns.delete(action.from.toLowerCase());
      if (column) facts.columns.set(action.to.toLowerCase(), { ...column, name: action.to });
      return;
    }
    case "addIndex":
      addIndex(facts, action.index);
      return;
    case "dropIndex":
      facts.indexes.delete(action.name.toLowerCase());
      return;
    case "dropPrimaryKey":
      facts.hasPrimaryKey = false;
      facts.indexes.delete("primary");
      return;
    case "convertCharset":
      facts.charset = action.charset;
      for (const [key, column] of facts.columns)
        facts.columns.set(key, { ...column, charset: undefined, collation: undefined });
      return;
    case "option":
      if (action.name === "CHARACTER SET") facts.charset = action.value.toLowerCase();
      if (action.name === "ROW_FORMAT") facts.rowFormat = action.value;
      if (action.name === "ENGINE") facts.engine = action.value;
      return;
    case "partition":
      if (action.verb === "BY") facts.partitioned = true;
      if (action.verb === "REMOVE") facts.partitioned = false;
      return;
  }
}
