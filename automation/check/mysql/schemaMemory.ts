/** What the files before a statement have said about the tables: their columns and keys, and which nobody uses yet. */
import type { AlterAction, AlterTable } from "./alterAction.ts";
import { BYTES } from "./charset.ts";
import type { CreateTable } from "./createTable.ts";
import { hasName, sameName } from "./qualifiedName.ts";
import type { ServerVersion } from "./serverVersion.ts";
import type { StatementBody } from "./statementBody.ts";
import { tablesOf } from "./statementNames.ts";
import type { Statement } from "./statements.ts";
import type { ForeignKeyDefinition, KnownForeignKey } from "./tableElements.ts";
import { applyAction, copyFacts, factsOf, type TableFacts } from "./tableFacts.ts";

export class SchemaMemory {
  readonly #engine: ServerVersion["engine"];
  #tables = new Map<string, TableFacts>();
  /** Tables that an earlier statement dropped or renamed. */
  readonly #gone = new Set<string>();
  readonly #fresh = new Set<string>();
  foreignKeys: readonly KnownForeignKey[] = [];
  /** Whether something ran that is not looked into: a PREPARE, CALL or block, or a file that could not be read. */
  ranCode = false;
  /** The most bytes of a character by default, if a file has set the database's character set. */
  charsetBytes: number | undefined;
  /** Whether a file changed sql_mode so that "x" may be a name. */
  ansiQuotes = false;
  /** Functions that the files define, in capitals. */
  readonly functions = new Set<string>();
  /** Tables with a trigger, which may give a row its values: by the trigger's name. */
  readonly #triggers = new Map<string, string>();
  /** Programs other than triggers, as `view v`. */
  readonly #programs = new Set<string>();
  /** Session settings that hold now, by name in lower case. */
  readonly settings = new Map<string, string>();

  constructor(engine: ServerVersion["engine"]) {
    this.#engine = engine;
  }

