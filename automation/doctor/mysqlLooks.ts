/** How to see in a MySQL or MariaDB database whether a statement took effect. Pure. */

import type { AlterAction, AlterTable } from "../check/mysql/alterAction.ts";
import { lastPart } from "../check/mysql/qualifiedName.ts";
import type { Statement } from "../check/mysql/statements.ts";
import type { StoredProgram } from "../check/mysql/storedProgram.ts";
import { isWord, TokenReader } from "../check/mysql/tokenReader.ts";
import type { Token } from "../check/mysql/tokens.ts";
import type { Look } from "./look.ts";
import { identifier, quoted, schemaOf } from "./mysqlNames.ts";
import { changedRows } from "./mysqlRows.ts";

const BY_HAND: Look = { query: null, tells: "no catalogue tells: look at what it changes" };
const NOTHING_LEFT: Look = { query: null, tells: "leaves nothing behind" };
const NOTHING_SHOWN: Look = {
  query: null,
  tells: "changes nothing that a query shows: it can be run again",
};
const MADE = "1: it took effect; 0: it did not";
const GONE = "0: it took effect; 1: it did not";
const COMPARE = "compare it with the statement";

/** One a statement but for lists of tables: the server carries an ALTER TABLE out as a whole or not at all. */
export function mysqlLooks(statement: Statement): Look[] {
  const { body, tokens } = statement;
  switch (body.kind) {
    case "createTable":
      if (body.temporary) return [NOTHING_LEFT];
      return [body.replaces ? showTable(body.table) : tableLook(body.table, MADE)];
    case "alterTable":
      return [altered(body)];
    case "renameTable":
      return renamed(body.pairs);
    case "drop":
      return body.temporary ? [NOTHING_LEFT] : body.names.map((name) => dropped(body.object, name));
    case "program":
      return [programLook(body, tokens)];
    case "truncate":
    case "insert":
    case "loadData":
    case "update":
    case "delete":
      return changedRows(statement, body);
    case "set": {
      const kept = body.assignments.filter(({ scope }) => scope === "global");
      return kept.length === 0
        ? [NOTHING_LEFT]
        : kept.map(({ name }) => ({ query: `SELECT @@GLOBAL.${name};`, tells: COMPARE }));
    }
    case "definition":
      return [defined(body.object, tokens)];
    case "transaction":
    case "lockTables":
    case "unlockTables":
    case "use":
      return [NOTHING_LEFT];
    case "query":
      return [{ query: null, tells: "changes nothing" }];
    case "delimiter":
      return [{ query: null, tells: "the server refuses it, so neither it nor what follows took effect" }];
    case "code":
    case "maintenance":
    case "unknown":
      return [BY_HAND];
    default:
      return body satisfies never;
  }
}

function altered({ table, actions }: AlterTable): Look {
  const rename = actions.find((action) => action.kind === "renameTable");
  if (rename) return tableLook(rename.to, MADE);
  if (actions.length > 0 && actions.every(({ kind }) => kind === "force" || kind === "orderBy"))
    return NOTHING_SHOWN;
  const named = actions.flatMap(namesOf);
  const looks = actions.map((action) =>
    // A name that two actions have, as when a key is dropped and made anew, is there before and after.
    namesOf(action).some((name) => named.filter((other) => other === name).length > 1)
      ? undefined
      : actionLook(table, action),
  );
  return looks.find((look) => look !== undefined) ?? showTable(table);
}

/** What it makes, drops or renames. Names of columns and keys have no case (both manuals, "Identifier Case Sensitivity"). */
function namesOf(action: AlterAction): string[] {
  switch (action.kind) {
    case "addColumn":
      return [`column ${action.column.name}`.toLowerCase()];
    case "changeColumn":
      return [action.from, action.column.name].map((name) => `column ${name}`.toLowerCase());
    case "dropColumn":
      return [`column ${action.name}`.toLowerCase()];
    case "renameColumn":
      return [action.from, action.to].map((name) => `column ${name}`.toLowerCase());
    case "renameIndex":
      return [action.from, action.to].map((name) => `key ${name}`.toLowerCase());
    case "dropPrimaryKey":
      return ["key primary"];
    case "addIndex":
      return [`key ${action.index.kind === "primary" ? "primary" : action.index.name}`.toLowerCase()];
    case "addForeignKey":
      return [`key ${action.foreignKey.name}`.toLowerCase()];
    case "dropIndex":
    case "dropForeignKey":
    case "dropConstraint":
    case "addCheck":
      return [`key ${action.name}`.toLowerCase()];
    default:
      return [];
  }
}

/** undefined when another action of the same statement tells more, or the table's definition does. */
function actionLook(table: string, action: AlterAction): Look | undefined {
  switch (action.kind) {
    case "addColumn":
      return columnLook(table, action.column.name, MADE);
    case "dropColumn":
      return columnLook(table, action.name, GONE);
    case "renameColumn":
      return columnLook(table, action.to, MADE);
    case "changeColumn":
      return columnLook(table, action.column.name, MADE);
    case "addIndex":
      if (action.index.kind === "primary") return constraintLook(table, "PRIMARY", MADE);
      // OR REPLACE may have found one of the same name.
      return action.index.name === undefined || action.repeatable
        ? undefined
        : indexLook(table, action.index.name, MADE);
    case "dropIndex":
      return indexLook(table, action.name, GONE);
    case "renameIndex":
      return indexLook(table, action.to, MADE);
    case "dropPrimaryKey":
      return constraintLook(table, "PRIMARY", GONE);
    case "addForeignKey":
      return action.foreignKey.name === undefined
        ? undefined
        : constraintLook(table, action.foreignKey.name, MADE);
    case "dropForeignKey":
    case "dropConstraint":
      return constraintLook(table, action.name, GONE);
    case "partition":
      return partitionLook(table, action);
    default:
      return undefined;
  }
}

function partitionLook(
  table: string,
  { verb, names }: AlterAction & { kind: "partition" },
): Look | undefined {
  const isAll = names[0]?.toUpperCase() === "ALL";
  const of = `${identifier(table)}${isAll ? "" : ` PARTITION (${names.map((name) => identifier(name)).join(", ")})`}`;
  switch (verb) {
    case "TRUNCATE":
      return { query: `SELECT EXISTS (SELECT 1 FROM ${of});`, tells: GONE };
    case "EXCHANGE":
      return {
        query: `SELECT COUNT(*) FROM ${of};`,
        tells: "the number of rows: the two tables' have changed places",
      };
    case "ANALYZE":
    case "CHECK":
    case "OPTIMIZE":
    case "REBUILD":
    case "REPAIR":
      return NOTHING_SHOWN;
    default:
      return undefined;
  }
}

/** A name that the statement gives and takes, as when two tables change places, tells nothing. */
function renamed(pairs: readonly (readonly [string, string])[]): Look[] {
  const [froms, tos] = [pairs.map(([from]) => from), pairs.map(([, to]) => to)];
  const made = tos.filter((to) => !froms.includes(to)).map((to) => tableLook(to, MADE));
  if (made.length > 0) return made;
  const gone = froms.filter((from) => !tos.includes(from)).map((from) => tableLook(from, GONE));
  return gone.length > 0 ? gone : tos.slice(-1).map(showTable);
}

function count(view: string, schemaColumn: string, conditions: string, tells: string): Look {
  return {
    query: `SELECT COUNT(*) FROM information_schema.${view} WHERE ${schemaColumn} = ${conditions};`,
    tells,
  };
}

function tableLook(name: string, tells: string): Look {
  return count(
    "tables",
    "table_schema",
    `${schemaOf(name)} AND table_name = ${quoted(lastPart(name))}`,
    tells,
  );
}

function onTable(table: string): string {
  return `${schemaOf(table)} AND table_name = ${quoted(lastPart(table))}`;
}