  /** A memory of its own that starts from this one: for a down file, which is not part of the way up. */
  copy(): SchemaMemory {
    const copy = new SchemaMemory(this.#engine);
    for (const [name, facts] of this.#tables) copy.#tables.set(name, copyFacts(facts));
    for (const table of this.#fresh) copy.#fresh.add(table);
    for (const table of this.#gone) copy.#gone.add(table);
    for (const name of this.functions) copy.functions.add(name);
    for (const [name, table] of this.#triggers) copy.#triggers.set(name, table);
    for (const program of this.#programs) copy.#programs.add(program);
    copy.foreignKeys = this.foreignKeys;
    copy.ranCode = this.ranCode;
    copy.ansiQuotes = this.ansiQuotes;
    copy.charsetBytes = this.charsetBytes;
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

  /** Whether an earlier statement dropped or renamed it, and nothing has made it again. */
  isGone(name: string): boolean {
    return this.#gone.has(name);
  }

  /** Whether the file has not set sql_mode, so that the servers' own default may hold. */
  get isStrict(): boolean {
    return !this.settings.has("sql_mode");
  }

  /** Whether the file has not set foreign_key_checks to 0. */
  get checksForeignKeys(): boolean {
    return !/^(?:0|off)$/i.test(this.settings.get("foreign_key_checks") ?? "");
  }

  hasTrigger(table: string): boolean {
    return [...this.#triggers.values()].includes(table);
  }

  hasProgram(program: string, name: string): boolean {
    return program === "trigger" ? this.#triggers.has(name) : this.#programs.has(`${program} ${name}`);
  }

  /** What the server refuses has not happened, and what comes in its place is not known. */
  doubt(body: StatementBody): void {
    for (const table of tablesOf(body)) {
      this.#tables.delete(table);
      this.#gone.delete(table);
      this.foreignKeys = this.foreignKeys.filter((key) => key.table !== table && key.references !== table);
    }
  }

  /** The table as an ALTER TABLE leaves it; undefined for a table that no file made. */
  altered({ table, actions }: AlterTable): TableFacts | undefined {
    const facts = this.#tables.get(table);
    if (!facts) return undefined;
    const after = copyFacts(facts);
    for (const action of actions) applyAction(after, action);
    return after;
  }

  /** What an ALTER TABLE of this table is judged by. */
  alterFacts(name: string) {
    return {
      table: this.tableOf(name),
      checksForeignKeys: this.checksForeignKeys,
      isReferenced: (column: string) =>
        this.foreignKeys.some((key) => key.references === name && hasName(key.referenced, column)),
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
        for (const action of body.actions)
          if (action.kind === "renameTable") this.#rename(body.table, action.to);
        return;
      case "renameTable":
        for (const [from, to] of body.pairs) this.#rename(from, to);
        return;
      case "drop":
        if (body.object === "table") for (const name of body.names) this.#drop(name, body.temporary);
        if (body.object === "database") this.ranCode = true;
        for (const name of body.names) this.#programs.delete(`${body.object} ${name}`);
        if (body.object === "trigger") for (const name of body.names) this.#triggers.delete(name);
        return;
      case "code":
      case "use":
      case "delimiter":
        this.ranCode = true;
        return;
      case "definition":
        if (body.charset !== undefined) this.charsetBytes = BYTES[body.charset] ?? 1;
        return;
      case "program":
        if (body.program === "function") this.functions.add(body.name.toUpperCase());
        if (body.table !== undefined) this.#triggers.set(body.name, body.table);
        else this.#programs.add(`${body.program} ${body.name}`);
        return;
      case "set":
        for (const { scope, name, value } of body.assignments)
          if (scope === "session") this.#set(name, value);
        return;
    }
  }

  #set(name: string, value: string): void {
    this.settings.set(name, value);
    this.ansiQuotes ||= name === "sql_mode" && /ansi|oracle|postgresql|mssql|db2|maxdb/i.test(value);
  }

  #create(create: CreateTable, deployed: boolean): void {
    // With IF NOT EXISTS the table stays as it is.
    if (create.repeatable && !create.replaces && this.#tables.has(create.table) && !create.temporary) return;
    // A temporary table is gone with the session, and nobody else sees it.
    if (!deployed || create.temporary) this.#fresh.add(create.table);
    const facts = factsOf(create, this.#tables.get(create.like ?? ""));
    // A temporary table hides another of its name.
    this.#tables.set(create.table, create.temporary ? { ...facts, known: false } : facts);
    this.#gone.delete(create.table);
    for (const element of create.elements)
      if (element.kind === "foreignKey") this.#refer(create.table, element.foreignKey);
  }

  /** Without a name the server takes the number behind the highest; MariaDB takes the index's name before. */
  #refer(table: string, key: ForeignKeyDefinition): void {
    const made = `${table}_ibfk_`;
    const numbers = this.foreignKeys.flatMap(({ table: of, name }) =>
      of === table && name?.startsWith(made) ? [Number(name.slice(made.length))] : [],
    );
    const given = key.name ?? (this.#engine === "mariadb" ? key.index : undefined);
    const name = given ?? `${made}${Math.max(0, ...numbers) + 1}`;
    this.foreignKeys = [...this.foreignKeys, { ...key, table, name }];
  }

  #rename(from: string, to: string): void {
    const facts = this.#tables.get(from);
    this.#tables.delete(to);
    if (facts) this.#tables.set(to, facts);
    this.#tables.delete(from);
    this.#gone.add(from);
    this.#gone.delete(to);
    const renamed = (table: string) => (table === from ? to : table);
    this.foreignKeys = this.foreignKeys.map((key) => ({
      ...key,
      name: key.table === from ? key.name?.replace(`${from}_ibfk_`, `${to}_ibfk_`) : key.name,
      table: renamed(key.table),
      references: renamed(key.references),
    }));
    if (this.#fresh.delete(from)) this.#fresh.add(to);
    for (const [name, table] of this.#triggers) if (table === from) this.#triggers.set(name, to);
    if (this.#programs.delete(`view ${from}`)) this.#programs.add(`view ${to}`);
  }

  /** Behind a temporary table there may be another of its name. */
  #drop(name: string, temporary: boolean): void {
    this.#tables.delete(name);
    this.#fresh.delete(name);
    if (temporary) return;
    this.#gone.add(name);
    for (const [trigger, table] of this.#triggers) if (table === name) this.#triggers.delete(trigger);
    this.foreignKeys = this.foreignKeys.filter(({ table }) => table !== name);
  }

  #renameColumn(table: string, from: string, to: string): void {
    const renamed = (columns: readonly string[]) => columns.map((name) => (sameName(name, from) ? to : name));
    this.foreignKeys = this.foreignKeys.map((key) => ({
      ...key,
      columns: key.table === table ? renamed(key.columns) : key.columns,
      referenced: key.references === table ? renamed(key.referenced) : key.referenced,
    }));
  }

  #alter(table: string, action: AlterAction): void {
    if (action.kind === "addForeignKey") this.#refer(table, action.foreignKey);
    if (action.kind === "dropForeignKey" || action.kind === "dropConstraint")
      this.foreignKeys = this.foreignKeys.filter(
        (key) => key.table !== table || !sameName(key.name, action.name),
      );
    if (action.kind === "renameColumn") this.#renameColumn(table, action.from, action.to);
    if (action.kind === "changeColumn") this.#renameColumn(table, action.from, action.column.name);
    const facts = this.#tables.get(table);
    if (facts) applyAction(facts, action);
  }
}