function columnLook(table: string, column: string, tells: string): Look {
  return count("columns", "table_schema", `${onTable(table)} AND column_name = ${quoted(column)}`, tells);
}

/** An index has a row for each of its columns. */
function indexLook(table: string, index: string, tells: string): Look {
  const query = `SELECT COUNT(DISTINCT index_name) FROM information_schema.statistics WHERE table_schema = ${onTable(table)} AND index_name = ${quoted(index)};`;
  return { query, tells };
}

function constraintLook(table: string, name: string, tells: string): Look {
  return count(
    "table_constraints",
    "table_schema",
    `${onTable(table)} AND constraint_name = ${quoted(name)}`,
    tells,
  );
}

function showTable(table: string): Look {
  return { query: `SHOW CREATE TABLE ${identifier(table)};`, tells: COMPARE };
}

function dropped(object: string, name: string): Look {
  if (object === "table" || object === "view" || object === "sequence") return tableLook(name, GONE);
  if (object === "database") return count("schemata", "schema_name", quoted(lastPart(name)), GONE);
  return OBJECTS[object] ? objectLook(object, name, GONE) : BY_HAND;
}

const OBJECTS: Readonly<Record<string, readonly [view: string, prefix: string] | undefined>> = {
  procedure: ["routines", "routine"],
  function: ["routines", "routine"],
  trigger: ["triggers", "trigger"],
  event: ["events", "event"],
};

function objectLook(object: string, name: string, tells: string): Look {
  const [view, prefix] = OBJECTS[object] ?? ["", ""];
  // A procedure and a function may have the same name.
  const type = view === "routines" ? ` AND routine_type = '${object.toUpperCase()}'` : "";
  return count(
    view,
    `${prefix}_schema`,
    `${schemaOf(name)} AND ${prefix}_name = ${quoted(lastPart(name))}${type}`,
    tells,
  );
}

function programLook({ program, name, repeatable, verb }: StoredProgram, tokens: readonly Token[]): Look {
  if (program === "package") return BY_HAND;
  const newName = verb === "ALTER" && program === "event" ? newEventName(tokens) : undefined;
  if (newName !== undefined) return objectLook(program, newName, MADE);
  // One that replaces another has the same name before and after.
  if (repeatable || verb === "ALTER") {
    return {
      query: `SHOW CREATE ${program.toUpperCase()} ${identifier(name)};`,
      tells: `${COMPARE}; an error: it did not take effect`,
    };
  }
  return program === "view" ? tableLook(name, MADE) : objectLook(program, name, MADE);
}

/** ALTER EVENT … RENAME TO, which stands before the body. */
function newEventName(tokens: readonly Token[]): string | undefined {
  const reader = new TokenReader(tokens);
  reader.until(isWord("RENAME", "DO"));
  return reader.take("RENAME", "TO") ? reader.qualifiedName() : undefined;
}

/** CREATE and ALTER of what has no table. */
function defined(object: string, tokens: readonly Token[]): Look {
  const reader = new TokenReader(tokens);
  const isAlter = reader.sees("ALTER");
  const isReplaced = reader.sees("CREATE", "OR", "REPLACE");
  reader.until(({ value }) => value === object.toUpperCase());
  reader.next();
  reader.take("IF", "NOT", "EXISTS");
  const name = reader.qualifiedName();
  if (object === "sequence" && !isAlter && !isReplaced) return tableLook(name, MADE);
  if (object !== "database" && object !== "schema") return BY_HAND;
  if (isAlter || isReplaced) return databaseLook(name);
  return count("schemata", "schema_name", quoted(lastPart(name)), MADE);
}

/** ALTER DATABASE without a name is for the one of the connection. */
function databaseLook(name: string): Look {
  const isOwn = ["", "CHARACTER", "CHARSET", "COLLATE", "DEFAULT"].includes(name.toUpperCase());
  const query = `SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name = ${isOwn ? "DATABASE()" : quoted(lastPart(name))};`;
  return { query, tells: COMPARE };
}
